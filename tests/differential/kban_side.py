# SPDX-License-Identifier: LGPL-2.1-or-later
"""What kban-regex makes of a batch."""

import calendar
import datetime
import json
import os
import subprocess
import time

from batch import Outcome, write_log

TIME_LIMIT = 120
AGE = 146097 * 86400  # seconds of 400 years


def seconds(value):
    """A time as it is in the report, as seconds since 1970."""
    if value is None or isinstance(value, (int, float)):
        return value
    years, rest = value.split("-", 1)
    # Python knows no year beyond 9999; the calendar repeats itself every 400 years.
    ages = max(0, int(years) // 400 - 20)
    when = datetime.datetime.fromisoformat(f"{int(years) - ages * 400:04d}-{rest}")
    if ages:
        return when.timestamp() + ages * AGE
    seconds = when.timestamp()
    # Long ago offsets had seconds, too, which the report does not show.
    shown = calendar.timegm(time.localtime(seconds))
    return seconds + (calendar.timegm(when.timetuple()) - shown)


def ask(command, batch):
    """The process of kban-regex when it has ended, in the zone of the batch; None: it does not end."""
    env = dict(os.environ, TZ=batch.zone, LC_ALL="C.UTF-8")
    try:
        return subprocess.run(
            command, env=env, capture_output=True, timeout=TIME_LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return None


class Kban:
    def __init__(self, program, folder):
        self.program = str(program)
        self.log = folder / "kban.log"

    def run(self, batch):
        write_log(batch, self.log)
        command = [self.program, "--format", "json", "--now", str(batch.now)]
        command += batch.options() + batch.arguments(self.log, batch.filter_file())
        done = ask(command, batch)
        if done is None:
            return Outcome(error="it takes too long")
        if done.returncode not in (0, 1):
            text = done.stderr.decode(errors="replace").strip()
            return Outcome(error=f"exit {done.returncode}: {text}")
        return self._read(batch, done.stdout)

    @staticmethod
    def _read(batch, output):
        outcome = Outcome()
        for text in output.split(b"\n"):
            row = json.loads(text) if text else {}
            if "line" in row:
                outcome.rows[row.pop("line")] = Kban._row(batch, row)
        return outcome

    @staticmethod
    def _row(batch, row):
        verdict = row["verdict"]
        if verdict == "failure":
            row["time"] = seconds(row.get("time"))
            row["users"] = sorted(row["users"])
            return row
        # A rule that stops the search and tells only facts leaves no trace in the other program.
        if verdict == "nofail" and not batch.all_rules:
            return {"verdict": "missed"}
        if verdict == "nofail":
            return {"verdict": verdict, "regex": row["regex"]}
        return {"verdict": verdict}
