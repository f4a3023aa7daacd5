# SPDX-License-Identifier: LGPL-2.1-or-later
"""Packets of both families and protocols, on all paths: banned means blocked, on these ports, for so long."""

from peer import (HERE, HERE6, INNER, INNER6, OTHER_PEER, OTHER_PEER6, PEER, PEER6, Inner, Peer, echo,
                  time_to_block)
from support import FILTER, Case, main, run, wait_until

# Seconds that a ban lasts whose end is waited for.
BRIEF = 4

# What becomes of packets on their way, for both families and protocols: the action's kind and the ports that it blocks;
# those it leaves alone.
KINDS = {
    "a port": ('iptables-multiport[port="25", protocol="{0}"', [25], [22, 24]),
    "a list of ports": ('iptables-multiport[port="22,24:26", protocol="{0}"', [22, 24, 25], [28]),
    "all ports": ('iptables-allports[protocol="{0}"', [22, 25], []),
}
PORTS = [22, 24, 25, 28]
FAMILIES = {"IPv4": (PEER, OTHER_PEER, INNER), "IPv6": (PEER6, OTHER_PEER6, INNER6)}


class Paths(Case):
    """Banned means blocked on these ports, here or behind this host; others are untouched; after it all is open again."""

    @classmethod
    def setUpClass(cls):
        cls.peer = Peer(*PORTS)
        for port in PORTS:
            for address in (HERE, HERE6):
                echo(address, port)
        cls.inner = Inner(cls.peer, *PORTS)

    @classmethod
    def tearDownClass(cls):
        cls.inner.close()
        cls.peer.close()

    def check_family(self, host, protocol, kind, family):
        """Blocked by a line, others not, and open after an unban."""
        source, other, target = family
        closed, open_ports = KINDS[kind][1:]
        unlike = {"tcp": "udp", "udp": "tcp"}[protocol]

        def is_open(port=closed[0]):
            return self.peer.gets(protocol, source, port, target)

        self.assertLess(time_to_block(host, source, is_open), 1)
        for port in closed[1:]:
            self.assertFalse(is_open(port), port)
        for port in open_ports:
            self.assertTrue(is_open(port), port)
        self.assertTrue(self.peer.gets(unlike, source, closed[0], target))
        self.assertTrue(self.peer.gets(protocol, other, closed[0], target))
        host.client("set", "test", "unbanip", source)
        self.assertTrue(is_open())
        return is_open

    def check_end(self, host, ways):
        """The kernel ends a ban, whether or not somebody is there."""
        host.client("set", "test", "bantime", str(BRIEF))
        for family, is_open in ways.items():
            self.assertLess(time_to_block(host, FAMILIES[family][0], is_open), 1)
        host.kill()
        for family, is_open in ways.items():
            with self.subTest("end of the ban", family=family):
                wait_until("the end of the ban", is_open, limit=BRIEF + 3)
        host.start()

    def check(self, protocol, kind, options, behind):
        host = self.host({"test": {"action": KINDS[kind][0].format(protocol) + options + "]"}}).start()
        ways = {}
        for family, (source, other, inner) in FAMILIES.items():
            with self.subTest(family=family):
                ways[family] = self.check_family(host, protocol, kind, (source, other, inner if behind else None))
        if kind == "a port":
            self.check_end(host, ways)
        host.client("stop", "--flush")
        host.process.wait(20)

    def check_all(self, kinds, options="", behind=False):
        for protocol in ("tcp", "udp"):
            for kind in kinds:
                with self.subTest(protocol=protocol, kind=kind):
                    self.check(protocol, kind, options, behind)

    def test_to_this_host(self):
        self.check_all(KINDS)

    def test_to_a_host_behind_it(self):
        self.check_all(KINDS, ', chain="INPUT,FORWARD"', behind=True)

    def test_to_a_host_behind_it_by_the_chain_of_docker(self):
        if FILTER == "ipset":
            for tool in ("iptables", "ip6tables"):
                run(tool, "-w", "-N", "DOCKER-USER")
                run(tool, "-w", "-I", "FORWARD", "-j", "DOCKER-USER")
        self.check_all(["a port"], ', chain="DOCKER-USER"', behind=True)


if __name__ == "__main__":
    main()
