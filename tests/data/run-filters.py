#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Run a filter on annotated log lines and see that each gives what stands above it.

The annotations are those of fail2ban's own sample logs:

  # failJSON: {"match": true, "host": "192.0.2.7", "time": "2005-06-21T16:47:48"}
  Jun 21 16:47:48 ...                the line that must give this
  # filterOptions: {"mode": "more"}  from here on the filter has these options

A line without annotation must give no failure. Every rule of the filter must be used.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

# When the lines were written, for dates without a year: 2005-08-14 12:00 in central Europe.
NOW = "1124013600"
ZONE = "CET-01CEST-02,M3.5.0,M10.5.0"


class Line:
    def __init__(self, number, data, expected):
        self.number = number
        self.data = data
        self.expected = expected


def annotation(text, word):
    """What follows 'WORD:' in a comment, as JSON, or None."""
    head, found, tail = text.lstrip("# ").partition(":")
    return json.loads(tail) if found and head == word else None


def read_suites(path):
    """Pairs of filter options and the lines to be run with them."""
    suites = [({}, [])]
    expected = None
    for number, data in enumerate(path.read_bytes().split(b"\n"), 1):
        text = data.decode(errors="replace")
        if text.startswith("#"):
            options = annotation(text, "filterOptions")
            if options is not None:
                suites.append((options, []))
            expected = annotation(text, "failJSON") or expected
        elif text:
            suites[-1][1].append(Line(number, data, expected or {"match": False}))
            expected = None
    return suites


def filter_with(name, options):
    def quoted(value):
        return f"'{value}'" if '"' in value else f'"{value}"'

    return name + "".join(f"[{key}={quoted(value)}]" for key, value in options.items())


def judge(program, config, name, lines):
    """One object for each line, and the summary."""
    with tempfile.NamedTemporaryFile() as log:
        log.write(b"".join(line.data + b"\n" for line in lines))
        log.flush()
        command = [program, "--format", "json", "-c", config, "--now", NOW, log.name, name]
        done = subprocess.run(
            command, env={**os.environ, "TZ": ZONE}, stdout=subprocess.PIPE, check=False
        )
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}")
    objects = [json.loads(text) for text in done.stdout.decode().splitlines()]
    return objects[:-1], objects[-1]["summary"]


def differences(expected, given):
    """What is not as it must be, as a list of sentences."""
    if given["verdict"] != "failure":
        return ["is no failure"] if expected["match"] else []
    if not expected["match"]:
        return [f"is a failure of {given.get('host')}"]
    wrong = []
    for key, value in expected.items():
        if key in ("match", "desc"):
            continue
        found = given.get(key, given.get("fields", {}).get(key))
        if key == "time" and found is not None:
            found = found[: len(value)]
        if found != value:
            wrong.append(f"has {key} '{found}', not '{value}'")
    return wrong


def run(program, config, path):
    """Prints what is wrong; how much it was."""
    wrong = 0
    used = set()
    rules = 0
    for options, lines in read_suites(path):
        objects, summary = judge(program, config, filter_with(path.stem, options), lines)
        rules = len(summary["regex_hits"])
        if len(objects) != len(lines):
            sys.exit(f"{path}: {len(lines)} lines, but {len(objects)} results")
        for line, given in zip(lines, objects):
            used.add(given.get("regex") if given["verdict"] == "failure" else None)
            for difference in differences(line.expected, given):
                print(f"{path}:{line.number}: {difference}")
                wrong += 1
    for rule in sorted(set(range(rules)) - used):
        print(f"{path}: no line for rule {rule} of the filter")
        wrong += 1
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="kban-regex")
    parser.add_argument("config", help="directory that holds filter.d")
    parser.add_argument("logs", nargs="+", type=Path, help="FILTER.log, with annotations")
    arguments = parser.parse_args()
    wrong = sum(run(arguments.program, arguments.config, path) for path in arguments.logs)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
