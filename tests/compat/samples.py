#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""samples.py KBAN-REGEX KNOWN-DIFFERENCES

Put all sample logs of fail2ban to its filters, as kban understands them. Each line gives what stands
above it, or is listed in KNOWN-DIFFERENCES with the reason. What is listed and passes is wrong, too.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import fail2ban_tree


def read_known(path, version):
    """The keys listed for this version of fail2ban."""
    known = set()
    section = None
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        header = re.fullmatch(r"\[(.+)\]", line)
        if header:
            section = header.group(1)
            continue
        key, found, reason = line.partition(" -- ")
        if not found or not reason.strip() or section is None:
            sys.exit(f"{path}:{number}: not [VERSION], and not KEY -- reason")
        if section == version:
            known.add(key)
    return known


def run(program, config, path):
    """All objects that kban-regex printed, or what it said instead."""
    environment = {name: value for name, value in os.environ.items() if name not in ("TZ", "KBAN_NOW")}
    command = [program, "--test", "--format", "json", "-c", str(config), str(path)]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    said = fail2ban_tree.unexpected(done.stderr)
    if done.returncode not in (0, 1) or said:
        return None, said or ["ended in some other way"]
    return [json.loads(line) for line in done.stdout.splitlines()], []


def key_of(result):
    options = ", ".join(f"{name}={value}" for name, value in result["options"].items()
                        if not name.startswith("test."))
    return f"{Path(result['file']).name}:{result['line']}" + (f" [{options}]" if options else "")


def judge(name, objects):
    """What did not pass, and what did, as keys with an explanation."""
    failed = {}
    passed = set()
    for result in objects[:-1]:
        if result["outcome"] == "passed":
            passed.add(key_of(result))
        else:
            failed[key_of(result)] = json.dumps(result.get("differences", "skipped"))
    for unused in objects[-1]["summary"]["unused"]:
        place = f"{Path(unused['file']).name}:{unused['line']}"
        failed[f"{name} failregex {place}"] = "no line matches " + unused["failregex"]
    return failed, passed


def compare(failed, passed, known, seen):
    """What is wrong, as lines. Keys of the list that were met are added to @seen."""
    wrong = [f"{key}: {why}" for key, why in failed.items() if key not in known]
    wrong += [f"{key}: passes, but is listed as known" for key in sorted(passed & known)]
    seen.update((set(failed) | passed) & known)
    return wrong


def added_files(paths):
    """Names of logs that are run with others."""
    pattern = re.compile(rb'^#+ ?addFILE: *"([^"]+)"', re.M)
    return {found.decode() for path in paths for found in pattern.findall(path.read_bytes())}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, known_path = sys.argv[1:]
    tree = fail2ban_tree.find()
    known = read_known(known_path, tree.version())
    seen = set()
    report = fail2ban_tree.Report()
    with tempfile.TemporaryDirectory() as folder:
        test_config = tree.make_test_config(Path(folder))
        filters = tree.filters()
        paths = sorted(path for path in tree.samples.iterdir() if path.is_file())
        added = added_files(paths)
        for path in paths:
            name = path.name
            if name not in filters and name in added:
                continue
            config = test_config if name.startswith("zzz-") else tree.config
            objects, wrong = run(program, config, path)
            if objects is not None:
                wrong = compare(*judge(name, objects), known, seen)
                name += f", {len(objects) - 1} cases"
            report.tell(name, wrong)
    report.tell("what is listed exists", [f"{key}: not met" for key in sorted(known - seen)])
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
