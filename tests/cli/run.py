#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""run.py TOOL PROGRAM [--update] [CASE ...]

Run the command line cases of a tool and compare all that they give. A case is a folder
tests/cli/TOOL/CASE with

    cmd      the command; its first word, the tool's name, is replaced by PROGRAM
    stdin    what it reads (none: nothing)
    env      NAME=VALUE lines (none: TZ=UTC and nothing else)
    daemon   what a daemon answers, see tests/support/fake_daemon.py; @SOCKET@ in cmd is its socket
    stdout   what it must print (none: nothing)
    stderr   the same
    status   its exit status (none: 0)
    calls    what it must ask the daemon, a line each (none: nothing)

The command runs in the case's folder, so that names of files in messages are the same everywhere.
--update writes what the program gave instead of comparing; the difference is reviewed like code.
Speaks TAP to meson.
"""

import json
import os
import re
import shlex
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "support"))

from fake_daemon import FakeDaemon  # noqa: E402

# What differs from run to run.
UNSTEADY = [
    (re.compile(rb"\[processed in [0-9.]+ sec\]"), b"[processed in 0.00 sec]"),
    # Steps until PCRE2 gives a rule up: they depend on its version.
    (re.compile(rb"\b[12][0-9]{6}\b"), b"2000000"),
]
TIME_LIMIT = 60


def read(path, default):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return default


def write(path, content, default):
    """An output that is as it is without a file needs none."""
    if content == default:
        if os.path.exists(path):
            os.remove(path)
        return
    with open(path, "wb") as file:
        file.write(content)


def environment(folder):
    env = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", "")}
    for name in os.environ:
        # Sanitizers and coverage are asked for from outside.
        if name.endswith("SAN_OPTIONS") or name.startswith("LLVM_PROFILE"):
            env[name] = os.environ[name]
    for line in read(os.path.join(folder, "env"), b"").decode().splitlines():
        name, _, value = line.partition("=")
        env[name] = value
    return env


def steady(output):
    for pattern, replacement in UNSTEADY:
        output = pattern.sub(replacement, output)
    return output


def run(folder, program):
    command = read(os.path.join(folder, "cmd"), b"").decode()
    with FakeDaemon(read(os.path.join(folder, "daemon"), b"").decode()) as daemon:
        words = [word.replace("@SOCKET@", daemon.path) for word in shlex.split(command)]
        done = subprocess.run([program] + words[1:], cwd=folder, env=environment(folder),
                              input=read(os.path.join(folder, "stdin"), b""),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIME_LIMIT)
    calls = "".join(json.dumps(call) + "\n" for call in daemon.calls)
    socket = daemon.path.encode()
    return {"stdout": steady(done.stdout).replace(socket, b"@SOCKET@"),
            "stderr": steady(done.stderr).replace(socket, b"@SOCKET@"),
            "status": b"%d\n" % done.returncode, "calls": calls.encode()}


DEFAULTS = {"stdout": b"", "stderr": b"", "status": b"0\n", "calls": b""}


def check(folder, program, update):
    """A list of what is not as it should be, as lines."""
    got = run(folder, program)
    wrong = []
    for name, default in DEFAULTS.items():
        path = os.path.join(folder, name)
        if update:
            write(path, got[name], default)
        elif got[name] != read(path, default):
            wrong += ["%s is:" % name] + got[name].decode(errors="replace").splitlines()
    return wrong


def main():
    words = [word for word in sys.argv[1:] if word != "--update"]
    if len(words) < 2:
        sys.exit(__doc__)
    tool, program, cases = words[0], os.path.abspath(words[1]), words[2:]
    base = os.path.join(HERE, tool)
    cases = cases or sorted(name for name in os.listdir(base)
                            if os.path.exists(os.path.join(base, name, "cmd")))
    print("1..%d" % len(cases))
    failed = 0
    for number, name in enumerate(cases, 1):
        wrong = check(os.path.join(base, name), program, "--update" in sys.argv)
        failed += bool(wrong)
        print("%s %d - %s" % ("not ok" if wrong else "ok", number, name))
        for line in wrong:
            print("# " + line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
