# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real connections from a second namespace: banned means blocked, on these ports, for so long."""

import os
import socket
import subprocess
import sys
import threading

from support import Case, main, run, wait_until

CONNECT = """
import socket, sys
peer = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
peer.settimeout(2)
peer.bind((sys.argv[1], 0))
try:
    peer.connect((sys.argv[2], int(sys.argv[3])))
except OSError:
    sys.exit(1)
"""


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def listen(address, port):
    server = socket.create_server((address, port), family=family_of(address))

    def serve():
        while True:
            server.accept()[0].close()

    threading.Thread(target=serve, daemon=True).start()


def can_bind(address):
    try:
        socket.create_server((address, 9), family=family_of(address)).close()
        return True
    except OSError:
        return False


class Packets(Case):
    @classmethod
    def setUpClass(cls):
        cls.outside = subprocess.Popen(["unshare", "-n", "sleep", "1000"])
        mine = os.readlink("/proc/self/ns/net")
        wait_until("a namespace", lambda: os.readlink("/proc/%d/ns/net" % cls.outside.pid) != mine)
        run("ip", "link", "add", "inside", "type", "veth", "peer", "name", "outside", "netns", str(cls.outside.pid))
        run("ip", "link", "set", "inside", "up")
        cls.there("ip", "link", "set", "outside", "up")
        for address, command in (("203.0.113.1/24", run), ("2001:db8:1::1/64", run), ("203.0.113.66/24", cls.there),
                                 ("203.0.113.77/24", cls.there), ("2001:db8:1::66/64", cls.there)):
            side = "inside" if command is run else "outside"
            command("ip", "addr", "add", address, "dev", side, *(["nodad"] if ":" in address else []))
        for address in ("203.0.113.1", "2001:db8:1::1"):
            wait_until("an address", lambda a=address: can_bind(a))
            for port in (25, 22):
                listen(address, port)

    @classmethod
    def tearDownClass(cls):
        cls.outside.kill()
        cls.outside.wait()

    @classmethod
    def there(cls, *argv, check=True):
        return subprocess.run(["nsenter", "-t", str(cls.outside.pid), "-n"] + list(argv), check=check)

    def reaches(self, source, target, port):
        return self.there(sys.executable, "-c", CONNECT, source, target, str(port), check=False).returncode == 0

    def check(self, source, target, other):
        host = self.host().start()
        self.assertTrue(self.reaches(source, target, 25))
        host.fail(source)
        taken = wait_until("the block", lambda: not self.reaches(source, target, 25), limit=5)
        print("%s: blocked %.2f s after the line" % (source, taken))
        self.assertTrue(self.reaches(source, target, 22))
        if other:
            self.assertTrue(self.reaches(other, target, 25))
        host.client("set", "test", "unbanip", source)
        self.assertTrue(self.reaches(source, target, 25))

    def test_ipv4(self):
        self.check("203.0.113.66", "203.0.113.1", "203.0.113.77")

    def test_ipv6(self):
        self.check("2001:db8:1::66", "2001:db8:1::1", None)

    def test_a_ban_ends_by_itself(self):
        host = self.host(default="bantime = 2").start()
        host.fail("203.0.113.66")
        wait_until("the block", lambda: not self.reaches("203.0.113.66", "203.0.113.1", 25), limit=5)
        host.kill()
        wait_until("the end", lambda: self.reaches("203.0.113.66", "203.0.113.1", 25), limit=8)

    def test_two_actions_of_one_kind(self):
        host = self.host({"test": {"action": "iptables-multiport[name=SMTP, port=25, protocol=tcp]\n"
                                             "         iptables-multiport[name=SSH, port=22, protocol=tcp]"}})
        host.start()
        host.fail("203.0.113.66")
        wait_until("the block", lambda: not self.reaches("203.0.113.66", "203.0.113.1", 25), limit=5)
        self.assertFalse(self.reaches("203.0.113.66", "203.0.113.1", 22))
        self.assertTrue(self.reaches("203.0.113.77", "203.0.113.1", 22))


if __name__ == "__main__":
    main()
