#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Read random logs with random filters by kban-regex and by fail2ban-regex, and compare.

Every line must get the same verdict, rule, id, host, user, time, attempts, users and fields, except
where reasons.py has a reason. A difference is shrunk and printed with what repeats it, and the exit
status is 1. Without fail2ban, unpacked in $KBAN_FAIL2BAN or installed, it is 77.
"""

import argparse
import collections
import multiprocessing
import os
import random
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "compat"))

import reasons  # noqa: E402
from batch import compare  # noqa: E402
from begin import timed  # noqa: E402
from fail2ban_side import Fail2ban  # noqa: E402
from grammar import random_batch  # noqa: E402
from kban_side import Kban  # noqa: E402
from shrink import Shrinker  # noqa: E402
from stock import read_samples, stock_batch  # noqa: E402

LINES = 250
RANDOM_SHARE = 0.4  # of batches that have a filter made at random
ROUNDS = 20  # in which explained lines are taken out of a batch

Finding = collections.namedtuple("Finding", "number batch line expected got")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("kban_regex", type=Path)
    parser.add_argument("--pairs", type=int, default=100_000, help="lines to read (100000)")
    parser.add_argument("--seed", default=None, help="of the random numbers (a new one)")
    parser.add_argument("--filter", help="only this stock filter; 'random' for made up ones")
    parser.add_argument("--batch", type=int, help="only the batch of this number")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at a difference")
    return parser.parse_args()


class Worker:
    """What one process needs to compare batches."""

    def __init__(self, options, tree, folder):
        self.options = options
        self.folder = folder
        self.samples = read_samples(tree, folder)
        self.fail2ban = Fail2ban(tree, folder)
        self.kban = Kban(options.kban_regex.resolve(), folder)

    def make(self, number):
        rng = random.Random(f"{self.options.seed}.{number}")
        chosen = self.options.filter
        if chosen == "random" or (not chosen and rng.random() < RANDOM_SHARE):
            batch = random_batch(rng, self.folder, LINES)
        else:
            name = chosen or rng.choice(sorted(self.samples))
            batch = stock_batch(rng, self.samples, name, LINES)
        for path, content in batch.files.items():
            target = self.folder / path
            target.parent.mkdir(exist_ok=True)
            target.write_text(content)
        return batch

    def both(self, batch):
        return self.fail2ban.run(batch), self.kban.run(batch)

    def judge(self, batch):
        """(number of a line that differs, why or None) for each difference."""
        expected, got = self.both(batch)
        for number in compare(batch, expected, got):
            if number == 0:
                yield 0, reasons.of_batch(expected, got), expected, got
                continue
            old, new = expected.rows.get(number, {}), got.rows.get(number, {})
            why = reasons.of_line(batch, batch.lines[number - 1], old, new)
            yield number, why, old, new

    def differs(self, batch):
        """Is there a difference in the last line, and none that could have led to it?"""
        found = list(self.judge(batch))
        return len(found) == 1 and found[0][0] == len(batch.lines) and found[0][1] is None

    def run(self, number):
        """Reasons that were met, and a difference without one or None."""
        batch = self.make(number)
        met = collections.Counter()
        for _ in range(ROUNDS):
            found = list(self.judge(batch))
            if not found:
                break
            first, why, expected, got = found[0]
            if why is None and first == 0:
                return met, Finding(number, batch.with_lines([]), b"", expected.error, got.error)
            if why is None:
                return met, self.shrink(number, batch.with_lines(batch.lines[:first]))
            met.update(one[1] for one in found if one[1])
            if first == 0:
                break
            explained = {one[0] for one in found if one[1]}
            left = [line for at, line in enumerate(batch.lines, 1) if at not in explained]
            batch = batch.with_lines(left)
        return met, None

    def shrink(self, number, batch):
        batch = Shrinker(self.differs).shrink(batch)
        expected, got = self.both(batch)
        last = len(batch.lines)
        rows = expected.rows.get(last, {}), got.rows.get(last, {})
        return Finding(number, batch, batch.lines[-1], *rows)


WORKER = None


def start_worker(options, tree, parent):
    global WORKER
    folder = Path(tempfile.mkdtemp(dir=parent))
    WORKER = Worker(options, tree, folder)


def run_one(number):
    return WORKER.run(number)


def show(options, finding):
    """A difference, with all that is needed to see it again."""
    batch = finding.batch
    chosen = f" --filter {options.filter}" if options.filter else ""
    print(f"\nDIFFERENCE: --seed {options.seed}{chosen} --batch {finding.number}")
    print(f"  filter   {batch.filter}  {' '.join(batch.options())}  {batch.ignore}")
    print(f"  clock    KBAN_NOW={batch.now} TZ={batch.zone}")
    for path, content in batch.files.items():
        print(f"  {path}:\n    " + content.replace("\n", "\n    "))
    for line in batch.lines:
        print(f"  line     {line!r}")
    if isinstance(finding.expected, dict):
        print(f"  differs  {reasons.tell(finding.expected, finding.got)}")
    print(f"  fail2ban {finding.expected}")
    print(f"  kban     {finding.got}", flush=True)


def run_all(options, tree, parent):
    numbers = range(max(1, options.pairs // LINES))
    if options.batch is not None:
        numbers = [options.batch]
    met = collections.Counter()
    found = 0
    with multiprocessing.Pool(options.jobs, start_worker, (options, tree, parent)) as pool:
        for reasons_met, finding in pool.imap_unordered(run_one, numbers):
            met += reasons_met
            if finding is not None:
                found += 1
                show(options, finding)
                if not options.keep_going:
                    break
    for why, count in sorted(met.items()):
        print(f"explained {count:6d}  {why}")
    return len(numbers) * LINES, found


def main():
    (pairs, found), took = timed(arguments(), run_all)
    print(f"{pairs} pairs in {took:.0f} s, {found} unexplained differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
