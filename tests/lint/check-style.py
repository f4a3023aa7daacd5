#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What CONTRIBUTING.md asks of every file and a program can see."""

import ast
import re

from sources import Check, line_of, without_comments

LICENCE = "SPDX-License-Identifier: LGPL-2.1-or-later"
C = (".c", ".h")
SOURCES = (*C, ".cc", ".cpp", ".hpp", ".py", ".sh", "meson.build", "meson_options.txt")
MAX_LINES = 800
MAX_FUNCTION = 80

# Written so that they do not find themselves.
LEFT_OVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
SOMEBODYS_PATH = re.compile(r"(?<![\w.])/(?:home|Users|work|builds?)/[\w.-]+")


def is_source(path, text):
    return path.endswith(SOURCES) or text.startswith("#!")


def check_licence(check, path, lines):
    first = lines[1:2] if lines and lines[0].startswith("#!") else lines[:1]
    if not first or first[0] not in (f"/* {LICENCE} */", f"# {LICENCE}"):
        check.complain(path, 1, f"the first line is not {LICENCE}")


def check_lines(check, path, lines):
    for number, line in enumerate(lines, 1):
        if line != line.rstrip(" \t\r"):
            check.complain(path, number, "blanks at the end of the line")
        if LEFT_OVER.search(line):
            check.complain(path, number, f"'{LEFT_OVER.search(line).group()}' is for an issue")
        if SOMEBODYS_PATH.search(line):
            check.complain(path, number, "a path of somebody's machine")


def check_c(check, path, text):
    code = without_comments(text, strings=False)
    for match in re.finditer(r"//", code):
        check.complain(path, line_of(code, match.start()), "comments are /* so */")
    for match in re.finditer(r"^\{\n(.*?)^\}", code, re.MULTILINE | re.DOTALL):
        length = match.group(1).count("\n")
        if length > MAX_FUNCTION:
            check.complain(path, line_of(code, match.start()), f"a function of {length} lines")


def check_python(check, path, text):
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        length = node.end_lineno - node.lineno
        if length > MAX_FUNCTION:
            check.complain(path, node.lineno, f"a function of {length} lines")


def check_source(check, path, text, lines):
    check_licence(check, path, lines)
    if len(lines) > MAX_LINES:
        check.complain(path, len(lines), f"longer than {MAX_LINES} lines")
    if path.endswith(C):
        check_c(check, path, text)
    elif path.endswith(".py"):
        check_python(check, path, text)


def main():
    check = Check(__doc__)
    for path in check.files():
        text = check.text(path)
        if "\0" in text:
            continue
        if text and not text.endswith("\n"):
            check.complain(path, 0, "no line feed at the end")
        lines = text.split("\n")[:-1]
        check_lines(check, path, lines)
        if is_source(path, text):
            check_source(check, path, text, lines)
    check.finish()


if __name__ == "__main__":
    main()
