#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""corpus.py SOURCE_ROOT [run_corpus.py's options]

Score the tools against a corpus of filters, logs and what fail2ban makes of them. The corpus is
not part of the source, because most of it is under another licence: the environment variable
KBAN_CORPUS names its folder, or it is looked for in shared/corpus beside the source. Without one
the test is skipped.
"""

import os
import subprocess
import sys

SKIPPED = 77


def find(source_root):
    for folder in (os.environ.get("KBAN_CORPUS"),
                   os.path.join(source_root, os.pardir, "shared", "corpus"),
                   os.path.join(source_root, os.pardir, os.pardir, "shared", "corpus")):
        if folder and os.path.isfile(os.path.join(folder, "run_corpus.py")):
            return os.path.abspath(folder)
    return None


def main():
    folder = find(sys.argv[1])
    if folder is None:
        print("no corpus: set KBAN_CORPUS to its folder")
        return SKIPPED
    return subprocess.call([sys.executable, os.path.join(folder, "run_corpus.py")] + sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
