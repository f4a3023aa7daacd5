#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_hostile.py SEARCH KBAN-REGEX

No rule of fail2ban's filters costs more than its bound on lines that were made against it, and a
rule that was given up is named with its filter. What that is in time, bench_hostile.py tells.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "compat"))

import fail2ban_tree  # noqa: E402
from searches import attack, bound, variants  # noqa: E402

LINES_OF_A_RULE = 30
REPORTS_WANTED = 10


def beyond(searches, most, last_step):
    """What is wrong with searches: more effort than allowed, or an end for no reason."""
    for found in searches:
        shown = f"{found.kind} {found.index}: {found.result} after {found.effort}"
        if found.effort > most + last_step:
            yield f"{shown} steps; the bound is {most}; {found.line[:200]!r}"
        if found.result == "limit" and found.effort <= most:
            yield f"{shown} steps is no reason to give up; {found.line[:200]!r}"


def reports(program, config, name, found, log):
    """
    Does kban-regex name the rule? None: it is not tried on the line, as one that lacks what every
    match must contain.
    """
    log.write_bytes(found.line + b"\n")
    command = [program, "-c", str(config), "--datepattern", "{NONE}", "--usedns", "no"]
    command += [str(log), f"filter.d/{name.partition('[')[0]}.conf"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    if done.returncode not in (0, 1):
        return f"kban-regex ends with {done.returncode}: {done.stderr.decode(errors='replace')}"
    told = done.stderr.decode(errors="replace")
    if "given up" not in told:
        return None
    wanted = rf"^kban-regex: .*filter\.d/\S+:\d+: {found.kind} {found.index + 1} .* given up"
    return "" if re.search(wanted, told, re.M) else f"{found.kind} {found.index + 1}: {told}"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    search, kban_regex = sys.argv[1:]
    tree = fail2ban_tree.find()
    report = fail2ban_tree.Report()
    most, last_step = bound(search)
    named, wrong = 0, []
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        for name in (name for one in tree.filters() for name in variants(tree, one)):
            searches = attack(search, tree.config, name, LINES_OF_A_RULE)
            report.tell(name, list(beyond(searches, most, last_step)))
            given_up = [found for found in searches if found.result in ("limit", "memory")]
            for found in given_up[:1] if "[" not in name else []:
                told = reports(kban_regex, tree.config, name, found, log)
                named += told == ""
                wrong += [f"{name}: {told}"] if told else []
    if named < REPORTS_WANTED:
        wrong.append(f"only {named} rules that were given up were named")
    report.tell("what was given up is named", wrong)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
