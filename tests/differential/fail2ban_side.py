# SPDX-License-Identifier: LGPL-2.1-or-later
"""What fail2ban-regex makes of a batch, asked in this process."""

import importlib
import logging
import os
import signal
import sys
import time
import warnings

import clock_rules
import master_rules
import window_rules
from batch import Outcome, write_log

TIME_LIMIT = 60

# What a failure has besides the groups of its match.
NOT_FIELDS = ("matches", "nofail-matches", "users", "ip", "user")


class TooSlow(Exception):
    """A rule that needs for ever; this program has no limit of its own."""


def _stop(_signal, _frame):
    raise TooSlow


class Fail2ban:
    """One per process: fail2ban keeps its clock and its caches in its modules."""

    def __init__(self, tree, folder):
        warnings.simplefilter("ignore")  # what it thinks of a rule's style
        sys.path.insert(0, str(tree.package.parent))
        self.regex = importlib.import_module("fail2ban.client.fail2banregex")
        self.dates = importlib.import_module("fail2ban.server.datedetector")
        self.clock = importlib.import_module("fail2ban.server.mytime").MyTime
        master_rules.apply()
        clock_rules.apply()
        logging.getLogger("fail2ban").setLevel(logging.CRITICAL + 10)
        self.regex.output = self._note
        self.messages = []
        self.log = folder / "fail2ban.log"
        nobody = _note_nobody(importlib.import_module("fail2ban.server.failregex").FailRegex)
        self.reader = _reader_class(self.regex.Fail2banRegex, nobody)
        signal.signal(signal.SIGALRM, _stop)

    def _note(self, text):
        self.messages.append(str(text))

    def run(self, batch):
        write_log(batch, self.log)
        os.environ["TZ"] = batch.zone
        time.tzset()
        self.messages.clear()
        self.clock.setTime(batch.now)
        self._forget_hits()
        signal.alarm(TIME_LIMIT)
        try:
            return self._read(batch)
        except TooSlow:
            return Outcome(error="too slow")
        except (Exception, SystemExit) as error:  # it raises what it likes
            return Outcome(error=f"{type(error).__name__}: {error}")
        finally:
            signal.alarm(0)
            self.clock.setTime(None)
            self.clock.setAlternateNow(None)

    def _read(self, batch):
        words = ["--encoding", "UTF-8"] + batch.options()
        options, _ = self.regex.get_opt_parser().parse_args(words)
        reader = self.reader(options, batch)
        if not reader.start(batch.arguments(self.log)):
            return Outcome(error="; ".join(self.messages[-2:]) or "refused")
        return Outcome(rows=reader.rows)

    def _forget_hits(self):
        """Date templates are shared, and so would be their hits."""
        shared = [entry[0] for entry in self.dates.DD_patternCache._cache.values()]
        shared += self.dates.DateDetector._defCache.templates
        shared += self.dates.DateDetectorCache.DEFAULT_TEMPLATES
        for template in shared:
            template.hits = 0


def _note_nobody(rule_class):
    """A list that has something once a rule matched without saying whose failure it is."""
    nobody = []
    tell = rule_class.getFailID

    def note(self, *arguments):
        try:
            return tell(self, *arguments)
        except Exception:
            nobody.append(self)
            raise

    rule_class.getFailID = note
    return nobody


def _reader_class(base, nobody):
    class Reader(base):
        """fail2ban-regex with a look at each line's result instead of a report."""

        def __init__(self, options, batch):
            super().__init__(options)
            self.batch = batch
            self.rows = {}

        def process(self, test_lines):
            window_rules.apply(self._filter)
            for number, line in enumerate(test_lines, 1):
                text = line.rstrip("\r\n")
                if text and not text.startswith("#"):
                    self.rows[number] = self.judge(text)

        def printStats(self):
            return True

        def _onIgnoreRegex(self, _index, _rule):
            self._lineIgnored = True

        def judge(self, text):
            self._lineIgnored = False
            nobody.clear()
            try:
                found = self._filter.processLine(text)
            except TooSlow:
                raise
            except Exception as error:  # a jail logs it and goes on
                return {"verdict": "raised", "why": type(error).__name__, "text": str(error)}
            if self._lineIgnored:
                return {"verdict": "ignored"}
            failures = [one for one in found if self.is_failure(one)]
            if failures:
                return failure_row(*failures[0])
            if found and self.batch.all_rules:
                return {"verdict": "nofail", "regex": found[0][0]}
            return {"verdict": "missed", "nobody": bool(nobody)}

        def is_failure(self, one):
            """A jail looks at nofail only within a session, and has done so already."""
            named = one[1] is not None
            return named and not (self.batch.all_rules and one[3].get("nofail"))

    return Reader


def plain(value):
    """Tuples are texts as Python shows them."""
    return str(value) if isinstance(value, tuple) else value


def failure_row(rule, identity, when, data):
    fields = {
        name: plain(value)
        for name, value in data.items()
        if value is not None and name not in NOT_FIELDS and not name.startswith("mlf")
    }
    row = {
        "verdict": "failure",
        "regex": rule,
        "id": str(identity),
        "host": str(data.get("ip") or identity),
        "time": when,
        "attempts": len(data.get("matches", ())),
        "fields": fields,
    }
    if "users" in data:
        row["users"] = sorted(plain(user) for user in data["users"])
    if data.get("user") is not None:
        row["user"] = plain(data["user"])
    return row
