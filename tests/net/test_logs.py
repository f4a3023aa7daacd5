# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rotation while lines are written, many jails on one file, and lines nobody wishes for."""

import contextlib
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


TEN = "abcdefghij"  # jails; one whose name ends in 6 has a set of another name


class Sharing(Case):
    def test_ten_jails_read_a_file_once(self):
        host = self.host({"jail-" + letter: {} for letter in TEN}).start()
        host.append(("%s nothing of interest\n" % stamp()) * 20000)
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-jail-j", "192.0.2.1"), limit=30)
        log = host.ask("status")["logs"][0]
        size = os.path.getsize(host.log)
        print("ten jails: %d bytes in the file, %d bytes read in %d reads" % (size, log["bytes"], log["reads"]))
        self.assertLess(log["bytes"], size * 1.01)
        for letter in TEN:
            self.assertTrue(in_set("kban-jail-" + letter, "192.0.2.1"))

    def test_by_system_calls(self):
        try:
            subprocess.run(["strace", "-V"], capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("there is no strace")
        host = self.host({"jail-" + letter: {} for letter in TEN})
        trace = os.path.join(host.dir, "trace")
        host.start(wrapper=("strace", "-qq", "-e", "trace=pread64", "-o", trace, "-y"))
        host.append(("%s nothing of interest\n" % stamp()) * 20000)
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-jail-j", "192.0.2.1"), limit=60)
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
            # A descriptor may be closed meanwhile.
            with contextlib.suppress(FileNotFoundError), open(os.path.join(about, name)) as file:
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
    """What patterns name, and where reading begins: the kernel tells of files, or they are looked for."""

    def without_hints(self):
        """No daemon that starts from now on gets a descriptor of inotify."""
        path = "/proc/sys/user/max_inotify_instances"

        def write(text):
            with open(path, "w") as file:
                file.write(text)

        try:
            with open(path) as file:
                before = file.read()
            write("0")
        except OSError as error:
            self.skipTest(str(error))
        self.addCleanup(write, before)

    def put(self, host, name, address):
        path = os.path.join(host.dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        host.append("%s fail from %s\n" % (stamp(), address), path=path)

    def banned(self, *addresses):
        wait_until("the bans", lambda: set(members("kban-test") or ()) == set(addresses))

    def check_late_files(self, polls):
        host = self.host()
        host.write_jails({"test": {"logpath": host.dir + "/sites/*/access*.log"}})
        host.start()
        self.assertEqual(host.journal_has("files are looked at every 2 seconds instead"), polls)
        # Directories that come with their file, files in them, and one that is moved in.
        self.put(host, "sites/one/access.log", "192.0.2.1")
        self.banned("192.0.2.1")
        self.put(host, "sites/two/access.log", "192.0.2.2")
        self.put(host, "sites/one/access-more.log", "192.0.2.3")
        self.put(host, "sites/one/error.log", "198.51.100.1")
        self.banned("192.0.2.1", "192.0.2.2", "192.0.2.3")
        self.put(host, "elsewhere.log", "192.0.2.4")
        os.rename(os.path.join(host.dir, "elsewhere.log"), os.path.join(host.dir, "sites/two/access-moved.log"))
        self.banned("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4")
        # They are followed as others are.
        self.put(host, "sites/two/access-moved.log", "192.0.2.5")
        os.rename(os.path.join(host.dir, "sites/one"), os.path.join(host.dir, "sites/renamed"))
        self.put(host, "sites/renamed/access.log", "192.0.2.6")
        self.banned(*["192.0.2.%d" % n for n in range(1, 7)])

    def test_files_that_appear_later(self):
        self.check_late_files(False)

    def test_files_that_appear_later_where_nothing_tells(self):
        self.without_hints()
        self.check_late_files(True)

    def check_beginnings(self):
        """What was there at the start is read from its end where a "tail" says so; what comes later is new."""
        host = self.host()
        host.write_jails({"test": {"logpath": "%s/head-*.log head\n  %s/tail-*.log tail\n  %s/plain.log" % ((host.dir,) * 3)}})
        for number, name in enumerate(("head-1.log", "tail-1.log", "plain.log")):
            self.put(host, name, "192.0.2.%d" % (number + 1))
        host.start()
        self.banned("192.0.2.1", "192.0.2.3")
        self.put(host, "tail-1.log", "192.0.2.4")
        self.put(host, "head-2.log", "192.0.2.5")
        self.put(host, "tail-2.log", "192.0.2.6")
        self.banned("192.0.2.1", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6")
        # Rotated, it goes on with the beginning of the next.
        os.rename(os.path.join(host.dir, "tail-1.log"), os.path.join(host.dir, "old"))
        self.put(host, "tail-1.log", "192.0.2.7")
        self.banned(*["192.0.2.%d" % n for n in (1, 3, 4, 5, 6, 7)])
        # A restart goes on where it was, whatever stands there. (A kill might come before that is saved.)
        host.stop()
        self.put(host, "tail-1.log", "192.0.2.8")
        self.put(host, "head-1.log", "192.0.2.9")
        host.start()
        self.banned(*["192.0.2.%d" % n for n in (1, 3, 4, 5, 6, 7, 8, 9)])
        self.assertEqual(host.ask("status", "test")["jail"]["total_failed"], 2)

    def test_beginnings(self):
        self.check_beginnings()

    def test_beginnings_where_nothing_tells(self):
        self.without_hints()
        self.check_beginnings()

    def test_missing_log_does_not_stop_the_others(self):
        host = self.host({"test": {}, "missing": {"logpath": "/nonexistent/log"}}).start()
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))


if __name__ == "__main__":
    main()
