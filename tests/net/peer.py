# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host on the other end of a wire: a second network namespace that connects to this one."""

import os
import socket
import subprocess
import sys
import threading

from support import run, wait_until

HERE, HERE6 = "203.0.113.1", "2001:db8:1::1"
PEER, OTHER_PEER, PEER6 = "203.0.113.66", "203.0.113.77", "2001:db8:1::66"

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


class Peer:
    """Has PEER, OTHER_PEER and PEER6, and finds HERE and HERE6 with something listening on ports."""

    def __init__(self, *ports):
        self.process = subprocess.Popen(["unshare", "-n", "sleep", "1000"])
        mine = os.readlink("/proc/self/ns/net")
        theirs = "/proc/%d/ns/net" % self.process.pid
        wait_until("a namespace", lambda: os.readlink(theirs) != mine)
        run("ip", "link", "add", "inside", "type", "veth", "peer", "name", "outside", "netns", str(self.process.pid))
        run("ip", "link", "set", "inside", "up")
        self.run("ip", "link", "set", "outside", "up")
        for address in (HERE, HERE6):
            self.add_address(address, "inside", run)
        for address in (PEER, OTHER_PEER, PEER6):
            self.add_address(address, "outside", self.run)
        for address in (HERE, HERE6):
            wait_until("an address", lambda a=address: can_bind(a))
            for port in ports:
                listen(address, port)

    @staticmethod
    def add_address(address, device, command):
        # Without waiting for others that may have the address.
        length, wait = ("/64", ["nodad"]) if ":" in address else ("/24", [])
        command("ip", "addr", "add", address + length, "dev", device, *wait)

    def run(self, *argv, check=True):
        return subprocess.run(["nsenter", "-t", str(self.process.pid), "-n"] + list(argv), check=check)

    def reaches(self, source, port):
        """Whether a connection comes about from one of its addresses to the one of that family here."""
        target = HERE6 if ":" in source else HERE
        return self.run(sys.executable, "-c", CONNECT, source, target, str(port), check=False).returncode == 0

    def close(self):
        self.process.kill()
        self.process.wait()
