#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long kban-tail lets a client wait while it reads a backlog, and how fast it reads that.

A daemon with a jail for each filter of fail2ban is asked for a ping, over and over, while a log of
some million lines comes at once, as if it had been switched off for a day. It runs in a network
namespace of its own, with real sets and a real state file.
"""

import argparse
import json
import os
import socket
import statistics
import sys
import time
from pathlib import Path

import logs

sys.path.append(str(Path(__file__).resolve().parent.parent / "net"))
sys.path.append(str(Path(__file__).resolve().parent.parent / "compat"))

PIECE = 100_000  # lines that are written out of one
# Jails that count bans, or lines of all logs, are no matter of this log.
WITHOUT = ("recidive",)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("build", type=Path, help="directory of a release build")
    parser.add_argument("--lines", type=int, default=4_000_000)
    parser.add_argument("--kind", choices=sorted(logs.FILTERS), default="mixed")
    parser.add_argument("--filters", nargs="*", help="all of fail2ban")
    return parser.parse_args()


def write_log(kind, count, path):
    """Lines of the last hours, the newest of them of now."""
    logs.START = int(time.time()) - PIECE // logs.LINES_A_SECOND
    logs.write(kind, PIECE, path)
    piece = path.read_bytes()
    with open(path, "wb") as file:
        for _ in range(count // PIECE):
            file.write(piece)
    return path.stat().st_size


def bytes_read(process):
    """That a process had from system calls; those of threads that ended are in it."""
    text = Path(f"/proc/{process.pid}/io").read_text()
    return int(text.split("rchar: ")[1].split()[0])


def seconds_of_processor(process):
    return int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[0]) / 1e9


def ping(host, peer):
    """Seconds until the answer, and seconds of processor that the daemon used up to then."""
    begun, used = time.monotonic(), seconds_of_processor(host.process)
    peer.sendall(json.dumps({"method": "io.kban.Ping"}).encode() + b"\0")
    while not peer.recv(4096).endswith(b"\0"):
        pass
    return time.monotonic() - begun, seconds_of_processor(host.process) - used


def measure(host, log, size):
    """Pings, each as (seconds, seconds of processor), and the same for all of the log."""
    waits = []
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(host.socket)
        ping(host, peer)
        begun, used = time.monotonic(), seconds_of_processor(host.process)
        end = bytes_read(host.process) + size
        os.rename(log, host.log)
        while bytes_read(host.process) < end:
            waits.append(ping(host, peer))
            time.sleep(0.001)
        ping(host, peer)
        return waits, (time.monotonic() - begun, seconds_of_processor(host.process) - used)


def told(name, waits):
    waits = sorted(wait * 1e3 for wait in waits)
    return (
        f"{name}: {statistics.median(waits):.1f} ms (median of {len(waits)}), "
        f"{waits[len(waits) * 99 // 100]:.1f} ms (99 %), {waits[-1]:.1f} ms (most)"
    )


def main():
    options = arguments()
    tools = options.build.resolve() / "tools"
    os.environ["KBAN_TAIL"] = str(tools / "kban-tail/kban-tail")
    os.environ["KBAN_CLIENT"] = str(tools / "kban-client/kban-client")
    import fail2ban_tree
    import support

    support.enter_namespace()
    tree = fail2ban_tree.find()
    names = options.filters or [name for name in tree.filters() if name not in WITHOUT]
    host = support.Host({name: {"filter": name} for name in names}, default="maxretry = 5")
    try:
        os.unlink(os.path.join(host.config, "filter.d/test.conf"))
        for path in (tree.config / "filter.d").iterdir():
            os.symlink(path, os.path.join(host.config, "filter.d", path.name))
        log = Path(host.dir) / "backlog"
        size = write_log(options.kind, options.lines, log)
        host.start()
        waits, taken = measure(host, log, size)
        status = host.ask("status")
    finally:
        host.close()
    running = sum(jail["running"] for jail in status["jails"])
    banned = sum(jail["total_banned"] for jail in status["jails"])
    print(f"{running} jails, {options.lines} lines, {banned} bans: {taken[0]:.1f} s, {taken[1]:.2f} s of processor")
    print(told("ping", [wait[0] for wait in waits]))
    print(told("ping, processor", [wait[1] for wait in waits]))


if __name__ == "__main__":
    main()
