# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where kban means to differ from fail2ban: docs/fail2ban-differences.md says why.

Each reason is as narrow as it can be: a difference that it does not fit is a bug.
"""

import re

from batch import differences

ODD_BREAKS = re.compile("[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")


def refused_by_one(expected, got):
    """What Python's engine refuses and PCRE2 can do."""
    return bool(expected.error) and not got.error


def bad_date_pattern(expected, got):
    """fail2ban finds out at the first line, and then at each, that a pattern is none."""
    rows = expected.rows.values()
    raised = bool(rows) and all(row["verdict"] == "raised" for row in rows)
    return raised and "Failed to set datepattern" in got.error


def too_slow(expected, _got):
    return expected.error == "too slow"


def unknown_zone(_batch, _line, expected, _got):
    """A word where a zone can be: fail2ban loses the line, to kban the stamp is unreadable."""
    return expected.get("why") == "KeyError" and expected["text"].strip("'").isalpha()


def half_a_day(_batch, _line, expected, _got):
    """A month without its day or the other way round: lost, or unreadable."""
    return expected.get("why") == "TypeError" and "NoneType" in expected["text"]


def bad_pattern_for_dates(_batch, _line, expected, _got):
    """A date pattern that Python refuses when it is needed, and PCRE2 can do."""
    return expected.get("why") == "error"


def nul_in_address(_batch, _line, expected, _got):
    """What cannot be given to inet_pton() is no address."""
    return expected.get("why") == "ValueError" and "null" in expected["text"]


def no_network(_batch, _line, expected, got):
    """An id with '/' that is no network keeps what is behind it."""
    if not set(differences(expected, got)) <= {"id", "host"} or "/" not in got.get("id", ""):
        return False
    return expected["id"] == got["id"].strip("[]").split("/")[0]


def mapped_address(_batch, _line, expected, got):
    """An IPv4-mapped address with an impossible prefix length is the IPv4 address."""
    return expected.get("id") == f"::ffff:{got.get('id')}" and "cidr" in expected["fields"]


def users_of_later_rules(batch, _line, expected, got):
    """Where all rules are tried, those after the first add their users to what that one found."""
    if not batch.all_rules or differences(expected, got) != ["users"]:
        return False
    return set(expected["users"]) > set(got["users"])


def rule_of_nobody(batch, _line, expected, got):
    """A rule that matches and says nobody's name ends the line there, and not here."""
    found = got.get("verdict") in ("failure", "ignored") and got.get("regex", 1) > 0
    return not batch.all_rules and expected.get("nobody", False) and found


def odd_line_break(_batch, _line, expected, got):
    """A skipped line with a form feed or the like is not taken for several lines."""
    skipped = "".join(v for k, v in expected.get("fields", {}).items() if k.startswith("skiplines"))
    return differences(expected, got) == ["attempts"] and bool(ODD_BREAKS.search(skipped))


BATCH_REASONS = (refused_by_one, bad_date_pattern, too_slow)
LINE_REASONS = (
    unknown_zone,
    half_a_day,
    bad_pattern_for_dates,
    nul_in_address,
    no_network,
    mapped_address,
    users_of_later_rules,
    rule_of_nobody,
    odd_line_break,
)


def of_batch(expected, got):
    """Why one program takes what the other refuses, or None."""
    for reason in BATCH_REASONS:
        if reason(expected, got):
            return reason.__name__
    return None


def of_line(batch, line, expected, got):
    """Why two rows of a line differ, or None."""
    for reason in LINE_REASONS:
        if reason(batch, line, expected, got):
            return reason.__name__
    return None


def tell(expected, got):
    """What differs, for people."""
    return ", ".join(
        f"{name} {expected.get(name)!r} / {got.get(name)!r}" for name in differences(expected, got)
    )
