# SPDX-License-Identifier: LGPL-2.1-or-later
"""What both programs are given at a time, and what they give back."""

from dataclasses import dataclass, field, replace
from pathlib import Path


@dataclass(frozen=True)
class Batch:
    """Lines of one log, read with one filter. Lines are bytes without line feed."""

    filter: str
    config: Path
    lines: tuple = ()
    usedns: str = "no"
    now: int = 1124013600
    zone: str = "UTC"  # of the process
    log_zone: str = ""  # --timezone
    date_pattern: str = ""
    max_lines: int = 0
    all_rules: bool = True
    ignore: str = ""
    files: dict = field(default_factory=dict)  # generated filters, by their path below config

    def with_lines(self, lines):
        return replace(self, lines=tuple(lines))

    def options(self):
        """The options that both programs spell alike."""
        words = ["-c", str(self.config), "--usedns", self.usedns]
        if self.log_zone:
            words += ["--timezone", self.log_zone]
        if self.date_pattern:
            words += ["--datepattern", self.date_pattern]
        if self.max_lines:
            words += ["--maxlines", str(self.max_lines)]
        if not self.all_rules:
            words.append("--no-check-all")
        return words

    def arguments(self, log, chosen=None):
        return [str(log), chosen or self.filter] + ([self.ignore] if self.ignore else [])

    def filter_file(self):
        """The filter as a file: to kban-regex a name alone may be that of a jail."""
        name, bracket, options = self.filter.partition("[")
        path = self.config / "filter.d" / f"{name}.conf"
        return f"{path}{bracket}{options}" if path.is_file() else self.filter


@dataclass
class Outcome:
    """Rows by number of line, or why there are none."""

    rows: dict = field(default_factory=dict)
    error: str = ""


def write_log(batch, path):
    path.write_bytes(b"".join(line + b"\n" for line in batch.lines))


# What is compared of a line that is a failure.
COMPARED = ("verdict", "regex", "id", "host", "user", "time", "attempts", "users", "fields")


def differences(expected, got):
    """Names of what differs between two rows."""
    if "users" not in expected and "users" in got:
        # Outside of sessions only kban collects them.
        user = got.get("user")
        expected = dict(expected, users=[user] if user else [])
    return [name for name in COMPARED if expected.get(name) != got.get(name)]


def compare(batch, expected, got):
    """Numbers of lines that differ, in order; 0 if one program refuses what the other takes."""
    if bool(expected.error) != bool(got.error):
        return [0]
    if expected.error:
        return []
    numbers = range(1, len(batch.lines) + 1)
    return [
        number
        for number in numbers
        if differences(expected.rows.get(number, {}), got.rows.get(number, {}))
    ]
