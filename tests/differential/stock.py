# SPDX-License-Identifier: LGPL-2.1-or-later
"""The stock filters with their sample logs, and with options somebody might give them."""

import json
import re

from batch import Batch
from dates import PRESENTS
from lines import log_of

# Values of an option that a filter names, beside those it knows itself.
VALUES = {
    "logtype": ("file", "short", "journal", "rfc5424"),
    "mode": ("normal", "ddos", "extra", "aggressive", "auth", "rbl", "more", "errors", "no-such"),
    "logging": ("file", "syslog", "webapp", "all"),
    "publickey": ("invalid", "any", "nofail", "ignore"),
    "__prefix_line": ("", r"\s*", r"^\S+: "),
    "datepattern": ("{^LN-BEG}", "{NONE}", "EPOCH", "^%%b %%d %%H:%%M:%%S", r"\[{DATE}\]"),
    "maxlines": ("1", "2", "5"),
    "usedns": ("no", "raw"),
}
DATE_PATTERNS = (
    "{^LN-BEG}",
    "{DATE}",
    "^{DATE}",
    r"\[{DATE}\]",
    "{NONE}",
    "EPOCH",
    "LEPOCH",
    "TAI64N",
    "{^LN-BEG}EPOCH",
    "%b %d %H:%M:%S",
    "^%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d[T ]%H:%M:%S(?:[.,]%f)?(?:%z)?",
    "{UNB}%d/%b/%Y:%H:%M:%S %z",
    "**%Y**",
    "%ExY(?P<_sep>[-/.])%m(?P=_sep)%d",
    "^%b %d %H:%M:%S\n%Y-%m-%d %H:%M:%S",
    "{DATE}\n{NONE}",
    "{^LN-BEG}{DATE}",
)
COMMENT = b"#"


class Sample:
    """A filter with the lines that were collected for it and the options they were made for."""

    def __init__(self, config, path, log):
        text = path.read_text(errors="replace")
        self.config = config
        self.lines = sample_lines(log)
        self.options = sample_options(log)
        self.names = sorted(option_names(text))
        self.modes = sorted(set(re.findall(r"^mdre-(\w+)", text, re.MULTILINE)))


def option_names(text):
    """Options that change something: what the file uses as a tag, and a few that all have."""
    used = {name for name in re.findall(r"<(\w+)>", text) if not name.isupper()}
    return used | {"logtype"}


def sample_options(path):
    """The filterOptions of a sample log."""
    found = []
    for line in path.read_text(errors="replace").split("\n"):
        head, known, tail = line.partition("filterOptions:")
        if not known or not head.startswith("#"):
            continue
        sets = json.loads(tail)
        for options in sets if isinstance(sets, list) else [sets]:
            found.append({k: v for k, v in options.items() if not k.startswith("test.")})
    return found or [{}]


def sample_lines(path):
    return [
        line.rstrip(b"\r")
        for line in path.read_bytes().split(b"\n")
        if line.strip() and not line.startswith(COMMENT)
    ]


def read_samples(tree, folder):
    """All filters that have a sample log, by name."""
    samples = {}
    for config in (tree.config, tree.make_test_config(folder)):
        for path in sorted((config / "filter.d").glob("*.conf")):
            log = tree.samples / path.stem
            if not log.is_file():
                log = tree.samples.parent / (path.stem + ".log")
            if log.is_file() and sample_lines(log) and path.stem not in samples:
                samples[path.stem] = Sample(config, path, log)
    return samples


def with_options(name, options):
    def quoted(value):
        return f"'{value}'" if '"' in value else f'"{value}"'

    words = ", ".join(f"{key}={quoted(value)}" for key, value in options.items())
    return f"{name}[{words}]" if words else name


def random_options(rng, sample):
    options = dict(rng.choice(sample.options))
    if rng.random() < 0.5:
        return options
    for _ in range(rng.choice((1, 1, 2))):
        key = rng.choice(list(sample.names) + ["mode"] * bool(sample.modes))
        values = VALUES.get(key, ("",)) + (tuple(sample.modes) * 2 if key == "mode" else ())
        options[key] = rng.choice(values)
    return options


def random_setting(rng):
    """What is given beside the filter."""
    now, zones = rng.choice(PRESENTS)
    setting = {"now": now, "zone": rng.choice(zones), "all_rules": rng.random() < 0.5}
    setting["usedns"] = rng.choice(("no", "raw"))
    if rng.random() < 0.1:
        setting["log_zone"] = rng.choice(("UTC+0200", "EST", "-0330", "CET+0100", "Z"))
    if rng.random() < 0.1:
        setting["date_pattern"] = rng.choice(DATE_PATTERNS)
    if rng.random() < 0.05:
        setting["max_lines"] = rng.choice((1, 2, 3, 10))
    if rng.random() < 0.05:
        setting["ignore"] = rng.choice((r"root", r"^\s", r"from 192\.0\.2\.", r"\d{5,}", "x$"))
    return setting


def stock_batch(rng, samples, name, count):
    sample = samples[name]
    setting = random_setting(rng)
    other = samples[rng.choice(sorted(samples))]
    lines = log_of(rng, sample.lines, other.lines, count, setting["now"])
    chosen = with_options(name, random_options(rng, sample))
    return Batch(filter=chosen, config=sample.config, lines=tuple(lines), **setting)
