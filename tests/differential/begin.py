# SPDX-License-Identifier: LGPL-2.1-or-later
"""How a comparison begins: with fail2ban's filters, and a seed that is told."""

import os
import random
import sys
from pathlib import Path

from fail2ban_tree import MISSING, Tree


def begin(options):
    """The tree, or None after a message. Without a seed the options get one."""
    tree = Tree(Path(os.environ.get("KBAN_FAIL2BAN", "/")))
    if not tree.is_complete():
        sys.stderr.write(MISSING)
        return None
    if options.seed is None:
        options.seed = str(random.SystemRandom().randrange(10**9))
    print(f"seed {options.seed}", flush=True)
    return tree
