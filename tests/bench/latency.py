#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long a host that gets into a log goes on: from the write of the line to the first packet that is refused.

A host in a network namespace sends datagrams as fast as it can, and another one behind the firewall of kban-tail, with
ipset and with nft, and of fail2ban with its action for ipset, each with one jail that bans at the first failure. Both
logs and states are on a disk as usual. Beside them a process that does nothing but wait for the line and read it: the
least that this machine lets any of them take.
"""

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "net"))

NETWORK = "198.18.1"
PORT = 2525
ACTION = "iptables-allports[protocol=udp]"
# Names, and what the packet filter of the daemon is.
FILTERS = {"kban-tail, ipset": "ipset", "kban-tail, nft": "nft"}
FAIL2BAN = "fail2ban, ipset"
WAKE = "reading the line, no more"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("build", type=Path, help="directory of a release build")
    parser.add_argument("--hosts", type=int, default=100, help="up to 250")
    parser.add_argument("--json", action="store_true", help="the microseconds of each")
    parser.add_argument("--only", choices=[WAKE, *FILTERS, FAIL2BAN])
    return parser.parse_args()


def use(build):
    """Programs of a build, also after the start in another namespace."""
    os.environ["KBAN_TAIL"] = str(build / "tools/kban-tail/kban-tail")
    os.environ["KBAN_CLIENT"] = str(build / "tools/kban-client/kban-client")


def processors():
    """One for who sends, as if it were another machine, and the others for who reads the log."""
    first, *others = sorted(os.sched_getaffinity(0))
    return {first}, set(others) or {first}


def keep_apart(index):
    return lambda: os.sched_setaffinity(0, processors()[index])


def send(build, peer, log, hosts):
    """Microseconds of each host."""
    command = [build / "tests/bench/bench-packets", str(peer.process.pid), log, "203.0.113.1", str(PORT), NETWORK,
               str(hosts)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=keep_apart(0))
    return [float(line) for line in done.stdout.split()]


def measure_wake(build, hosts):
    with tempfile.NamedTemporaryFile(prefix="kban-wake-") as log:
        command = [build / "tests/bench/bench-wake", log.name, str(hosts)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]


def measure_kban(build, peer, packet_filter, hosts):
    import support

    support.FILTER = packet_filter
    host = support.Host({"test": {"action": ACTION}})
    try:
        host.start()
        for thread in os.listdir("/proc/%d/task" % host.process.pid):
            os.sched_setaffinity(int(thread), processors()[1])
        return send(build, peer, host.log, hosts)
    finally:
        host.close()


def start_fail2ban(host):
    """With the configuration of a host, and the actions that are installed."""
    os.symlink("/etc/fail2ban/action.d", os.path.join(host.config, "action.d"))
    host.write_config("fail2ban.conf", "[Definition]\nloglevel = INFO\nlogtarget = %s\nsyslogsocket = auto\nsocket = %s\n"
                      "pidfile = %s/pid\ndbfile = %s/f2b.sqlite3\ndbpurgeage = 1d\ndbmaxmatches = 10\n"
                      % (host.journal, host.socket, host.dir, host.dir))
    return subprocess.Popen(["fail2ban-server", "-xf", "-c", host.config, "-s", host.socket, "-p", host.dir + "/pid",
                             "start"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=keep_apart(1))


def measure_fail2ban(build, peer, hosts):
    import support

    action = "iptables-ipset-proto6-allports[name=test, protocol=udp]"
    host = support.Host({"test": {"action": action, "backend": "auto", "ignoreip": ""}})
    process = start_fail2ban(host)
    try:
        support.wait_until("fail2ban", lambda: os.path.exists(host.journal) and host.journal_has("Jail 'test' started"), limit=30)
        return send(build, peer, host.log, hosts)
    finally:
        process.terminate()
        process.wait(30)
        host.close()


def measure(options):
    """Of each program that is there, the microseconds of each host."""
    import peer as peers

    peer = peers.Peer()
    for number in range(1, options.hosts + 1):
        peer.run("ip", "addr", "add", "%s.%d/32" % (NETWORK, number), "dev", "outside")
    subprocess.run(["ip", "route", "add", NETWORK + ".0/24", "dev", "inside"], check=True)
    peers.echo("203.0.113.1", PORT)
    found = {}
    try:
        if options.only in (None, WAKE):
            found[WAKE] = measure_wake(options.build, options.hosts)
        for name, packet_filter in FILTERS.items():
            if shutil.which(packet_filter) and options.only in (None, name):
                found[name] = measure_kban(options.build, peer, packet_filter, options.hosts)
        if shutil.which("fail2ban-server") and shutil.which("ipset") and options.only in (None, FAIL2BAN):
            found[FAIL2BAN] = measure_fail2ban(options.build, peer, min(options.hosts, 50))
    finally:
        peer.close()
    return found


def percentile(values, share):
    return sorted(values)[math.ceil(len(values) * share) - 1]


def rows(found):
    """Name, hosts, and median, 99th percentile and most in microseconds."""
    return [(name, len(values), *("%.0f" % value for value in (
        statistics.median(values), percentile(values, 0.99), max(values)))) for name, values in found.items()]


def main():
    options = arguments()
    options.build = options.build.resolve()
    use(options.build)
    import support

    support.enter_namespace()
    found = measure(options)
    if options.json:
        print(json.dumps(found))
        return
    for name, count, median, most, worst in rows(found):
        print("%s: median %s us, 99 %% within %s us, at most %s us, %d hosts" % (name, median, most, worst, count))


if __name__ == "__main__":
    main()
