# SPDX-License-Identifier: LGPL-2.1-or-later
"""ignorecommand: asked aside, with limits, and nobody waits for it but the failure it is about."""

import itertools
import os
import time

from support import Case, in_set, main, run, stamp, wait_until

# No blank may stand before a semicolon, which would begin a comment. Says yes for hosts whose address ends in .1, hangs for those in .2, fails for those in .3.
ASK = """echo "<ip> <F-USER>" >> {0}
  case <ip> in
  *.1) exit 0;;
  *.2) sleep 1953 & sleep 1953;;
  *.3) exit 7;;
  esac
  exit 1"""


class Ignore(Case):
    def ignoring(self, jails=None, **options):
        host = self.host({})
        self.record = os.path.join(host.dir, "asked")
        ask = "\n".join(" " + line for line in ASK.replace("{0}", self.record).splitlines()).strip()
        jails = jails or {"test": {}}
        for name in jails:
            if name != "other":
                jails[name] = dict({"ignorecommand": ask}, **options)
        host.write_jails(jails)
        host.write_config("filter.d/test.conf",
                          "[Definition]\nfailregex = ^ fail from <HOST>$\n  ^ fail of <F-USER>.*</F-USER> from <HOST>$\n")
        return host

    def asked(self):
        if not os.path.exists(self.record):
            return []
        with open(self.record) as file:
            return file.read().splitlines()

    def test_the_answer_decides(self):
        host = self.ignoring().start()
        host.fail("192.0.2.1", "192.0.2.3", "192.0.2.4")
        wait_until("bans", lambda: in_set("kban-test", "192.0.2.3") and in_set("kban-test", "192.0.2.4"))
        wait_until("the answer", lambda: host.journal_has("[test] Ignore 192.0.2.1 by command"))
        self.assertFalse(in_set("kban-test", "192.0.2.1"))
        self.assertTrue(host.journal_has("returned 7"))
        # The answer is known by now, and the ban by hand is not asked about.
        host.fail("192.0.2.1")
        self.assertEqual(host.client("set", "test", "banip", "192.0.2.1").stdout, "1\n")
        self.assertEqual(sorted(self.asked()), ["192.0.2.1 ", "192.0.2.3 ", "192.0.2.4 "])

    def test_text_of_a_log_is_not_run(self):
        host = self.ignoring().start()
        evil = "x\"; touch {0}.evil; $(touch {0}.evil) `touch {0}.evil` '".format(self.record)
        host.append("%s fail of %s from 192.0.2.1\n" % (stamp(), evil))
        wait_until("the question", lambda: len(self.asked()) == 1)
        self.assertEqual(self.asked(), ["192.0.2.1 " + evil])
        self.assertFalse(os.path.exists(self.record + ".evil"))

    def test_what_hangs_keeps_nobody_waiting(self):
        host = self.ignoring({"test": {}, "other": {}}).start()
        host.fail("192.0.2.2")
        wait_until("the other jail's ban", lambda: in_set("kban-other", "192.0.2.2"), limit=3)
        wait_until("the question", lambda: self.asked() == ["192.0.2.2 "])
        host.fail("192.0.2.9")
        wait_until("a ban beside it", lambda: in_set("kban-test", "192.0.2.9"), limit=3)
        self.assertFalse(in_set("kban-test", "192.0.2.2"))
        host.stop()
        self.assertEqual([line for line in run("ps", "-eo", "args").splitlines() if self.record in line], [])
        # What waited for its answer is asked again.
        host.start()
        wait_until("the question again", lambda: self.asked().count("192.0.2.2 ") == 2)

    def test_a_kill_loses_no_failure(self):
        host = self.ignoring().start()
        host.fail("192.0.2.2")
        wait_until("the question", lambda: self.asked() == ["192.0.2.2 "])
        host.kill()
        host.start()
        wait_until("the question again", lambda: self.asked().count("192.0.2.2 ") == 2)

    def test_a_reload_without_it_counts_what_waits(self):
        host = self.ignoring().start()
        host.fail("192.0.2.2")
        wait_until("the question", lambda: len(self.asked()) == 1)
        host.write_jails({"test": {}})
        host.client("reload")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.2"))

    def test_a_flood_is_asked_with_a_limit(self):
        host = self.ignoring({"test": {}}).start()
        host.fail(*["10.0.%d.2" % n for n in range(200)])
        wait_until("questions", lambda: len(self.asked()) == 4)
        host.fail("192.0.2.4")
        self.assertEqual(host.ask("status", "test")["jail"]["waiting"], 201)
        self.assertEqual(len(self.asked()), 4)


class Files(Case):
    """file: in ignoreip."""

    def write(self, text):
        """As if it was written some seconds ago: what is younger may be half written."""
        with open(self.path, "w") as file:
            file.write(text)
        when = time.time() - next(self.ages)
        os.utime(self.path, (when, when))

    def setUp(self):
        self.ages = itertools.count(100, -1)
        self.server = self.host({})
        self.path = os.path.join(self.server.dir, "white.txt")
        self.write("# ours\n192.0.2.1\n")
        entry = {"ignoreip": "file:%s 203.0.113.1" % self.path}
        self.server.write_jails({"test": entry, "other": entry})
        self.server.start()

    def ignored(self, address):
        """Fail, with somebody who is banned behind it, so that it is known when that was judged."""
        witness = "198.51.100.%d" % next(self.ages)
        self.server.fail(address, witness)
        for jail in ("test", "other"):
            wait_until("the witness", lambda: in_set("kban-" + jail, witness))
        found = {in_set("kban-" + jail, address) for jail in ("test", "other")}
        self.assertEqual(len(found), 1)
        return found == {False}

    def told(self, text):
        with open(self.server.journal) as file:
            return sum(text in line for line in file)

    def test_a_change_counts_without_a_reload(self):
        self.assertTrue(self.ignored("192.0.2.1"))
        self.assertTrue(self.ignored("203.0.113.1"))
        self.assertEqual(self.told("[test] Ignore 192.0.2.1 by file:%s" % self.path), 1)
        self.write("192.0.2.0/28, # now all of them\n")
        # Another one each time: who fails too early is banned.
        hosts = ("192.0.2.%d" % number for number in range(2, 15))
        wait_until("the new content", lambda: self.ignored(next(hosts)), pause=0.3)
        self.assertEqual(self.told("white.txt: ignoreip has it read again, with 1 entries"), 1)

    def test_what_was_good_stays_when_it_breaks(self):
        for text in ("192.0.2.999\n", "198.51.100.300 192.0.2.1\n"):
            self.write(text)
            wait_until("the warning", lambda: self.ignored("192.0.2.1") and
                       self.told("white.txt:1: '%s' is no address" % text.split()[0]) == 1, pause=0.3)
        os.remove(self.path)
        wait_until("the warning", lambda: self.ignored("192.0.2.1") and self.told("white.txt: no such file") == 1,
                   pause=0.3)
        # Another second, and it is not told again.
        wait_until("a second", lambda: self.ignored("192.0.2.1") and self.told("no such file") == 1, pause=0.3)
        self.write("203.0.113.0/24\n")
        hosts = ("203.0.113.%d" % number for number in range(2, 15))
        wait_until("the new content", lambda: self.ignored(next(hosts)), pause=0.3)
        self.assertFalse(self.ignored("192.0.2.1"))


if __name__ == "__main__":
    main()
