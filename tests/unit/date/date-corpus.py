#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Times that fail2ban gives to lines: section "dates" of the corpus (see tests/data/corpus.py).

date-corpus.py SOURCE_ROOT DATE-LINES reads the expectations and asks that program. Lines of one suite are of
one log. What a line without a stamp is timed by is not asked here.
"""

import itertools
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "data"))

from corpus import SKIPPED, find  # noqa: E402


def ask(program, rows):
    """The answers to the lines of one suite."""
    first = rows[0]
    command = [program, str(first["now"]), first.get("timezone", "-")]
    command += first["datepattern"].split("\n") if "datepattern" in first else []
    lines = "".join(row["line"] + "\n" for row in rows)
    environment = dict(os.environ, TZ=first["tz"])
    done = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, env=environment, check=True)
    return done.stdout.decode().splitlines()


def differs(row, answer):
    """Whether a stamp was found that is not of the time expected."""
    words = answer.split()
    if words[0] != "found" or not row["match"]:
        return False
    return row.get("epoch") is None or round(row["epoch"] * 1e6) != int(words[3])


def main():
    corpus = find(sys.argv[1])
    if corpus is None:
        print("no corpus: set KBAN_CORPUS to its folder")
        return SKIPPED
    count = wrong = 0
    for path in sorted(pathlib.Path(corpus, "dates", "expected").glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        for _, suite in itertools.groupby(rows, key=lambda row: row["suite"]):
            suite = list(suite)
            for row, answer in zip(suite, ask(sys.argv[2], suite), strict=True):
                count += 1
                if differs(row, answer):
                    wrong += 1
                    print(f"{row['suite']}: '{row['line']}' gives {answer}, not {row.get('epoch')}")
    print(f"{count} lines, {wrong} wrong")
    return 0 if count > 0 and wrong == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
