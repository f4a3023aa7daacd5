#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""run-language.py KBAN_REGEX FILE [CASE ...]

Run the cases of a file on the language of filters and compare what kban-regex makes of them. A case
is named after the statement that it holds kban to:

    --- 8.2 {,n} is a count             the name
    failregex = ^a{,3} <HOST>$          the filter, f.conf; [Definition] unless it has sections
    |x caf\\xe9                         a line of it, its escapes read as by Python
    @f.local                            begins another file of filter.d
    : --maxlines 5                      options of kban-regex (none: --usedns no); TZ=... is the zone
    / f[mode=x]                         the filter as it is asked for (none: f)
    > aa 192.0.2.1                      a line of the log
    >x a\\xe9                            the same, its escapes read as by Python
    = failure 192.0.2.1 user=joe        what it must be; an id with blanks is quoted
    = missed                            without '=', a line may be anything
    % ^a{,3} <HOST>$                    a failregex that must come out, in their order
    %i x                                the same for an ignoreregex
    %p x                                and for the prefregex
    %d Year                             and for the name of a format of dates
    ! f.conf:2: failregex: ...          the beginning of the message with which the filter fails
    ? f.conf:1: ...                     a part of a message that must be there, failure or not

After '=' may stand words KEY=VALUE: members of kban-regex's object (user, rule, time, attempts), or
fields of the match; a list is a,b. Times are those of the zone, which is UTC, and it is
2023-11-14 22:13:20.
Speaks TAP to meson.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

NOW = "1700000000"
SECTIONS = {"Failregex": "%", "Ignoreregex": "%i", "Prefregex": "%p", "Date template hits": "%d"}


class Case:
    def __init__(self, name):
        self.name = name
        self.files = {"f.conf": []}
        self.place = "f.conf"
        self.options = "--usedns no"
        self.filter = "f"
        self.lines = []
        self.lists = {}
        self.failure = None
        self.messages = []

    def take(self, text):
        word, _, rest = text.partition(" ")
        if word == ">":
            self.lines.append([rest.encode(), None])
        elif word == ">x":
            self.lines.append([rest.encode().decode("unicode_escape").encode("latin1"), None])
        elif word == "=":
            self.lines[-1][1] = shlex.split(rest)
        elif word in ("%", "%i", "%p", "%d"):
            self.lists.setdefault(word, []).append(rest)
        elif word == ":":
            self.options = rest
        elif word == "/":
            self.filter = rest
        elif word == "!":
            self.failure = rest
        elif word == "?":
            self.messages.append(rest)
        elif word == "|x":
            line = rest.encode().decode("unicode_escape").encode("latin1")
            self.files[self.place].append(line.decode("utf-8", "surrogateescape"))
        elif text.startswith("@"):
            self.place = text[1:]
            self.files[self.place] = []
        else:
            self.files[self.place].append(text)


def read_cases(path):
    cases = []
    for text in path.read_text().split("\n"):
        if text.startswith("--- "):
            cases.append(Case(text[4:]))
        elif cases and (text or cases[-1].lines == []):
            cases[-1].take(text)
    return cases


def write_files(case, root):
    for place, lines in case.files.items():
        path = root / "filter.d" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "\n".join(lines).rstrip("\n") + "\n"
        if place == "f.conf" and text != "\n" and not re.search(r"^\s*\[ *[A-Z]\w+ *\]", text, re.M):
            text = "[Definition]\n" + text
        if text != "\n" or place != "f.conf":
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
    (root / "log").write_bytes(b"".join(line + b"\n" for line, _ in case.lines))


def call(program, case, root, *more):
    command = [program, "-c", str(root), "--now", NOW, *more, *shlex.split(case.options)]
    env = {**os.environ, "TZ": os.environ.get("CASE_TZ", "UTC"), "LC_ALL": "C.UTF-8"}
    for word in list(command):
        if word.startswith("TZ="):
            command.remove(word)
            env["TZ"] = word[3:]
    return subprocess.run(
        [*command, str(root / "log"), case.filter.replace("@ROOT@", str(root))],
        env=env,
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )


def as_text(value):
    if isinstance(value, list):
        return ",".join(value)
    return "none" if value is None else str(value)


def compare(expected, given):
    """What is not as it must be, as a list of sentences."""
    wrong = []
    if given["verdict"] != expected[0]:
        wrong.append(f"is {given['verdict']} {given.get('id', '')}")
    for word in expected[1:]:
        key, found, value = word.partition("=")
        if not found:
            key, value = "id", word
        has = given.get(key, given.get("fields", {}).get(key))
        if key == "rule":
            has = given.get("regex", -1) + 1
        if as_text(has)[: len(value) if key == "time" else None] != value:
            wrong.append(f"has {key} '{as_text(has)}', not '{value}'")
    return wrong


def lists_of(text):
    """What -v shows of the filter."""
    lists = {}
    section = None
    for line in text.splitlines():
        title = line.split(":")[0]
        if title in SECTIONS:
            section = SECTIONS[title]
        found = re.match(r"\|  (?: *\d+\) )?\[\d+\] (.*)$", line)
        if section and found:
            lists.setdefault(section, []).append(found[1])
    return lists


def check_lines(case, done):
    objects = [json.loads(text) for text in done.stdout.decode().splitlines()][:-1]
    wrong = []
    by_number = {given["line"]: given for given in objects}
    for number, (line, expected) in enumerate(case.lines, 1):
        given = by_number.get(number, {"verdict": "nothing"})
        if expected is not None:
            wrong += [f"'{line.decode(errors='replace')}' {what}" for what in compare(expected, given)]
    return wrong


def run(program, case):
    """Sentences on what is wrong."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write_files(case, root)
        shown = call(program, case, root, "-v") if case.lists else None
        done = call(program, case, root, "--format", "json") if case.lines or not shown else shown
        said = done.stderr.decode(errors="replace").replace(str(root / "filter.d") + "/", "")
        said = said.replace(str(root) + "/", "")
        wrong = [f"no word of '{text}' in: {said}" for text in case.messages if text not in said]
        if case.failure is not None:
            begins = said.startswith("kban-regex: " + case.failure)
            return wrong if begins and done.returncode == 2 else [*wrong, f"says: {said}"]
        if done.returncode not in (0, 1):
            return [f"fails: {said}"]
        if case.lines:
            wrong += check_lines(case, done)
        if case.lists:
            lists = lists_of(shown.stdout.decode())
            for kind, expected in case.lists.items():
                if lists.get(kind) != expected:
                    wrong.append(f"{kind} {lists.get(kind)}, not {expected}")
        return wrong


def main():
    program, path, *names = sys.argv[1:]
    cases = [case for case in read_cases(Path(path)) if not names or case.name in names]
    failed = 0
    print(f"1..{len(cases)}")
    for number, case in enumerate(cases, 1):
        wrong = run(os.path.abspath(program), case)
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - {case.name.replace('#', '')}", flush=True)
        for what in wrong:
            print(f"# {what}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
