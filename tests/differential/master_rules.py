# SPDX-License-Identifier: LGPL-2.1-or-later
"""Let an older fail2ban behave as its development head does, where that is what kban follows.

So state that passes from line to line is right, too; a difference that is only forgiven afterwards
would make the lines behind it differ.
"""

import importlib
import re

OLD_IP6 = "::?|::){1,7}"
NEW_IP6 = "::?|:){1,7}"
OLD_COMPACT_DATE = "%ExY%Exm%Exd(?:T|  ?)%ExH%ExM%ExS(?:[.,]%f)?(?:\\s*%z)?"
NEW_COMPACT_DATE = "%ExY%Exm%Exd(?:-|T|  ?)%ExH:?%ExM:?%ExS(?:[.,]%f)?(?:\\s*%z)?"


def apply():
    addresses = importlib.import_module("fail2ban.server.ipdns").IPAddr
    rules = importlib.import_module("fail2ban.server.failregex")
    dates = importlib.import_module("fail2ban.server.datedetector")
    widen_ip6(addresses, rules)
    know_ip6_of_name(addresses)
    split_networks_only(addresses)
    keep_fields_of_prefix(rules)
    formats = dates.DateDetectorCache.DEFAULT_TEMPLATES
    formats[:] = [NEW_COMPACT_DATE if text == OLD_COMPACT_DATE else text for text in formats]


def widen_ip6(addresses, rules):
    """An address may begin with one colon of '::'."""
    addresses.IP_6_RE = addresses.IP_6_RE.replace(OLD_IP6, NEW_IP6)
    pattern = addresses.IP_4_6_CRE.pattern.replace(OLD_IP6, NEW_IP6)
    addresses.IP_4_6_CRE = re.compile(pattern)
    rules.R_HOST[:] = [text.replace(OLD_IP6, NEW_IP6) for text in rules.R_HOST]
    for tag, text in rules.RH4TAG.items():
        rules.RH4TAG[tag] = text.replace(OLD_IP6, NEW_IP6)


def know_ip6_of_name(addresses):
    """What <DNS> found may be an IPv6 address, which needs no resolver."""

    def search(text):
        found = addresses.IP_4_6_CRE.match(text)
        return found and (found.group("IPv4") or found.group("IPv6"))

    addresses.searchIP = staticmethod(search)


def split_networks_only(addresses):
    """A '/' is that of a network only between an address and a length or mask."""
    ip4 = r"(?:\d{1,3}\.){3}\d{1,3}"
    shape = re.compile(rf"(?:{ip4}|{addresses.IP_6_RE})/(?:\d+|{ip4}|{addresses.IP_6_RE})\Z")
    split = addresses._IPAddr__wrap_ipstr

    def split_network(text):
        bare = text[1:-1] if len(text) > 2 and text[0] + text[-1] == "[]" else text
        if "/" in bare and not shape.match(bare):
            return bare, addresses.CIDR_UNSPEC
        return split(text)

    addresses._IPAddr__wrap_ipstr = staticmethod(split_network)


class Fields(dict):
    """Groups of prefregex; those that failregex did not set do not overwrite them."""

    def copy(self):
        return Fields(self)

    def update(self, other):
        pairs = other.items() if hasattr(other, "items") else other
        super().update((name, value) for name, value in pairs if value is not None)


def keep_fields_of_prefix(rules):
    plain = rules.Regex

    class PrefixAware(plain):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            groups = self.getGroups
            self.getGroups = lambda: Fields(groups())

    # prefregex is the only one that a filter makes of the plain class, beside ignoreregex.
    importlib.import_module("fail2ban.server.filter").Regex = PrefixAware
