# SPDX-License-Identifier: LGPL-2.1-or-later
"""From a line in the log to the kernel, and what outlives the daemon."""

import contextlib
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import threading
import time

from support import (FILTER, KBAN_TAIL, Case, destroy, flush_set, in_set, main, members, rules, run, set_names,
                     wait_until)


class Latency(Case):
    def test_line_to_set_entry(self):
        host = self.host().start()
        taken = []
        for i in range(50):
            address = "198.51.100.%d" % (i + 1)
            start = time.monotonic()
            host.fail(address)
            wait_until("the ban of %s" % address, lambda a=address: in_set("kban-test", a), pause=0.0005)
            taken.append(time.monotonic() - start)
        median = statistics.median(taken) * 1000
        print("line written to set entry seen: median %.1f ms, most %.1f ms, %d samples"
              % (median, max(taken) * 1000, len(taken)))
        self.assertLess(median, 100)


class Probe:
    """Looks at a set every 10 ms (set-probe.c), and counts looks in which somebody is missing who was there at first."""

    def __init__(self, name, count):
        self.process = subprocess.Popen([os.environ["KBAN_SET_PROBE"], FILTER, name], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline()
        if ready != "ready %d\n" % count:
            raise AssertionError("the probe sees %s" % ready)

    def finish(self):
        """How many looks there were, and how many missed somebody."""
        told = self.process.communicate("\n", timeout=60)[0].splitlines()
        looks, gaps, median, longest = told[-1].split()[1:]
        print("%s looks, one each %s ms, at most %s ms apart; %s missed somebody" % (looks, median, longest, gaps))
        if len(told) > 1:
            print("\n".join(told[:10]))
        return int(looks), int(gaps)


def age(database):
    """Make a state file one of the first version, which knows bans, failures and positions only."""
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for table in tables:
        if table not in ("jail", "source", "rule", "position", "ban", "failure") and not table.startswith("sqlite_"):
            database.execute("DROP TABLE " + table)
    database.execute("ALTER TABLE failure DROP COLUMN fields")
    database.execute("PRAGMA user_version = 1")
    database.commit()


class Gaps(Case):
    """What somebody outside sees of a set, while daemons come and go."""

    def banned_host(self, count):
        if not os.environ.get("KBAN_SET_PROBE"):
            self.skipTest("there is no probe without libmnl")
        host = self.host().start()
        host.fail("2001:db8::1", *["10.%d.%d.1" % (i // 250, i % 250) for i in range(count)])
        wait_until("%d bans" % count, lambda: len(members("kban-test") or ()) == count, limit=30)
        return host

    def check(self, count, *ways):
        """Each of the ways ends the daemon, and another one is started."""
        host = self.banned_host(count)
        before, at = members("kban-test"), time.monotonic()
        probe = Probe("kban-test", count)
        for way in ways:
            way(host)
            host.start()
        # The new one has looked at its sets when it has put back what was taken away.
        flush_set("kban-test6")
        wait_until("a look by the daemon", lambda: in_set("kban-test6", "2001:db8::1"), limit=15)
        looks, gaps = probe.finish()
        self.assertEqual(gaps, 0)
        # As far as this machine lets it.
        self.assertGreater(looks, 5 * len(ways))
        after, passed = members("kban-test"), time.monotonic() - at
        self.assertEqual(set(before), set(after))
        for address, left in after.items():
            self.assertAlmostEqual(before[address] - passed, left, delta=2.1)
        self.assertEqual(host.ask("status", "test")["jail"]["currently_banned"], count + 1)

    @staticmethod
    def stop(host):
        host.stop()

    @staticmethod
    def interrupt(host):
        host.stop(signal.SIGINT)

    @staticmethod
    def kill(host):
        host.kill()

    @staticmethod
    def go_back_to_the_first_version(host):
        host.stop()
        with contextlib.closing(sqlite3.connect(os.path.join(host.state, "state.sqlite"))) as database:
            age(database)

    def test_vector_11_a_restart(self):
        self.check(500, self.stop)

    def test_each_way_to_end(self):
        self.check(5000, self.stop, self.interrupt, self.kill)

    def test_a_new_version_of_the_state(self):
        self.check(5000, self.go_back_to_the_first_version)

    def test_what_is_gone_for_a_moment_is_seen(self):
        self.banned_host(500)
        probe = Probe("kban-test", 500)
        flush_set("kban-test")
        wait_until("the repair", lambda: len(members("kban-test") or ()) == 500)
        self.assertGreater(probe.finish()[1], 0)

    def test_reload_keeps_bans_and_counters(self):
        host = self.host({"test": {"maxretry": 2}}).start()
        host.fail("192.0.2.1", "192.0.2.1", "192.0.2.2")
        wait_until("a ban", lambda: in_set("kban-test", "192.0.2.1"))
        before = rules()
        probe = Probe("kban-test", 1)
        for _ in range(10):
            host.process.send_signal(signal.SIGHUP)
            host.client("reload")
        self.assertEqual(probe.finish()[1], 0)
        host.fail("192.0.2.2")
        wait_until("the ban of the other", lambda: in_set("kban-test", "192.0.2.2"))
        self.assertEqual(rules(), before)


class Restart(Case):
    def test_counters_survive_a_kill(self):
        host = self.host({"test": {"maxretry": 3}}).start()
        host.fail("192.0.2.1", "192.0.2.1", "192.0.2.2")
        wait_until("failures", lambda: host.ask("status", "test")["jail"]["total_failed"] == 3)
        host.kill()
        host.start()
        host.fail("192.0.2.1", "192.0.2.2", "192.0.2.9", "192.0.2.9", "192.0.2.9")
        wait_until("the ban of the last", lambda: in_set("kban-test", "192.0.2.9"))
        self.assertTrue(in_set("kban-test", "192.0.2.1"))
        self.assertFalse(in_set("kban-test", "192.0.2.2"))

    def test_lines_written_while_down_count_once(self):
        host = self.host({"test": {"maxretry": 2}}).start()
        host.fail("192.0.2.1", "192.0.2.3")
        wait_until("failures", lambda: host.ask("status", "test")["jail"]["total_failed"] == 2)
        host.kill()
        host.fail("192.0.2.1", "192.0.2.2")
        host.start()
        host.fail("192.0.2.9", "192.0.2.9")
        wait_until("the last ban", lambda: in_set("kban-test", "192.0.2.9"))
        self.assertTrue(in_set("kban-test", "192.0.2.1"))
        self.assertFalse(in_set("kban-test", "192.0.2.2"))
        self.assertFalse(in_set("kban-test", "192.0.2.3"))

    def test_kills_at_any_moment(self):
        """Hosts that fail three times are banned, hosts that fail twice are not, whenever the daemon dies."""
        seed = time.time_ns()
        chance = random.Random(seed)
        print("seed %d" % seed)
        host = self.host({"test": {"maxretry": 3}}).start()
        thrice, twice = range(1, 301), range(301, 601)
        lines = list(thrice) * 3 + list(twice) * 2
        chance.shuffle(lines)
        part = len(lines) // 25
        for i in range(25):
            host.fail(*["10.0.%d.%d" % (n // 256, n % 256) for n in lines[i * part:(i + 1) * part]])
            time.sleep(chance.random() * 0.03)
            host.kill()
            host.start()
        host.fail(*["192.0.2.1"] * 3)
        wait_until("the last ban", lambda: in_set("kban-test", "192.0.2.1"))
        self.assertEqual(set(members("kban-test")) - {"192.0.2.1"},
                         {"10.0.%d.%d" % (n // 256, n % 256) for n in thrice})


class End(Case):
    def test_bans_end_without_a_daemon(self):
        host = self.host(default="bantime = 3").start()
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))
        host.kill()
        taken = wait_until("the ban's end", lambda: not in_set("kban-test", "192.0.2.1"), limit=8)
        self.assertLess(taken, 5)

    def test_bans_end_with_a_daemon(self):
        host = self.host(default="bantime = 2").start()
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))
        wait_until("the ban's end", lambda: host.ask("banned")["jails"][0]["addresses"] == [], limit=8)
        self.assertFalse(in_set("kban-test", "192.0.2.1"))
        with open(host.journal) as file:
            self.assertIn("[test] Unban 192.0.2.1", file.read())

    def test_stop_with_flush_leaves_nothing(self):
        host = self.host().start()
        host.fail("192.0.2.1", "2001:db8::1")
        wait_until("the bans", lambda: in_set("kban-test6", "2001:db8::1"))
        host.client("stop", "--flush")
        host.process.wait(20)
        self.assertEqual(set_names(), [])
        self.assertEqual(rules(), [])
        if FILTER == "nft":
            self.assertEqual(run("nft", "list", "ruleset", "inet"), "")


class Repair(Case):
    hosts = ["192.0.2.%d" % n for n in range(1, 101)] + ["2001:db8::%x" % n for n in range(1, 101)]

    def is_whole(self):
        held = dict(members("kban-test") or {}, **members("kban-test6") or {})
        return (set(held) == set(self.hosts) and all(abs(left - 600) < 15 for left in held.values()) and
                rules() == self.before)

    def check(self, what, *args):
        """All bans are back without a new line, with what was left of their time."""
        host = self.host().start()
        host.fail(*self.hosts)
        wait_until("the bans", lambda: host.ask("status", "test")["jail"]["currently_banned"] == len(self.hosts))
        self.before = rules()
        with host.held():
            what(*args)
            self.assertFalse(self.is_whole())
        taken = wait_until("the repair", self.is_whole, limit=12)
        print("%s %s: repaired after %.1f s" % (what.__name__, args, taken))
        self.assertLess(taken, 2)

    def test_flushed_set(self):
        self.check(flush_set, "kban-test")

    def test_deleted_entry(self):
        """One that is gone, with others that stay."""
        host = self.host().start()
        host.fail(*["192.0.2.%d" % n for n in range(1, 20)])
        wait_until("the bans", lambda: len(members("kban-test") or ()) == 19)
        if FILTER == "ipset":
            run("ipset", "del", "kban-test", "192.0.2.7")
        else:
            run("nft", "delete", "element", "inet", "kban", "kban-test", "{ 192.0.2.7 }")
        wait_until("the repair", lambda: in_set("kban-test", "192.0.2.7"), limit=12)
        self.assertGreater(members("kban-test")["192.0.2.7"], 580)

    def test_vector_12_destroyed_sets_and_rules(self):
        self.check(destroy, "sets")

    def test_flushed_rules(self):
        self.check(destroy, "rules")

    def test_a_ban_after_the_set_is_gone_is_in_force_at_once(self):
        host = self.host().start()
        with host.held():
            destroy("sets")
        host.fail("192.0.2.7")
        self.assertLess(wait_until("the ban", lambda: in_set("kban-test", "192.0.2.7")), 2)

    def test_set_of_another_type(self):
        host = self.host()
        if FILTER == "ipset":
            run("ipset", "create", "kban-test", "hash:ip")
        else:
            run("nft", "add table inet kban; add set inet kban kban-test { type ether_addr; }")
        host.start()
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))
        self.assertGreater(members("kban-test")["192.0.2.1"], 500)


class Commands(Case):
    def test_ban_and_unban_by_hand(self):
        host = self.host({"test": {}, "other": {}}).start()
        self.assertEqual(host.client("set", "test", "banip", "192.0.2.1", "192.0.2.2").stdout, "2\n")
        self.assertTrue(in_set("kban-test", "192.0.2.1"))
        self.assertEqual(host.client("set", "other", "banip", "192.0.2.1").stdout, "1\n")
        self.assertEqual(host.client("banned", "192.0.2.1").stdout, "[['other', 'test']]\n")
        self.assertEqual(host.client("unban", "192.0.2.1").stdout, "2\n")
        self.assertFalse(in_set("kban-test", "192.0.2.1"))
        self.assertEqual(host.client("unban", "--all").stdout, "1\n")
        self.assertEqual(members("kban-test"), {})

    def test_why_tells_rule_and_lines(self):
        host = self.host({"test": {"maxretry": 2}}).start()
        host.fail("192.0.2.1", "192.0.2.1", "192.0.2.5")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))
        why = host.ask("why", "192.0.2.1")
        ban = why["bans"][0]
        self.assertTrue(why["banned"])
        self.assertEqual((ban["jail"], ban["set"], ban["number"]), ("test", "kban-test", 1))
        self.assertAlmostEqual(ban["remaining"], 600, delta=5)
        self.assertEqual([f["line"] for f in ban["failures"]], [1, 2])
        self.assertTrue(ban["failures"][0]["text"].endswith(" fail from 192.0.2.1"))
        self.assertEqual(ban["failures"][0]["source"], host.log)
        rule = ban["failures"][0]["rule"]
        self.assertEqual((rule["text"], rule["line"]), ("^ fail from <HOST>$", 2))
        self.assertTrue(rule["file"].endswith("filter.d/test.conf"))
        pending = host.ask("why", "192.0.2.5")
        self.assertFalse(pending["banned"])
        self.assertEqual((pending["pending"][0]["count"], pending["pending"][0]["maxretry"]), (1, 2))
        text = host.client("why", "192.0.2.1").stdout
        for part in ("test", "^ fail from <HOST>$", "filter.d/test.conf:2", " fail from 192.0.2.1"):
            self.assertIn(part, text)

    def test_ignored_hosts_are_told(self):
        host = self.host(default="ignoreip = 192.0.2.0/24").start()
        host.fail("192.0.2.1", "198.51.100.1")
        wait_until("the ban", lambda: in_set("kban-test", "198.51.100.1"))
        self.assertEqual(members("kban-test").keys(), {"198.51.100.1"})
        self.assertEqual(host.ask("why", "192.0.2.1")["protected"],
                         [{"jail": "test", "entry": "192.0.2.0/24"}])

    def test_flush_starts_afresh(self):
        host = self.host().start()
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))
        host.client("flush")
        self.assertEqual(members("kban-test"), {})
        self.assertNotEqual(rules(), [])
        host.fail("192.0.2.2")
        wait_until("a new ban", lambda: in_set("kban-test", "192.0.2.2"))

    def test_second_daemon_is_refused(self):
        """On the same state or the same socket; it changes nothing."""
        host = self.host().start()
        before = set_names(), rules(), sorted(os.listdir(host.state))
        for same, says in (("state", "in use by process %d" % host.process.pid), ("socket", "another kban-tail listens on it")):
            second = self.host({"second": {}})
            setattr(second, same, getattr(host, same))
            start = time.monotonic()
            second.process = subprocess.Popen(
                [KBAN_TAIL, "-c", second.config, "--state", second.state, "--socket", second.socket, "--foreground",
                 "--log-target", second.journal], stderr=subprocess.PIPE, text=True)
            self.assertIn(says, second.process.communicate(timeout=20)[1])
            self.assertEqual(second.process.returncode, 1)
            self.assertLess(time.monotonic() - start, 5)
            self.assertEqual((set_names(), rules(), sorted(os.listdir(host.state))), before)
            self.assertEqual(host.client("ping").returncode, 0)


class Reload(Case):
    def test_limits_by_the_client(self):
        host = self.host({"test": {"maxretry": 3}}).start()
        host.fail("192.0.2.1")
        wait_until("the failure", lambda: host.ask("status", "test")["jail"]["total_failed"] == 1)
        for command, answer in ((("maxretry", "2"), "2\n"), (("findtime", "1h"), "3600\n"), (("bantime", "5m"), "300\n")):
            self.assertEqual(host.client("set", "test", *command).stdout, answer)
            self.assertEqual(host.client("get", "test", command[0]).stdout, answer)
        self.assertFalse(in_set("kban-test", "192.0.2.1"))
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))
        self.assertLessEqual(members("kban-test")["192.0.2.1"], 300)
        for command in (("findtime", "0"), ("findtime", "-1"), ("bantime", "1e300"), ("bantime", "9999999999999")):
            self.assertEqual(host.client("set", "test", *command, check=False).returncode, 255, command)
        self.assertEqual(host.client("set", "test", "bantime", "-1").stdout, "-1\n")
        # A reload goes back to the configuration.
        host.client("reload")
        self.assertEqual([host.client("get", "test", option).stdout for option in ("maxretry", "findtime", "bantime")],
                         ["3\n", "600\n", "600\n"])

    def test_ignored_by_the_client(self):
        host = self.host(default="ignoreip = 192.0.2.9/24 198.51.100.7\nusedns = raw").start()
        head = "These IP addresses/networks are ignored:\n"
        self.assertEqual(host.client("get", "test", "ignoreip").stdout, head + "|- 192.0.2.0/24\n`- 198.51.100.7\n")
        self.assertEqual(host.client("set", "test", "addignoreip", "203.0.113.1", "198.51.100.7").stdout,
                         head + "|- 192.0.2.0/24\n|- 203.0.113.1\n`- 198.51.100.7\n")
        self.assertEqual(host.client("set", "test", "delignoreip", "192.0.2.0/24").stdout,
                         head + "|- 203.0.113.1\n`- 198.51.100.7\n")
        # None of them is added, and one that is not there is told.
        for command in (("addignoreip", "203.0.113.9", "999.1.1.1"), ("delignoreip", "192.0.2.0/24")):
            done = host.client("set", "test", *command, check=False)
            self.assertEqual(done.returncode, 255)
            self.assertIn("'%s'" % command[-1], done.stdout)
        host.fail("203.0.113.1", "192.0.2.1", "203.0.113.9")
        wait_until("the bans", lambda: members("kban-test").keys() == {"192.0.2.1", "203.0.113.9"})
        # A reload goes back to the configuration.
        host.client("reload")
        self.assertEqual(host.ask("get", "test", "ignoreip")["ignoreip"], ["192.0.2.0/24", "198.51.100.7"])

    def test_settings_are_told(self):
        host = self.host(default="bantime.increment = yes\nbantime.maxtime = 5h\nmaxmatches = 4").start()
        for name, value in (("ignoreself", "False"), ("usedns", "no"), ("maxlines", "1"), ("maxmatches", "4"),
                            ("bantime.increment", "True"), ("bantime.maxtime", "18000"), ("bantime.factor", "None"),
                            ("ignorecache", "None"), ("ignorecommand", ""), ("datepattern",
                             "Current date pattern set to: Default Detectors")):
            self.assertEqual(host.client("get", "test", name).stdout, value + "\n", name)
        self.assertIn("`- [0]: ^ fail from <HOST>$\n", host.client("get", "test", "failregex").stdout)

    def test_one_jail_and_its_bans(self):
        jails = {"one": {}, "two": {}}
        host = self.host(jails).start()
        host.fail("192.0.2.1")
        for name in jails:
            wait_until("the ban", lambda: in_set("kban-" + name, "192.0.2.1"))
        for words in (("reload", "one"), ("reload", "--restart", "two"), ("restart", "one"), ("reload", "--all"),
                      ("reload", "--if-exists", "--unban", "none")):
            self.assertEqual(host.client(*words).stdout, "OK\n", words)
        for words in (("reload", "none"), ("restart", "none"), ("reload", "--unban", "none")):
            done = host.client(*words, check=False)
            self.assertEqual((done.returncode, done.stdout), (255, "Sorry but the jail 'none' does not exist\n"), words)
        self.assertTrue(in_set("kban-one", "192.0.2.1") and in_set("kban-two", "192.0.2.1"))
        self.assertEqual(host.client("reload", "--unban", "one").stdout, "OK\n")
        self.assertFalse(in_set("kban-one", "192.0.2.1"))
        self.assertTrue(in_set("kban-two", "192.0.2.1"))
        self.assertEqual(host.client("reload", "--unban").stdout, "OK\n")
        self.assertFalse(in_set("kban-two", "192.0.2.1"))
        # One that is gone, or comes, is reloaded, too.
        host.write_jails({"one": {}, "new": {}})
        self.assertEqual(host.client("reload", "two").stdout, "OK\n")
        self.assertEqual([jail["name"] for jail in host.ask("status")["jails"]], ["new", "one"])

    def test_vector_13_changed_port_leaves_no_orphan(self):
        host = self.host().start()
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))
        host.write_jails({"test": {"action": "iptables-multiport[port=2525, protocol=tcp]"}})
        host.client("reload")
        wait_until("the new rules", lambda: rules() != [] and all("2525" in rule for rule in rules()))
        self.assertTrue(in_set("kban-test", "192.0.2.1"))
        host.client("stop", "--flush")
        host.process.wait(20)
        self.assertEqual((set_names(), rules()), ([], []))

    def test_broken_configuration_is_refused(self):
        host = self.host().start()
        host.write_jails({"test": {"bantime": "soon"}})
        done = host.client("reload", check=False)
        self.assertEqual(done.returncode, 255)
        self.assertRegex(done.stdout, r"jail\.conf:\d+: bantime .*'soon'\n")
        self.assertNotIn("\nwarning", done.stdout)
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))

    def test_removed_jail_leaves_no_set(self):
        host = self.host({"test": {}, "other": {}}).start()
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-other", "192.0.2.1"))
        host.write_jails({"test": {}})
        host.client("reload")
        wait_until("the set to go", lambda: members("kban-other") is None, limit=15)
        self.assertTrue(in_set("kban-test", "192.0.2.1"))

    def test_new_set_name_is_filled(self):
        host = self.host().start()
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))
        host.write_jails({"test": {"action": "iptables-ipset-proto6[port=25, protocol=tcp]"}})
        host.client("reload")
        wait_until("the entry in the new set", lambda: in_set("f2b-test", "192.0.2.1"), limit=2)


if __name__ == "__main__":
    main()
