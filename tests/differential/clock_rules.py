# SPDX-License-Identifier: LGPL-2.1-or-later
"""Let fail2ban read stamps as kban does, where that means to be better.

Stamps have the digits 0 to 9 and none of other scripts, and times have an end. fail2ban sets the
time of a stamp, in UTC if the stamp names a zone, against the clock on the wall of this machine;
and for an hour that a zone has twice it takes what mktime() guesses, which is influenced by the
calls before. All of it would be carried on to lines without a stamp of their own.
"""

import datetime
import importlib
import time
import types

DAY = 86400


class Instant(datetime.datetime):
    """Shows the local clock, is compared as the UTC that it stands for."""

    utc = None

    def __add__(self, other):
        return self.utc + other

    def __lt__(self, other):
        return self.utc < other

    def __gt__(self, other):
        return self.utc > other


def apply():
    strptime = importlib.import_module("fail2ban.server.strptime")
    templates = importlib.import_module("fail2ban.server.datetemplate")
    clock = importlib.import_module("fail2ban.server.mytime").MyTime
    read = strptime.reGroupDictStrptime

    def read_with_zone(fields, msec=False, default_tz=None):
        zone = fields.get("z") or fields.get("Z") or default_tz
        if zone is None:
            return read(fields, msec, default_tz)
        plain_now, clock.now = clock.now, lambda: instant(clock.time())
        try:
            seconds = read(fields, msec, default_tz)
        finally:
            clock.now = plain_now
        named = zone in ("Z", "UTC", "GMT")
        if fields.get("Y") or fields.get("y"):
            return seconds
        day = day_of_month(fields, clock.now().year)
        return on_its_day(seconds, day, 0 if named else strptime.zone2offset(zone, 0))

    use_plain_digits(strptime, templates)
    limit_seconds(templates.DateTai64n)
    templates.reGroupDictStrptime = read_with_zone
    strptime.time = types.SimpleNamespace(mktime=winter_first)


def plain_digits(tokens):
    for name, text in tokens.items():
        tokens[name] = text.replace(r"\d", "[0-9]")


def use_plain_digits(strptime, templates):
    renew = strptime._updateTimeRE

    def renew_plainly():
        renew()
        plain_digits(strptime.timeRE)

    class PlainEpoch(templates.DateEpoch):
        def setRegex(self, regex, *args, **kwargs):
            super().setRegex(regex.replace(r"\d", "[0-9]"), *args, **kwargs)

    renew_plainly()
    strptime._updateTimeRE = renew_plainly
    importlib.import_module("fail2ban.server.datedetector").DateEpoch = PlainEpoch


def limit_seconds(template):
    """Of no more seconds 64 bits can count the millionths; what has more is no time."""
    read = template.getDate

    def read_within_limits(self, *args, **kwargs):
        date = read(self, *args, **kwargs)
        if date[0] > 2**63 // 10**6:
            raise ValueError
        return date

    template.getDate = read_within_limits


def instant(seconds):
    now = Instant.fromtimestamp(seconds)
    now.utc = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    return now


def day_of_month(fields, year):
    """As the stamp has it, or a day of the year without a month means it; or None."""
    has_month = any(fields.get(name) for name in "mbB")
    if fields.get("j") and not has_month:
        return (datetime.date(year, 1, 1) + datetime.timedelta(int(fields["j"]) - 1)).day
    return int(fields["d"]) if fields.get("d") else None


def on_its_day(seconds, day, minutes):
    """In another year a date keeps its day in its own zone, not the day of that zone here."""
    for moved in (seconds, seconds - DAY, seconds + DAY):
        if day in (None, time.gmtime(moved + minutes * 60).tm_mday):
            return moved
    return seconds


def winter_first(fields):
    """mktime(), in standard time where there is a choice."""
    for summer in (0, 1):
        seconds = time.mktime(tuple(fields)[:8] + (summer,))
        if time.localtime(seconds)[:6] == tuple(fields)[:6]:
            return seconds
    return time.mktime(fields)
