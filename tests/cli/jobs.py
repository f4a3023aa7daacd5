#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""jobs.py KBAN_REGEX [--stock]

What kban-regex prints, on both its outputs, is the same however many threads read the log. With
--stock: for each filter of fail2ban, on the samples of all; without fail2ban, unpacked in
$KBAN_FAIL2BAN or installed, that is skipped. Speaks TAP to meson.
"""

import gzip
import lzma
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
for folder in ("bench", "compat", "differential"):
    sys.path.insert(0, str(TESTS / folder))

import logs  # noqa: E402

JOBS = ("2", "4", "auto")
# Files that are smaller are read by one thread.
SIZE = 2_600_000
SAMPLES_SIZE = 1_600_000
RULES = {
    "sshd": (r"^\S* sshd\[\d+\]: Failed \S+ for .* from <HOST> port", r"Invalid user \S* from <ADDR>"),
    "nginx-access": (r'^<HOST> \S+ \S+ .*"GET /cgi-bin',),
    "nginx-error": (r"password mismatch, client: <HOST>",),
    "postfix": (r"postfix/smtpd\[\d+\]: .*\[<HOST>\]: SASL",),
    "kerio": (r"Failed IMAP login from <HOST>",),
    "mixed": (r"from <HOST> port", r"(?:removed|delivered).* <HOST>"),
}
REPORTS = (
    [],
    ["-o", "row"],
    ["-o", "ip", "--scan=always"],
    ["-o", "msg", "-i", "--scan=always"],
    ["--format", "json"],
    ["--format", "json", "--scan=always"],
    ["--print-all-missed", "--print-all-matched"],
    ["--print-no-missed", "--scan=always"],
    ["-v", "--scan=never"],
    ["-L", "3"],
    ["--profile"],
)


def generated(kind, size=SIZE):
    """Lines of a log, at least so many bytes of them."""
    lines = [line.encode() for line in logs.Log(kind).lines(3000)]
    count = 3000 * size // sum(len(line) + 1 for line in lines) + 1
    return [line.encode() for line in logs.Log(kind).lines(count)]


def ended(lines, end=b"\n"):
    return b"".join(line + end for line in lines)


def with_long_lines(lines):
    """Longer than a block, and longer than what is judged of a line."""
    long = [b"x" * 300_000, b"y" * 700_001 + b" from 192.0.2.1 port", b"z" * 4_194_304,
            b"w" * 5_000_000 + b" from 192.0.2.2 port", b"v" * 262_144, b"u" * 262_143]
    for number, line in enumerate(long):
        lines.insert((number + 1) * len(lines) // (len(long) + 1), line)
    return lines


def with_garbage(lines, rng):
    """Bytes that are no text, comments, empty lines and bent lines."""
    for _ in range(len(lines) // 20):
        at = rng.randrange(len(lines))
        lines[at] = rng.choice((
            b"", b"#" + lines[at], b"\r", b"\r\r", rng.randbytes(40), lines[at][::-1],
            lines[at][:60] + "Grüße".encode() + lines[at][60:],
            lines[at][:30] + b"\xff\0" + lines[at][30:], b"no stamp: " + lines[at][16:]))
    return lines


def all_logs():
    """Name, file name, contents, kind."""
    rng = random.Random(5)
    lines = generated("mixed")
    for kind in RULES:
        yield kind, "log", ended(generated(kind)), kind
    yield "no line feed at the end", "log", ended(lines)[:-1], "mixed"
    yield "CRLF", "log", ended(lines, b"\r\n"), "mixed"
    yield "long lines", "log", ended(with_long_lines(lines[:])), "mixed"
    yield "long last line", "log", ended(lines) + b"from 192.0.2.1 port" * 400_000, "mixed"
    yield "garbage", "log", ended(with_garbage(lines[:], rng)), "mixed"
    yield "random bytes", "log", rng.randbytes(SIZE), "mixed"
    yield "what rules need in most lines", "log", ended(
        [b"Mar  3 11:06:40 mail x: from %d port" % (i % 1000) for i in range(80_000)]), "mixed"
    yield "small", "log", ended(lines[:2000]), "mixed"
    packed = gzip.compress(ended(lines), 1)
    yield "gzip", "log.gz", packed, "mixed"
    yield "gzip that is cut off", "log.gz", packed[: len(packed) * 2 // 3], "mixed"
    yield "gzip that is broken", "log.gz", broken(packed), "mixed"
    yield "xz", "log.xz", lzma.compress(ended(with_garbage(lines[:], rng)), preset=0), "mixed"


def broken(packed):
    middle = len(packed) // 2
    return packed[:middle] + b"\xff" * 64 + packed[middle + 64 :]


class Runs:
    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.env = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8")

    def run(self, jobs, arguments):
        """Exit status and both outputs, without how long it took."""
        command = [self.program, "--now", "1741000000", "--jobs", jobs, *arguments]
        done = subprocess.run(command, env=self.env, capture_output=True, cwd=self.folder,
                              timeout=300, check=False)
        out = re.sub(rb"\[processed in [0-9.]+ sec\]", b"", done.stdout)
        assert done.returncode in (0, 1, 2), (command, done)
        return done.returncode, out, done.stderr

    def compare(self, arguments, all_jobs=JOBS):
        expected = self.run("1", arguments)
        for jobs in all_jobs:
            got = self.run(jobs, arguments)
            assert got[0] == expected[0], (jobs, arguments, got[0], expected[0], got[2][-300:])
            assert got[2] == expected[2], (jobs, arguments, got[2][-300:], expected[2][-300:])
            assert got[1] == expected[1], (jobs, arguments, first_difference(got[1], expected[1]))
        return expected


def first_difference(got, expected):
    pairs = zip(got.split(b"\n"), expected.split(b"\n"))
    return next(((one[:300], other[:300]) for one, other in pairs if one != other), "one ends early")


def check_log(runs, number, log):
    """A log with one report of those there are, and with the usual one; the first with all."""
    _, name, contents, kind = log
    (runs.folder / name).write_bytes(contents)
    rule = RULES[kind][number % len(RULES[kind])]
    reports = REPORTS if number == 0 else (REPORTS[0], REPORTS[1 + number % (len(REPORTS) - 1)])
    statuses = {runs.compare([*report, name, rule])[0] for report in reports}
    (runs.folder / name).unlink()
    return statuses


def logs_are_the_same(runs):
    statuses = set()
    for number, log in enumerate(all_logs()):
        got = check_log(runs, number, log)
        # What is packed is an error where a log breaks off, or the build cannot unpack it.
        assert got <= ({0, 1, 2} if log[1] != "log" else {0, 1}), (log[0], got)
        statuses |= got
    assert 0 in statuses, statuses


def several_logs_are_the_same(runs):
    for number, kind in enumerate(("mixed", "sshd", "postfix")):
        (runs.folder / f"log{number}").write_bytes(ended(generated(kind)))
    for more in ([], ["--scan=always", "-o", "row"]):
        names = ["log0", "log1", "log2"]
        assert runs.compare([*more, "-f", RULES["mixed"][0], *names])[0] == 0


def standard_input_is_the_same(runs):
    """A file, which is read ahead, and a pipe, which is not."""
    (runs.folder / "log").write_bytes(ended(generated("mixed")))
    expected = runs.run("1", ["-o", "row", "log", RULES["mixed"][0]])
    command = [runs.program, "--now", "1741000000", "--jobs", "3", "-o", "row", "-", RULES["mixed"][0]]
    with open(runs.folder / "log", "rb") as log:
        done = subprocess.run(command, env=runs.env, stdin=log, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == expected[:2]
    contents = (runs.folder / "log").read_bytes()
    done = subprocess.run(command, env=runs.env, input=contents, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == expected[:2]


def nobody_reads(runs):
    """Who closes the output early ends threads that are at work."""
    (runs.folder / "log").write_bytes(ended(generated("mixed") * 3))
    command = [runs.program, "--jobs", "4", "-o", "row", "log", RULES["mixed"][0]]
    with subprocess.Popen(command, env=runs.env, cwd=runs.folder, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        complaint = process.stderr.read()
    assert (process.returncode, complaint) == (0, b""), (process.returncode, complaint)


def threads_are_at_work(runs):
    """A file that is large has them, one that is small does not; without strace, nothing is known."""
    (runs.folder / "log").write_bytes(ended(generated("mixed")))
    trace = runs.folder / "trace"
    counts = []
    for jobs in ("1", "3"):
        command = ["strace", "-f", "-qq", "-e", "trace=clone,clone3", "-o", str(trace),
                   runs.program, "--jobs", jobs, "log", RULES["mixed"][0]]
        try:
            done = subprocess.run(command, cwd=runs.folder, capture_output=True, check=False)
        except FileNotFoundError:
            return "no strace"
        if not trace.exists() or b"ptrace" in done.stderr:
            return "no strace"
        counts.append(len(re.findall(rb"clone3?\(.*= \d", trace.read_bytes())))
    # A sanitizer may have a thread of its own.
    assert counts[1] - counts[0] >= 2, counts
    return None


def stock_filters_are_the_same(runs):
    from fail2ban_tree import MISSING, Tree
    from stock import read_samples

    tree = Tree(Path(os.environ.get("KBAN_FAIL2BAN", "/")))
    if not tree.is_complete():
        sys.stderr.write(MISSING)
        return "no fail2ban"
    samples = read_samples(tree, runs.folder)
    rng = random.Random(7)
    pool = [line for sample in samples.values() for line in sample.lines]
    lines = [line if isinstance(line, bytes) else line.encode() for line in pool]
    lines *= SAMPLES_SIZE // sum(len(line) + 1 for line in lines) + 1
    rng.shuffle(lines)
    (runs.folder / "log").write_bytes(ended(lines))
    found = 0
    for name in tree.filters():
        arguments = ["-c", str(tree.config), "log", name]
        found += runs.compare(["-o", "row", *arguments], ("3",))[0] == 0
        runs.compare(arguments, ("2",))
    assert found > 50, found
    return None


def main():
    program = os.path.abspath(sys.argv[1])
    tests = [logs_are_the_same, several_logs_are_the_same, standard_input_is_the_same, nobody_reads,
             threads_are_at_work]
    if "--stock" in sys.argv:
        tests = [stock_filters_are_the_same]
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, test in enumerate(tests, 1):
        with tempfile.TemporaryDirectory(prefix="kban-jobs-") as folder:
            try:
                missing = test(Runs(program, Path(folder)))
                print(f"ok {number} - {test.__name__}{f' # SKIP {missing}' if missing else ''}", flush=True)
            except AssertionError as error:
                failed += 1
                print(f"not ok {number} - {test.__name__}")
                print(f"# {error!r}"[:2000], flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
