#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measure kban-regex and the programs that do the same on the same logs, and tell it as Markdown.

CPU time of a process, user and system, is what is measured: it holds on a machine that has other
work. Programs take turns, the median of the runs counts, and what they take for a log of one line
is their start-up and no cost of a line. A run that does not find the failures that are in the log
is void: then the exit status is 1.
"""

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import latency
import logs
import steady

PARSERS = ("/usr/libexec/sshguard/sshg-parser", "/usr/lib/sshguard/sshg-parser")
BENCHES = ("counter", "store", "load", "ban")
FOUND = re.compile(rb"^Lines: \d+ lines, \d+ ignored, (\d+) matched", re.MULTILINE)


class Tool:
    """A program: its command for a log, how many lines it is given, and the log on its input."""

    def __init__(self, name, command, lines, reads_input=False):
        self.name = name
        self.command = command
        self.lines = lines
        self.reads_input = reads_input
        self.taken, self.started = [], []
        self.memory = 0
        self.wrong = []

    def per_line(self):
        taken = statistics.median(self.taken) - statistics.median(self.started)
        return max(taken, 1e-9) * 1e9 / self.lines

    def start(self):
        return statistics.median(self.started) * 1e3


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("build", type=Path, help="directory of a release build")
    parser.add_argument("--quick", action="store_true", help="few lines, one run")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--slow-lines", type=int, default=20_000, help="for programs in Python")
    parser.add_argument("--output", type=Path, help="file to write (standard output)")
    options = parser.parse_args()
    if options.quick:
        options.runs, options.lines, options.slow_lines = 1, 20_000, 5_000
    return options


def fail2ban_config():
    return Path(os.environ.get("KBAN_FAIL2BAN", "/")) / "etc/fail2ban"


class Peak(threading.Thread):
    """The most memory that a program has, looked at while it runs.

    What wait4() tells is no less than this program has itself, for it is counted until the other
    one is executed.
    """

    PEAK = re.compile(rb"^VmHWM:\s*(\d+) kB", re.MULTILINE)

    def __init__(self, pid):
        super().__init__()
        self.pid = pid
        self.kib = 0
        self.start()

    def has_ended(self):
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def run(self):
        while not self.has_ended():
            seen = self.PEAK.search(Path(f"/proc/{self.pid}/status").read_bytes())
            if seen:
                self.kib = int(seen.group(1))
            time.sleep(0.001)

    def mib(self):
        self.join()
        return self.kib / 1024


def run(command, log=None):
    """(seconds of CPU, peak MiB, output) of a program."""
    with open(log or os.devnull, "rb") as source:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(os.environ, LC_ALL="C", TZ="UTC"),
        )
        peak = Peak(process.pid)
        output = process.stdout.read()
        process.stdout.close()
        memory = peak.mib()
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, memory, output


def tools_for(options, kind):
    name = logs.filter_of(kind)
    path = name if "/" in name else fail2ban_config() / "filter.d" / (name + ".conf")
    kban = options.build / "tools/kban-regex/kban-regex"
    tools = [Tool("kban-regex", lambda log: [kban, log, path], options.lines)]
    if shutil.which("fail2ban-regex"):
        slow = options.slow_lines
        tools.append(Tool("fail2ban-regex", lambda log: ["fail2ban-regex", log, path], slow))
    tools.append(Tool("grep", lambda log: ["grep", "-cF", "Failed", log], options.lines))
    if shutil.which("rg"):
        tools.append(Tool("rg", lambda log: ["rg", "-j1", "-cF", "Failed", log], options.lines))
    parser = next((path for path in PARSERS if os.access(path, os.X_OK)), None)
    if parser and kind in ("sshd", "postfix"):
        tools.append(Tool("sshg-parser", lambda log: [parser], options.lines, reads_input=True))
    return tools


def check(tool, output, failures):
    if tool.name not in ("kban-regex", "fail2ban-regex"):
        return
    found = FOUND.search(output)
    if not found or int(found.group(1)) != failures:
        tool.wrong.append(found.group(1).decode() if found else "nothing")


def measure(options, kind, folder):
    """The tools, with what they took for logs of this kind."""
    tools = tools_for(options, kind)
    written = {}
    for lines in {1, *(tool.lines for tool in tools)}:
        path = folder / f"{kind}.{lines}.log"
        written[lines] = path, logs.write(kind, lines, path)
    for _ in range(options.runs):
        for tool in tools:
            log, failures = written[tool.lines]
            one = written[1][0]
            tool.started.append(run(tool.command(one), one if tool.reads_input else None)[0])
            taken, memory, output = run(tool.command(log), log if tool.reads_input else None)
            tool.taken.append(taken)
            tool.memory = max(tool.memory, memory)
            check(tool, output, failures)
    return {tool.name: tool for tool in tools}


def row(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def geometric_mean(values):
    return statistics.geometric_mean(values) if values else 0


def compare(options, folder):
    """Lines of Markdown, and whether all was found that had to be."""
    names = ["kban-regex", "fail2ban-regex", "grep", "rg", "sshg-parser"]
    text = [
        row("log", "filter", *(f"{name}, ns a line" for name in names), "× fail2ban", "of grep's speed"),
        row("---", "---", *["--:"] * (len(names) + 2)),
    ]
    memory = [
        row("log", "kban-regex: MiB", "start-up, ms", "fail2ban-regex: MiB", "start-up, ms", "failures"),
        row("---", *["--:"] * 4, "---"),
    ]
    ratios, shares, is_good = [], [], True
    for kind in logs.FILTERS:
        tools = measure(options, kind, folder)
        kban, peer = tools["kban-regex"], tools.get("fail2ban-regex")
        ratio = peer.per_line() / kban.per_line() if peer else None
        share = tools["grep"].per_line() / kban.per_line()
        ratios += [ratio] if ratio else []
        shares.append(share)
        figures = [f"{tools[name].per_line():.0f}" if name in tools else "–" for name in names]
        wrong = [f"{t.name} found {t.wrong[0]}" for t in tools.values() if t.wrong]
        is_good = is_good and not wrong
        told = f"{ratio:.0f}" if ratio else "–"
        text.append(row(kind, f"`{logs.FILTERS[kind]}`", *figures, told, f"{share * 100:.0f} %"))
        slow = [f"{peer.memory:.1f}", f"{peer.start():.0f}"] if peer else ["–", "–"]
        memory.append(
            row(kind, f"{kban.memory:.1f}", f"{kban.start():.1f}", *slow, "; ".join(wrong) or "all found")
        )
        print(text[-1], *wrong, file=sys.stderr, flush=True)
    text.append("")
    if ratios:
        text.append(f"Geometric mean: {geometric_mean(ratios):.0f} times as fast as fail2ban-regex,")
    text.append(f"{geometric_mean(shares) * 100:.0f} % of the speed of `grep -cF`.")
    return text + ["", *memory], is_good


def filter_names():
    """Those that bench-scan takes when it is told of none."""
    names = sorted(path.stem for path in (fail2ban_config() / "filter.d").glob("*.conf"))
    return [name for name in names if not name.endswith("common")]


def one_by_one(folder, lines):
    """What fail2ban-regex takes for a line, run once for each filter, in ns."""
    logs.write("mixed", lines, folder / "some.log")
    logs.write("mixed", 1, folder / "one.log")
    taken = 0
    for name in filter_names():
        path = fail2ban_config() / "filter.d" / (name + ".conf")
        some, one = (run(["fail2ban-regex", folder / log, path])[0] for log in ("some.log", "one.log"))
        taken += some - one
    return taken * 1e9 / lines


def all_filters(options, folder):
    """One filter against all of them, through the scanner, and against fail2ban-regex."""
    log = folder / "all.log"
    logs.write("mixed", options.lines, log)
    bench = options.build / "tests/bench/bench-scan"
    text, costs = [], []
    for names in (["sshd"], []):
        command = [bench, "-p", 1 if options.quick else 10, log, *names]
        lines = run(command)[2].decode().splitlines()
        costs.append(float(re.search(r": ([\d.]+) ns/line", lines[0]).group(1)))
        text += [*lines, ""]
    text = ["```", *text[:-1], "```", "", f"All of them cost {costs[1] / costs[0]:.1f} times what one does."]
    if shutil.which("fail2ban-regex") and not options.quick:
        slow = one_by_one(folder, options.slow_lines // 4)
        text.append(f"fail2ban-regex, run once for each filter, takes {slow / 1000:.0f} µs a line: ")
        text[-1] += f"{slow / costs[1]:.0f} times as much."
    return text


def memory_of_lines(options):
    """What kban-regex holds, of a log that goes on and on."""
    command = [options.build / "tools/kban-regex/kban-regex", "-", fail2ban_config() / "filter.d/sshd.conf"]
    marks = steady.AT[:1] if options.quick else steady.AT
    found = steady.measure(command, "mixed", marks)
    return [row("million lines", "KiB"), row("--:", "--:"), *(row(*pair) for pair in found)]


def first_packet(options):
    """How long hosts go on that get into a log."""
    command = [sys.executable, "-B", Path(__file__).parent / "latency.py", options.build, "--json"]
    output = run([*command, *(["--hosts", "10"] if options.quick else [])])[2]
    if not output.startswith(b"{"):
        return ["Not run: there is no network namespace with a packet filter."]
    return [
        row("program", "hosts", "median, µs", "99 % within, µs", "at most, µs"),
        row("---", *["--:"] * 4),
        *(row(*cells) for cells in latency.rows(json.loads(output))),
    ]


def others(options):
    text = []
    for name in BENCHES:
        program = options.build / f"tests/bench/bench-{name}"
        output = run([program, "etc"])[2].decode().splitlines() if program.exists() else []
        shown = output[-1:] if name == "load" else output
        text += [f"bench-{name}:", *(shown or ["not run: it is not built, or may not be run"]), ""]
    return ["```", *text[:-1], "```"]


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return (done.stdout or done.stderr).strip().split("\n")[0]


def machine(options):
    cpu = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    model = cpu.group(1) if cpu else platform.machine()
    vectors = "with" if " avx2" in Path("/proc/cpuinfo").read_text() else "without"
    versions = [
        first_line(options.build / "tools/kban-regex/kban-regex", "--version"),
        first_line("fail2ban-regex", "--version"),
        first_line("grep", "--version"),
        first_line("rg", "--version"),
        first_line("gcc", "--version"),
        "Python " + platform.python_version(),
    ]
    return [
        f"* Processor: {model}, {os.cpu_count()} cores, {vectors} AVX2; {platform.system()}.",
        "* Versions: " + "; ".join(version for version in versions if version) + ".",
        f"* {options.runs} interleaved runs, of which the median counts; {options.lines} lines a log, "
        f"{options.slow_lines} for fail2ban-regex.",
        f"* Load of the machine when it began: {os.getloadavg()[0]:.1f}.",
    ]


ABOUT = """# Benchmarks

Written by `scripts/bench.sh`; change nothing here by hand. Ratios hold on other machines within some
tens of per cent, and on a busy one; figures in nanoseconds do not.
"""
METHOD = """
Logs are those of `tests/bench/logs.py KIND LINES FILE`: sessions of hosts that take turns, 30 % of the
lines those of attacks. It tells how many failures the filter has to find, and a run that found more
or fewer is marked. CPU time is user and system time of one process; what a log of one line takes is
start-up, and taken off.

    kban-regex LOG FILTER
    fail2ban-regex LOG FILTER
    LC_ALL=C grep -cF Failed LOG
    rg -j1 -cF Failed LOG
    sshg-parser <LOG
"""
ALL = """
## All filters together

`bench-scan LOG sshd` and `bench-scan LOG`: one filter, and all filters of fail2ban, with one scanner on
the mixed log. What is held after ten passes must be what was held after one.
"""

STEADY = """
## Many lines

`kban-regex - sshd.conf`: resident memory while the mixed log comes through a pipe, over and over.
"""
PACKETS = """
## From a line to the first packet that is refused

A host sends datagrams as fast as it can, a line about it is written to a log, and what counts is the time
from before that write to the first datagram that is refused (`latency.py`). Sender and daemon have processors
of their own; the daemon has been at rest before each host. The first row is what the machine itself takes to
wake a process that only waits for the line.
"""


def report(options):
    text = [ABOUT + "\n## Where\n", *machine(options), METHOD, "## Against others\n"]
    with tempfile.TemporaryDirectory(prefix="kban-bench-") as folder:
        compared, is_good = compare(options, Path(folder))
        text += [*compared, ALL, *all_filters(options, Path(folder)), STEADY, *memory_of_lines(options)]
    text += [PACKETS, *first_packet(options)]
    if not options.quick:
        text += ["\n## Parts\n", "`meson test -C build-release --benchmark`:\n", *others(options)]
    return "\n".join(text) + "\n", is_good


def main():
    options = arguments()
    text, is_good = report(options)
    if options.output:
        options.output.write_text(text)
    else:
        print(text, end="")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
