#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The public headers, libkban/kban.map and the shared library name the same functions."""

import re
import subprocess

from sources import Check, line_of, without_comments

MAP = "libkban/kban.map"
NODE = re.compile(r"(?P<name>\w[\w.]*)\s*\{(?P<body>[^}]*)\}", re.DOTALL)


def declared(check):
    """Functions marked KBAN_API, with their place."""
    functions = {}
    for path in check.files(".h"):
        if not path.startswith("include/kban/"):
            continue
        code = without_comments(check.text(path))
        code = re.sub(r"^#.*$", "", code, flags=re.MULTILINE)
        for match in re.finditer(r"\bKBAN_API\b[^;({]*?(?:\([^)]*\)\s*)?\b(\w+)\s*\(", code):
            functions[match.group(1)] = (path, line_of(code, match.start()))
    return functions


def mapped(check):
    """Functions under the releases of the map, each of which is in alphabetical order."""
    functions = {}
    text = without_comments(check.text(MAP))
    for node in NODE.finditer(text):
        body = node.group("body").split("local:")[0].replace("global:", "       ")
        names = [(name.group(), node.start("body") + name.start())
                 for name in re.finditer(r"[\w*]+(?=\s*;)", body)]
        for (name, offset), (before, _) in zip(names, [("", 0)] + names):
            line = line_of(text, offset)
            if name <= before:
                check.complain(MAP, line, f"{name} is out of alphabetical order")
            if name in functions:
                check.complain(MAP, line, f"{name} is there twice")
            functions[name] = (MAP, line)
    return functions


def exported(library):
    output = subprocess.run(["nm", "-D", "--defined-only", "--format=posix", library],
                            check=True, capture_output=True, text=True).stdout
    symbols = [line.split() for line in output.splitlines()]
    return {name.split("@")[0] for name, kind, *_ in symbols if kind != "A"}


def main():
    check = Check(__doc__, "--library")
    headers, versions = declared(check), mapped(check)
    for name in sorted(headers.keys() - versions.keys()):
        check.complain(*headers[name], f"{name} is not in {MAP}")
    for name in sorted(versions.keys() - headers.keys()):
        check.complain(*versions[name], f"{name} is in no public header")
    if check.options.library:
        symbols = exported(check.options.library)
        for name in sorted(versions.keys() - symbols):
            check.complain(*versions[name], f"{name} is not defined in the library")
        for name in sorted(symbols - versions.keys()):
            check.complain(check.options.library, 0, f"exports {name}, which is not in {MAP}")
    check.finish()


if __name__ == "__main__":
    main()
