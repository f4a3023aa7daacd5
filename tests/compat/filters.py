#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""filters.py KBAN-REGEX

Load each filter of fail2ban, for each of its modes and each kind of log.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import fail2ban_tree

LOG_TYPES = ("file", "short", "journal", "rfc5424")


def modes(tree, name):
    """Those that the filter has options for: "mdre-ddos" and the like."""
    text = (tree.config / "filter.d" / f"{name}.conf").read_text()
    if not re.search(r"^mode *=", text, re.M):
        return {None}
    return set(re.findall(r"^(?:mdre|mdpr|usrre)-([a-z]+) *=", text, re.M)) | {None}


def write_test(tree, name, path):
    """A line that is no failure, under all options."""
    options = [{"logtype": logtype, **({"mode": mode} if mode else {})}
               for mode in sorted(modes(tree, name), key=str) for logtype in LOG_TYPES]
    path.write_text(f"# filterOptions: {json.dumps(options)}\nnothing\n")


def load(program, tree, name, path):
    """What kban-regex says against the filter."""
    write_test(tree, name, path)
    command = [program, "--test", "--filter", name, "-c", str(tree.config), str(path)]
    done = subprocess.run(command, capture_output=True, check=False)
    said = fail2ban_tree.unexpected(done.stderr)
    if done.returncode == 0 and not said:
        return []
    return done.stdout.decode(errors="replace").splitlines() + said or ["ended badly"]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = sys.argv[1]
    tree = fail2ban_tree.find()
    report = fail2ban_tree.Report()
    with tempfile.TemporaryDirectory() as folder:
        for name in tree.filters():
            report.tell(name, load(program, tree, name, Path(folder) / "nothing.log"))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
