#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How much memory a program holds after ever more lines of a log that comes through a pipe.

The same lines come over and over, so whatever is remembered of hosts and sessions has been seen
after the first of them; what grows after that grows with lines, and nothing should.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import logs

PIECE = 100_000  # lines
AT = (1, 10, 50, 100)  # million lines


def memory(process):
    """KiB that a process holds."""
    text = Path(f"/proc/{process.pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0])


def piece_of(kind):
    with tempfile.TemporaryDirectory(prefix="kban-bench-") as folder:
        path = Path(folder) / "log"
        logs.write(kind, PIECE, path)
        return path.read_bytes()


def measure(command, kind, marks):
    """Pairs of (million lines, KiB); all but what a pipe holds has been read then."""
    piece = piece_of(kind)
    found = []
    with subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=dict(os.environ, LC_ALL="C", TZ="UTC"),
    ) as process:
        for mark in marks:
            for _ in range((mark - (found[-1][0] if found else 0)) * 1_000_000 // PIECE):
                process.stdin.write(piece)
            process.stdin.flush()
            found.append((mark, memory(process)))
        process.stdin.close()
    if process.returncode not in (0, 1):
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("build", type=Path, help="directory of a release build")
    parser.add_argument("--millions", type=int, default=AT[-1], help="lines at most")
    parser.add_argument("--kind", choices=sorted(logs.FILTERS), default="mixed")
    parser.add_argument("--filter", default="/etc/fail2ban/filter.d/sshd.conf")
    options = parser.parse_args()
    command = [options.build / "tools/kban-regex/kban-regex", "-", options.filter]
    for millions, held in measure(command, options.kind, [at for at in AT if at <= options.millions]):
        print(f"{millions:4} million lines: {held} KiB")


if __name__ == "__main__":
    main()
