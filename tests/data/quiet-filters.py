#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""quiet-filters.py KBAN_REGEX CONFIG_DIR

Load each filter of a configuration, in each of its modes, and see that nothing is said of it.
"""

import re
import subprocess
import sys
from pathlib import Path

MODE = re.compile(r"^mdre-(\w+)\s*=", re.MULTILINE)


def complaints(tool, config, name):
    command = [tool, "-c", config, "--format", "json", "no line of it", name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stderr if done.returncode in (0, 1) else f"{name}: {done.stderr}"


def main():
    tool, config = sys.argv[1:]
    said = ""
    for path in sorted(Path(config, "filter.d").glob("*.conf")):
        text = path.read_text(encoding="utf-8")
        if "failregex" not in text:
            continue
        for mode in [None] + MODE.findall(text):
            said += complaints(tool, config, f"{path.stem}[mode={mode}]" if mode else path.stem)
    print(said, end="")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
