# SPDX-License-Identifier: LGPL-2.1-or-later
"""Let fail2ban keep count of the lines of its window (maxlines), as kban does.

When prefregex or an earlier rule has changed the window, it still looks up the lines that a rule
matched in the window as it was before: it reports others, and lines come back that were gone.
"""


def apply(log_filter):
    if log_filter.getMaxLines() < 2:
        return
    for rule in log_filter._Filter__failRegex:
        rule.search = search_in_step(rule.search, log_filter)


def search_in_step(search, log_filter):
    return lambda text, _lines: search(text, log_filter._Filter__lineBuffer)
