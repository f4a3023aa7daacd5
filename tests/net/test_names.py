# SPDX-License-Identifier: LGPL-2.1-or-later
"""Host names in logs, with servers for names that never answer, and with names that are known."""

import os
import socket
import subprocess
import tempfile
import time

from support import Case, in_set, main, wait_until

KBAN_REGEX = os.environ.get("KBAN_REGEX", "kban-regex")
SERVERS = ["127.0.0.%d" % (i + 1) for i in range(3)]


class Names(Case):
    def setUp(self):
        """Every way to a name but a file leads to servers that are there and say nothing."""
        self.dir = tempfile.mkdtemp(prefix="kban-names-")
        self.put("/etc/resolv.conf", "".join("nameserver %s\n" % server for server in SERVERS))
        self.put("/etc/nsswitch.conf", "hosts: files dns\n")
        self.put("/etc/hosts", "127.0.0.1 localhost\n203.0.113.9 known.example\n2001:db8::9 known.example\n")
        self.sockets = []
        for server in SERVERS:
            self.sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            self.sockets[-1].bind((server, 53))
        self.addCleanup(lambda: [each.close() for each in self.sockets])

    def put(self, path, text):
        own = os.path.join(self.dir, os.path.basename(path))
        with open(own, "w") as file:
            file.write(text)
        if not os.path.exists(path):
            self.skipTest("there is no %s" % path)
        subprocess.run(["mount", "--bind", own, os.path.realpath(path)], check=True)
        self.addCleanup(subprocess.run, ["umount", os.path.realpath(path)], check=True)

    def asked(self):
        """How many questions have come."""
        count = 0
        for each in self.sockets:
            each.setblocking(False)
            try:
                while each.recv(1000):
                    count += 1
            except BlockingIOError:
                pass
        return count

    def regex(self, *names, usedns="yes"):
        log = os.path.join(self.dir, "log")
        with open(log, "w") as file:
            file.write("".join("fail from %s\n" % name for name in names))
        start = time.monotonic()
        done = subprocess.run([KBAN_REGEX, "--usedns", usedns, "-d", "{NONE}", "-o", "ip", log, "^fail from <HOST>$"],
                              capture_output=True, text=True)
        return done.stdout.split(), done.stderr, time.monotonic() - start

    def test_kban_regex_asks_only_if_it_may(self):
        for usedns in ("no", "raw"):
            found, _, _ = self.regex("silent.example", "192.0.2.1", usedns=usedns)
            self.assertIn("192.0.2.1", found)
        self.assertEqual(self.asked(), 0)

    def test_kban_regex_waits_two_seconds(self):
        found, _, took = self.regex("silent.example", "192.0.2.1", "silent.example")
        self.assertEqual(found, ["192.0.2.1"])
        self.assertGreater(self.asked(), 0)
        self.assertLess(took, 3.5)

    def test_kban_regex_tires_of_silence(self):
        found, errors, took = self.regex(*["s%d.example" % i for i in range(50)], "192.0.2.1")
        self.assertEqual(found, ["192.0.2.1"])
        self.assertIn("3 names in a row could not be looked up", errors)
        self.assertLess(took, 9)

    def test_kban_regex_takes_all_addresses(self):
        found, _, _ = self.regex("known.example")
        self.assertEqual(sorted(found), ["2001:db8::9", "203.0.113.9"])
        self.assertEqual(self.asked(), 0)

    def test_daemon_asks_only_if_it_may(self):
        host = self.host({"no": {"usedns": "no"}, "raw": {"usedns": "raw"}}).start()
        host.fail("silent.example", "192.0.2.1")
        wait_until("the address", lambda: in_set("kban-no", "192.0.2.1") and in_set("kban-raw", "192.0.2.1"))
        self.assertEqual(self.asked(), 0)

    def test_daemon_goes_on_without_answers(self):
        host = self.host({"test": {"usedns": "yes"}}).start()
        host.fail(*["s%d.example" % i for i in range(100)])
        wait_until("a question", self.asked)
        for i in range(1, 6):
            host.fail("192.0.2.%d" % i)
            wait_until("the ban", lambda: in_set("kban-test", "192.0.2.%d" % i), limit=1.0)
        host.fail("known.example")
        host.stop()

    def test_daemon_bans_all_addresses(self):
        host = self.host({"test": {"usedns": "yes"}}).start()
        host.fail("known.example")
        wait_until("the ban", lambda: in_set("kban-test", "203.0.113.9") and in_set("kban-test6", "2001:db8::9"))

    def test_daemon_spares_a_name_that_is_ignored(self):
        host = self.host({"test": {"usedns": "yes", "ignoreip": "203.0.113.0/24 2001:db8::/32"}}).start()
        host.fail("known.example", "192.0.2.1")
        wait_until("the other", lambda: in_set("kban-test", "192.0.2.1"))
        wait_until("the decision", lambda: host.journal_has("Ignore 203.0.113.9"))
        self.assertFalse(in_set("kban-test", "203.0.113.9"))


if __name__ == "__main__":
    main()
