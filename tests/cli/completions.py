#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""completions.py COMPLETIONS PROGRAM ...

What bash offers: all long options of --help, and the words of some. Speaks TAP to meson.
"""

import os
import re
import shutil
import subprocess
import sys

CASES = {
    "kban-regex": [
        (["--explain", "="], {"missed", "matched", "ignored"}),
        (["--explain", "=", "mi"], {"missed"}),
        (["--prof"], {"--profile"}),
        (["--te"], {"--test"}),
        (["--usedns", "r"], {"raw"}),
        (["--usedns", "=", "n"], {"no"}),
    ],
    "kban-tail": [
        (["--te"], {"--test"}),
        (["--log", "W"], {"WARNING"}),
        (["--log-target", "SYS"], {"SYSOUT", "SYSLOG"}),
    ],
}


def offered(folder, tool, words):
    script = 'source "$1/$2.bash"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "_${1//-/_}"; ' \
             'printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", script, "bash", folder, tool] + words, capture_output=True, text=True)
    return set(done.stdout.split())


def main():
    folder, programs = sys.argv[1], sys.argv[2:]
    if shutil.which("bash") is None:
        print("1..0 # SKIP there is no bash")
        return 0
    results = []
    for program in programs:
        tool = os.path.basename(program)
        shown = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
        options = set(re.findall(r"^  (?:-.,|   ) (--[a-z-]+)", shown, re.MULTILINE))
        results.append((f"{tool}: all options", options <= offered(folder, tool, ["--"])))
        for words, expected in CASES.get(tool, []):
            found = offered(folder, tool, words)
            results.append((f"{tool} {' '.join(words)}: {sorted(found)}", found == expected))
    print(f"1..{len(results)}")
    for number, (name, good) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
    return 0 if all(good for _, good in results) else 1


if __name__ == "__main__":
    sys.exit(main())
