# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real connections from a second namespace: banned means blocked, on these ports, for so long."""

from peer import OTHER_PEER, PEER, PEER6, Peer
from support import Case, main, wait_until


class Packets(Case):
    @classmethod
    def setUpClass(cls):
        cls.peer = Peer(25, 22)

    @classmethod
    def tearDownClass(cls):
        cls.peer.close()

    def check(self, source, other):
        host = self.host().start()
        self.assertTrue(self.peer.reaches(source, 25))
        host.fail(source)
        taken = wait_until("the block", lambda: not self.peer.reaches(source, 25), limit=5)
        print("%s: blocked %.2f s after the line" % (source, taken))
        self.assertTrue(self.peer.reaches(source, 22))
        if other:
            self.assertTrue(self.peer.reaches(other, 25))
        host.client("set", "test", "unbanip", source)
        self.assertTrue(self.peer.reaches(source, 25))

    def test_ipv4(self):
        self.check(PEER, OTHER_PEER)

    def test_ipv6(self):
        self.check(PEER6, None)

    def test_a_ban_ends_by_itself(self):
        host = self.host(default="bantime = 2").start()
        host.fail(PEER)
        wait_until("the block", lambda: not self.peer.reaches(PEER, 25), limit=5)
        host.kill()
        wait_until("the end", lambda: self.peer.reaches(PEER, 25), limit=8)

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
