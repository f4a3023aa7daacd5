# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host on the other end of a wire: a second network namespace that connects to this one."""

import os
import socket
import subprocess
import sys
import threading
import time

from support import run, wait_until

HERE, HERE6 = "203.0.113.1", "2001:db8:1::1"
PEER, OTHER_PEER = "203.0.113.66", "203.0.113.77"
PEER6, OTHER_PEER6 = "2001:db8:1::66", "2001:db8:1::77"

INNER, INNER6 = "198.51.100.66", "2001:db8:2::66"
NEAR, NEAR6 = "198.51.100.1", "2001:db8:2::1"

# Takes connections on its ports, and sends datagrams back.
SERVE = """
import select, socket, sys
servers = [socket.create_server(("::", int(port)), family=socket.AF_INET6, dualstack_ipv6=True)
           for port in sys.argv[1:]]
echos = []
for port in sys.argv[1:]:
    echo = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    echo.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    echo.bind(("::", int(port)))
    echos.append(echo)
while True:
    for ready in select.select(servers + echos, [], [])[0]:
        if ready in servers:
            ready.accept()[0].close()
        else:
            data, peer = ready.recvfrom(16)
            try:
                ready.sendto(data, peer)
            except OSError:
                pass
"""

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


ASK = """
import socket, sys
peer = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
peer.settimeout(1)
peer.bind((sys.argv[1], 0))
try:
    peer.connect((sys.argv[2], int(sys.argv[3])))
    peer.send(b"?")
    peer.recv(1)
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


def echo(address, port):
    server = socket.socket(family_of(address), socket.SOCK_DGRAM)
    server.bind((address, port))

    def serve():
        while True:
            data, peer = server.recvfrom(16)
            try:
                server.sendto(data, peer)
            except OSError:
                pass

    threading.Thread(target=serve, daemon=True).start()


def time_to_block(host, source, is_open):
    """Seconds from a line about source in the log of a daemon, to the beginning of the first attempt that fails."""
    if not is_open():
        raise AssertionError("%s is blocked before the line" % source)
    attempts = []

    def is_blocked():
        attempts.append(time.monotonic())
        return not is_open()

    start = time.monotonic()
    host.fail(source)
    wait_until("the block of %s" % source, is_blocked, limit=5)
    # How long it takes to fail is the peer's affair.
    return attempts[-1] - start


def can_bind(address):
    try:
        socket.create_server((address, 9), family=family_of(address)).close()
        return True
    except OSError:
        return False


class Inner:
    """A third namespace behind this host, INNER and INNER6, with something listening on ports."""

    def __init__(self, peer, *ports):
        self.process = subprocess.Popen(["unshare", "-n", sys.executable, "-B", "-c", SERVE] + [str(p) for p in ports],
                                        cwd=os.path.dirname(os.path.abspath(__file__)))
        mine = os.readlink("/proc/self/ns/net")
        theirs = "/proc/%d/ns/net" % self.process.pid
        wait_until("a namespace", lambda: os.readlink(theirs) != mine)
        run("ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(self.process.pid))
        run("ip", "link", "set", "near", "up")
        self.run("ip", "link", "set", "far", "up")
        for near, far, length in ((NEAR, INNER, "/24"), (NEAR6, INNER6, "/64")):
            wait = ["nodad"] if ":" in near else []
            run("ip", "addr", "add", near + length, "dev", "near", *wait)
            self.run("ip", "addr", "add", far + length, "dev", "far", *wait)
            self.run("ip", "route", "add", "default", "via", near)
        peer.run("ip", "route", "add", INNER, "via", HERE)
        peer.run("ip", "route", "add", INNER6, "via", HERE6)
        for name in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
            with open("/proc/sys/net/" + name, "w") as file:
                file.write("1")
        for source, target in ((OTHER_PEER, INNER), (PEER6, INNER6)):
            wait_until("the service behind", lambda: peer.reaches(source, ports[0], target), pause=0.1)

    def run(self, *argv):
        return subprocess.run(["nsenter", "-t", str(self.process.pid), "-n"] + list(argv), check=True)

    def close(self):
        self.process.kill()
        self.process.wait()


class Peer:
    """Has PEER, OTHER_PEER, PEER6 and OTHER_PEER6, and finds HERE and HERE6 with something listening on ports."""

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
        for address in (PEER, OTHER_PEER, PEER6, OTHER_PEER6):
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

    def gets(self, protocol, source, port, target=None):
        """Whether an answer comes, by "tcp" or "udp"."""
        return {"tcp": self.reaches, "udp": self.sends}[protocol](source, port, target)

    def reaches(self, source, port, target=None):
        """Whether a connection comes about from one of its addresses to the one of that family here, or to another."""
        target = target or (HERE6 if ":" in source else HERE)
        return self.run(sys.executable, "-c", CONNECT, source, target, str(port), check=False).returncode == 0

    def sends(self, source, port, target=None):
        """Whether a datagram is answered by the echo on that port."""
        target = target or (HERE6 if ":" in source else HERE)
        return self.run(sys.executable, "-c", ASK, source, target, str(port), check=False).returncode == 0

    def close(self):
        self.process.kill()
        self.process.wait()
