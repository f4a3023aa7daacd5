# SPDX-License-Identifier: LGPL-2.1-or-later
"""Times that are likely to be read wrong, in all formats that are looked for by default."""

import datetime
import re

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()

# What the present is, each with zones in which it is near something.
PRESENTS = (
    (1124013600, ("UTC", "CET-01CEST-02,M3.5.0,M10.5.0")),  # that of fail2ban's own samples
    (1124013600, ("CET-01CEST-02,M3.5.0,M10.5.0",)),
    (1700000000, ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu")),
    (1704067190, ("UTC", "Pacific/Auckland", "America/Los_Angeles")),  # the end of a year
    (1709164800, ("UTC", "Europe/Berlin", "America/Sao_Paulo")),  # 29 February
    (1711846799, ("Europe/Berlin", "UTC")),  # the last second of winter time
    (1698541200, ("Europe/Berlin", "America/New_York")),  # the hour that comes twice
    (1735689600, ("UTC", "Australia/Lord_Howe")),
    (1767225599, ("UTC", "Pacific/Kiritimati")),
)

ODD_TIMES = (
    "2005-03-27 02:30:00",
    "2005-10-30 02:30:00",
    "2004-02-29 00:00:00",
    "2005-02-28 23:59:59",
    "2005-12-31 23:59:59",
    "2024-03-31 02:00:00",
    "2023-10-29 02:30:00",
    "2023-11-05 01:30:00",
    "2000-01-01 00:00:00",
    "2029-12-31 12:00:00",
    "2030-01-01 12:00:00",
    "1999-12-31 23:59:59",
    "1970-01-01 00:00:01",
    "2038-01-19 03:14:08",
)


def blank_day(when):
    return f"{when.day:2d}"


def iso(when, separator="-", middle=" ", tail=""):
    day = separator.join((f"{when.year:04d}", f"{when.month:02d}", f"{when.day:02d}"))
    return f"{day}{middle}{when:%H:%M:%S}{tail}"


def syslog(when):
    return f"{MONTHS[when.month - 1]} {blank_day(when)} {when:%H:%M:%S}"


def with_day(when, text):
    return f"{DAYS[when.weekday()]} {text}"


def epoch(when):
    return int((when - datetime.datetime(1970, 1, 1)).total_seconds())


def month(when):
    return MONTHS[when.month - 1]


FORMATS = (
    iso,
    iso,
    lambda when: iso(when, middle="T"),
    lambda when: iso(when, middle="T", tail=".123456+02:00"),
    lambda when: iso(when, middle="T", tail="Z"),
    lambda when: iso(when, tail=",123"),
    lambda when: iso(when, tail=" +0530"),
    lambda when: iso(when, tail=" UTC"),
    lambda when: iso(when, tail=" -1145"),
    lambda when: iso(when, tail=" CET"),
    lambda when: iso(when, separator="/"),
    lambda when: iso(when, separator=".", middle="  "),
    lambda when: f"{when.year}-{when.month}-{when.day} {when.hour}:{when.minute}:{when.second}",
    syslog,
    syslog,
    syslog,
    lambda when: syslog(when) + ".011",
    lambda when: f"{syslog(when)} {when.year}",
    lambda when: with_day(when, syslog(when)),
    lambda when: with_day(when, f"{syslog(when)} {when.year}"),
    lambda when: with_day(when, f"{syslog(when)}.000001 {when.year}"),
    lambda when: with_day(when, f"{month(when)} {blank_day(when)} {when.year} {when:%H:%M:%S}"),
    lambda when: f"{month(when)} {when.day} {when.year} {when.hour:2d}:{when:%M:%S}.5",
    lambda when: f"{when:%d/%m/}{when.year} {when:%H:%M:%S}",
    lambda when: f"{when:%d/%m/%y %H:%M:%S}",
    lambda when: f"{when:%d-%m-}{when.year} {when:%H:%M:%S}",
    lambda when: f"{when:%d}/{month(when)}/{when.year}:{when:%H:%M:%S} +0200",
    lambda when: f"{when:%d}/{month(when)}/{when.year}:{when:%H:%M:%S}",
    lambda when: f"{when:%d}-{month(when)}-{when.year} {when:%H:%M:%S}.252",
    lambda when: f"{when:%m/%d/}{when.year}:{when:%H:%M:%S}",
    lambda when: f"{when:%m-%d-}{when.year} {when:%H:%M:%S}.252",
    lambda when: f"{epoch(when)}",
    lambda when: f"{epoch(when)}.123",
    lambda when: f"[{epoch(when)}]",
    lambda when: f"audit({epoch(when)}.123:99)",
    lambda when: f"{when:%H:%M:%S}",
    lambda when: f"<{when:%m/%d/%y@%H:%M:%S}>",
    lambda when: f"{when:%y%m%d} {when.hour:2d}:{when:%M:%S}",
    lambda when: f"{month(when)} {when.day}, {when.year} {when:%I:%M:%S} {'AP'[when.hour > 11]}M",
    lambda when: f"{month(when)}-{when:%d-%y %H:%M:%S}",
    lambda when: f"{when.year}{when:%m%dT%H%M%S}",
    lambda when: f"{when.year}{when:%m%d-%H:%M:%S}",
    lambda when: f"{when.year}{when:%m%d  %H%M%S},123 +0100",
    lambda when: f"PDT {syslog(when)}",
    lambda when: f"CEST {with_day(when, syslog(when))}",
    lambda when: f"host {syslog(when)}",
    lambda when: f"+00:00 {syslog(when)} {when.year}",
    lambda when: f"@4{epoch(when) & 0xFFFFFFFFFFFF:015x}00000000",
)

STAMP = re.compile(
    rb"(?:\w{3} )?\w{3} [ \d]\d(?: \d{4})? \d\d:\d\d:\d\d(?:\.\d+)?(?: \d{4})?"
    rb"|\d{4}[-/.]\d\d[-/.]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?[+-]\d\d:?\d\d|Z)?"
    rb"|\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"
    rb"|\d\d[-/.](?:\w{3}|\d\d)[-/.]\d{2,4}[ :@]\d\d:\d\d:\d\d"
    rb"|\b\d{10}(?:\.\d+)?\b"
    rb"|@[0-9a-f]{24}"
)


NUMBERS = "00 01 02 09 12 13 19 20 23 24 28 29 30 31 32 59 60 61 99 7".split()


def random_time(rng, now):
    """A time near the present, or an odd one."""
    kind = rng.random()
    if kind < 0.25:
        return datetime.datetime.fromisoformat(rng.choice(ODD_TIMES))
    spans = (90, 7200, 86400 * 2, 86400 * 40, 86400 * 400)
    when = now + rng.randint(-rng.choice(spans), rng.choice(spans))
    return datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=when)


def random_stamp(rng, now):
    return rng.choice(FORMATS)(random_time(rng, now)).encode()


def bend_stamp(rng, stamp):
    """Another value in one place of a stamp, perhaps an impossible one."""
    names = list(re.finditer(rb"[A-Z][a-z]{2}", stamp))
    if names and rng.random() < 0.3:
        place = rng.choice(names)
        new = rng.choice(MONTHS + DAYS + ["feb", "SEP", "Foo"]).encode()
    else:
        numbers = list(re.finditer(rb"\d\d", stamp))
        if not numbers:
            return stamp
        place = rng.choice(numbers)
        new = rng.choice(NUMBERS).encode()
        if rng.random() < 0.1:
            new = b" " + new[:1]
    return stamp[: place.start()] + new + stamp[place.end() :]
