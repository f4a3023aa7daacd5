# SPDX-License-Identifier: LGPL-2.1-or-later
"""How a comparison is run: with fail2ban's filters, a seed that is told, and a clock beside it."""

import os
import random
import sys
import tempfile
import time
from pathlib import Path

from fail2ban_tree import MISSING, Tree

SKIP = 77


def find_tree():
    """The tree, or None after a message."""
    tree = Tree(Path(os.environ.get("KBAN_FAIL2BAN", "/")))
    if tree.is_complete():
        return tree
    sys.stderr.write(MISSING)
    return None


def timed(options, compare):
    """What compare(options, tree, folder) gives, and the seconds it took; ends without fail2ban.

    Without a seed the options get one.
    """
    tree = find_tree()
    if tree is None:
        sys.exit(SKIP)
    if options.seed is None:
        options.seed = str(random.SystemRandom().randrange(10**9))
    print(f"seed {options.seed}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kban-differential-") as folder:
        result = compare(options, tree, Path(folder))
    return result, time.monotonic() - started
