# SPDX-License-Identifier: LGPL-2.1-or-later
"""What fail2ban was measured to do, row by row, put to the tools: order of files, counting, lengths of bans, rotation.

Each vector is one test, named after its number. Those that need more than tables are with their like: 10 in
test_actions.py, 11 to 13 in test_bans.py, 14 in test_mistakes.py, 15 in test_packets.py; 5, what becomes of bans of
before, in test-jail.c.
"""

import json
import os
import shutil
import subprocess

from support import KBAN_CLIENT, KBAN_TAIL, Case, in_set, main, members, stamp, wait_until

# Midnight of a day that is long over; logs are their own clock with --once.
START = 1767225600

# Failures at these seconds, with findtime 600 and maxretry 5: the line that bans by fail2ban's estimate, and exactly;
# None: no ban.
SERIES = [
    ([0, 1, 2, 3, 4], 5, 5),
    ([0, 120, 240, 360, 480], 5, 5),
    ([0, 150, 300, 450, 600], 5, 5),
    ([0, 200, 400, 600, 800, 1000, 1200, 1400, 1600], None, None),
    ([0, 0, 0, 0, 600], 5, 5),
    ([0, 0, 0, 0, 601], 5, None),
    ([0, 0, 0, 0, 660], 5, None),
    ([0, 0, 0, 0, 750], None, None),
    ([0, 1, 2, 3, 703, 704], 6, None),
    ([0, 1, 2, 3, 1203, 1204, 1205], 7, None),
]

# Options beside bantime = 100 and bantime.increment, and how many seconds the first four bans of a host last.
LENGTHS = {
    "doubled": ({}, [100, 200, 400, 800]),
    "multipliers": ({"bantime.multipliers": "1 3 5"}, [100, 300, 500, 500]),
    "factor": ({"bantime.factor": "2"}, [100, 400, 800, 1600]),
    "maxtime": ({"bantime.maxtime": "300"}, [100, 200, 300, 300]),
    "formula": ({"bantime.formula": "ban.Time * math.exp(float(ban.Count+1)*banFactor)/math.exp(1*banFactor)"},
                [100, 271.828, 738.906, 2008.554]),
}


# Times, and what fail2ban-client --str2sec prints of them.
TIMES = {
    "1h": "3600", "1d12h": "129600", "1d 12h": "129600", "1h 30m": "5400", "1hour+30min": "5400", "6 months": "15778800.0",
    "1mo": "2629800.0", "1y": "31557600.0", "1year-6mo": "15778800.0", "1w": "604800", "2weeks": "1209600", "1W": "604800",
    "1M": "60", "10": "10", "-1": "-1", "-5m": "-300", "1.5h": "5400.0", "1h30": "3630", "5*60": "300", "2d*2": "345600",
    "1 2": "3", "1 d": "86400", "1d1h1m1s": "90061", "10/4": "2.5",
}
NO_TIMES = ["", "forever", "1x", "007", "1e3", "0x10", "1h;2"]


class Times(Case):
    def seconds(self, text):
        return subprocess.run([KBAN_CLIENT, "--str2sec=" + text], capture_output=True, text=True)

    def test_vector_2_seconds_are_printed_as_fail2ban_does(self):
        for text, expected in TIMES.items():
            with self.subTest(text):
                done = self.seconds(text)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, expected + "\n", ""))

    def test_what_is_none_is_refused(self):
        for text in NO_TIMES:
            with self.subTest(text):
                done = self.seconds(text)
                self.assertEqual((done.returncode, done.stdout), (255, ""))
                self.assertIn("--str2sec '%s'" % text, done.stderr)


class FileOrder(Case):
    def bantime(self, host):
        done = subprocess.run([KBAN_CLIENT, "-c", host.config, "--dump", "--format", "json"], check=True,
                              capture_output=True, text=True)
        return str(json.loads(done.stdout)["jails"]["test"]["bantime"])

    def test_vector_1_what_comes_later_holds(self):
        host = self.host()
        os.mkdir(os.path.join(host.config, "jail.d"))
        places = ["jail.conf", "jail.d/10-a.conf", "jail.d/20-b.conf", "jail.local", "jail.d/05-a.local", "jail.d/10-a.local"]
        for value, place in enumerate(places, 10):
            text = "[test]\nbantime = %d\n" % value
            if place == "jail.conf":
                text += "enabled = true\nfilter = test\nlogpath = %s\n" % host.log
            host.write_config(place, text)
            self.assertEqual(self.bantime(host), str(value), place)


class Counting(Case):
    def banning_line(self, seconds, window):
        host = self.host({"test": {"maxretry": "5", "kban_window": window}})
        for second in seconds:
            host.fail("198.51.100.1", when=START + second)
        done = subprocess.run([KBAN_TAIL, "-c", host.config, "--once", "--dry-run", "--json"], check=True,
                              capture_output=True, text=True)
        bans = [json.loads(line) for line in done.stdout.splitlines()]
        return bans[0]["line"] if bans else None

    def test_vector_3_estimate_and_exact_window(self):
        for seconds, estimated, exact in SERIES:
            with self.subTest(seconds):
                self.assertEqual(self.banning_line(seconds, "f2b"), estimated)
                self.assertEqual(self.banning_line(seconds, "exact"), exact)
                # Never later than fail2ban where all lies within findtime.
                if seconds[-1] - seconds[0] <= 600:
                    self.assertEqual(exact, estimated)

    def test_vector_4_maxretry_of_nothing_bans_at_the_first_failure(self):
        jails = {"zero": {"maxretry": "0"}, "negative": {"maxretry": "-1"}, "one": {"maxretry": "1"},
                 "two": {"maxretry": "2"}}
        host = self.host(jails).start()
        host.fail("198.51.100.1")
        for jail in ("zero", "negative", "one"):
            wait_until("the ban by " + jail, lambda: in_set("kban-" + jail, "198.51.100.1"))
        self.assertFalse(in_set("kban-two", "198.51.100.1"))


class Increment(Case):
    def test_vector_6_each_ban_is_longer(self):
        jails = {name: dict({"bantime": "100", "bantime.increment": "true"}, **options)
                 for name, (options, _) in LENGTHS.items()}
        host = self.host(jails).start()
        found = {name: [] for name in LENGTHS}
        for _ in range(4):
            host.fail("198.51.100.1")
            for name in LENGTHS:
                wait_until("the ban by " + name, lambda: in_set("kban-" + name, "198.51.100.1"))
                ban = host.ask("status", name)["jail"]["bans"][0]
                found[name].append(ban["until"] - ban["since"])
            # History stays.
            host.client("unban", "198.51.100.1")
        for name, (_, expected) in LENGTHS.items():
            with self.subTest(name):
                for length, wanted in zip(found[name], expected):
                    self.assertAlmostEqual(length, wanted, places=2)


def line(address):
    return "%s fail from %s\n" % (stamp(), address)


class Rotation(Case):
    """What happens to a log, and that no line of it is lost."""

    def read(self, address):
        wait_until("the line of " + address, lambda: in_set("kban-test", address))

    def plain(self, host):
        host.append(line("198.51.100.1"))
        return ["198.51.100.1"]

    def renamed_at_once(self, host):
        host.append(line("198.51.100.2"))
        os.rename(host.log, host.log + ".1")
        host.append(line("198.51.100.3"))
        return ["198.51.100.2", "198.51.100.3"]

    def written_after_the_rename(self, host):
        os.rename(host.log, host.log + ".1")
        host.append(line("198.51.100.4"), path=host.log + ".1")
        host.append(line("198.51.100.5"))
        self.read("198.51.100.5")
        # Somebody who has not opened the new one yet.
        host.append(line("198.51.100.6"), path=host.log + ".1")
        return ["198.51.100.4", "198.51.100.5", "198.51.100.6"]

    def copied_and_truncated(self, host):
        host.append(line("198.51.100.7"))
        self.read("198.51.100.7")
        os.truncate(host.log, 0)
        host.append(line("198.51.100.8"))
        return ["198.51.100.7", "198.51.100.8"]

    def written_immediately_before_the_truncation(self, host):
        """The daemon has no time to read it; it is in the copy, as logrotate makes one."""
        with host.held():
            host.append(line("198.51.100.7"))
            shutil.copy(host.log, host.log + ".1")
            os.truncate(host.log, 0)
            host.append(line("198.51.100.8"))
        return ["198.51.100.7", "198.51.100.8"]

    def same_size_anew(self, host):
        host.append(line("198.51.100.1"))
        self.read("198.51.100.1")
        with open(host.log, "w") as file:
            file.write(line("198.51.100.2"))
        return ["198.51.100.1", "198.51.100.2"]

    def rewritten_in_one_step(self, host):
        """The same first line, and larger than before."""
        first = line("198.51.100.1")
        host.append(first)
        self.read("198.51.100.1")
        with open(host.log, "r+") as file:
            file.truncate(0)
            file.write(first + "".join(line("198.51.100.%d" % n) for n in range(11, 21)))
        return ["198.51.100.%d" % n for n in [1] + list(range(11, 21))]

    def gone_for_a_while(self, host):
        os.unlink(host.log)
        wait_until("that it is missed", lambda: any(log["missing"] for log in host.ask("status")["logs"]) or
                   host.ask("status", "test")["jail"]["files"] == [])
        host.append(line("198.51.100.1"))
        return ["198.51.100.1"]

    def new_of_a_pattern(self, host):
        host.append(line("198.51.100.1"), path=os.path.join(host.dir, "mail.log2"))
        return ["198.51.100.1"]

    def rotated_while_down(self, host):
        host.kill()
        host.append(line("198.51.100.1"))
        os.rename(host.log, host.log + ".1")
        host.append(line("198.51.100.2"))
        host.start()
        return ["198.51.100.1", "198.51.100.2"]

    def test_vector_7_no_line_is_lost(self):
        for event in (self.plain, self.renamed_at_once, self.written_after_the_rename, self.copied_and_truncated,
                      self.written_immediately_before_the_truncation, self.same_size_anew, self.rewritten_in_one_step, self.gone_for_a_while, self.new_of_a_pattern,
                      self.rotated_while_down):
            with self.subTest(event.__name__):
                host = self.host()
                # One line that is read before, so that the file is known.
                host.append(line("203.0.113.1"))
                host.write_jails({"test": {"logpath": "%s\n  %s[0-9]" % (host.log, host.log)}})
                host.start()
                self.read("203.0.113.1")
                expected = event(host)
                for address in expected:
                    self.read(address)
                self.assertEqual(set(members("kban-test")), set(expected) | {"203.0.113.1"})
                host.client("stop", "--flush")
                host.process.wait(20)


if __name__ == "__main__":
    main()
