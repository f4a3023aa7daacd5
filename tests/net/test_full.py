# SPDX-License-Identifier: LGPL-2.1-or-later
"""More offenders than a set has room for, and connections that an offender has open."""

import socket
import subprocess
import sys

from peer import HERE, PEER, Peer
from support import FILTER, Case, main, members, wait_until

CONVERSE = """
import socket, sys
peer = socket.create_connection((sys.argv[2], 2526), source_address=(sys.argv[1], 0), timeout=20)
peer.sendall(b"hello")
sys.stdout.write("connected\\n")
sys.stdout.flush()
try:
    ended = peer.recv(1) == b""
except socket.timeout:
    sys.exit(1)
except OSError:
    ended = True
sys.exit(0 if ended else 1)
"""


class Full(Case):
    def test_a_full_set_takes_the_newest(self):
        host = self.host({"test": {"action": "iptables-ipset-proto6[port=25, protocol=tcp, maxelem=1024]"}}).start()
        addresses = ["10.0.%d.%d" % (i // 250, i % 250 + 1) for i in range(1080)]
        host.fail(*addresses)
        wait_until("all bans", lambda: len(members("f2b-test") or ()) == 1080, limit=60)
        self.assertEqual(host.ask("status", "test")["jail"]["currently_banned"], 1080)
        # What is in the set is told a moment later.
        if FILTER == "ipset":
            wait_until("what became of the set", lambda: host.journal_has("has room for"))
        with open(host.journal) as file:
            text = file.read()
        self.assertLess(len(text), 256 * 1024)
        self.assertEqual(text.count("has room for"), 1 if FILTER == "ipset" else 0)


class Killconn(Case):
    @classmethod
    def setUpClass(cls):
        cls.peer = Peer(25)

    @classmethod
    def tearDownClass(cls):
        cls.peer.close()

    def converse(self):
        """A connection of the peer to this host, on a port that no rule blocks: our end, and its process."""
        with socket.create_server((HERE, 2526)) as server:
            process = subprocess.Popen(["nsenter", "-t", str(self.peer.process.pid), "-n", sys.executable, "-c", CONVERSE,
                                        PEER, HERE], stdout=subprocess.PIPE, text=True)
            self.addCleanup(process.stdout.close)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            mine, _ = server.accept()
        self.addCleanup(mine.close)
        self.assertEqual(mine.recv(5), b"hello")
        self.assertEqual(process.stdout.readline(), "connected\n")
        return mine, process

    def is_cut(self, connection):
        connection.setblocking(False)
        try:
            return connection.recv(1) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def test_connections_of_a_banned_host_are_cut(self):
        host = self.host({"test": {"killconn": "yes"}}).start()
        mine, process = self.converse()
        self.assertFalse(self.is_cut(mine))
        host.fail(PEER)
        try:
            taken = wait_until("the cut", lambda: self.is_cut(mine), limit=5)
        except AssertionError:
            with open(host.journal) as file:
                if "cannot be cut" in file.read():
                    self.skipTest("this kernel closes no sockets")
            raise
        print("cut %.2f s after the line" % taken)
        self.assertEqual(process.wait(10), 0)

    def test_without_the_option_they_stay(self):
        host = self.host().start()
        mine, _ = self.converse()
        host.fail(PEER)
        wait_until("the ban", lambda: PEER in (members("kban-test") or ()))
        self.assertFalse(self.is_cut(mine))


if __name__ == "__main__":
    main()
