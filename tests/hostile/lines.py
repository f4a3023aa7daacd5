# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lines that make a rule work as hard as an attacker can.

A rule is slow where it can go on in several ways that all fail in the end. So for each repetition in
it a line is made that matches up to there, repeats that as often as fits, and then fails: once with
what the repetition itself takes, and once with what stands behind it, which a wildcard takes, too.
"""

import re
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import sre_constants as op
    import sre_parse

LONGEST = 64 * 1024 - 200
SIZES = (30, 1000, LONGEST)
FIRST_CHOICES = " a0-:.[\"'(<=/,;@_A~\x01é"
CATEGORIES = {
    op.CATEGORY_DIGIT: "0",
    op.CATEGORY_NOT_DIGIT: "a",
    op.CATEGORY_SPACE: " ",
    op.CATEGORY_NOT_SPACE: "a",
    op.CATEGORY_WORD: "a",
    op.CATEGORY_NOT_WORD: " ",
}
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT)

# Of no rule in particular: they are tried by all.
GENERIC = list(
    unit * (LONGEST // len(unit))
    for unit in (" ", '"', "'", "[", "]", "(", "<", ">", "a", "0", "1.", ":", "::", "1:", "-", "a ")
    + ("\\", "=", "from ", '" "', "[(", "a.", "user ", "é", "\xa0", "192.0.2.1 ", "for 192.0.2.1 from ")
)


def in_set(items):
    """A character of a set."""
    if items[0][0] is op.NEGATE:
        free = [char for char in FIRST_CHOICES if not any(has(item, char) for item in items[1:])]
        return free[0] if free else "\u2603"
    kind, value = items[0]
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.RANGE:
        return chr(value[0])
    return CATEGORIES.get(value, "a")


def has(member, char):
    kind, value = member
    if kind is op.LITERAL:
        return chr(value) == char
    if kind is op.RANGE:
        return value[0] <= ord(char) <= value[1]
    if kind is op.CATEGORY:
        name = str(value).lower()
        classes = {"digit": r"\d", "space": r"\s", "word": r"\w"}
        wanted = next(text for key, text in classes.items() if name.endswith(key))
        return bool(re.match(wanted, char)) != ("not" in name)
    return True


def sample(tree, groups):
    """A text that the pattern matches, or nearly: assertions are not looked at."""
    return "".join(sample_item(kind, value, groups) for kind, value in tree)


def sample_item(kind, value, groups):
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.NOT_LITERAL:
        return next(char for char in FIRST_CHOICES if char != chr(value))
    if kind is op.ANY:
        return "a"
    if kind is op.IN:
        return in_set(value)
    if kind is op.BRANCH:
        return sample(value[1][0], groups)
    if kind is op.SUBPATTERN:
        groups[value[0]] = sample(value[3], groups)
        return groups[value[0]]
    if kind in REPEATS:
        return sample(value[2], groups) * max(value[0], min(1, value[1]))
    if kind is op.GROUPREF:
        return groups.get(value, "")
    if kind is op.GROUPREF_EXISTS:
        return sample(value[1], groups)
    return sample(value, groups) if kind is op.ATOMIC_GROUP else ""


def first_units(tree):
    """What may stand at the start of each alternative behind a repetition."""
    text = sample(tree, {})
    return [text[:1], text[:12], text] if text else []


def places(tree, before=""):
    """(what matches up to a repetition, what it repeats, the pattern behind it)."""
    groups = {}
    for at, (kind, value) in enumerate(tree):
        rest = tree[at + 1 :]
        if kind in REPEATS and value[1] > 1:
            yield before, value[2], rest
        for inner in children(kind, value):
            for start, body, behind in places(inner, before):
                yield start, body, list(behind) + list(rest)
        before += sample_item(kind, value, groups)


def children(kind, value):
    if kind is op.BRANCH:
        return value[1]
    if kind is op.SUBPATTERN:
        return [value[3]]
    if kind in REPEATS:
        return [value[2]]
    if kind is op.GROUPREF_EXISTS:
        return [tree for tree in value[1:] if tree is not None]
    return []


def fill(before, unit, after, size):
    count = max(1, (size - len(before) - len(after)) // len(unit))
    return before + unit * count + after


def lines_of_place(before, body, behind):
    own = sample(body, {}) or "a"
    next_units = first_units(behind)
    units = {own, own + " ", *next_units, *(own + unit for unit in next_units)}
    whole = sample(behind, {})
    for unit in sorted(units):
        for size in SIZES:
            yield fill(before, unit, "\x01", size)
        yield fill(before, unit, whole[:-1] + "\x01", LONGEST)


def parse(regex):
    """Python's own parse of a rule; what only PCRE2 knows is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return list(sre_parse.parse(regex))
        except (re.error, RecursionError, OverflowError):
            return []


def hostile_lines(regex):
    """Lines against one rule, without repetition."""
    tree = parse(regex)
    whole = sample(tree, {})
    found = {}
    if whole:
        for text in (whole, whole[:-1], whole[: len(whole) // 2], whole + "\x01"):
            found[fill("", text, "\x01", LONGEST)] = True
            found[fill("", text + " ", "", LONGEST)] = True
    for literal in set(re.findall(r"[A-Za-z]{3,}", whole)):
        found[fill("", literal, "", LONGEST)] = True
        found[fill("", literal + " ", "", LONGEST)] = True
    for place in places(tree):
        for line in lines_of_place(*place):
            found[line.replace("\n", " ")] = True
    return list(found)
