#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Count what kban-regex executes for a line of a log, and compare that with numbers that are kept.

callgrind counts; what a log of 2000 lines takes is taken off what one of 22000 takes, so that the
start is no part of it. A rise of more than 3 % fails. Numbers are kept for each set of compiler,
libraries and processor that makes a difference; where there are none, or no valgrind, nothing is
compared and the exit status is 77. After a change that is worth its price, or for another machine,
renew them:

    tests/bench/instructions.py --renew --toolchain NAME build-release/tools/kban-regex/kban-regex
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import logs

KEPT = Path(__file__).resolve().parent / "instructions.json"
KINDS = ("sshd", "nginx-access", "kerio")
FEW, LINES = 2_000, 20_000
RISE = 0.03
NOW = 1741100000
SKIPPED = 77
COUNTED = re.compile(r"^(?:summary|totals): (\d+)$", re.MULTILINE)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("kban_regex", type=Path)
    parser.add_argument("--toolchain", required=True, help="compiler and libraries of the build")
    parser.add_argument("--renew", action="store_true", help="keep the numbers of this run")
    parser.add_argument("--kept", type=Path, default=KEPT, help="where numbers are kept")
    return parser.parse_args()


def skip(why):
    print("skipped: " + why)
    sys.exit(SKIPPED)


def machine(toolchain):
    """All that makes the same source another number of instructions."""
    library, version = platform.libc_ver()
    flags = Path("/proc/cpuinfo").read_text().split()
    vectors = next((name for name in ("avx512bw", "avx2", "sse4_2") if name in flags), "none")
    return f"{platform.machine()} {vectors}, {toolchain}, {library} {version}"


def filter_path(kind):
    """A file, where fail2ban has it: a name may be that of another filter elsewhere."""
    name = logs.filter_of(kind)
    if "/" in name:
        return Path(name)
    config = Path(os.environ.get("KBAN_FAIL2BAN", "/")) / "etc/fail2ban"
    return config / "filter.d" / (name + ".conf")


def count(program, log, chosen, folder):
    """Instructions of one run."""
    output = folder / "callgrind.out"
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={output}", str(program)]
    command += ["--scan=always", "--now", str(NOW), str(log), str(chosen)]
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr}")
    return int(COUNTED.search(output.read_text()).group(1))


def per_line(program, kind, folder):
    taken = []
    for lines in (FEW, FEW + LINES):
        log = folder / f"{kind}.log"
        logs.write(kind, lines, log)
        taken.append(count(program, log, filter_path(kind), folder))
    return round((taken[1] - taken[0]) / LINES, 1)


def judge(kind, was, now):
    """Is it no more than it was?"""
    if was is None:
        print(f"{kind}: {now} instructions a line; no number is kept for it")
        return False
    rise = now / was - 1
    print(f"{kind}: {now} instructions a line, {rise:+.1%} of {was}")
    if rise < -RISE:
        print("  this is less: renew the numbers, so that it stays so")
    return rise <= RISE


def main():
    options = arguments()
    if not shutil.which("valgrind"):
        skip("valgrind is not here")
    if not all(filter_path(kind).is_file() for kind in KINDS):
        skip("fail2ban's filters are not here; KBAN_FAIL2BAN may name an unpacked package")
    where = machine(options.toolchain)
    kept = json.loads(options.kept.read_text()) if options.kept.is_file() else {}
    if where not in kept and not options.renew:
        skip(f"no numbers are kept for '{where}'; --renew keeps those of this machine")
    with tempfile.TemporaryDirectory(prefix="kban-instructions-") as folder:
        counted = {kind: per_line(options.kban_regex, kind, Path(folder)) for kind in KINDS}
    if options.renew:
        kept[where] = counted
        options.kept.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")
        print(f"{where}: {counted}")
        return 0
    good = [judge(kind, kept[where].get(kind), counted[kind]) for kind in KINDS]
    if all(good):
        return 0
    print(
        "More instructions than before. If they are worth it, renew the numbers and say why in the commit:\n"
        f"  {sys.argv[0]} --renew --toolchain '{options.toolchain}' {options.kban_regex}"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
