# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon in a private network namespace, and what tests ask of kernel and daemon.

Each test program calls main(): it starts itself again in namespaces of its own, where it is root,
and skips, loudly, where the system has no such thing.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

SKIP = 77
KBAN_TAIL = os.environ.get("KBAN_TAIL", "kban-tail")
KBAN_CLIENT = os.environ.get("KBAN_CLIENT", "kban-client")
os.environ["PATH"] += ":/usr/sbin:/sbin"


def main():
    if "KBAN_NAMESPACE" not in os.environ:
        for tool in ("unshare", "ipset", "iptables", "ip6tables", "ip"):
            if shutil.which(tool) is None:
                print("SKIPPED: there is no %s" % tool)
                sys.exit(SKIP)
        probe = "ip link set lo up && ipset create kban-probe hash:ip timeout 1 && iptables -w -S"
        done = subprocess.run(["unshare", "-Urnm", "sh", "-c", probe], capture_output=True, text=True)
        if done.returncode != 0:
            print("SKIPPED: no network namespace with ipset and iptables: %s" % done.stderr.strip())
            sys.exit(SKIP)
        os.environ["KBAN_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "-Urnm", "--pid", "--fork", "--kill-child", "--mount-proc",
                              sys.executable] + sys.argv)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    unittest.main(verbosity=2)


def wait_until(what, condition, limit=10.0, pause=0.005):
    """Wait for a condition, and tell how long that took."""
    start = time.monotonic()
    while time.monotonic() - start < limit:
        if condition():
            return time.monotonic() - start
        time.sleep(pause)
    raise AssertionError("%s: not within %g s" % (what, limit))


def run(*argv, check=True):
    return subprocess.run(argv, check=check, capture_output=True, text=True).stdout


def members(name):
    """Entries of a set with what is left of their time; None if there is no such set."""
    done = subprocess.run(["ipset", "list", name], capture_output=True, text=True)
    if done.returncode != 0:
        return None
    found = {}
    for line in done.stdout.partition("Members:\n")[2].splitlines():
        words = line.split()
        found[words[0]] = int(words[2]) if len(words) > 2 else 0
    return found


def in_set(name, address):
    return subprocess.run(["ipset", "-q", "test", name, address],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def stamp(when=None):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(when))


class Host:
    """A daemon with a configuration and a log of its own."""

    def __init__(self, jails=None, default=""):
        self.dir = tempfile.mkdtemp(prefix="kban-net-")
        self.log = os.path.join(self.dir, "mail.log")
        self.socket = os.path.join(self.dir, "kban.sock")
        self.state = os.path.join(self.dir, "state")
        self.journal = os.path.join(self.dir, "kban.log")
        self.config = os.path.join(self.dir, "etc")
        self.process = None
        os.makedirs(os.path.join(self.config, "filter.d"))
        self.write_config("filter.d/test.conf", "[Definition]\nfailregex = ^ fail from <HOST>$\n")
        self.write_jails(jails or {"test": {}}, default)
        open(self.log, "a").close()

    def write_config(self, name, text):
        with open(os.path.join(self.config, name), "w") as file:
            file.write(text)

    def write_jails(self, jails, default=""):
        text = "[DEFAULT]\nbantime = 600\nfindtime = 600\nmaxretry = 1\nusedns = no\nignoreself = false\n"
        text += "enabled = true\nfilter = test\nlogpath = %s\n" % self.log
        common = dict(line.split(" = ") for line in default.splitlines())
        for name, options in jails.items():
            options = dict({"action": 'iptables-multiport[port="25,465", protocol=tcp]'}, **common, **options)
            text += "[%s]\n" % name
            text += "".join("%s = %s\n" % item for item in options.items())
        self.write_config("jail.conf", text)

    def start(self, *options, wrapper=()):
        self.process = subprocess.Popen(
            list(wrapper) + [KBAN_TAIL, "-c", self.config, "--state", self.state, "--socket", self.socket,
                             "--foreground", "--log-target", self.journal] + list(options),
            stderr=open(os.path.join(self.dir, "stderr"), "ab"))
        wait_until("the daemon answers", self.answers, limit=60)
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError("the daemon ended with %d: %s" % (self.process.returncode, self.errors()))
        return self.client("ping", check=False).returncode == 0

    def errors(self):
        with open(os.path.join(self.dir, "stderr"), errors="replace") as file:
            return file.read()

    def client(self, *argv, check=True):
        return subprocess.run([KBAN_CLIENT, "--socket", self.socket] + list(argv), check=check,
                              capture_output=True, text=True)

    def ask(self, *argv):
        return json.loads(self.client("--json", *argv).stdout)

    def call(self, method, **parameters):
        """A method by the protocol itself."""
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(20)
            peer.connect(self.socket)
            peer.sendall(json.dumps({"method": method, "parameters": parameters}).encode() + b"\0")
            received = b""
            while not received.endswith(b"\0"):
                part = peer.recv(65536)
                if not part:
                    raise AssertionError("the daemon closed the connection")
                received += part
        return json.loads(received[:-1])

    def append(self, *lines, path=None):
        with open(path or self.log, "ab") as file:
            file.write(b"".join(line if isinstance(line, bytes) else line.encode() for line in lines))

    def fail(self, *addresses, when=None):
        self.append(*["%s fail from %s\n" % (stamp(when), address) for address in addresses])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, number=signal.SIGTERM, limit=30):
        self.process.send_signal(number)
        status = self.process.wait(limit)
        if status != 0:
            raise AssertionError("the daemon ended with %d: %s" % (status, self.errors()))

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()
        errors = self.errors() if os.path.exists(os.path.join(self.dir, "stderr")) else ""
        clean_kernel()
        shutil.rmtree(self.dir)
        if re.search(r"Sanitizer|runtime error", errors):
            raise AssertionError(errors)


def clean_kernel():
    for tool in ("iptables", "ip6tables"):
        subprocess.run([tool, "-w", "-F"], capture_output=True)
    subprocess.run(["ipset", "destroy"], capture_output=True)


class Case(unittest.TestCase):
    def host(self, *args, **kwargs):
        host = Host(*args, **kwargs)
        self.addCleanup(host.close)
        return host
