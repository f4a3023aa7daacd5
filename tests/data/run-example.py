#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Play the log of an example's directory and see that it bans whom bans.jsonl names, and nobody else."""

import argparse
import difflib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# The day after the example's: 2026-01-02 00:00 UTC.
NOW = "1767312000"


def play(program, config):
    """What the daemon says that it would have done, one line for each ban."""
    command = [program, "-c", config, "--once", "--dry-run", "--json", "--now", NOW]
    done = subprocess.run(
        command, env={**os.environ, "TZ": "UTC"}, stdout=subprocess.PIPE, check=False
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}")
    return done.stdout.decode().splitlines()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="kban-tail")
    parser.add_argument("example", type=Path, help="directory of the example")
    arguments = parser.parse_args()
    expected = (arguments.example / "bans.jsonl").read_text().splitlines()
    with tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch) / "config"
        shutil.copytree(arguments.example, config)
        (config / "jail.d").mkdir()
        (config / "jail.d" / "test.local").write_text(
            f"[DEFAULT]\nkerio_log = {config / 'maillog'}\n"
        )
        given = play(arguments.program, str(config))
    difference = list(
        difflib.unified_diff(expected, given, "bans.jsonl", arguments.program, lineterm="")
    )
    print("\n".join(difference))
    sys.exit(1 if difference else 0)


if __name__ == "__main__":
    main()
