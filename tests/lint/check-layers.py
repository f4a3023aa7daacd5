#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may include whom: docs/architecture.md, as a table."""

import re
from fnmatch import fnmatch

from sources import Check, line_of, without_comments

BELOW = {
    "base": set(),
    "conf": {"base"},
    "regex": {"base"},
    "date": {"base", "regex"},
    "filter": {"base", "conf", "date", "regex"},
    "match": {"base", "date", "filter", "regex"},
    "scan": {"base", "filter", "match", "regex"},
    "count": {"base"},
    "decide": {"base"},
    "ban": {"base"},
    "action": {"ban", "base", "conf"},
    "store": {"base"},
    "source": {"base"},
    "control": {"base"},
}
BELOW["jail"] = set(BELOW)

# Each foreign library has one door. The test of a file may use what the file itself may.
DOORS = {
    "pcre2*.h": ["libkban/regex/pattern*"],
    "regex/pattern-engine.h": ["libkban/regex/pattern*.c"],
    "hs*.h": ["libkban/regex/prescan*"],
    "sqlite3*.h": ["libkban/store/*"],
    "libipset/*": ["libkban/ban/backend-ipset*.c"],
    "libmnl/*": ["libkban/ban/connections*", "tests/net/set-probe*"],
    "nftables/*": ["libkban/ban/backend-nft*.c"],
    "jansson*.h": ["libkban/control/*", "tools/*"],
    "uv*.h": ["tools/kban-tail/*"],
    "archive*.h": ["tools/kban-regex/unpacker-archive.c"],
    "systemd/*": ["libkban/source/journal*", "tools/kban-tail/*"],
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)


def twin(path):
    """The file that a unit test is about; any other file is about itself."""
    return re.sub(r"^tests/unit/(.*/)?test-", r"libkban/\1", path)


def check_door(check, path, line, header):
    for pattern, places in DOORS.items():
        if fnmatch(header, pattern) and not any(fnmatch(twin(path), place) for place in places):
            check.complain(path, line, f"<{header}> has its door in {' and '.join(places)}")


def check_layer(check, path, line, kind, header):
    layer = path.split("/")[1]
    other = header.split("/")[0]
    if layer not in BELOW:
        check.complain(path, line, f"'{layer}' is not a layer")
    elif kind == '"' and other not in BELOW:
        check.complain(path, line, f'"{header}" is not written with its layer')
    elif other in BELOW and other != layer and other not in BELOW[layer]:
        check.complain(path, line, f"{layer}/ may not include {header}")


def check_front_end(check, path, line, kind, header):
    """A tool sees its own headers and those in tools/cli; what else is outside, its own."""
    if kind == "<":
        if header.split("/")[0] in BELOW:
            check.complain(path, line, f"<{header}> is not public")
        return
    folder = path.rsplit("/", 1)[0]
    homes = [folder]
    if path.startswith("tools/"):
        own = path.split("/")[1]
        if header.split("/")[0] in (own, "cli"):
            homes.append("tools")
    if path.startswith("tests/api/"):
        homes.append("tests/support")
    if not any((check.root / home / header).is_file() for home in homes) or ".." in header:
        check.complain(path, line, f'"{header}" is neither public nor the program\'s own')


def check_public(check, path, line, kind, header):
    if kind == '"' or header.split("/")[0] in BELOW:
        check.complain(path, line, f"a public header may not include {header}")


RULES = {
    "libkban/": check_layer,
    "include/kban/": check_public,
    "tools/": check_front_end,
    "bindings/": check_front_end,
    "docs/examples/": check_front_end,
    "tests/api/": check_front_end,
}


def main():
    check = Check(__doc__)
    for path in check.files(".c", ".h", ".cc", ".cpp", ".hpp"):
        code = without_comments(check.text(path))
        for match in INCLUDE.finditer(code):
            line = line_of(code, match.start(1))
            check_door(check, path, line, match.group(2))
            for folder, rule in RULES.items():
                if path.startswith(folder):
                    rule(check, path, line, match.group(1), match.group(2))
    check.finish()


if __name__ == "__main__":
    main()
