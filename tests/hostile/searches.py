# SPDX-License-Identifier: LGPL-2.1-or-later
"""Searches of a filter's rules in hostile lines, by the program of search.c."""

import collections
import re
import subprocess

from lines import GENERIC, hostile_lines

LONGEST = 64 * 1024
KINDS = ("failregex", "ignoreregex", "prefregex")
Search = collections.namedtuple("Search", "kind index line result effort nanoseconds")


def variants(tree, name):
    """The filter, in each of its modes."""
    text = (tree.config / "filter.d" / f"{name}.conf").read_text()
    modes = sorted(set(re.findall(r"^(?:mdre|mdpr|usrre)-([a-z]+) *=", text, re.M)))
    return [name] + [f"{name}[mode={mode}]" for mode in modes]


def run(program, what, config, name, data=b""):
    command = [program, what, str(config), name]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.returncode} {done.stderr.decode()}")
    return done.stdout


def rules(program, config, name):
    """(kind, index, regex)"""
    rest = run(program, "rules", config, name)
    while rest:
        head, _, rest = rest.partition(b"\n")
        kind, index, length = map(int, head.split())
        yield kind, index, rest[:length].decode(errors="replace")
        rest = rest[length + 1 :]


def some_of(lines, most):
    """Not more than that, evenly taken; None: all of them."""
    step = 1 if most is None else -(-len(lines) // most) or 1
    return lines[::step]


def cut(line):
    """What a daemon would look at of the line, whole characters."""
    return line.encode()[:LONGEST].decode(errors="ignore").encode()


def attack(program, config, name, most=None):
    """All searches, each rule in lines that were made against it."""
    asked = []
    for kind, index, regex in rules(program, config, name):
        lines = some_of(hostile_lines(regex), most) + some_of(GENERIC, most)
        asked += [(kind, index, cut(line)) for line in lines]
    return search(program, config, name, asked)


def search(program, config, name, asked):
    """The searches that are asked for by (kind, index, line)."""
    data = b"".join(b"%d %d %d\n%s" % (k, i, len(line), line) for k, i, line in asked)
    answers = run(program, "lines", config, name, data).decode().splitlines()
    found = []
    for (kind, index, line), answer in zip(asked, answers, strict=True):
        result, effort, nanoseconds = answer.split()[2:]
        found.append(Search(KINDS[kind], index, line, result, int(effort), int(nanoseconds)))
    return found


def fastest(program, config, name, found, times):
    """The search again: others use the machine, too."""
    asked = [(KINDS.index(found.kind), found.index, found.line)] * times
    again = search(program, config, name, asked)
    return min([found] + again, key=lambda one: one.nanoseconds)


def bound(program):
    """What a search may cost, and by how much its last step may go beyond."""
    done = subprocess.run([program, "bound"], capture_output=True, check=True)
    return map(int, done.stdout.split())
