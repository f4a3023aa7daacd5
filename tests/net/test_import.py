# SPDX-License-Identifier: LGPL-2.1-or-later
"""Taking over from fail2ban: from its database, and from sets and chains as it makes them."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time

from support import Case, FILTER, in_set, main, members, rules, run, stamp, wait_until

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))

import fail2ban_database  # noqa: E402

JAILS = {"sshd": {}, "mail": {}, "web": {}}


def iptables(*lines):
    for tool in ("iptables-restore", "ip6tables-restore"):
        text = "*filter\n%s\nCOMMIT\n" % "\n".join(line for line in lines if (":" in line.split("-s ")[-1].split()[0]) ==
                                                 (tool[2] == "6") or " -s " not in line)
        subprocess.run([tool, "-n", "-w"], input=text, text=True, check=True)


class TakeOver(Case):
    def take_over(self, host, *words, check=True):
        return host.client("import-fail2ban", "--database", self.database, *words, check=check)

    def start(self, bans, jails=None):
        host = self.host(jails or JAILS)
        self.database = os.path.join(host.dir, "fail2ban.sqlite3")
        fail2ban_database.make(self.database, bans)
        return host.start()


class Database(TakeOver):
    def test_bans_go_on_until_their_end(self):
        now = int(time.time())
        host = self.start([("sshd", "192.0.2.7", now - 100, 400, 1, ["a line of the log"]),
                           ("sshd", "2001:db8::7", now - 100, -1, 1, []), ("mail", "192.0.2.8", now - 900, 600, 4, [])])
        self.assertEqual(self.take_over(host, "--no-kernel").stdout, "mail: 1 over, kept in mind\nsshd: 2 banned\n")
        self.assertIn(members("kban-sshd")["192.0.2.7"], range(290, 301))
        self.assertEqual(members("kban-sshd6"), {"2001:db8::7": 0})
        why = host.ask("why", "192.0.2.7")["bans"][0]
        self.assertEqual([line["text"] for line in why["failures"]], ["a line of the log"])
        self.assertFalse(why["manual"])
        self.assertFalse(in_set("kban-mail", "192.0.2.8"))
        host.client("set", "mail", "banip", "192.0.2.8")
        self.assertEqual(host.ask("why", "192.0.2.8")["bans"][0]["number"], 5)
        self.assertEqual(self.take_over(host, "--no-kernel").stdout, "mail: 1 known before\nsshd: 2 known before\n")
        host.kill()
        host.start()
        self.assertEqual(len(host.ask("why", "192.0.2.7")["bans"]), 1)
        self.assertIn(members("kban-sshd")["192.0.2.7"], range(280, 301))

    def test_many(self):
        now = int(time.time())
        hosts = ["10.1.%d.%d" % (n // 250, n % 250 + 1) for n in range(5000)]
        host = self.start([("sshd", address, now - 1, 600, 1, ["line %s" % address]) for address in hosts])
        start = time.monotonic()
        self.assertEqual(self.take_over(host, "--no-kernel").stdout, "sshd: 5000 banned\n")
        print("5000 bans taken over in %.2f s" % (time.monotonic() - start))
        self.assertEqual(set(members("kban-sshd")), set(hosts))

    def test_protected_hosts_are_left_out(self):
        now = int(time.time())
        host = self.start([("sshd", "192.0.2.7", now, 600, 1, []), ("sshd", "192.0.2.8", now, 600, 1, [])],
                          {"sshd": {"ignoreip": "192.0.2.7"}})
        self.assertEqual(self.take_over(host, "--no-kernel").stdout,
                         "sshd: 1 banned, 1 protected\n  protected, left out: 192.0.2.7\n")
        self.assertEqual(set(members("kban-sshd")), {"192.0.2.8"})


class Rules(TakeOver):
    def make_rules(self):
        """What fail2ban's actions have made when it was killed; web has no set of the daemon's jails."""
        if FILTER == "ipset":
            iptables(":f2b-sshd - [0:0]", "-A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd",
                     "-A f2b-sshd -s 192.0.2.1/32 -j DROP", "-A f2b-sshd -s 2001:db8::1/128 -j DROP",
                     "-A f2b-sshd -j RETURN", ":f2b-other - [0:0]", "-A f2b-other -s 192.0.2.9/32 -j DROP",
                     "-A INPUT -p udp -j f2b-other")
            for name, family, entry in (("f2b-mail", "inet", "192.0.2.2"), ("f2b-mail6", "inet6", "2001:db8::2")):
                run("ipset", "create", name, "hash:ip", "family", family, "timeout", "0")
                run("ipset", "add", name, entry, "timeout", "345" if family == "inet" else "0")
            run("iptables", "-w", "-I", "INPUT", "-p", "tcp", "-m", "set", "--match-set", "f2b-mail", "src", "-j", "DROP")
            return
        run("nft", "add table inet f2b-table; add set inet f2b-table addr-set-sshd { type ipv4_addr; flags interval,timeout; };"
            "add set inet f2b-table addr6-set-sshd { type ipv6_addr; }; add element inet f2b-table addr-set-sshd "
            "{ 192.0.2.1, 198.51.100.0/24 timeout 345s }; add element inet f2b-table addr6-set-sshd { 2001:db8::1 };"
            "add chain inet f2b-table f2b-chain { type filter hook input priority -1; };"
            "add rule inet f2b-table f2b-chain tcp dport 22 ip saddr @addr-set-sshd reject")

    def remaining(self):
        return run("iptables-save") + run("ip6tables-save") + run("ipset", "save") if FILTER == "ipset" \
            else run("nft", "list", "ruleset")

    def test_sets_and_chains(self):
        host = self.start([("sshd", "192.0.2.1", int(time.time()), 5000, 1, [])])
        self.make_rules()
        done = self.take_over(host)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertGreater(members("kban-sshd")["192.0.2.1"], 4900)
        # The jail's own time, where nothing says how long.
        self.assertIn(members("kban-sshd6")["2001:db8::1"], range(590, 601))
        if FILTER == "ipset":
            self.assertIn(members("kban-mail")["192.0.2.2"], range(335, 346))
            self.assertIn(members("kban-mail6")["2001:db8::2"], range(590, 601))
        else:
            self.assertIn(members("kban-sshd")["198.51.100.0/24"], range(335, 346))
        self.assertIn("f2b-", self.remaining())

    def test_rules_are_removed_on_request(self):
        host = self.start([])
        self.make_rules()
        before = rules()
        dry = self.take_over(host, "--remove-rules", "--dry-run", check=False)
        self.assertIn("Nothing is changed", dry.stdout)
        self.assertIn("f2b-", self.remaining())
        done = self.take_over(host, "--remove-rules", check=False)
        if FILTER == "nft":
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("removed table inet f2b-table\n", done.stdout)
            self.assertNotIn("f2b-", self.remaining())
        else:
            # The chain of a jail that is unknown here stays, with what leads there.
            self.assertEqual((done.returncode, done.stderr), (
                255, "kban-client: f2b-other stays: not all of its 1 hosts were taken over\n"))
            left = [line for line in self.remaining().splitlines() if "f2b-" in line and "-N" not in line]
            self.assertEqual(sorted({line.split(" [")[0] for line in left}), [
                "-A INPUT -p udp -j f2b-other", "-A f2b-other -s 192.0.2.9/32 -j DROP", ":f2b-other - "[:-1]])
        self.assertEqual(rules(), before)
        self.assertTrue(in_set("kban-sshd", "192.0.2.1"))

    def test_a_set_that_both_use(self):
        if FILTER != "ipset":
            self.skipTest("sets of ipset")
        now = int(time.time())
        for name, family, entry in (("f2b-sshd", "inet", "192.0.2.1"), ("f2b-sshd6", "inet6", "2001:db8::1")):
            run("ipset", "create", name, "hash:ip", "family", family, "timeout", "0")
            run("ipset", "add", name, entry, "timeout", "0")
        run("iptables", "-w", "-I", "INPUT", "-p", "tcp", "-m", "set", "--match-set", "f2b-sshd", "src", "-j", "DROP")
        host = self.start([("sshd", "192.0.2.1", now, 500, 1, ["why"])],
                          {"sshd": {"action": 'iptables-ipset-proto6[name=sshd, port="25", protocol=tcp]'}})
        self.assertEqual(members("f2b-sshd"), {"192.0.2.1": 0})
        done = self.take_over(host, "--remove-rules")
        self.assertEqual(done.stdout, "sshd: 2 with another end than before\n")
        self.assertIn(members("f2b-sshd")["192.0.2.1"], range(490, 501))
        self.assertIn(members("f2b-sshd6")["2001:db8::1"], range(590, 601))
        left = [line for line in run("iptables", "-S", "INPUT").splitlines() if "match-set" in line]
        self.assertEqual([("kban:" in line) for line in left], [True])


class Running(TakeOver):
    """fail2ban itself, where it is installed."""

    CONFIG = """[Definition]
loglevel = INFO
logtarget = {0}/fail2ban.log
syslogsocket = auto
socket = {0}/fail2ban.sock
pidfile = {0}/fail2ban.pid
dbfile = {0}/fail2ban.sqlite3
dbpurgeage = 1d
dbmaxmatches = 10
allowipv6 = auto
"""

    def fail2ban(self, host, *words, check=True):
        return subprocess.run([self.program, "-c", self.folder, "-s", host.dir + "/fail2ban.sock", "-p",
                               host.dir + "/fail2ban.pid"] + list(words), check=check, capture_output=True, text=True)

    def start_fail2ban(self, host, maxretry=1):
        self.program = shutil.which("fail2ban-client")
        actions = "/etc/fail2ban/action.d"
        if self.program is None or not os.path.isdir(actions):
            self.skipTest("fail2ban is not installed")
        self.folder = os.path.join(host.dir, "fail2ban")
        os.makedirs(os.path.join(self.folder, "filter.d"))
        os.symlink(actions, os.path.join(self.folder, "action.d"))
        action = {"ipset": "iptables-multiport", "nft": "nftables-multiport"}[FILTER]
        for name, text in (("fail2ban.conf", self.CONFIG.format(host.dir)),
                           ("filter.d/test.conf", "[Definition]\nfailregex = ^ fail from <HOST>$\n"),
                           ("jail.conf", "[sshd]\nenabled = true\nfilter = test\nbackend = polling\nlogpath = %s\nmaxretry = %d\n"
                            "bantime = 3000\nusedns = no\naction = %s[name=sshd, port=22, protocol=tcp]\n" % (host.log, maxretry, action))):
            with open(os.path.join(self.folder, name), "w") as file:
                file.write(text)
        self.fail2ban(host, "-b", "start")
        host.fail(*["192.0.2.1"] * maxretry)
        wait_until("fail2ban's ban", lambda: "192.0.2.1" in self.fail2ban(host, "banned", check=False).stdout, limit=30)

    def test_a_running_fail2ban(self):
        host = self.host({"sshd": {"bantime": "60"}})
        self.database = os.path.join(host.dir, "fail2ban.sqlite3")
        self.start_fail2ban(host)
        host.write_config("filter.d/test.conf", "[Definition]\nfailregex = ^ nothing of <HOST>$\n")
        host.start()
        self.assertEqual(self.take_over(host).stdout, "sshd: 1 banned\n")
        self.assertIn(members("kban-sshd")["192.0.2.1"], range(2900, 3001))
        self.assertIn("fail from 192.0.2.1", host.ask("why", "192.0.2.1")["bans"][0]["failures"][0]["text"])
        self.fail2ban(host, "stop")
        wait_until("fail2ban's end", lambda: not os.path.exists(host.dir + "/fail2ban.sock"), limit=30)
        self.assertTrue(in_set("kban-sshd", "192.0.2.1"))
        # After its stop its database has no enabled jail, and is taken over all the same.
        host.stop()
        shutil.rmtree(host.state)
        run(*(["ipset", "flush"] if FILTER == "ipset" else ["nft", "flush", "set", "inet", "kban", "kban-sshd"]))
        host.start()
        self.assertEqual(self.take_over(host).stdout, "sshd: 1 banned\n")

    def test_what_it_had_counted_counts_on(self):
        """
        fail2ban's database has how far it read, and not whom it had counted before. So a log is not read on from
        there, but from findtime ago: who had two of three failures is banned by one more.
        """
        host = self.host({"sshd": {"maxretry": "3"}})
        self.database = os.path.join(host.dir, "fail2ban.sqlite3")
        self.start_fail2ban(host, maxretry=3)
        host.fail("192.0.2.2", "192.0.2.2", "192.0.2.3")
        wait_until("what fail2ban counts", lambda: "Currently failed:\t2" in
                   self.fail2ban(host, "status", "sshd", check=False).stdout, limit=30)
        self.fail2ban(host, "stop")
        wait_until("fail2ban's end", lambda: not os.path.exists(host.dir + "/fail2ban.sock"), limit=30)
        db = sqlite3.connect(self.database)
        self.assertEqual(db.execute("SELECT jail, lastfilepos FROM logs").fetchall(),
                         [("sshd", os.path.getsize(host.log))])
        db.close()
        host.start()
        self.take_over(host)
        wait_until("the bans", lambda: list(members("kban-sshd")) == ["192.0.2.1"])
        host.fail("192.0.2.2", "192.0.2.3")
        wait_until("the third failure", lambda: in_set("kban-sshd", "192.0.2.2"))
        self.assertFalse(in_set("kban-sshd", "192.0.2.3"))


if __name__ == "__main__":
    main()
