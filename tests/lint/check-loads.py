#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""No tool is linked with a library that it can do without: loading it would be most of a short run."""

import re
import subprocess

from sources import Check

NEEDED = re.compile(r"\(NEEDED\).*\[(?P<name>[^]]+?)\.so[^]]*\]")

# docs/decisions/0013-what-a-program-loads.md
NEVER = {"libkban", "libarchive"}
NOT_FOR = {
    "kban-client": NEVER | {"libipset", "libnftables", "libsystemd", "libuv"},
    "kban-regex": NEVER
    | {"libipset", "libmnl", "libnftables", "libsqlite3", "libsystemd", "libuv"},
    "kban-tail": NEVER,
}


def needed(program):
    output = subprocess.run(["readelf", "--dynamic", "--wide", program],
                            check=True, capture_output=True, text=True).stdout
    return {match["name"] for match in NEEDED.finditer(output)}


def main():
    check = Check(__doc__, "--kban-client", "--kban-regex", "--kban-tail")
    for tool, unwanted in NOT_FOR.items():
        program = getattr(check.options, tool.replace("-", "_"))
        if program is None:
            continue
        for name in sorted(needed(program) & unwanted):
            check.complain(program, 0, f"is linked with {name}")
    check.finish()


if __name__ == "__main__":
    main()
