# SPDX-License-Identifier: LGPL-2.1-or-later
"""Actions that are commands: run aside, in order, with limits, and undone at the end."""

import os
import signal
import time

from support import Case, in_set, main, run, stamp, wait_until

PAYLOAD = "x';touch${IFS}p1;echo\"$(touch${IFS}p2)\"`id`<ip>\\n#&|*?~^()[]{}"

RECORD = """[Definition]
actionstart = echo "start <family>" >> {0}
actionstop = echo "stop <family>" >> {0}
actionban = echo "ban <ip> <failures> <bantime> <restored>" >> {0}
actionunban = echo "unban <ip>" >> {0}
norestored = <nr>
[Init]
nr = 0
"""


def alive(pattern):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                if pattern.encode() in file.read():  # a zombie's is empty
                    found.append(int(pid))
        except OSError:
            pass
    return found


class Actions(Case):
    def actions(self, jails, files, default=""):
        firewall = 'iptables-multiport[port="25", protocol=tcp]'
        host = self.host(dict((name, {"action": firewall + "".join("\n  " + item for item in items)})
                              for name, items in jails.items()), default)
        self.record = os.path.join(host.dir, "record")
        os.makedirs(os.path.join(host.config, "action.d"))
        for name, text in files.items():
            host.write_config("action.d/%s.conf" % name, text.replace("{0}", self.record))
        return host

    def recorded(self):
        if not os.path.exists(self.record):
            return []
        with open(self.record) as file:
            return file.read().splitlines()

    def test_life_of_an_action(self):
        host = self.actions({"test": ["record"]}, {"record": RECORD}).start()
        host.fail("192.0.2.1", "2001:db8::1")
        wait_until("bans", lambda: len(self.recorded()) == 3)
        host.client("set", "test", "unbanip", "192.0.2.1")
        wait_until("the unban", lambda: len(self.recorded()) == 4)
        host.stop()
        self.assertEqual(self.recorded(), [
            "start ", "ban 192.0.2.1 1 600 0", "ban 2001:db8::1 1 600 0", "unban 192.0.2.1",
            "unban 2001:db8::1", "stop "])
        self.assertTrue(in_set("kban-test6", "2001:db8::1"))

    def test_start_on_demand_for_each_family(self):
        text = RECORD + "[Init?family=inet6]\nx = 6\n"
        host = self.actions({"test": ["record"]}, {"record": text}).start()
        self.assertEqual(self.recorded(), [])
        host.fail("2001:db8::1")
        wait_until("the ban", lambda: len(self.recorded()) == 2)
        host.stop()
        self.assertEqual(self.recorded()[0], "start inet6")
        self.assertEqual(self.recorded()[-1], "stop inet6")
        self.assertEqual([line for line in self.recorded() if "inet4" in line], [])

    def test_restored_bans(self):
        host = self.actions({"test": ["record", "record[nr=1, actname=once]"]}, {"record": RECORD}).start()
        host.fail("192.0.2.1")
        wait_until("both bans", lambda: self.recorded().count("ban 192.0.2.1 1 600 0") == 2)
        host.stop()
        host.start()
        wait_until("the restored ban", lambda: "ban 192.0.2.1 1 600 1" in self.recorded())
        host.stop()
        self.assertEqual(self.recorded().count("ban 192.0.2.1 1 600 1"), 1)

    def test_a_stop_while_a_ban_is_under_way(self):
        slow = RECORD.replace("<restored>\" >> {0}", "<restored>\" >> {0} && sleep 1")
        host = self.actions({"test": ["record"]}, {"record": slow}).start()
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: "ban 192.0.2.1 1 600 0" in self.recorded())
        host.stop()
        self.assertEqual(self.recorded(), ["start ", "ban 192.0.2.1 1 600 0", "unban 192.0.2.1", "stop "])
        host.start()
        wait_until("the restored ban", lambda: self.recorded()[4:] == ["start ", "ban 192.0.2.1 1 600 1"])

    def test_unban_after_a_kill(self):
        host = self.actions({"test": ["record"]}, {"record": RECORD}, "bantime = 4").start()
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: "ban 192.0.2.1 1 4 0" in self.recorded())
        wait_until("it is saved", lambda: host.ask("status")["saving"] and
                   host.call("io.kban.Ping")["parameters"] == {"answer": "pong"})
        host.kill()
        wait_until("the end of the ban", lambda: not in_set("kban-test", "192.0.2.1"))
        host.start()
        wait_until("the unban", lambda: "unban 192.0.2.1" in self.recorded())

    def test_vector_10_log_text_is_not_run(self):
        text = "[Definition]\nactionban = printf '%%s\\n' \"<F-USER>\" >> {0}\n            env > {0}.env\n"
        host = self.actions({"test": ["record"]}, {"record": text})
        host.write_config("filter.d/test.conf", "[Definition]\nfailregex = ^ <F-USER>\\S+</F-USER> fail from <HOST>$\n")
        host.start()
        host.append("%s %s fail from 192.0.2.1\n" % (stamp(), PAYLOAD))
        wait_until("the command", lambda: os.path.exists(self.record + ".env"))
        host.stop()
        self.assertEqual(self.recorded(), [PAYLOAD])
        with open(self.record + ".env") as file:
            self.assertIn("f2bV_F_user=" + PAYLOAD, file.read())
        for name in ("p1", "p2"):
            self.assertFalse(os.path.exists(os.path.join("/", name)))

    def test_a_hanging_action_delays_nobody(self):
        hang = "[Definition]\nactionban = for i in 1 2 3 4 5 6 7 8; do sleep 1947 & done; sleep 1947\n[Init]\ntimeout = 3\n"
        host = self.actions({"test": ["hang"], "other": []}, {"hang": hang}).start()
        start = time.monotonic()
        host.fail("192.0.2.1")
        taken = wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"), limit=2)
        wait_until("the command", lambda: len(alive("sleep\x001947")) == 9)
        host.fail("192.0.2.2")
        other = wait_until("another jail's ban", lambda: in_set("kban-other", "192.0.2.2"), limit=2)
        print("bans beside a hanging action: %.1f ms, %.1f ms" % (taken * 1000, other * 1000))
        wait_until("its end", lambda: host.journal_has("timed out after 3 seconds."), limit=8)
        wait_until("its group's end", lambda: not [pid for pid in alive("sleep\x001947")
                                                  if time.monotonic() - start < 3], limit=8)
        host.stop()
        self.assertEqual(alive("sleep\x001947"), [])

    def test_a_hundred_bans_and_a_stop(self):
        hang = "[Definition]\nactionban = sleep 1948\n"
        host = self.actions({"test": ["hang"]}, {"hang": hang}).start()
        host.fail(*["198.51.100.%d" % (i + 1) for i in range(100)])
        wait_until("all bans", lambda: in_set("kban-test", "198.51.100.100"), limit=2)
        self.assertLessEqual(len(alive("sleep\x001948")), 16)
        self.assertEqual(host.client("ping").returncode, 0)
        host.stop()
        self.assertEqual(alive("sleep\x001948"), [])

    def test_a_flood_of_output(self):
        flood = "[Definition]\nactionban = head -c 200000000 /dev/zero\n            echo over >> {0}\n            exit 1\n"
        host = self.actions({"test": ["flood"], "other": []}, {"flood": flood}).start()
        host.fail("192.0.2.1")
        wait_until("the other ban", lambda: in_set("kban-other", "192.0.2.1"), limit=2)
        wait_until("the flood's end", lambda: "over" in self.recorded(), limit=60)
        host.stop()
        self.assertLess(os.path.getsize(host.journal), 1000000)

    def test_failures_are_told(self):
        bad = "[Definition]\nactionban = echo reason >&2; exit 7\n"
        host = self.actions({"test": ["bad"]}, {"bad": bad}).start()
        host.fail("192.0.2.1")
        wait_until("the log", lambda: host.journal_has("Failed to execute ban jail 'test' action 'bad'"))
        self.assertTrue(host.journal_has("stderr: reason"))
        self.assertTrue(host.journal_has("returned 7"))
        self.assertTrue(in_set("kban-test", "192.0.2.1"))

    def test_actions_by_the_client(self):
        host = self.actions({"test": ["record"]}, {"record": RECORD}).start()
        self.assertEqual(host.client("get", "test", "actions").stdout,
                         "The jail test has the following actions:\niptables-multiport, record\n")
        self.assertEqual(host.client("get", "test", "action", "record", "actionban").stdout,
                         'echo "ban <ip> <failures> <bantime> <restored>" >> %s\n' % self.record)
        self.assertEqual(host.client("get", "test", "action", "iptables-multiport", "port").stdout, "25\n")
        self.assertEqual(host.client("set", "test", "action", "iptables-multiport", "port", "1", check=False).returncode, 255)
        self.assertEqual(host.client("set", "test", "action", "record", "timeout", "5m").stdout, "300\n")
        self.assertEqual(host.client("get", "test", "action", "record", "timeout").stdout, "300\n")
        # One without a file, which is told what to do, and then is taken away.
        self.assertEqual(host.client("set", "test", "addaction", "own").stdout, "own\n")
        again = host.client("set", "test", "addaction", "own", check=False)
        self.assertEqual((again.returncode, again.stdout), (255, "Action own already exists\n"))
        host.client("set", "test", "action", "own", "actionban", "echo own ban <ip> >> %s" % self.record)
        host.client("set", "test", "action", "own", "actionunban", "echo own unban <ip> >> %s" % self.record)
        host.fail("192.0.2.1")
        wait_until("both actions", lambda: "own ban 192.0.2.1" in self.recorded() and "ban 192.0.2.1 1 600 0" in self.recorded())
        states = {state["name"]: state for state in host.ask("status", "test")["jail"]["actions"]}
        self.assertTrue(states["iptables-multiport"]["native"])
        wait_until("the end of both", lambda: all(state["native"] or state["banned"] == 1 for state in
                                                  host.ask("status", "test")["jail"]["actions"]))
        self.assertEqual(host.client("set", "test", "delaction", "own").stdout, "None\n")
        wait_until("what it did is undone", lambda: "own unban 192.0.2.1" in self.recorded())
        self.assertTrue(in_set("kban-test", "192.0.2.1"))
        gone = host.client("set", "test", "delaction", "own", check=False)
        self.assertEqual((gone.returncode, gone.stdout), (255, "'Invalid Action name: own'\n"))
        self.assertEqual([state["name"] for state in host.ask("status", "test")["jail"]["actions"]],
                         ["iptables-multiport", "record"])
        host.stop()
        self.assertEqual(self.recorded()[-2:], ["unban 192.0.2.1", "stop "])

    def call(self, host, method, *arguments, action="record"):
        return host.client("set", "test", "action", action, method, *arguments, check=False)

    def test_methods_by_the_client(self):
        """What fail2ban ran for these, in this order; bans stay what they are."""
        more = "".join("action%s = echo %s >> {0}\n" % (name, name) for name in ("flush", "reload"))
        host = self.actions({"test": ["record"]}, {"record": RECORD.replace("[Init]", more + "[Init]")}).start()
        wait_until("the start", lambda: self.recorded() == ["start "])
        self.assertEqual(host.client("get", "test", "actionmethods", "record").stdout,
                         "The jail test action record has the following methods:\nflush, reload, start, stop\n")
        # Nothing was banned: there is nothing to flush.
        for method in ("flush", "start", "reload"):
            done = self.call(host, method, "{}")
            self.assertEqual((done.returncode, done.stdout), (0, "True\n"))
        wait_until("both", lambda: self.recorded() == ["start ", "start ", "reload"])
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: self.recorded()[3:] == ["ban 192.0.2.1 1 600 0"])
        for method in ("flush", "stop", "stop", "reload"):
            self.call(host, method)
        wait_until("the flush and one stop", lambda: self.recorded()[4:] == ["flush", "stop "])
        self.assertTrue(in_set("kban-test", "192.0.2.1"))
        # The next ban starts it, as it does an action that is started on demand.
        host.fail("192.0.2.2")
        wait_until("the next ban", lambda: self.recorded()[6:] == ["start inet4", "ban 192.0.2.2 1 600 0"])
        for method in ("ban", "consistencyCheck"):
            done = self.call(host, method, "{}")
            self.assertEqual((done.returncode, done.stdout), (255, (
                "'%s' of an action cannot be called; flush, reload, start and stop can\n" % method)))
        self.assertEqual(self.call(host, "start", action="nosuch").stdout, "'Invalid Action name: nosuch'\n")
        self.assertEqual(self.call(host, "start", action="iptables-multiport").stdout,
                         "this action is sets and rules, not commands; there is nothing to call\n")
        self.assertEqual(host.client("get", "test", "actionmethods", "iptables-multiport").stdout,
                         "The jail test action iptables-multiport has the following methods:\n\n")

    def test_methods_wait_for_what_is_under_way(self):
        host = self.actions({"test": ["record"]}, {"record": RECORD.replace(
            'actionban = ', 'actionban = read line < {0}.fifo; ')})
        fifo = self.record + ".fifo"
        os.mkfifo(fifo)
        host.start()
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: host.ask("status", "test")["jail"]["actions"][-1]["running"])
        for _ in range(16):
            self.assertEqual(self.call(host, "start").stdout, "True\n")
        self.assertEqual(self.call(host, "start").stdout, "action 'record' has 16 calls to answer already\n")
        with open(fifo, "w") as file:
            file.write("go on\n")
        wait_until("all of them", lambda: self.recorded() == ["start ", "ban 192.0.2.1 1 600 0"] + ["start "] * 16)

    def test_methods_for_each_family(self):
        host = self.actions({"test": ["record"]}, {"record": RECORD + "[Init?family=inet6]\nx = 6\n"}).start()
        self.call(host, "stop")
        self.call(host, "start")
        wait_until("both starts", lambda: self.recorded() == ["start inet4", "start inet6"])
        self.call(host, "stop")
        wait_until("both stops", lambda: self.recorded()[2:] == ["stop inet4", "stop inet6"])

    def mailing_host(self, limit):
        """As action_mwl has it: the firewall, and a mail with lines of the log, by a program that may be made to hang."""
        mail = ("[Definition]\nnorestored = 1\nactionban = ( printf %%b \"Subject: <name> banned <ip>\\n\"\n"
                "            grep -c . <logpath> ) | <mailcmd>\n[Init]\nmailcmd = mailer\ntimeout = 60\nname = x\n")
        mailer = "#!/bin/sh\ncat > {0}\n[ -e {0}.hang ] || exit 0\nsleep 1961 &\nexec sleep 1961\n"
        host = self.actions({"test": [], "other": [], "third": []}, {"mwl": mail})
        program = os.path.join(host.dir, "mailer")
        with open(program, "w") as file:
            file.write(mailer.replace("{0}", self.record))
        os.chmod(program, 0o755)
        firewall = 'iptables-multiport[port="25", protocol=tcp]'
        host.write_jails({"test": {"action": "%(action_mwl)s",
                                   "action_mwl": '%s\n  mwl[name=%%(__name__)s, logpath="%%(logpath)s", mailcmd=%s, '
                                                 'timeout=%d]' % (firewall, program, limit)},
                          "other": {"action": firewall}, "third": {"action": firewall}})
        return host.start()

    def time_to_ban(self, host, address):
        """Seconds until it is in the kernel for all jails."""
        host.fail(address)
        return wait_until("the bans of " + address, lambda: all(
            in_set("kban-" + jail, address) for jail in ("test", "other", "third")), limit=20, pause=0.001)

    def time_bans(self, host, network, most):
        """Of twenty; one that takes longer than it may is tried again, as it may be this machine's doing."""
        spans = []
        for number in range(20):
            tries = [self.time_to_ban(host, "%s.%d" % (network, number + 1))]
            while tries[-1] > most and len(tries) < 3:
                tries.append(self.time_to_ban(host, "%s.%d" % (network, 20 * len(tries) + number + 1)))
            spans.append(min(tries))
        return spans

    def test_a_mail_program_that_hangs(self):
        """It delays no ban: each is there within 100 ms of what bans take while mails are sent."""
        host = self.mailing_host(limit=2)
        usual = max(self.time_bans(host, "192.0.2", most=20))
        wait_until("the mails", lambda: os.path.exists(self.record) and all(
            action["native"] or action["succeeded"] == 21 for action in host.ask("status", "test")["jail"]["actions"]),
            limit=60)
        open(self.record + ".hang", "w").close()
        spans = self.time_bans(host, "198.51.100", most=usual + 0.1)
        hanging = set(alive("sleep\x001961"))
        self.assertTrue(hanging)
        print("bans of three jails, in ms: at most %.0f with mails, %.0f beside a mail that hangs"
              % (usual * 1000, max(spans) * 1000))
        self.assertLess(max(spans), usual + 0.1)
        wait_until("its limit", lambda: host.journal_has("timed out after 2 seconds."))
        wait_until("the end of those that hung", lambda: not hanging & set(alive("sleep\x001961")), limit=8)

    def test_a_flood_of_actions_with_children(self):
        # No blank may stand before a semicolon, which would begin a comment.
        flood = ("[Definition]\nactionban = sleep 1973 >/dev/null 2>&1 &\n            setsid sleep 1979 >/dev/null 2>&1 &\n"
                 "            echo <ip> >> {0}\n[Init]\ntimeout = 1\n")
        names = ["flood[actname=f%d]" % n for n in range(20)]
        host = self.actions({"test": names, "other": []}, {"flood": flood}).start()
        host.fail(*["192.0.2.%d" % n for n in range(1, 6)])
        wait_until("bans", lambda: all(in_set("kban-other", "192.0.2.%d" % n) for n in range(1, 6)), limit=3)
        # What they leave behind holds up others until its limit, and then is ended.
        wait_until("all actions", lambda: len(self.recorded()) == 100, limit=60)
        self.assertEqual(host.client("ping").stdout, "Server replied: pong\n")
        # The start is one of what they did.
        wait_until("their ends", lambda: [(state["succeeded"], state["failed"]) for state in host.ask("status", "test")["jail"][
            "actions"] if not state["native"]] == [(6, 0)] * 20)
        host.stop()
        self.assertEqual(alive("sleep\x001973"), [])

    def test_names_of_hosts(self):
        text = "[Definition]\nactionban = echo \"<ip> <ip-host> <fq-hostname> <sh-hostname>\" >> {0}\n"
        host = self.actions({"test": ["record"]}, {"record": text})
        # Names are those of the files that the resolver reads.
        hosts = os.path.join(host.dir, "hosts")
        with open(hosts, "w") as file:
            file.write("192.0.2.1 evil.example\n127.0.0.1 mail.example mail localhost\n")
        run("mount", "--bind", hosts, "/etc/hosts")
        self.addCleanup(run, "umount", "/etc/hosts")
        host.start()
        host.fail("192.0.2.1", "198.51.100.1")
        wait_until("both", lambda: len(self.recorded()) == 2, limit=30)
        lines = [line.split() for line in self.recorded()]
        self.assertEqual(sorted(words[:2] for words in lines), [["192.0.2.1", "evil.example"], ["198.51.100.1", "None"]])
        full, short = lines[0][2:]
        self.assertEqual(full.split(".")[0], short)
        self.assertEqual(short, os.uname().nodename.split(".")[0])


if __name__ == "__main__":
    main()
