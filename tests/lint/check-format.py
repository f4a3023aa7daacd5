#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""clang-format would change nothing."""

import re
import shutil
import subprocess

from sources import Check, skip

OLDEST = 14


def main():
    check = Check(__doc__)
    program = shutil.which("clang-format")
    if program is None:
        skip("clang-format is not installed")
    answer = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)
    version = int(re.search(r"version (\d+)", answer.stdout).group(1))
    if version < OLDEST:
        skip(f"clang-format {version} is older than {OLDEST}")
    files = list(check.files(".c", ".h"))
    result = subprocess.run([program, "--dry-run", "-Werror", "--style=file", *files],
                            cwd=check.root, capture_output=True, text=True, check=False)
    for path in sorted(set(re.findall(r"^(.+?):\d+:\d+: error:", result.stderr, re.MULTILINE))):
        check.complain(path, 0, "is not as clang-format -i would have it")
    if result.returncode != 0 and not check.complaints:
        check.complain(".clang-format", 0, result.stderr)
    check.finish()


if __name__ == "__main__":
    main()
