#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Read logs with and without a scan, by kban-regex alone: what it says of them must be the same.

Only a rule that takes too long is not told of where it could not match, as it is not tried there; and
how often a date format was met is not counted to the end of a long log.

Every filter of fail2ban is tried in turn, on its samples and on generated logs, whose lines are cut,
bent and moved in time. A difference is shrunk and printed with what repeats it, and the exit status
is 1. Without fail2ban, unpacked in $KBAN_FAIL2BAN or installed, it is 77.
"""

import argparse
import json
import multiprocessing
import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "compat"))
sys.path.insert(0, str(HERE.parent / "bench"))

import logs  # noqa: E402
from batch import Batch, write_log  # noqa: E402
from begin import timed  # noqa: E402
from kban_side import ask  # noqa: E402
from lines import log_of  # noqa: E402
from shrink import Shrinker  # noqa: E402
from stock import random_options, random_setting, read_samples, with_options  # noqa: E402

LINES = 250
LONG = 12_000  # lines of a log that is read in several blocks
SETTLED = 5000  # lines after which those that cannot match may not be looked at for their dates
LONG_SHARE = 0.02
GENERATED_SHARE = 0.4  # of batches whose lines are not those of the filter's samples
GENERATED = 400
GIVEN_UP = b"takes too long and was given up"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("kban_regex", type=Path)
    parser.add_argument("--pairs", type=int, default=20_000, help="lines to read (20000)")
    parser.add_argument("--seed", default=None, help="of the random numbers (a new one)")
    parser.add_argument("--filter", help="only this filter")
    parser.add_argument("--batch", type=int, help="only the batch of this number")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    return parser.parse_args()


class Worker:
    """What one process needs to compare batches."""

    def __init__(self, options, tree, folder):
        self.options = options
        self.program = str(options.kban_regex.resolve())
        self.config = tree.config
        self.folder = folder
        self.log = folder / "scan.log"
        self.samples = read_samples(tree, folder)
        self.names = [options.filter] if options.filter else tree.filters()
        self.generated = [
            line.encode() for kind in logs.FILTERS for line in logs.Log(kind).lines(GENERATED)
        ]

    def make(self, number):
        rng = random.Random(f"{self.options.seed}.{number}")
        name = self.names[number % len(self.names)]
        sample = self.samples.get(name)
        pool, others = self.generated, self.generated
        if sample and rng.random() >= GENERATED_SHARE:
            pool = sample.lines
        elif sample:
            others = sample.lines
        setting = random_setting(rng)
        count = LONG if rng.random() < LONG_SHARE else LINES
        lines = log_of(rng, pool, others, count, setting["now"])
        chosen = with_options(name, random_options(rng, sample) if sample else {})
        return Batch(filter=chosen, config=self.config, lines=tuple(lines), **setting)

    def run(self, batch, scan):
        """Exit status, messages and rows."""
        command = [self.program, "--format", "json", "--now", str(batch.now), f"--scan={scan}"]
        command += batch.options() + batch.arguments(self.log, batch.filter_file())
        done = ask(command, batch)
        if done is None:
            return None, [b"it takes too long"], []
        rows = done.stdout.split(b"\n")
        messages = [text for text in done.stderr.splitlines() if GIVEN_UP not in text]
        if len(batch.lines) > SETTLED:
            rows = [without_dates(row) for row in rows]
        return done.returncode, messages, rows

    def both(self, batch):
        write_log(batch, self.log)
        return self.run(batch, "never"), self.run(batch, "always")

    def differs(self, batch):
        expected, got = self.both(batch)
        return expected != got

    def compare(self, number):
        """What was read, and a difference: number, batch and both sides."""
        batch = self.make(number)
        expected, got = self.both(batch)
        if expected[0] is None:
            return Counter(), (number, batch, expected, got)
        told = Counter(
            failures=sum(b'"verdict":"failure"' in row for row in expected[2]),
            lines=len(batch.lines) if expected[0] in (0, 1) else 0,
        )
        if expected == got:
            return told, None
        batch = Shrinker(self.differs, budget=100).shrink(batch)
        return told, (number, batch, *self.both(batch))


def without_dates(row):
    if b'"date_templates"' not in row:
        return row
    summary = json.loads(row)
    summary["summary"].pop("date_templates", None)
    return json.dumps(summary).encode()


WORKER = None


def start_worker(options, tree, parent):
    global WORKER
    WORKER = Worker(options, tree, Path(tempfile.mkdtemp(dir=parent)))


def compare_one(number):
    return WORKER.compare(number)


def show_side(name, side, other):
    status, messages, rows = side
    print(f"  {name}: exit {status}")
    for message in messages:
        print(f"    {message.decode(errors='replace')}")
    for row in rows:
        if row not in other[2]:
            print(f"    {row.decode(errors='replace')}")


def show(options, finding):
    """A difference, with all that is needed to see it again."""
    number, batch, expected, got = finding
    chosen = f" --filter {options.filter}" if options.filter else ""
    print(f"\nDIFFERENCE: --seed {options.seed}{chosen} --batch {number}")
    print(f"  filter   {batch.filter}  {' '.join(batch.options())}  {batch.ignore}")
    print(f"  clock    KBAN_NOW={batch.now} TZ={batch.zone}")
    for line in batch.lines:
        print(f"  line     {line!r}")
    show_side("--scan=never", expected, got)
    show_side("--scan=always", got, expected)
    sys.stdout.flush()


def compare_all(options, tree, parent):
    """What was read, and whether there was a difference."""
    numbers = range(max(1, -(-options.pairs // LINES)))
    if not options.filter and options.batch is None and options.pairs >= LINES:
        numbers = range(max(len(numbers), len(tree.filters())))
    if options.batch is not None:
        numbers = [options.batch]
    total = Counter()
    with multiprocessing.Pool(options.jobs, start_worker, (options, tree, parent)) as pool:
        for told, finding in pool.imap_unordered(compare_one, numbers):
            total += told
            if finding is not None:
                show(options, finding)
                return total, True
    return total, False


def main():
    options = arguments()
    (total, differs), took = timed(options, compare_all)
    print(f"{total['lines']} lines with their filters in {took:.0f} s, {total['failures']} failures")
    proved = total["failures"] > 0 and total["lines"] >= options.pairs * 0.8
    if not differs and options.batch is None and not proved:
        print("too few lines were read, or none was a failure: nothing is proved")
        return 1
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
