# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real connections from a second namespace, and what a configuration says of ports, chains and protocols."""

from peer import HERE, HERE6, OTHER_PEER, PEER, PEER6, Peer, echo, time_to_block
from support import FILTER, Case, main, run, wait_until

class Packets(Case):
    @classmethod
    def setUpClass(cls):
        cls.peer = Peer(25, 22, 2526)
        for address in (HERE, HERE6):
            for port in (25, 53, 54, 587):
                echo(address, port)

    @classmethod
    def tearDownClass(cls):
        cls.peer.close()

    def block(self, action, source, is_open):
        """Have somebody banned by an action, which takes away what is_open tells of."""
        host = self.host({"test": {"action": action}}).start()
        self.assertLess(time_to_block(host, source, is_open), 1)
        return host

    def lift(self, host, source, is_open):
        host.client("set", "test", "unbanip", source)
        self.assertTrue(is_open())

    def test_vector_15_services_of_two_protocols(self):
        host = self.block('iptables-multiport[port="smtp,587,domain", protocol="tcp,udp"]', PEER,
                          lambda: self.peer.reaches(PEER, 25))
        for port in (25, 53, 587):
            self.assertFalse(self.peer.sends(PEER, port), port)
        self.assertTrue(self.peer.sends(PEER, 54))
        for port in (25, 53, 587):
            self.lift(host, PEER, lambda p=port: self.peer.sends(PEER, p))

    def test_many_ports(self):
        ports = ",".join(str(port) for port in range(1001, 1040)) + ",2000:2600"
        self.block('iptables-multiport[port="%s", protocol=tcp]' % ports, PEER, lambda: self.peer.reaches(PEER, 2526))
        self.assertTrue(self.peer.reaches(PEER, 25))

    def test_all_ports_of_all_protocols(self):
        host = self.block("iptables-allports[protocol=all, blocktype=DROP]", PEER6, lambda: self.peer.reaches(PEER6, 22))
        self.assertFalse(self.peer.sends(PEER6, 53))
        self.assertTrue(self.peer.reaches(PEER, 22))
        self.lift(host, PEER6, lambda: self.peer.sends(PEER6, 53))

    def test_all_ports_of_one_protocol(self):
        self.block("iptables-allports[protocol=tcp]", PEER, lambda: self.peer.reaches(PEER, 22))
        self.assertTrue(self.peer.sends(PEER, 53))

    def test_action_of_nftables(self):
        host = self.block('nftables[type=multiport, port="25,1000-2000", protocol=tcp]', PEER,
                          lambda: self.peer.reaches(PEER, 25))
        self.assertTrue(self.peer.reaches(PEER, 22))
        if FILTER == "nft":
            self.assertIn("kban:test", run("nft", "list", "chain", "inet", "f2b-table", "f2b-chain"))
        self.lift(host, PEER, lambda: self.peer.reaches(PEER, 25))
        host.client("stop", "--flush")
        host.process.wait(20)
        if FILTER == "nft":
            self.assertEqual(run("nft", "list", "ruleset", "inet"), "")

    def test_a_network_banned_by_hand(self):
        host = self.host().start()
        self.assertEqual(host.client("set", "test", "banip", "203.0.113.64/27").stdout, "1\n")
        self.assertFalse(self.peer.reaches(PEER, 25))
        self.assertFalse(self.peer.reaches(OTHER_PEER, 25))
        host.client("set", "test", "unbanip", "203.0.113.64/27")
        self.assertTrue(self.peer.reaches(PEER, 25))

    def test_a_chain_that_appears_later(self):
        if FILTER == "nft":
            self.skipTest("chains of iptables have no part in nft")
        run("iptables", "-N", "LATER")
        self.addCleanup(run, "iptables", "-X", "LATER", check=False)
        run("iptables", "-X", "LATER")
        host = self.host({"test": {"action": 'iptables-multiport[chain="LATER", port=25, protocol=tcp]'}}).start()
        host.fail(PEER)
        run("iptables", "-N", "LATER")
        wait_until("the rule", lambda: "kban:test" in run("iptables", "-w", "-S", "LATER"), limit=2)
        run("iptables", "-A", "INPUT", "-j", "LATER")
        wait_until("the block", lambda: not self.peer.reaches(PEER, 25), limit=5)

    def test_two_actions_of_one_kind(self):
        host = self.host({"test": {"action": "iptables-multiport[name=SMTP, port=25, protocol=tcp]\n"
                                             "         iptables-multiport[name=SSH, port=22, protocol=tcp]"}})
        host.start()
        host.fail(PEER)
        wait_until("the block", lambda: not self.peer.reaches(PEER, 25), limit=5)
        self.assertFalse(self.peer.reaches(PEER, 22))
        self.assertTrue(self.peer.reaches(OTHER_PEER, 22))


if __name__ == "__main__":
    main()
