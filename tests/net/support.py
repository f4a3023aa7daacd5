# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon in a private network namespace, and what tests ask of kernel and daemon.

Each test program calls main(): it starts itself again in namespaces of its own, where it is root,
and skips, loudly, where the system has no such thing.
"""

import contextlib
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
# What the daemon is told to use: "ipset" or "nft".
FILTER = os.environ.get("KBAN_PACKET_FILTER", "ipset")
os.environ["PATH"] += ":/usr/sbin:/sbin"


def enter_namespace():
    """Start the program again where it is root, unless it is there."""
    if "KBAN_NAMESPACE" not in os.environ:
        tools = {"ipset": ("ipset", "iptables", "ip6tables"), "nft": ("nft",)}[FILTER]
        for tool in ("unshare", "ip") + tools:
            if shutil.which(tool) is None:
                print("SKIPPED: there is no %s" % tool)
                sys.exit(SKIP)
        probe = {"ipset": "ip link set lo up && ipset create kban-probe hash:ip timeout 1 && iptables -w -S",
                 "nft": "ip link set lo up && nft add table inet kban-probe"}[FILTER]
        done = subprocess.run(["unshare", "-Urnm", "sh", "-c", probe], capture_output=True, text=True)
        if done.returncode != 0:
            print("SKIPPED: no network namespace with %s: %s" % (FILTER, done.stderr.strip()))
            sys.exit(SKIP)
        os.environ["KBAN_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "-Urnm", "--pid", "--fork", "--kill-child", "--mount-proc",
                              sys.executable] + sys.argv)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def main():
    enter_namespace()
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


def nft_sets():
    """The sets that nft has, each with its entries and what is left of their time."""
    sets = {}
    for item in json.loads(run("nft", "-j", "list", "sets", "inet", check=False) or "{}").get("nftables", []):
        found = {}
        for entry in item.get("set", {}).get("elem", []):
            entry = entry.get("elem", entry) if isinstance(entry, dict) else {"val": entry}
            value = entry.get("val", entry)
            if isinstance(value, dict):
                value = "%s/%d" % (value["prefix"]["addr"], value["prefix"]["len"])
            found[value] = entry.get("expires", 0)
        if "set" in item:
            sets[item["set"]["name"]] = found
    return sets


def ipset_members(name):
    done = subprocess.run(["ipset", "list", name], capture_output=True, text=True)
    if done.returncode != 0:
        return None
    found = {}
    for line in done.stdout.partition("Members:\n")[2].splitlines():
        words = line.split()
        found[words[0]] = int(words[2]) if len(words) > 2 else 0
    return found


def members(name):
    """Entries of a set with what is left of their time; None if there is no such set."""
    if FILTER == "ipset":
        return ipset_members(name)
    sets = nft_sets()
    return dict(sets[name], **sets.get(name + "/net", {})) if name in sets else None


def in_set(name, address):
    if FILTER == "ipset":
        return subprocess.run(["ipset", "-q", "test", name, address], capture_output=True).returncode == 0
    command = ["nft", "get", "element", "inet", "kban", name, "{ %s }" % address]
    # While somebody changes the ruleset, nft may be unable to tell.
    for _ in range(10):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 0 or "No such file or directory" in done.stderr:
            return done.returncode == 0
    raise AssertionError(done.stderr)


def set_names():
    """Names of the sets of jails."""
    if FILTER == "ipset":
        return run("ipset", "list", "-n").split()
    return [name for name in nft_sets() if "/" not in name]


def rules(chain="INPUT"):
    """Our rules in a chain, both families, a line each."""
    if FILTER == "ipset":
        text = run("iptables", "-w", "-S", chain, check=False) + run("ip6tables", "-w", "-S", chain, check=False)
    else:
        text = run("nft", "list", "chain", "inet", "kban", chain, check=False)
    return [line.strip() for line in text.splitlines() if "kban:" in line]


def destroy(what):
    """What another tool might do: flush the rules, or also the sets."""
    if FILTER == "nft":
        run("nft", "flush", "chain" if what == "rules" else "ruleset",
            *(["inet", "kban", "INPUT"] if what == "rules" else []))
        return
    run("iptables", "-w", "-F")
    run("ip6tables", "-w", "-F")
    if what == "sets":
        run("ipset", "destroy")


def flush_set(name):
    if FILTER == "ipset":
        run("ipset", "flush", name)
    else:
        run("nft", "flush", "set", "inet", "kban", name)


def stamp(when=None):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(when))


class Clock:
    """A wall clock for one daemon, which jumps; that of the system goes on."""

    def __init__(self, host):
        self.library = os.environ.get("KBAN_CLOCK_SHIM_LIBRARY", "")
        self.path = os.path.join(host.dir, "clock")
        self.offset = 0
        self.jump(0)

    def jump(self, offset):
        """So many seconds from the system's."""
        with open(self.path + ".new", "w") as file:
            file.write("%d" % offset)
        os.rename(self.path + ".new", self.path)
        self.offset = offset

    def now(self):
        return time.time() + self.offset

    def wrapper(self):
        return ("env", "LD_PRELOAD=" + self.library, "KBAN_CLOCK_SHIM=" + self.path,
                "ASAN_OPTIONS=verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", ""))


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
        self.write_config("fail2ban.conf", "[Definition]\npacketfilter = %s\n" % FILTER)
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
        with open(os.path.join(self.dir, "stderr"), "ab") as errors:
            self.process = subprocess.Popen(
                list(wrapper) + [KBAN_TAIL, "-c", self.config, "--state", self.state, "--socket", self.socket,
                                 "--foreground", "--log-target", self.journal] + list(options),
                stderr=errors)
        wait_until("the daemon answers", self.answers, limit=60)
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError("the daemon ended with %d: %s" % (self.process.returncode, self.errors()))
        return self.client("ping", check=False).returncode == 0

    def errors(self):
        with open(os.path.join(self.dir, "stderr"), errors="replace") as file:
            return file.read()

    def told(self):
        """The daemon's log."""
        with open(self.journal, errors="replace") as file:
            return file.read()

    def journal_has(self, text):
        return text in self.told()

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

    @contextlib.contextmanager
    def held(self):
        """The daemon stands still: it mends nothing before all is broken that is to be."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

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
    for command in ("iptables -w -F", "ip6tables -w -F", "ipset destroy", "nft flush ruleset"):
        if shutil.which(command.split()[0]):
            subprocess.run(command.split(), capture_output=True)


class Case(unittest.TestCase):
    def host(self, *args, **kwargs):
        host = Host(*args, **kwargs)
        self.addCleanup(host.close)
        self.addCleanup(self.show, host)
        return host

    def show(self, host):
        """What a daemon and its actions had to say, if the test failed."""
        result = self._outcome.result
        if not any(test is self for test, _ in result.failures + result.errors):
            return
        for path in (host.journal, os.path.join(host.dir, "record")):
            if os.path.exists(path):
                with open(path, errors="replace") as file:
                    print("%s:\n%s" % (os.path.basename(path), "".join(file.readlines()[-60:])))
