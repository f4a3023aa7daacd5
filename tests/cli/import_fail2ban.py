#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""import_fail2ban.py KBAN_CLIENT

kban-client import-fail2ban: what is asked of the daemon for which database, and what is printed.
The sets and chains of the host are not looked at here. Speaks TAP to meson.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "support"))

import fail2ban_database  # noqa: E402
from fake_daemon import FakeDaemon  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
NOW = int(time.time())
JAILS = [{"name": name, "running": True, "sets": ["kban-" + name, "kban-%s6" % name]} for name in ("sshd", "mail")]
JAILS.append({"name": "broken", "running": False})
TAKEN = {"banned": 1, "changed": 0, "known": 0, "over": 0, "protected": [], "refused": []}


def reply(method, parameters, **more):
    return json.dumps(dict({"method": "io.kban." + method, "parameters": parameters}, **more)) + "\n"


class Import(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="kban-import-")
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "fail2ban.sqlite3")

    def run_import(self, *words, answer=TAKEN, daemon=None):
        lines = daemon if daemon is not None else reply("Status", {"jails": JAILS}) + reply("ImportBans", answer)
        with FakeDaemon(lines) as peer:
            done = subprocess.run([PROGRAM, "--socket", peer.path, "import-fail2ban", "--no-kernel", "--database",
                                   self.path] + list(words), capture_output=True, text=True, timeout=120)
        self.calls = [call["parameters"] for call in peer.calls if call["method"] == "io.kban.ImportBans"]
        return done

    def test_end_number_and_lines(self):
        fail2ban_database.make(self.path, [
            ("sshd", "192.0.2.7", NOW - 5000, 600, 1, ["old"]),
            ("sshd", "192.0.2.7", NOW - 100, 3600, 3, [["a ", "13:38:04", " fail"], "b fail"]),
            ("sshd", "2001:DB8::7", NOW - 100, -1, 1, []),
        ])
        done = self.run_import(answer=dict(TAKEN, banned=2, over=1))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, "sshd: 2 banned, 1 over, kept in mind\n")
        self.assertEqual(self.calls, [{"jail": "sshd", "source": "fail2ban", "bans": [
            {"address": "192.0.2.7", "since": NOW - 5000, "until": NOW - 4400, "lines": ["old"]},
            {"address": "192.0.2.7", "since": NOW - 100, "until": NOW + 3500, "number": 3,
             "lines": ["a 13:38:04 fail", "b fail"]},
            {"address": "2001:db8::7", "since": NOW - 100, "forever": True},
        ]}])

    def test_only_the_last_ban_of_a_host_is_in_force(self):
        fail2ban_database.make(self.path, [
            ("sshd", "192.0.2.7", NOW - 200, 86400, 1, []), ("sshd", "192.0.2.7", NOW - 100, 600, 2, [])])
        self.run_import()
        self.assertEqual([ban["until"] for ban in self.calls[0]["bans"]], [NOW - 200, NOW + 500])

    def test_a_jail_that_does_not_run(self):
        fail2ban_database.make(self.path, [("gone", "192.0.2.7", NOW, 600, 1, []), ("mail", "192.0.2.8", NOW, 600, 1, []),
                                           ("broken", "192.0.2.9", NOW - 900, 600, 1, [])])
        done = self.run_import()
        self.assertEqual(done.returncode, 255)
        self.assertEqual(sorted(done.stdout.splitlines()), [
            "broken: not taken over, no such jail runs: 0 in force, 1 over",
            "gone: not taken over, no such jail runs: 1 in force, 0 over", "mail: 1 banned"])
        self.assertEqual([call["jail"] for call in self.calls], ["mail"])

    def test_dry_run_changes_nothing(self):
        fail2ban_database.make(self.path, [("sshd", "192.0.2.7", NOW, 600, 1, []), ("sshd", "192.0.2.8", 9, 600, 1, [])])
        done = self.run_import("--dry-run")
        self.assertEqual(done.stdout, "Nothing is changed; this would be taken over:\nsshd: 1 in force, 1 over\n")
        self.assertEqual((done.returncode, self.calls), (0, []))

    def test_what_is_refused_is_told(self):
        fail2ban_database.make(self.path, [("sshd", "192.0.2.0/24", NOW, 600, 1, []), ("sshd", "127.0.0.1", NOW, 600, 1, []),
                                           ("sshd", "joe", NOW, 600, 1, [])])
        done = self.run_import(answer=dict(TAKEN, banned=0, protected=["127.0.0.1"], refused=["192.0.2.0/24"]))
        self.assertEqual(done.returncode, 255)
        self.assertEqual(done.stdout, "sshd: 1 protected, 1 refused, 1 without an address\n"
                                      "  protected, left out: 127.0.0.1\n  refused: 192.0.2.0/24\n")

    def test_json(self):
        fail2ban_database.make(self.path, [("sshd", "192.0.2.7", NOW, 600, 1, [])])
        done = self.run_import("--json")
        self.assertEqual(json.loads(done.stdout), {
            "dry_run": False, "beyond": 0, "removed": [], "problems": [],
            "jails": [{"jail": "sshd", "running": True, "in_force": 1, "past": 0, "banned": 1, "changed": 0, "known": 0,
                       "over": 0, "protected": [], "refused": [], "no_addresses": 0}]})

    def test_many_go_in_requests_of_a_size_that_is_taken(self):
        fail2ban_database.make(self.path, [("sshd", "10.%d.%d.%d" % (n >> 16, n >> 8 & 255, n & 255), NOW, 600, 1,
                                            ["x" * 5000] * 12) for n in range(40)])
        self.run_import()
        bans = [ban for call in self.calls for ban in call["bans"]]
        self.assertEqual(len(bans), 40)
        self.assertEqual(bans[0]["lines"], ["x" * 1000] * 10)
        for call in self.calls:
            self.assertLess(len(json.dumps({"method": "io.kban.ImportBans", "parameters": call})), 65536)

    def test_older_versions(self):
        for columns, values in (("jail TEXT, ip TEXT, timeofban INTEGER, bantime INTEGER, bancount INTEGER, data JSON",
                                 (("sshd", "192.0.2.7", NOW - 9, 600, 2, "{}"),)),
                                ("jail TEXT, ip TEXT, timeofban INTEGER, data JSON", (("sshd", "192.0.2.7", NOW - 9, "{}"),))):
            with self.subTest(columns), sqlite3.connect(self.path) as db:
                db.executescript("DROP TABLE IF EXISTS bans; CREATE TABLE bans (%s)" % columns)
                db.executemany("INSERT INTO bans VALUES (%s)" % ",".join("?" * len(values[0])), values)
                db.commit()
                self.run_import()
                ban = {"address": "192.0.2.7", "since": NOW - 9}
                if len(values[0]) > 4:
                    ban.update(until=NOW + 591, number=2)
                self.assertEqual(self.calls[0]["bans"], [ban])

    def test_hostile_rows(self):
        fail2ban_database.make(self.path, [("sshd", "192.0.2.7", NOW, 600, 1, [])])
        db = sqlite3.connect(self.path)
        rows = [("sshd", "192.0.2.1", "soon", 600, 1, b"{}"), ("sshd", "192.0.2.2", NOW, "long", "many", b"\xff\x00{"),
                ("sshd", "192.0.2.3", NOW, 1e300, -5, b"[" * 5000), ("sshd", "192.0.2.4", -1e300, 5, 1, None),
                ("sshd", "192.0.2.5", NOW, -7, 1 << 62, b'{"matches": [1, {}, ["\\u0000", 2], "\\u001b[2J"]}'),
                ("\x1b[2J", "192.0.2.6", NOW, 600, 1, b'{"matches": 7}')]
        db.executemany("INSERT INTO bips(jail, ip, timeofban, bantime, bancount, data) VALUES (?, ?, ?, ?, ?, ?)", rows)
        db.execute("CREATE TRIGGER evil AFTER INSERT ON bips BEGIN DELETE FROM bips; END")
        db.commit()
        done = self.run_import()
        self.assertEqual(done.returncode, 255)
        self.assertIn("sshd: 1 banned, 2 without an address\n", done.stdout)
        self.assertNotIn("\x1b", done.stdout)
        found = {ban["address"]: ban for ban in self.calls[0]["bans"]}
        self.assertEqual(found["192.0.2.2"], {"address": "192.0.2.2", "since": NOW})
        self.assertEqual(found["192.0.2.3"], {"address": "192.0.2.3", "since": NOW, "forever": True})
        self.assertEqual(found["192.0.2.5"], {"address": "192.0.2.5", "since": NOW, "number": 1000000, 
                                              "lines": [" ", "\x1b[2J"]})

    def test_files_that_are_none(self):
        for content, said in ((b"", "no database of fail2ban: no such table: bans"),
                              (b"SQLite? no\n" * 500, "no database of fail2ban: file is not a database"),
                              (None, "there is no such file")):
            with self.subTest(said):
                if os.path.exists(self.path):
                    os.remove(self.path)
                if content is not None:
                    with open(self.path, "wb") as file:
                        file.write(content)
                done = self.run_import()
                self.assertEqual((done.returncode, done.stdout), (255, "fail2ban holds no bans\n"))
                self.assertEqual(done.stderr, "kban-client: %s: %s\n" % (self.path, said))

    def test_damaged_files_end(self):
        fail2ban_database.make(self.path, [("sshd", "192.0.2.%d" % n, NOW, 600, 1, ["x" * 400]) for n in range(200)])
        with open(self.path, "rb") as file:
            whole = file.read()
        for place in range(100, len(whole), len(whole) // 60):
            with open(self.path, "wb") as file:
                file.write(whole[:place] + bytes(b ^ 0xa5 for b in whole[place:place + 64]) + whole[place + 64:])
            self.assertIn(self.run_import().returncode, (0, 255), place)

    def test_the_daemon_refuses(self):
        fail2ban_database.make(self.path, [("sshd", "192.0.2.7", NOW, 600, 1, [])])
        done = self.run_import(daemon=reply("Status", {"jails": JAILS}) +
                               reply("ImportBans", {"reason": "the disk"}, error="io.kban.Failed"))
        self.assertEqual((done.returncode, done.stdout), (255, "the disk\n"))

    def test_wrong_words(self):
        for words, said in ((["--dryrun"], "unknown option of import-fail2ban '--dryrun'; did you mean '--dry-run'?"),
                            (["--remove-rules"], "import-fail2ban: --no-kernel leaves no rules to remove")):
            done = self.run_import(*words)
            self.assertEqual((done.returncode, done.stderr.splitlines()[0]), (2, "kban-client: " + said))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
