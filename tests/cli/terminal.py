#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""terminal.py KBAN_REGEX

What kban-regex does on a terminal, and when nobody reads what it prints. Speaks TAP to meson.
"""

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time

# A progress line appears after a second; a machine under load may take its time.
TIME_LIMIT = 60
LINE = b"Nov 14 22:13:01 mail app[7]: login of joe from 198.51.100.7 failed\n"


def read_terminal(master, process, until):
    """What the process writes to its terminal, until a pattern turns up or it ends."""
    seen = b""
    deadline = time.monotonic() + TIME_LIMIT
    while time.monotonic() < deadline and not re.search(until, seen):
        if not select.select([master], [], [], 0.1)[0]:
            if process.poll() is not None:
                break
            continue
        try:
            got = os.read(master, 4096)
        except OSError:
            break
        if not got:
            break
        seen += got
    return seen


def start(program, arguments, stdin, stderr, stdout=subprocess.DEVNULL):
    return subprocess.Popen([program, "--now", "1700000000"] + arguments, stdin=stdin, stdout=stdout,
                            stderr=stderr)


def feed_slowly(program, arguments):
    """Feed lines until the progress line is there, then end; all that the terminal saw."""
    master, slave = pty.openpty()
    process = start(program, arguments, subprocess.PIPE, slave)
    os.close(slave)
    seen = b""
    deadline = time.monotonic() + TIME_LIMIT
    while time.monotonic() < deadline and b"lines/s" not in seen:
        process.stdin.write(LINE * 1000)
        process.stdin.flush()
        if select.select([master], [], [], 0)[0]:
            seen += os.read(master, 4096)
    process.stdin.close()
    seen += read_terminal(master, process, rb"(?!)")
    process.wait()
    os.close(master)
    return seen


def progress_is_shown_and_wiped_out(program):
    seen = feed_slowly(program, ["-", "from <ADDR>"])
    assert re.search(rb"\r[0-9.]+ [KMG]?i?B read, [0-9]+ lines/s\x1b\[K\r", seen), seen
    assert seen.endswith(b"\r\x1b[K"), seen


def file_has_a_size_to_reach(program):
    with tempfile.NamedTemporaryFile() as log:
        # A rule that is slow on each line, so that the file can be small.
        log.write((b"a" * 5000 + b" 1.2.3\n") * 20000)
        log.flush()
        master, slave = pty.openpty()
        process = start(program, [log.name, r"^a*a*b <ADDR>"], subprocess.DEVNULL, slave)
        os.close(slave)
        seen = read_terminal(master, process, rb"lines/s")
        seen += read_terminal(master, process, rb"left")
        process.kill()
        process.wait()
        os.close(master)
    assert re.search(rb"\r[0-9.]+ .?i?B of [0-9.]+ MiB \([0-9]+ %\), [0-9]+ lines/s, [0-9]+:[0-9]{2} "
                     rb"left\x1b\[K\r", seen), seen


def short_run_shows_nothing(program):
    master, slave = pty.openpty()
    process = start(program, ["x 192.0.2.1", "<ADDR>"], subprocess.DEVNULL, slave)
    os.close(slave)
    seen = read_terminal(master, process, rb"(?!)")
    process.wait()
    os.close(master)
    assert seen == b"", seen


def message_overwrites_the_line(program):
    master, slave = pty.openpty()
    process = start(program, ["/", "<ADDR>"], subprocess.DEVNULL, slave)
    os.close(slave)
    seen = read_terminal(master, process, rb"directory")
    assert process.wait() == 2
    os.close(master)
    assert seen.startswith(b"\r\x1b[Kkban-regex: /: Is a directory"), seen


def field_is_escaped_on_a_terminal(program):
    master, slave = pty.openpty()
    process = start(program, ["-o", "user", "x\x1b[31m 192.0.2.1", "<F-USER>.*</F-USER> <ADDR>"],
                    subprocess.DEVNULL, subprocess.DEVNULL, slave)
    os.close(slave)
    seen = read_terminal(master, process, rb"\n")
    process.wait()
    os.close(master)
    assert seen == b"x\\x1b[31m\r\n", seen


def nobody_reads(program):
    with tempfile.NamedTemporaryFile() as log:
        log.write(LINE * 100000)
        log.flush()
        process = start(program, ["-o", "row", log.name, "from <ADDR>"], subprocess.DEVNULL,
                        subprocess.PIPE, subprocess.PIPE)
        process.stdout.readline()
        process.stdout.close()
        complaint = process.stderr.read()
        assert process.wait() == 0, process.returncode
        assert complaint == b"", complaint


def main():
    program = os.path.abspath(sys.argv[1])
    tests = [progress_is_shown_and_wiped_out, file_has_a_size_to_reach, short_run_shows_nothing,
             message_overwrites_the_line, field_is_escaped_on_a_terminal, nobody_reads]
    print("1..%d" % len(tests))
    failed = 0
    for number, test in enumerate(tests, 1):
        try:
            test(program)
            print("ok %d - %s" % (number, test.__name__))
        except AssertionError as error:
            failed += 1
            print("not ok %d - %s" % (number, test.__name__))
            print("# %r" % (error,))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
