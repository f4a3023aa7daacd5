# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rotation while lines are written, many jails on one file, and lines nobody wishes for."""

import os
import random
import re
import subprocess
import time

from support import Case, in_set, main, members, stamp, wait_until


def address(number):
    return "10.%d.%d.%d" % (number >> 16 & 255, number >> 8 & 255, number & 255)


class Rotation(Case):
    LINES = 50000
    ROTATIONS = 50

    def check(self, rotate):
        """Hosts that fail twice are to be banned; hosts that fail once are not."""
        host = self.host({"test": {"maxretry": 2}}).start()
        twice, once = self.LINES * 2 // 5, self.LINES // 5
        lines = list(range(1, twice + 1)) * 2 + list(range(twice + 1, twice + once + 1))
        random.Random(1).shuffle(lines)
        part = len(lines) // self.ROTATIONS
        for i in range(self.ROTATIONS):
            host.fail(*[address(n) for n in lines[i * part:(i + 1) * part]])
            rotate(host, i)
        host.fail("192.0.2.1", "192.0.2.1")
        wait_until("the last line", lambda: in_set("kban-test", "192.0.2.1"), limit=120)
        expected = {address(n) for n in range(1, twice + 1)} | {"192.0.2.1"}
        wait_until("all bans", lambda: len(members("kban-test")) >= len(expected), limit=60, pause=0.2)
        self.assertEqual(set(members("kban-test")), expected)
        self.assertEqual(host.ask("status", "test")["jail"]["total_failed"], self.LINES + 2)

    def test_rename(self):
        def rotate(host, i):
            os.rename(host.log, "%s.%d" % (host.log, i))
            open(host.log, "w").close()

        self.check(rotate)

    def test_copytruncate(self):
        def rotate(host, i):
            written = os.path.getsize(host.log)
            wait_until("reading", lambda: host.ask("status")["logs"][0]["offset"] >= written, limit=30)
            os.truncate(host.log, 0)

        self.check(rotate)

    def test_rename_while_down(self):
        host = self.host({"test": {"maxretry": 2}}).start()
        host.fail("192.0.2.1")
        wait_until("the failure", lambda: host.ask("status", "test")["jail"]["total_failed"] == 1)
        host.kill()
        host.fail("192.0.2.1", "192.0.2.2")
        os.rename(host.log, host.log + ".2")
        host.fail("192.0.2.3", "192.0.2.3")
        os.rename(host.log, host.log + ".1")
        host.fail("192.0.2.4", "192.0.2.4")
        host.start()
        wait_until("all bans", lambda: set(members("kban-test")) == {"192.0.2.1", "192.0.2.3", "192.0.2.4"})


class Sharing(Case):
    def test_ten_jails_read_a_file_once(self):
        host = self.host({"jail%d" % i: {} for i in range(10)}).start()
        host.append(("%s nothing of interest\n" % stamp()) * 20000)
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-jail9", "192.0.2.1"), limit=30)
        log = host.ask("status")["logs"][0]
        size = os.path.getsize(host.log)
        print("ten jails: %d bytes in the file, %d bytes read in %d reads" % (size, log["bytes"], log["reads"]))
        self.assertLess(log["bytes"], size * 1.01)
        for i in range(10):
            self.assertTrue(in_set("kban-jail%d" % i, "192.0.2.1"))

    def test_by_system_calls(self):
        try:
            subprocess.run(["strace", "-V"], capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("there is no strace")
        host = self.host({"jail%d" % i: {} for i in range(10)})
        trace = os.path.join(host.dir, "trace")
        host.start(wrapper=("strace", "-qq", "-e", "trace=pread64", "-o", trace, "-y"))
        host.append(("%s nothing of interest\n" % stamp()) * 20000)
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-jail9", "192.0.2.1"), limit=60)
        size = os.path.getsize(host.log)
        with open(trace, errors="replace") as file:
            reads = re.findall(r"pread64\(\d+<%s>.* = (\d+)\n" % re.escape(host.log), file.read())
        total = sum(int(n) for n in reads)
        print("strace: %d bytes in the file, %d bytes in %d reads of it" % (size, total, len(reads)))
        self.assertLess(total, size * 1.2)


class Hostile(Case):
    def check(self, *junk):
        host = self.host().start()
        host.append(*junk)
        host.append(b"\n")
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"), limit=30)
        self.assertEqual(set(members("kban-test")), {"192.0.2.1"})
        self.assertEqual(members("kban-test6"), {})

    def test_bytes_that_are_not_utf8(self):
        self.check(b"\xff\xfe\x80 fail from 198.51.100.1\xc3\n", bytes(range(256)) * 100)

    def test_nul(self):
        self.check(("%s fail from 198.51.100.1" % stamp()).encode() + b"\0\n", b"\0" * 5000)

    def test_line_of_ten_megabytes(self):
        self.check(b"x" * 10_000_000, b" fail from 198.51.100.1")

    def test_random_bytes(self):
        self.check(random.Random(7).randbytes(3_000_000))

    def test_half_an_address_waits(self):
        host = self.host().start()
        host.append("%s fail from 192.0.2.1" % stamp())
        other = host.ask("status")["logs"][0]["reads"]
        wait_until("a look at it", lambda: host.ask("status")["logs"][0]["reads"] >= other)
        end = time.monotonic() + 1
        wait_until("a second", lambda: time.monotonic() > end)
        self.assertEqual(members("kban-test"), {})
        host.append("23\n")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.123"))
        self.assertEqual(set(members("kban-test")), {"192.0.2.123"})


class Polling(Case):
    """backend = polling"""

    def watched(self, host):
        """How many files and directories the kernel watches for the daemon."""
        about = "/proc/%d/fdinfo" % host.process.pid
        count = 0
        for name in os.listdir(about):
            with open(os.path.join(about, name)) as file:
                count += sum(line.startswith("inotify wd:") for line in file)
        return count

    def test_no_hints_are_asked_for(self):
        host = self.host({"test": {"backend": "polling"}}).start()
        host.fail("198.51.100.1")
        wait_until("the ban", lambda: in_set("kban-test", "198.51.100.1"))
        os.rename(host.log, host.log + ".1")
        host.fail("198.51.100.2")
        wait_until("the ban after a rotation", lambda: in_set("kban-test", "198.51.100.2"))
        self.assertEqual(self.watched(host), 0)

    def test_a_reload_changes_over(self):
        host = self.host({"test": {"backend": "polling"}}).start()
        for backend, is_watched in (("auto", True), ("Polling", False), ("inotify", True)):
            with self.subTest(backend):
                host.write_jails({"test": {"backend": backend}})
                host.client("reload")
                wait_until("the change", lambda: (self.watched(host) > 0) == is_watched)


class Globs(Case):
    def test_files_that_appear_later(self):
        host = self.host()
        host.write_jails({"test": {"logpath": host.dir + "/sites/*/access.log"}})
        host.start()
        os.makedirs(host.dir + "/sites/one")
        host.append("%s fail from 192.0.2.1\n" % stamp(), path=host.dir + "/sites/one/access.log")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))

    def test_missing_log_does_not_stop_the_others(self):
        host = self.host({"test": {}, "missing": {"logpath": "/nonexistent/log"}}).start()
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))


if __name__ == "__main__":
    main()
