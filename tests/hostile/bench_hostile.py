#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench_hostile.py SEARCH [FILTER…]

How long a rule of fail2ban's filters takes for the worst of the lines that were made against it.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "compat"))

import fail2ban_tree  # noqa: E402
from searches import attack, fastest, variants  # noqa: E402

SHOWN = 20
TIMES = 5


def worst_of(searches):
    """The slowest of each rule."""
    by_rule = {}
    for found in searches:
        kept = by_rule.get((found.kind, found.index))
        if kept is None or found.nanoseconds > kept.nanoseconds:
            by_rule[found.kind, found.index] = found
    return by_rule.values()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program = sys.argv[1]
    tree = fail2ban_tree.find()
    names = sys.argv[2:] or [name for one in tree.filters() for name in variants(tree, one)]
    worst = []
    count = 0
    for name in names:
        searches = attack(program, tree.config, name)
        count += len(searches)
        worst += [(name, found) for found in worst_of(searches)]
    worst.sort(key=lambda one: -one[1].nanoseconds)
    print(f"{count} searches by {len(worst)} rules; the worst of them, in milliseconds:")
    for name, first in worst[:SHOWN]:
        found = fastest(program, tree.config, name, first, TIMES)
        print(
            f"{found.nanoseconds / 1e6:8.2f}  {name} {found.kind} {found.index + 1}: "
            f"{found.result}, {len(found.line)} bytes: {found.line[:60]!r}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
