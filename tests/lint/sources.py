# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the checks of this folder share: which files there are, and how to complain about them."""

import argparse
import os
import re
import sys
from pathlib import Path

FOLDERS = (".ci", "bindings", "docs", "etc", "include", "libkban", "scripts", "tests", "tools")

# Kept byte for byte, whatever is in them.
DATA = ("docs/examples/mail-server/maillog", "tests/cli/", "tests/data/", "tests/fuzz/corpus/")

COMMENT_OR_STRING = re.compile(
    r"""(?P<comment>/\*.*?\*/)|(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""", re.DOTALL
)


class Check:
    """A run over one source tree, which ends in an exit status."""

    def __init__(self, description, *options):
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("root", type=Path, help="folder with the sources")
        for option in options:
            parser.add_argument(option)
        self.options = parser.parse_args()
        self.root = self.options.root
        self.complaints = 0

    def files(self, *suffixes):
        """Paths below the root, with '/', of all files that are not test data."""
        for path in sorted(self._walk()):
            if not path.startswith(DATA) and (not suffixes or path.endswith(suffixes)):
                yield path

    def _walk(self):
        for name in os.listdir(self.root):
            if (self.root / name).is_file() and name != ".git":
                yield name
        for folder in FOLDERS:
            for where, folders, names in os.walk(self.root / folder):
                folders[:] = [name for name in folders if name != "__pycache__"]
                for name in names:
                    yield (Path(where) / name).relative_to(self.root).as_posix()

    def text(self, path):
        with open(self.root / path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()

    def complain(self, path, line, message):
        place = f"{path}:{line}" if line else path
        print(f"{place}: {message}", file=sys.stderr)
        self.complaints += 1

    def finish(self):
        sys.exit(1 if self.complaints else 0)


def skip(why):
    """End as a test that could not be run, which a person should hear about."""
    print(f"SKIPPED: {why}", file=sys.stderr)
    sys.exit(77)


def without_comments(code, strings=True):
    """C code with comments, and strings too if not wanted, blanked out; lines stay in place."""

    def blank(match):
        if match.group("comment") is None and strings:
            return match.group()
        return re.sub(r"[^\n]", " ", match.group())

    return COMMENT_OR_STRING.sub(blank, code)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
