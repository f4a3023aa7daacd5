# SPDX-License-Identifier: LGPL-2.1-or-later
"""One broken jail of each kind: the others run, and a test of the configuration names file, line and option."""

import os
import re
import subprocess
import unittest

from support import FILTER, KBAN_TAIL, Case, destroy, flush_set, in_set, main, rules, run, set_names, wait_until

# What a jail is broken by, each with what its options are instead of a good jail's, whether it runs all the same, and
# what a test says of it: the line is the last one of the jail unless told, and the text names the option.
KINDS = {
    "filter": (["filter = nosuch"], False, r"no filter 'nosuch'"),
    "filter-syntax": (["filter = test[mode"], False, r"'test\[mode'"),
    "action": (["action = nosuch"], False, r"no action 'nosuch'"),
    "action-syntax": (['action = note[port="25" protocol=tcp]'], False, r"'note\[port=\"25\" protocol=tcp\]'"),
    "action-twice": (["action = note", "  note"], False, r"action 'note' is there already, in line \d+"),
    "no-log": (["logpath = @DIR@/none"], True, r"logpath: .*no file is called @DIR@/none"),
    "directory": (["logpath = @DIR@"], True, r"logpath matches '@DIR@', a directory"),
    "log-option": (["logpath = @DIR@/mail.log heed"], False, r"logpath has 'heed' behind a path"),
    "two-logs": (["logpath = @DIR@/mail.log @DIR@/mail.log"], False, r"logpath has '@DIR@/mail.log' behind a path"),
    "key-twice": (["bantime = 10", "bantime = 20"], False, r"option 'bantime' is there already, in line \d+"),
    "key-alone": (["bantime"], False, r"no '=' in 'bantime'"),
    "section-twice": (["[section-twice]"], False, r"section \[section-twice\] is there already, in line \d+"),
    "reference": (["bantime = %(nope)s"], False, r"option 'bantime' of \[reference\]: '%\(nope\)s' refers to no option"),
    "percent": (["bantime = 5%"], False, r"option 'bantime' of \[percent\]: .*single percent sign"),
    "number": (["maxretry = 6 # times"], False, r"maxretry must be a whole number .*'6 # times'"),
    "failregex": (["failregex = ^ fail (<HOST>$"], False, r"failregex: Unable to compile"),
    "no-host": (["failregex = ^ fail$"], False, r"failregex: No failure-id group in '\^ fail\$'"),
    "ignoreregex": (["ignoreregex = ^ fail ("], False, r"ignoreregex: Unable to compile"),
    "datepattern": (["datepattern = %%Q"], False, r"datepattern '%Q'"),
    "maxlines": (["maxlines = 0"], False, r"maxlines must be at least 1"),
    "bantime": (["bantime = soon"], False, r"bantime must be a span of time .*'soon'"),
    "findtime": (["findtime = 1x"], False, r"findtime must be a span of time .*'1x'"),
    "maxtime": (["bantime.maxtime = 1x"], False, r"bantime.maxtime must be a span of time .*'1x'"),
    "rndtime": (["bantime.rndtime = -5"], False, r"bantime.rndtime must not be negative"),
    "backend": (["backend = poling"], False, r"backend must be .*'poling'"),
    "encoding": (["logencoding = utf9"], False, r"logencoding: unknown encoding 'utf9'"),
    "zone": (["logtimezone = nowhere"], False, r"logtimezone: unknown zone 'nowhere'"),
    "formula": (['bantime.formula = __import__("os")'], True, r"bantime.formula: unknown name at '__import__'"),
    "factor": (["bantime.factor = much"], False, r"bantime.factor must be .*'much'"),
    "multipliers": (["bantime.multipliers = 1 x"], False, r"bantime.multipliers must be .*'1 x'"),
    "ignoreip": (["ignoreip = 999.1.1.1/99"], True, r"ignoreip has '999.1.1.1/99'"),
    "ignoreip-name": (["ignoreip = foo/8"], True, r"ignoreip has 'foo/8'"),
    "ignorecache": (["ignorecache = nonsense"], False, r"'ignorecache\[nonsense\]'"),
    "port": (["action = iptables-multiport[port=nosuch]"], False, r"port: unknown port or service 'nosuch'"),
    "protocol": (["action = iptables-multiport[port=25, protocol=tpc]"], False, r"protocol: unknown protocol 'tpc'"),
}


# What gives a jail rules.
BLOCKS = "action = iptables-multiport[port=25, protocol=tcp]\n"


# The sets of a jail: in nft, networks have theirs.
EACH = {"ipset": ("4", "6"), "nft": ("4", "4/net", "6", "6/net")}[FILTER]


def rules_of(jail):
    return [re.sub(r"counter packets \d+ bytes \d+ ", "", line) for line in rules() if "kban:%s:" % jail in line]


class Mistakes(Case):
    def setUp(self):
        self.server = self.host({"good": {}, "also-good": {}}, default="bantime.increment = yes")
        os.mkdir(os.path.join(self.server.config, "action.d"))
        os.mkdir(os.path.join(self.server.config, "jail.d"))
        self.server.write_config("action.d/note.conf", "[Definition]\nactionban = true\n")

    def place(self, text):
        return text.replace("@DIR@", self.server.dir)

    def break_jail(self, kind):
        """A file of its own with a broken jail; the number of its last line."""
        options = [self.place(line) for line in KINDS[kind][0]]
        lines = ["[%s]" % kind, "enabled = true"] + options
        self.server.write_config("jail.d/%s.conf" % kind, "\n".join(lines) + "\n")
        return len(lines)

    def check(self):
        return subprocess.run([KBAN_TAIL, "-c", self.server.config, "--test"], capture_output=True, text=True)

    def expectation(self, kind, line):
        file = os.path.join(self.server.config, "jail.d", kind + ".conf")
        return "(?m)^kban-tail: %s:%d: .*%s" % (re.escape(file), line, self.place(KINDS[kind][2]))

    def test_good_ones(self):
        done = self.check()
        self.assertEqual((done.returncode, done.stdout), (0, "OK: configuration test is successful\n"), done.stderr)

    def test_vector_14_each_is_named_by_file_line_and_option(self):
        for kind in KINDS:
            with self.subTest(kind):
                line = self.break_jail(kind)
                done = self.check()
                os.remove(os.path.join(self.server.config, "jail.d", kind + ".conf"))
                self.assertEqual((done.returncode, done.stdout), (255, "ERROR: test configuration failed\n"))
                self.assertRegex(done.stderr, self.expectation(kind, line))

    def test_all_are_told_at_once(self):
        lines = {kind: self.break_jail(kind) for kind in KINDS}
        done = self.check()
        self.assertEqual(done.returncode, 255)
        for kind in KINDS:
            with self.subTest(kind):
                self.assertRegex(done.stderr, self.expectation(kind, lines[kind]))

    def test_vector_14_the_others_run(self):
        """With all of them broken at once, real bans by those that are not, and by those that can do without."""
        for kind in KINDS:
            self.break_jail(kind)
        host = self.server.start()
        host.fail("198.51.100.1")
        status = {jail["name"]: jail for jail in host.ask("status")["jails"]}
        self.assertEqual(set(status), set(KINDS) | {"good", "also-good"})
        for kind, (_, runs, _) in KINDS.items():
            with self.subTest(kind):
                self.assertEqual(status[kind]["running"], runs)
                self.assertEqual("problem" in status[kind], not runs)
        for name in ("good", "also-good", "formula", "ignoreip"):
            wait_until("the ban by " + name, lambda: in_set("kban-" + name, "198.51.100.1"))
        told = host.client("status", check=False).stdout
        for kind, (_, runs, _) in KINDS.items():
            self.assertEqual("Jail '%s' does not run: " % kind in told, not runs, kind)

    def test_what_a_broken_one_has_banned_stays_out(self):
        """With its rules as they were, until it is mended, or gone."""
        self.server.write_config("jail.d/bantime.conf", "[bantime]\n" + BLOCKS)
        host = self.server.start()
        host.fail("198.51.100.1")
        wait_until("the ban", lambda: in_set("kban-bantime", "198.51.100.1"))
        before = rules_of("bantime")
        self.assertTrue(before)
        host.stop()
        self.break_jail("bantime")
        host.start()
        self.assertEqual(rules_of("bantime"), before)
        self.assertTrue(in_set("kban-bantime", "198.51.100.1"))
        os.remove(os.path.join(self.server.config, "jail.d", "bantime.conf"))
        self.assertEqual(host.client("reload").returncode, 0)
        wait_until("the end of its rules", lambda: not rules_of("bantime"))
        wait_until("the end of its sets", lambda: "kban-bantime" not in set_names())

    def test_one_that_is_mended_runs_at_the_next_reload(self):
        self.break_jail("bantime")
        host = self.server.start()
        self.assertEqual(host.client("reload", check=False).returncode, 255)
        self.server.write_config("jail.d/bantime.conf", "[bantime]\nenabled = true\n")
        self.assertEqual(host.client("reload").returncode, 0)
        host.fail("198.51.100.1")
        wait_until("the ban", lambda: in_set("kban-bantime", "198.51.100.1"))


# Files of jail.d that are lost, or in part, with what a test says of them, and of which jails that run all the same.
LOST = {
    "headless.conf": (b"enabled = true\n", r"1: no section before 'enabled = true'; .*the file is left out", []),
    "stray.conf": (b"bantime = 3\n[stray]\nenabled = true\n",
                   r"1: no section before 'bantime = 3'; .*what stands above line 2 is left out", ["stray"]),
    "utf-16.conf": ("[utf-16]\nenabled = true\n".encode("utf-16"),
                    r"1: not UTF-8 text; save the file as UTF-8; the file is left out", []),
    "directory.conf": (None, r" cannot read: Is a directory; the file is left out", []),
}


class LostFiles(Case):
    def setUp(self):
        self.server = self.host({"good": {}})
        os.mkdir(os.path.join(self.server.config, "jail.d"))

    def write(self, name, content):
        path = os.path.join(self.server.config, "jail.d", name)
        if content is None:
            os.mkdir(path)
            return
        with open(path, "wb") as file:
            file.write(content)

    def check(self):
        done = subprocess.run([KBAN_TAIL, "-c", self.server.config, "-t"], capture_output=True, text=True)
        return done.returncode, done.stderr

    def test_each_is_named_and_costs_no_jail_of_another_file(self):
        for name, (content, _, _) in LOST.items():
            self.write(name, content)
        status, told = self.check()
        self.assertEqual(status, 255)
        for name, (_, text, _) in LOST.items():
            self.assertRegex(told, r"(?m)^kban-tail: \S+/jail.d/%s:%s" % (re.escape(name), text))
        host = self.server.start()
        running = {jail["name"]: jail["running"] for jail in host.ask("status")["jails"]}
        self.assertEqual(running, dict({"good": True}, **{jail: True for _, _, jails in LOST.values() for jail in jails}))
        host.fail("198.51.100.1")
        wait_until("the ban", lambda: in_set("kban-good", "198.51.100.1"))

    def test_a_byte_order_mark_costs_nothing(self):
        self.write("marked.conf", b"\xef\xbb\xbf[marked]\nbantime = 60\n")
        self.assertEqual(self.check()[0], 0)
        host = self.server.start()
        host.fail("198.51.100.1")
        wait_until("the ban", lambda: in_set("kban-marked", "198.51.100.1"))

    def test_bans_of_jails_that_are_lost_with_it_stay(self):
        self.write("late.conf", b"[late]\n" + BLOCKS.encode())
        host = self.server.start()
        host.fail("198.51.100.1")
        wait_until("the ban", lambda: in_set("kban-late", "198.51.100.1"))
        before = rules_of("late")
        self.assertTrue(before)
        host.stop()
        self.write("late.conf", b"late]\nenabled = true\n")
        host.start()
        # What is too much in the kernel goes when that is looked at, as it is when bans are put back.
        for _ in range(3):
            flush_set("kban-good")
            wait_until("a look at the kernel", lambda: in_set("kban-good", "198.51.100.1"))
        self.assertTrue(in_set("kban-late", "198.51.100.1"))
        self.assertEqual(rules_of("late"), before)
        host.stop()
        self.write("late.conf", b"")
        host.start()
        self.assertEqual(rules_of("late"), [])
        wait_until("the end of a jail that is gone", lambda: "kban-late" not in set_names())

    def test_a_reload_with_a_lost_file_is_refused(self):
        host = self.server.start()
        self.write("headless.conf", b"enabled = true\n")
        done = host.client("reload", check=False)
        self.assertEqual(done.returncode, 255)
        self.assertIn("headless.conf:1: no section before", done.stdout + done.stderr)


class RefusedRules(Case):
    """Rules that iptables, or the kernel, does not take, which is known only when it is asked."""

    REFUSED = {"ipset": {"action": "iptables-multiport[port=25, protocol=tcp, blocktype=\"REJECT --nosuch\"]"},
               "nft": {"action": "nftables-multiport[port=25, table=nosuch, chain_type=nat, chain_hook=forward]"}}[FILTER]
    TOLD = {"ipset": r"refuses '-I INPUT 1 .*kban:bad:.* -j REJECT --nosuch': .*unknown option",
            "nft": r"refuses '(add chain|insert rule) inet nosuch f2b-chain .*': "}[FILTER]

    def test_one_costs_its_jail_alone(self):
        host = self.host({"first": {}, "bad": self.REFUSED, "last": {}}).start()
        for jail in ("first", "last"):
            self.assertEqual(len(rules_of(jail)), len(EACH), jail)
        self.assertEqual(rules_of("bad"), [])
        told = [line for line in host.told().splitlines() if "refuses" in line]
        self.assertTrue(told)
        for line in told:
            self.assertRegex(line, self.TOLD)

    def test_it_is_told_once_while_others_are_put_back(self):
        host = self.host({"good": {}, "bad": self.REFUSED}).start()
        before, told = rules_of("good"), host.told().count("refuses")
        for _ in range(2):
            destroy("rules")
            wait_until("the rules", lambda: rules_of("good") == before)
        self.assertEqual(host.told().count("refuses"), told)

    def test_the_daemon_starts_beside_rules_that_are_there(self):
        host = self.host({"good": {}}).start()
        before = rules_of("good")
        host.stop()
        host.write_jails({"good": {}, "bad": self.REFUSED})
        host.start()
        self.assertEqual(rules_of("good"), before)

    def test_without_any_other_it_does_not_start(self):
        host = self.host({"bad": self.REFUSED})
        with self.assertRaisesRegex(AssertionError, "the packet filter's rules cannot be made"):
            host.start()

    def test_one_that_is_mended_is_made_at_the_next_reload(self):
        host = self.host({"good": {}, "bad": self.REFUSED}).start()
        host.write_jails({"good": {}, "bad": {}})
        host.client("reload")
        wait_until("the rules", lambda: len(rules_of("bad")) == len(EACH))


@unittest.skipIf(FILTER == "nft", "rules of nft hold no set of another table")
class HeldSets(Case):
    """A set that another program has made, of another type, and that a rule of its own holds."""

    def setUp(self):
        self.server = self.host({"held": {}, "other": {}}).start()
        self.server.fail("198.51.100.1")
        for jail in ("held", "other"):
            wait_until("the ban by " + jail, lambda: in_set("kban-" + jail, "198.51.100.1"))
        with self.server.held():
            destroy("rules")
            run("ipset", "destroy", "kban-held")
            run("ipset", "create", "kban-held", "hash:ip,port")
            run("iptables", "-w", "-A", "OUTPUT", "-m", "set", "--match-set", "kban-held", "src,src", "-j", "ACCEPT")
            flush_set("kban-other")

    def test_it_keeps_no_other_from_being_put_back(self):
        wait_until("the entry", lambda: in_set("kban-other", "198.51.100.1"))
        wait_until("the rules", lambda: rules_of("other"))

    def test_a_reload_tells_that_its_jail_does_not_run(self):
        self.server.client("reload")
        self.assertIn("Jail 'held' does not run: set 'kban-held' is a hash:ip,port", self.server.told())


class Namesakes(Case):
    def test_a_digit_at_the_end_of_a_name_makes_no_set_of_two_jails(self):
        host = self.host({"mail": {}, "mail6": {}}).start()
        host.fail("198.51.100.1", "2001:db8::1")
        sets = [name for jail in ("mail", "mail6") for name in host.ask("status", jail)["jail"]["sets"]]
        self.assertEqual(len(set(sets)), 4, sets)
        for number, name in enumerate(sets):
            wait_until(name, lambda: in_set(name, ("198.51.100.1", "2001:db8::1")[number % 2]))
        for jail in ("mail", "mail6"):
            self.assertEqual(len(rules_of(jail)), len(EACH), jail)


class MissingLogs(Case):
    def test_skip_if_nologs_makes_it_no_mistake(self):
        host = self.host({"test": {}, "waits": {"logpath": "/nonexistent/log", "skip_if_nologs": "true"}})
        done = subprocess.run([KBAN_TAIL, "-c", host.config, "-t"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"warning: \S+/jail.conf:\d+: logpath: jail 'waits' has no log yet")

    def test_status_tells_who_waits_and_until_when(self):
        host = self.host({"test": {}})
        late = os.path.join(host.dir, "late.log")
        host.write_jails({"test": {}, "waits": {"logpath": late}})
        host.start()
        self.assertEqual(host.client("reload").returncode, 0)
        self.assertIn("Jail 'waits' waits for its log: %s\n" % late, host.client("status").stdout)
        self.assertEqual(host.ask("status", "waits")["jail"]["waits_for"], [late])
        host.append("", path=late)
        wait_until("the log", lambda: "waits for" not in host.client("status").stdout)
        self.assertNotIn("waits_for", host.ask("status", "waits")["jail"])


if __name__ == "__main__":
    main()
