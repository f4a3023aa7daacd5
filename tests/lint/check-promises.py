#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/reliability.md names tests for each promise: they are there."""

import re

from sources import Check

PAGE = "docs/reliability.md"
ROW = re.compile(r"^\| (?!---|promise ).*\|$")
TESTS = re.compile(r"`([\w/.-]+): ([^`]+)`")


def find(check, name):
    """The text of the one file of this name below tests/, or None."""
    found = list((check.root / "tests").rglob(name.rsplit("/", maxsplit=1)[-1]))
    return found[0].read_text(encoding="utf-8") if len(found) == 1 else None


def check_row(check, number, row):
    named = TESTS.findall(row.split("|")[-2])
    if not named:
        check.complain(PAGE, number, "this promise has no test")
    for file, tests in named:
        text = find(check, file)
        if text is None:
            check.complain(PAGE, number, f"there is no one file {file}")
            continue
        for test in tests.split(", "):
            for part in test.split("."):
                if not re.search(rf"\b{re.escape(part)}\b", text):
                    check.complain(PAGE, number, f"{file} has no {test}")


def main():
    check = Check(__doc__)
    page = check.root / PAGE
    lines = page.read_text(encoding="utf-8").splitlines() if page.exists() else []
    for number, line in enumerate(lines, 1):
        if ROW.match(line):
            check_row(check, number, line)
    check.finish()


if __name__ == "__main__":
    main()
