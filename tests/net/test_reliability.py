# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must not go wrong when something else does: the disk, the state, the kernel's hints, a kill in the middle."""

import glob
import os
import shutil
import signal
import subprocess
import threading
import time

from support import FILTER, Case, in_set, main, members, rules, run, stamp, wait_until


def address(number):
    return "10.%d.%d.%d" % (number >> 16 & 255, number >> 8 & 255, number & 255)


class Disk(Case):
    """A state directory on a small disk that is full."""

    def full_host(self):
        host = self.host()
        os.mkdir(host.state)
        run("mount", "-t", "tmpfs", "-o", "size=768k,mode=0700", "tmpfs", host.state)
        self.addCleanup(run, "umount", "-l", host.state)
        self.filler = os.path.join(host.state, "filler")
        return host

    def fill(self):
        with open(self.filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass

    def bans(self, host, numbers):
        host.fail(*[address(n) for n in numbers])
        expected = {address(n) for n in numbers}
        wait_until("the bans", lambda: expected <= set(members("kban-test") or ()), limit=30, pause=0.05)

    def test_bans_go_on_and_are_saved_later(self):
        host = self.full_host().start()
        self.bans(host, range(10))
        self.fill()
        # More than what room there may be in what SQLite has already.
        self.bans(host, range(10, 2000))
        wait_until("word of it", lambda: not host.ask("status")["saving"])
        self.assertRegex(host.client("status").stdout, "Warning: state not saved since [-0-9]+ [:0-9]+;")
        self.assertTrue(host.journal_has("State cannot be saved: "))
        os.unlink(self.filler)
        print("saved again after %.1f s" % wait_until("saving", lambda: host.ask("status")["saving"], limit=10))
        host.kill()
        run("ipset", "flush", "kban-test") if FILTER == "ipset" else run("nft", "flush", "set", "inet", "kban", "kban-test")
        host.start()
        wait_until("the bans from the state", lambda: len(members("kban-test") or ()) == 2000)

    def test_a_start_while_it_is_full(self):
        host = self.full_host().start()
        self.bans(host, range(10))
        host.stop()
        self.fill()
        host.start()
        self.assertEqual(host.ask("status", "test")["jail"]["currently_banned"], 10)
        self.bans(host, range(10, 2000))
        host.kill()
        host.start()
        self.assertEqual(len(members("kban-test")), 2000)
        os.unlink(self.filler)
        wait_until("saving", lambda: host.ask("status")["saving"])

    def test_a_read_only_disk(self):
        host = self.full_host().start()
        self.bans(host, range(10))
        host.stop()
        run("mount", "-o", "remount,ro", host.state)
        host.start()
        self.bans(host, range(10, 20))
        wait_until("word of it", lambda: "state not saved" in host.client("status").stdout)
        run("mount", "-o", "remount,rw", host.state)
        wait_until("saving", lambda: host.ask("status")["saving"])


class State(Case):
    def damage_zeros(self, path):
        size = os.path.getsize(path)
        with open(path, "wb") as file:
            file.write(bytes(size))

    def damage_a_page(self, path):
        with open(path, "r+b") as file:
            file.seek(4096)
            file.write(os.urandom(4096))

    def damage_half(self, path):
        os.truncate(path, os.path.getsize(path) // 2 + 7)

    def test_what_is_damaged_is_set_aside_and_bans_are_taken_from_the_kernel(self):
        for damage in (self.damage_zeros, self.damage_a_page, self.damage_half):
            with self.subTest(damage.__name__):
                host = self.host().start()
                host.fail("192.0.2.1", "2001:db8::1")
                wait_until("the bans", lambda: in_set("kban-test", "192.0.2.1") and in_set("kban-test6", "2001:db8::1"))
                host.stop()
                before = members("kban-test")["192.0.2.1"]
                damage(os.path.join(host.state, "state.sqlite"))
                host.start()
                self.assertNotEqual(glob.glob(os.path.join(host.state, "state.bad-*")), [])
                jail = host.ask("banned")["jails"][0]
                self.assertEqual(sorted(jail["addresses"]), ["192.0.2.1", "2001:db8::1"])
                self.assertAlmostEqual(members("kban-test")["192.0.2.1"], before, delta=5)
                self.assertAlmostEqual(host.ask("why", "192.0.2.1")["bans"][0]["remaining"], before, delta=5)
                host.client("stop", "--flush")
                host.process.wait(20)


class Reading(Case):
    def test_lost_hints_lose_no_line(self):
        """More events than the kernel keeps, and two rotations, while the daemon stands still."""
        with open("/proc/sys/fs/inotify/max_queued_events") as file:
            limit = int(file.read())
        if limit > 100000:
            self.skipTest("the kernel keeps %d events" % limit)
        host = self.host()
        other = os.path.join(host.dir, "other.log")
        open(other, "w").close()
        host.write_jails({"test": {"logpath": "%s\n  %s" % (host.log, other)}})
        host.start()
        with host.held():
            # Events that are alike become one; so they take turns.
            with open(host.log, "ab", buffering=0) as one, open(other, "ab", buffering=0) as two:
                for _ in range(limit):
                    one.write(b"\n")
                    two.write(b"\n")
            host.fail("192.0.2.1")
            os.rename(host.log, host.log + ".1")
            host.fail("192.0.2.2")
            os.rename(host.log, host.log + ".2")
            host.fail("192.0.2.3")
            host.append("%s fail from 192.0.2.4\n" % stamp(), path=other)
        expected = {"192.0.2.%d" % n for n in range(1, 5)}
        wait_until("all lines", lambda: set(members("kban-test")) == expected)
        host.fail("192.0.2.5")
        wait_until("a line after that", lambda: in_set("kban-test", "192.0.2.5"))

    def test_strange_things_in_the_place_of_a_log(self):
        """Another jail is the witness that nobody waits for them."""
        host = self.host({"test": {}, "witness": {}})
        log = os.path.join(host.dir, "strange.log")
        host.write_jails({"test": {"logpath": log}, "witness": {}})
        host.append("", path=log)
        host.start()
        kinds = [lambda: os.mkdir(log), lambda: os.mkfifo(log), lambda: os.symlink(log, log),
                 lambda: os.symlink("/dev/zero", log), lambda: os.symlink("/nonexistent", log), lambda: None]
        for number, make in enumerate(kinds):
            os.unlink(log) if number == 0 else None
            make()
            host.fail("192.0.2.%d" % number)
            wait_until("the witness", lambda n=number: in_set("kban-witness", "192.0.2.%d" % n), limit=2)
            self.assertEqual(host.client("ping").returncode, 0)
            os.rmdir(log) if number == 0 else os.path.lexists(log) and os.unlink(log)
            host.append("%s fail from 198.51.100.%d\n" % (stamp(), number), path=log)
            wait_until("the log again", lambda n=number: in_set("kban-test", "198.51.100.%d" % n))
            os.unlink(log)


class Counters(Case):
    def test_one_failure_more_after_each_way_to_go_on(self):
        def restart(host):
            host.stop()
            host.start()

        def kill(host):
            host.kill()
            host.start()

        for go_on in (restart, kill, lambda host: host.client("reload"),
                      lambda host: host.process.send_signal(signal.SIGHUP)):
            host = self.host({"test": {"maxretry": 3}}).start()
            host.fail("192.0.2.1", "192.0.2.1", "192.0.2.2")
            wait_until("failures", lambda: host.ask("status", "test")["jail"]["total_failed"] == 3)
            go_on(host)
            host.fail("192.0.2.1", "192.0.2.2", "192.0.2.9", "192.0.2.9", "192.0.2.9")
            wait_until("the last ban", lambda: in_set("kban-test", "192.0.2.9"))
            self.assertEqual(set(members("kban-test")), {"192.0.2.1", "192.0.2.9"})
            host.client("stop", "--flush")
            host.process.wait(20)


class Kills(Case):
    CALLS = ("openat", "pwrite64", "fdatasync", "sendto,sendmsg", "recvmsg,recvfrom", "pread64", "unlink,unlinkat",
             "epoll_wait,epoll_pwait", "write", "ftruncate,fallocate")

    def test_a_kill_at_a_system_call(self):
        """Hosts that fail three times are banned, those that fail twice are not, wherever it dies."""
        try:
            subprocess.run(["strace", "-V"], capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("there is no strace")
        host = self.host({"test": {"maxretry": 3}})
        thrice, twice, died = set(), set(), 0
        for call in self.CALLS:
            for when in (1, 2, 5, 12):
                number = len(thrice)
                thrice.add("10.0.0.%d" % number)
                twice.add("10.0.1.%d" % number)
                host.fail("10.0.0.%d" % number, "10.0.1.%d" % number, "10.0.0.%d" % number)
                if self.dies(host, call, when, "10.0.0.%d" % number, "10.0.1.%d" % number):
                    died += 1
        host.start()
        host.fail("192.0.2.1", "192.0.2.1", "192.0.2.1")
        wait_until("the last ban", lambda: in_set("kban-test", "192.0.2.1"))
        print("killed %d times" % died)
        self.assertGreater(died, len(self.CALLS))
        self.assertEqual(set(members("kban-test")), thrice | {"192.0.2.1"})

    def dies(self, host, call, when, third, second):
        """Run until that call, or until what it reads is done; then the last lines are written for it."""
        with open(os.path.join(host.dir, "stderr"), "ab") as errors:
            process = subprocess.Popen(
                ["strace", "-qq", "-f", "-o", "/dev/null", "-e", "trace=" + call,
                 "-e", "inject=%s:signal=KILL:when=%d" % (call, when),
                 os.environ["KBAN_TAIL"], "-c", host.config, "--state", host.state, "--socket", host.socket,
                 "--foreground", "--log-target", host.journal], stderr=errors)
        self.addCleanup(process.kill)
        host.fail(third, second)
        try:
            wait_until("its end, or the ban", lambda: process.poll() is not None or in_set("kban-test", third), limit=30)
            died = process.poll() is not None
        finally:
            if process.poll() is None:
                run("pkill", "-KILL", "-P", str(process.pid), check=False)
            process.wait()
        return died


class Reloads(Case):
    def test_lines_are_written_meanwhile(self):
        """Each line counts once, no ban has a gap, and no rule is doubled."""
        host = self.host({"test": {"maxretry": 2}}).start()
        host.fail("192.0.2.1", "192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))
        before, gaps, over = rules(), [], threading.Event()

        def watch():
            while not over.is_set():
                if not in_set("kban-test", "192.0.2.1"):
                    gaps.append(time.monotonic())

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        for number in range(50):
            host.fail(*[address(number * 100 + n) for n in range(100)] * 2)
            host.append(("%s nothing of interest\n" % stamp()) * 200)
            host.process.send_signal(signal.SIGHUP)
        wait_until("all bans", lambda: len(members("kban-test")) == 5001, limit=60, pause=0.2)
        over.set()
        watcher.join()
        self.assertEqual(gaps, [])
        self.assertEqual(host.ask("status", "test")["jail"]["total_failed"], 10002)
        self.assertEqual(rules(), before)

    def test_what_is_broken_is_refused_as_a_whole(self):
        for name, text, says in (("jail.conf", None, r"jail\.conf:\d+: maxretry "),
                                 ("filter.d/test.conf", "[Definition]\nfailregex = ^ fail (from <HOST>$\n", r"filter\.d/test\.conf:2: "),
                                 ("filter.d/test.conf", "[Definition]\nfailregex = ^ fail from nobody$\n", r"filter\.d/test\.conf:2: ")):
            host = self.host({"test": {"maxretry": 2}}).start()
            if text is None:
                host.write_jails({"test": {"maxretry": "many"}, "other": {}})
            else:
                host.write_config(name, text)
            done = host.client("reload", check=False)
            self.assertEqual(done.returncode, 255)
            self.assertRegex(done.stdout, says)
            self.assertEqual([jail["name"] for jail in host.ask("status")["jails"]], ["test"])
            host.fail("192.0.2.1", "192.0.2.1")
            wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))
            host.client("stop", "--flush")
            host.process.wait(20)


class Own(Case):
    """Whom to ban would cut off this machine."""

    def test_no_line_bans_them(self):
        run("ip", "link", "add", "own", "type", "veth", "peer", "name", "far")
        self.addCleanup(run, "ip", "link", "del", "own", check=False)
        run("ip", "link", "set", "far", "up")
        run("ip", "addr", "add", "203.0.113.7/24", "dev", "own")
        run("ip", "addr", "add", "2001:db8:1::7/64", "dev", "own", "nodad")
        run("ip", "link", "set", "own", "up")
        run("ip", "route", "add", "default", "via", "203.0.113.1")
        host = self.host({"test": {"ignoreself": "true", "ignoreip": "198.51.100.9"}})
        resolvers = os.path.join(host.dir, "resolv.conf")
        with open(resolvers, "w") as file:
            file.write("nameserver 203.0.113.53\n")
        run("mount", "--bind", resolvers, "/etc/resolv.conf")
        self.addCleanup(run, "umount", "/etc/resolv.conf")
        host.start()
        own = ["127.0.0.1", "127.9.9.9", "::1", "203.0.113.7", "::ffff:203.0.113.7", "2001:db8:1::7", "2001:DB8:1::7",
               "2001:0db8:0001:0000:0000:0000:0000:0007", "203.0.113.1", "203.0.113.53", "198.51.100.9", "0.0.0.0", "::",
               "224.0.0.1", "255.255.255.255", "ff02::1"]
        host.fail(*own, "192.0.2.1")
        wait_until("the ban of another", lambda: in_set("kban-test", "192.0.2.1"))
        self.assertEqual((set(members("kban-test")), members("kban-test6")), ({"192.0.2.1"}, {}))
        # An address that comes later is known before it is long there.
        run("ip", "addr", "add", "203.0.113.8/24", "dev", "own")
        wait_until("it is known", lambda: host.ask("why", "203.0.113.8")["protected"] != [], limit=90, pause=0.2)
        host.fail("203.0.113.8", "192.0.2.2")
        wait_until("the ban of another", lambda: in_set("kban-test", "192.0.2.2"))
        self.assertEqual(set(members("kban-test")), {"192.0.2.1", "192.0.2.2"})
        for each in ("203.0.113.7", "203.0.113.1", "0.0.0.0"):
            self.assertEqual(host.client("set", "test", "banip", each, check=False).returncode, 255)


class Kernel(Case):
    def test_a_jail_whose_set_cannot_be_is_shown(self):
        """A set of another kind that somebody's rule holds; the other jails run."""
        if FILTER != "ipset":
            self.skipTest("nft replaces it")
        run("ipset", "create", "kban-test", "hash:net,port")
        run("iptables", "-w", "-A", "INPUT", "-m", "set", "--match-set", "kban-test", "src,src", "-j", "DROP")
        host = self.host({"test": {}, "other": {}}).start()
        states = {jail["name"]: jail["running"] for jail in host.ask("status")["jails"]}
        self.assertEqual(states, {"test": False, "other": True})
        self.assertIn("kban-test", host.client("status").stdout)
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-other", "192.0.2.1"))


if __name__ == "__main__":
    main()
