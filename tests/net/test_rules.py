# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rules as the library writes them, given to iptables and to packets."""

import os
import subprocess
import unittest

from peer import OTHER_PEER, PEER, PEER6, Peer
from support import clean_kernel, main, run

DRIVER = os.environ.get("RULES_DRIVER", "rules-driver")
PROGRAMS = {"4": "iptables", "6": "ip6tables"}

USUAL = {
    "jail": "mail", "set4": "kban-mail", "set6": "kban-mail6", "chains": "INPUT", "protocols": "tcp",
    "ports": "25,587", "target4": "REJECT --reject-with icmp-port-unreachable",
    "target6": "REJECT --reject-with icmp6-port-unreachable",
}

# What differs from the usual rule; each must be to the taste of both programs.
KINDS = [
    {"ports": ""},
    {"ports": ",".join(str(port) for port in range(1, 40)) + ",1000:2000"},
    {"protocols": "tcp,udp,udplite,sctp,dccp"},
    {"protocols": "all", "ports": ""},
    {"protocols": "all"},
    {"protocols": "icmp,esp,gre,89", "ports": ""},
    {"chains": "INPUT,FORWARD,OUTPUT"},
    {"new_only": "1"},
    {"inverted": "1", "target4": "DROP", "target6": "DROP"},
    {"log_prefix": "f2b-mail:DROP "},
    {"target4": "DROP", "target6": "DROP"},
    {"target4": "REJECT --reject-with tcp-reset", "target6": "REJECT --reject-with tcp-reset"},
    {"target4": "LOG --log-level 4 --log-prefix kban:", "target6": "LOG --log-level 4 --log-prefix kban:"},
    {"jail": "a b \"c' $(d) ä"},
] + [
    {"target4": "REJECT --reject-with " + answer, "target6": "REJECT --reject-with " + answer}
    for answer in ("icmp-net-unreachable", "icmp-host-unreachable", "icmp-proto-unreachable", "icmp-net-prohibited",
                   "icmp-host-prohibited", "icmp-admin-prohibited", "icmp6-policy-fail", "icmp6-reject-route",
                   "icmp6-no-route", "addr-unreach")
]


def listing(family):
    return run(PROGRAMS[family], "-w", "-S")


def ours(family):
    return [line for line in listing(family).splitlines() if '"kban:' in line]


def compare(family, *rules):
    """The script that makes these rules, each told by how it differs from the usual one."""
    words = []
    for rule in rules:
        words += [","] if words else []
        words += ["%s=%s" % item for item in dict(USUAL, **rule).items()]
    done = subprocess.run([DRIVER, "compare", family] + words, input=listing(family), check=True,
                          capture_output=True, text=True)
    return done.stdout


def apply(*rules):
    """How many changes the script for each family had."""
    changes = {}
    for family, program in PROGRAMS.items():
        script = compare(family, *rules)
        changes[family] = max(0, script.count("\n") - 2)
        if script:
            subprocess.run([program + "-restore", "-w", "--noflush"], input=script, check=True, text=True)
    return changes["4"], changes["6"]


class Rules(unittest.TestCase):
    def setUp(self):
        run("ipset", "create", "kban-mail", "hash:net", "timeout", "0")
        run("ipset", "create", "kban-mail6", "hash:net", "family", "inet6", "timeout", "0")
        self.addCleanup(clean_kernel)

    def test_once_made_nothing_is_to_be_done(self):
        self.assertEqual(apply({}), (1, 1))
        self.assertEqual(apply({}), (0, 0))

    def test_every_kind_is_taken_and_known_again(self):
        self.assertNotEqual(apply(*KINDS), (0, 0))
        self.assertEqual(apply(*KINDS), (0, 0))
        apply()
        self.assertEqual(ours("4") + ours("6"), [])

    def test_what_was_flushed_comes_back(self):
        apply({})
        before = listing("4")
        run("iptables", "-F")
        self.assertEqual(apply({}), (1, 0))
        self.assertEqual(listing("4"), before)

    def test_a_changed_port_leaves_no_orphan(self):
        apply({})
        self.assertEqual(apply({"ports": "2525"}), (2, 2))
        self.assertEqual(len(ours("4")), 1)
        self.assertIn("--dports 2525 ", ours("4")[0])
        self.assertEqual(len(ours("6")), 1)
        self.assertIn("--dports 2525 ", ours("6")[0])

    def test_second_copies_go(self):
        apply({})
        copy = ours("4")[0]
        subprocess.run(["iptables-restore", "--noflush"], input="*filter\n%s\n%s\nCOMMIT\n" % (copy, copy), check=True,
                       text=True)
        self.assertEqual(len(ours("4")), 3)
        self.assertEqual(apply({}), (2, 0))
        self.assertEqual(len(ours("4")), 1)

    def test_rules_of_others_stay(self):
        run("iptables", "-N", "f2b-sshd")
        run("iptables", "-A", "INPUT", "-p", "tcp", "-j", "f2b-sshd", "-m", "comment", "--comment", "not kban: x")
        before = listing("4")
        apply({})
        self.assertNotEqual(listing("4"), before)
        apply()
        self.assertEqual(listing("4"), before)

    def test_ours_come_first(self):
        run("iptables", "-A", "INPUT", "-p", "tcp", "-j", "ACCEPT")
        apply({"log_prefix": "kban: "})
        first, second, third = [line for line in listing("4").splitlines() if line.startswith("-A INPUT")]
        self.assertIn("-j LOG", first)
        self.assertIn("-j REJECT", second)
        self.assertIn("-j ACCEPT", third)

    def test_a_missing_chain_costs_no_other_rule(self):
        self.assertEqual(apply({}, {"jail": "web", "chains": "DOCKER-USER"}), (1, 1))
        run("iptables", "-N", "DOCKER-USER")
        self.assertEqual(apply({}, {"jail": "web", "chains": "DOCKER-USER"}), (1, 0))


class Packets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.peer = Peer(22, 25, 2525)

    @classmethod
    def tearDownClass(cls):
        cls.peer.close()

    def check(self, address, name, other=None):
        self.addCleanup(clean_kernel)
        for each, banned in (("192.0.2.1", "kban-mail"), ("2001:db8::1", "kban-mail6")):
            run(DRIVER, "ban", banned, each)
        apply({})
        self.assertTrue(self.peer.reaches(address, 25))
        run(DRIVER, "ban", name, address)
        self.assertFalse(self.peer.reaches(address, 25))
        self.assertTrue(self.peer.reaches(address, 22))
        self.assertTrue(other is None or self.peer.reaches(other, 25))
        apply({"ports": "2525"})
        self.assertTrue(self.peer.reaches(address, 25))
        self.assertFalse(self.peer.reaches(address, 2525))
        apply({"ports": "2525", "inverted": "1"})
        self.assertTrue(self.peer.reaches(address, 2525))
        self.assertFalse(other is not None and self.peer.reaches(other, 2525))
        apply({})
        run(DRIVER, "lift", name, address)
        self.assertTrue(self.peer.reaches(address, 25))

    def test_ipv4(self):
        self.check(PEER, "kban-mail", OTHER_PEER)

    def test_ipv6(self):
        self.check(PEER6, "kban-mail6")


if __name__ == "__main__":
    main()
