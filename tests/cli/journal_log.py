#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""journal_log.py KBAN_REGEX JOURNAL_REMOTE

kban-regex on a journal, which systemd-journal-remote(8) makes of a text. Speaks TAP to meson.
"""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CONFIG = os.path.join(HERE, "kban-regex", "config")

ENTRIES = [
    {"time": 1699999981250000, "_SYSTEMD_UNIT": "app.service", "SYSLOG_IDENTIFIER": "app", "_PID": "7",
     "MESSAGE": "login of joe from 198.51.100.7 failed"},
    {"time": 1699999982000000, "_SYSTEMD_UNIT": "other.service", "_COMM": "x", "MESSAGE": "hello"},
]

# Arguments, and what stands in the report or is all of the output.
REPORTS = [
    (["-v"], ["Use         systemd journal", "Use         encoding : UTF-8",
              "|      198.51.100.7  Tue Nov 14 22:13:01 2023",
              "|  2023-11-14T22:13:02+00:00 mail x: hello",
              "Lines: 2 lines, 0 ignored, 1 matched, 1 missed"]),
    (["-m", "_SYSTEMD_UNIT=app.service + _COMM=y"],
     ["Use    journal match : _SYSTEMD_UNIT=app.service + _COMM=y",
      "Lines: 1 lines, 0 ignored, 1 matched, 0 missed"]),
]
OUTPUTS = [
    (["-o", "row"], "['198.51.100.7',\t1699999981.25,\t{'user': 'joe', 'ip4': '198.51.100.7', "
                    "'ip6': None, 'dns': None}],\n"),
    (["--format", "json", "-m", "_COMM=x"],
     '{"line":1,"verdict":"missed"}\n{"summary":{"lines":1,"failures":0,"ignored":0,"missed":1,'
     '"nofail":0,"date_templates":[],"regex_hits":[0],"ignoreregex_hits":[]}}\n'),
]
RULE = r"^mail app\[\d+\]: login of <F-USER>\S+</F-USER> from <HOST> failed$"


def make_journal(remote, path):
    text = ""
    for number, entry in enumerate(ENTRIES, 1):
        fields = dict(entry)
        text += "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n" % (fields.pop("time"), number)
        text += "_BOOT_ID=1531fd22ec84429e85ae888b12fadb91\n_HOSTNAME=mail\n"
        text += "".join("%s=%s\n" % field for field in fields.items()) + "\n"
    with tempfile.NamedTemporaryFile("w", suffix=".export") as export:
        export.write(text)
        export.flush()
        subprocess.run([remote, "-o", path, "--split-mode=none", export.name], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run(program, path, arguments, rule=RULE):
    environment = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8")
    done = subprocess.run([program, "-c", CONFIG] + arguments +
                          ["systemd-journal[journalfiles=%s]" % path, rule],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True)
    return done


def check_all(program, path):
    for arguments, lines in REPORTS:
        printed = run(program, path, arguments).stdout.splitlines()
        yield "%s reports" % arguments, [line for line in lines if line not in printed]
    for arguments, output in OUTPUTS:
        printed = run(program, path, arguments).stdout
        yield "%s prints" % arguments, [] if printed == output else [printed]
    done = run(program, path, ["-m", "nonsense"])
    expected = "kban-regex: 'nonsense' is no match for the journal: write FIELD=value\n"
    yield "a wrong match is told", [] if (done.returncode, done.stderr) == (2, expected) else [done]
    done = run(program, path + "-none", [])
    yield "a missing file is told", [] if done.returncode == 2 and path in done.stderr else [done]


def main():
    program, remote = os.path.abspath(sys.argv[1]), sys.argv[2]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "test.journal")
        make_journal(remote, path)
        print("1..%d" % (len(REPORTS) + len(OUTPUTS) + 2))
        for number, (name, wrong) in enumerate(check_all(program, path), 1):
            failed += bool(wrong)
            print("%s %d - %s" % ("not ok" if wrong else "ok", number, name))
            for what in wrong:
                print("# %r" % (what,))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
