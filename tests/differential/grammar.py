# SPDX-License-Identifier: LGPL-2.1-or-later
"""Small filters made of pieces of the language, with lines that they match nearly.

A piece is a regular expression and a function that writes a text which fits. A name can be given
once in a rule, so pieces with groups tell which name they need.
"""

from batch import Batch
from dates import FORMATS, epoch, month, random_time
from lines import NAMES, mutate, random_address
from stock import random_setting

WORDS = ("fail", "Failed", "login", "from", "user", "auth", "root", "bad", "é", "ß", "x")


def text(value):
    return lambda rng: value


def one_of(*values):
    return lambda rng: rng.choice(values)


def digits(low, high):
    return lambda rng: "".join(rng.choice("0123456789") for _ in range(rng.randint(low, high)))


def letters(low, high):
    return lambda rng: "".join(rng.choice("abcxyzABZ_") for _ in range(rng.randint(low, high)))


def address(rng):
    return random_address(rng).decode(errors="replace")


def name(rng):
    return rng.choice(NAMES).decode(errors="replace")


def user(rng):
    usual = ("root", "admin", "a", "x-1", "é", "", "o'neil")
    return rng.choice(usual) if rng.random() < 0.8 else name(rng)


# Regular expression, text, and the group it makes, if any.
PLAIN = (
    (r"\s+", one_of(" ", "  ", "\t", "\x1f", "\u00a0"), ""),
    (r"\s*", one_of("", " ", "\x0b"), ""),
    (r" ", text(" "), ""),
    (r"[ \t]{1,3}", one_of(" ", "\t "), ""),
    (r"\d+", digits(1, 6), ""),
    (r"\d{,3}", digits(0, 4), ""),
    (r"\d{2,}", digits(1, 6), ""),
    (r"\d{1,3}+", digits(1, 4), ""),
    (r"x{,}", one_of("", "x", "xxx"), ""),
    (r"a{,2}b", one_of("b", "ab", "aaab", "a{,2}b"), ""),
    (r"\{,3\}", text("{,3}"), ""),
    (r"[{,3}]", one_of("{", ",", "3"), ""),
    (r"x{a}", one_of("x{a}", "x"), ""),
    (r"\w+", letters(1, 5), ""),
    (r"\w+?", letters(1, 5), ""),
    (r"\W", one_of("-", ".", " ", "_"), ""),
    (r"\D\S", one_of("ab", "a ", "1b"), ""),
    (r"(?:foo|bar|baz)?", one_of("foo", "bar", "qux", ""), ""),
    (r"(?:a|ab)(?:c|bcd)", one_of("ac", "abcd", "abc"), ""),
    (r"(?i:error)", one_of("ERROR", "Error", "erro"), ""),
    (r"(?:(?i)ok|fine)", one_of("OK", "FINE", "fine"), ""),
    (r"((?i)straße|ſ)", one_of("STRASSE", "straße", "s", "ſ"), ""),
    (r"(?s:.)", one_of("x", "\r", "\u2028"), ""),
    (r"(?-i:A)", one_of("A", "a"), ""),
    (r"(?x: a b # c" "\n" r")", text("ab"), "x"),
    (r"(?#comment)", text(""), ""),
    (r"(?=fail)", text(""), ""),
    (r"(?!root)", text(""), ""),
    (r"(?<=\s)", text(""), ""),
    (r"(?<!x)", text(""), ""),
    (r"(?<=ab|cd)", text("ab"), ""),
    (r"\b", text(""), ""),
    (r"\B", text(""), ""),
    (r"[^\]\[]*", letters(0, 5), ""),
    (r"[][]", one_of("[", "]"), ""),
    (r"[^]]", one_of("x", "]"), ""),
    (r"[[:alpha:]]", one_of("a]", "z", ":]"), ""),
    (r"[\w.-]+", one_of("a-b.c", "x"), ""),
    (r"[a-c\-_]", one_of("b", "-", "_"), ""),
    (r"[\x41-\x43\u00e9]", one_of("A", "é", "D"), ""),
    (r"\x41\u00e9\103", text("AéC"), ""),
    (r"[\d\-:]+", one_of("1-2:3", "::"), ""),
    (r"\v", one_of("\x0b", "\x0c"), ""),
    (r"\/\-\_\:", text("/-_:"), ""),
    (r"\a?\f?", one_of("", "\x07", "\x0c"), ""),
    (r"(?>a+)b", one_of("aab", "b"), ""),
    (r"z*+", one_of("", "zz"), ""),
    (r".*", name, ""),
    (r".*?", name, ""),
    (r"[^\"]*", name, ""),
    (r"(?:\[\d+\])?:", one_of("[12]:", ":"), ""),
    (r"(\w)\1", one_of("aa", "ab", "éé"), "number"),
    (r"(?P<word>\w+) (?P=word)", one_of("ab ab", "ab ac"), "word"),
    (r"(?P<q>\")?\w+(?(q)\"|')", one_of('"a"', "a'", '"a'), "q"),
    (r"(?P<open>\()?\d(?(open)\))", one_of("(1)", "1", "(1"), "open"),
    (r"<F-REASON>\w+ \w+</F-REASON>", one_of("no way", "é x"), "reason"),
    (r"<F-PORT/>", digits(1, 5), "fport"),
    (r"(?:port <F-PORT>\d+</F-PORT>)?", one_of("port 22", ""), "fport"),
    (r"<F-USER>\S+</F-USER>", user, "user"),
    (r"<F-USER>[^']*</F-USER>", user, "user"),
    (r"<F-USER>(?:\w+|\"[^\"]*\")?</F-USER>", user, "user"),
    (r"(?:user=<F-ALT_USER>\S*</F-ALT_USER>)?", one_of("user=bob", "user=", ""), "alt_user"),
    (r"(?:u=<F-ALT_USER_1>\w*</F-ALT_USER_1>)?", one_of("u=eve", "u=", ""), "alt_user_1"),
    (r"(?:v=<F-ALT_USER1>\w*</F-ALT_USER1>)?", one_of("v=eve", ""), "alt_user1"),
    (r"(?:id=<F-ALT_ID>\w*</F-ALT_ID>)?", one_of("id=7", ""), "alt_id"),
    (r"<F-TUPLE_USER>\w+</F-TUPLE_USER>", one_of("realm", "o'x"), "tuple_user"),
    (r"(?:<F-NOFAIL>ok|warn</F-NOFAIL>)?", one_of("ok", "warn", ""), "nofail"),
    (r"<host>", text("<host>"), ""),
    (r"</F-USER>", text("</F-USER>"), "user"),
    (r"<F-HOST>\S+</F-HOST>", address, "host"),
)

IDENTITIES = (
    (r"<HOST>", address, "ip4"),
    (r"<HOST>", address, "ip4"),
    (r"<HOST>", address, "ip4"),
    (r"<ADDR>", address, "ip4"),
    (r"<ADDR>", address, "ip4"),
    (r"<F-ADDR/>", address, "ip4"),
    (r"\[<HOST>\]", lambda rng: "[" + address(rng) + "]", "ip4"),
    (r"<IP4>", address, "ip4"),
    (r"<IP6>", address, "ip4"),
    (r"(?:<IP4>|<IP6>|<DNS>)", address, "ip4"),
    (r"(?:<ADDR>|-)?", one_of("192.0.2.1", "-", ""), "ip4"),
    (r"<DNS>", address, "ip4"),
    (r"<SUBNET>", lambda rng: address(rng) + rng.choice(("", "/24", "/33", "/64", "/0")), "ip4"),
    (r"<ADDR>/<CIDR>", lambda rng: address(rng) + rng.choice(("/8", "/24", "/64", "/129")), "ip4"),
    (r"<F-ID>\S+</F-ID>", address, "fid"),
    (r"<F-ID/>", address, "fid"),
    (r"<F-ID>[^|]+</F-ID>", user, "fid"),
    (r"<F-ID>\w+@<F-USER>\w+</F-USER></F-ID>", one_of("a@b", "é@x"), "fid"),
    (r"(?P<fid>\w+) <ADDR>", lambda rng: "joe " + address(rng), "ip4"),
    (r"<F-IP4>\d+\.\d+\.\d+\.\d+</F-IP4>", address, "ip4"),
    (r"<F-DNS>\S+</F-DNS>", address, "ip4"),
)

STARTS = ("^", r"^\s*", r"^\s+", "", r"^.*?", r"^ ", r"^\S* ", r"^(?:\[\])?\s*", r"\s", r"\A\s*")
STARTS += ("(?i)^", "(?u)")
ENDS = ("$", r"\s*$", "", "", r"$", r"\b", r"\.?$", r"\Z", r"\n\Z", r".*$", r"[^x]*$")
ENDS += (r"(?: \[preauth\])?\s*$",)
LINE_ENDS = ("", "", "", " ", " [preauth]", ".")
JOINTS = (" ", " ", " ", r"\s", "", ", ", ": ")


class Rule:
    """A rule with what writes lines for it."""

    def __init__(self, rng, with_identity=True):
        self.used = set()
        self.parts = [(rng.choice(WORDS[:6]), None)]
        pieces = [self.choose(rng, PLAIN) for _ in range(rng.choice((0, 1, 2, 3, 4)))]
        if with_identity:
            pieces.insert(rng.randint(0, len(pieces)), self.choose(rng, IDENTITIES))
        for piece in pieces:
            if piece is not None:
                self.parts += [(rng.choice(JOINTS), None), piece[:2]]
        self.start = rng.choice(STARTS)
        self.end = rng.choice(ENDS)

    def choose(self, rng, pieces):
        for _ in range(4):
            piece = rng.choice(pieces)
            if not piece[2]:
                return piece
            if piece[2] not in self.used:
                self.used.add(piece[2])
                return piece
        return None

    def regex(self):
        return self.start + "".join(part[0] for part in self.parts) + self.end

    def line(self, rng):
        written = [write(rng) if write else part for part, write in self.parts]
        return "".join(written).replace(r"\s", " ") + rng.choice(LINE_ENDS)


TOKENS = {
    "%Y": lambda when: f"{when.year:04d}",
    "%ExY": lambda when: f"{when.year:04d}",
    "%y": lambda when: f"{when.year % 100:02d}",
    "%Exy": lambda when: f"{when.year % 100:02d}",
    "%m": lambda when: f"{when.month:02d}",
    "%Exm": lambda when: f"{when.month:02d}",
    "%d": lambda when: f"{when.day:02d}",
    "%Exd": lambda when: f"{when.day:02d}",
    "%H": lambda when: f"{when.hour:02d}",
    "%ExH": lambda when: f"{when.hour:02d}",
    "%k": lambda when: f"{when.hour:2d}",
    "%Exk": lambda when: f"{when.hour:2d}",
    "%I": lambda when: f"{when:%I}",
    "%l": lambda when: f"{int(when.strftime('%I')):2d}",
    "%Exl": lambda when: f"{int(when.strftime('%I')):2d}",
    "%M": lambda when: f"{when.minute:02d}",
    "%ExM": lambda when: f"{when.minute:02d}",
    "%S": lambda when: f"{when.second:02d}",
    "%ExS": lambda when: f"{when.second:02d}",
    "%f": lambda when: "123",
    "%b": month,
    "%B": lambda when: when.strftime("%B"),
    "%a": lambda when: when.strftime("%a"),
    "%A": lambda when: when.strftime("%A"),
    "%p": lambda when: when.strftime("%p"),
    "%j": lambda when: when.strftime("%j"),
    "%U": lambda when: when.strftime("%U"),
    "%W": lambda when: when.strftime("%W"),
    "%w": lambda when: when.strftime("%w"),
    "%u": lambda when: when.strftime("%u"),
    "%z": lambda when: "+0130",
    "%Exz": lambda when: "CET",
    "%Z": lambda when: "EST",
    "%ExZ": lambda when: "UTC",
    "%c": lambda when: when.strftime("%c"),
    "%x": lambda when: when.strftime("%x"),
    "%X": lambda when: when.strftime("%X"),
    "%%": lambda when: "%",
}
LAYOUTS = (
    "%Y-%m-%d %H:%M:%S",
    "%d.%m.%Y %k:%M",
    "%b %d %H:%M:%S",
    "%B %d %l:%M %p",
    "%a %d %b %Y %I:%M:%S %p",
    "%Y%j %H%M",
    "%Y %U %w",
    "%Y %W %a",
    "%y%m%d-%H%M%S",
    "%m/%d",
    "%H:%M:%S",
    "%Y",
    "%c",
    "%x %X",
    "%Y-%m-%dT%H:%M:%S%z",
    "%d/%b/%Y:%H:%M:%S %z",
    "%ExY%Exm%Exd%ExH%ExM%ExS",
    "%Z %b %d %H:%M:%S",
    "%Exz %H:%M",
    "%H:%M:%S.%f",
    "EPOCH",
    "LEPOCH",
    "TAI64N",
    "{DATE}",
    "{EPOCH}",
    "T={EPOCH};",
    "{LEPOCH}x",
    "{NONE}",
)


def expand(layout, when):
    """The layout with its tokens written out."""
    seconds = epoch(when)
    for word in ("{LEPOCH}", "LEPOCH"):
        layout = layout.replace(word, f"{seconds}123")
    for word in ("{EPOCH}", "EPOCH"):
        layout = layout.replace(word, str(seconds))
    layout = layout.replace("TAI64N", f"@4{seconds & 0xFFFFFFFFFFFF:015x}00000000")
    layout = layout.replace("{DATE}", FORMATS[0](when)).replace("{NONE}", "")
    for token in sorted(TOKENS, key=len, reverse=True):
        layout = layout.replace(token, TOKENS[token](when))
    return layout


def random_layout(rng):
    if rng.random() < 0.7:
        return rng.choice(LAYOUTS)
    tokens = rng.sample(sorted(TOKENS), rng.randint(1, 5))
    return rng.choice((" ", "-", ":", "")).join(tokens)


AROUND = ("^{}", "{{^LN-BEG}}{}", r"\[{}\]", "**{}**", "{{UNB}}{}", "({})", "{}$", r"^{}\s")
AROUND += ("(?i){}", "at {}")


def random_date_pattern(rng):
    """A pattern and what writes its stamps."""
    layout = random_layout(rng)
    pattern = layout
    if "EPOCH" not in layout and rng.random() < 0.5:
        pattern = rng.choice(AROUND).format(layout)
    lead = rng.choice(("", "", "", "[", "at ", "x", "(["))
    tail = {"[": "]", "([": "])"}.get(lead, "")
    return pattern, lambda when: lead + expand(layout, when) + tail


def escape(value):
    """For a value of a configuration file."""
    return value.replace("%", "%%")


def option(key, values):
    return f"{key} = " + "\n    ".join(escape(value) for value in values) + "\n"


LEADS = ("pre: ", "pre: user bob ", "pre: 192.0.2.9 ", "pre: 2001:db8::9 ", "pre: eve@", "nope: ")


def random_filter(rng):
    """A filter's settings, its rules, and what stands in front of each line."""
    settings = {}
    lead = text("")
    kind = rng.random()
    if kind < 0.25:
        settings["prefregex"] = [r"^\s*<F-MLFID>\w+\[\d+\]: </F-MLFID><F-CONTENT>.+</F-CONTENT>$"]
        lead = lambda rng: f"d[{rng.randint(1, 3)}]: "
    elif kind < 0.4:
        settings["prefregex"] = [
            rng.choice(
                (
                    r"^\s*pre: <F-CONTENT>.+</F-CONTENT>$",
                    r"^\s*pre: (?:user <F-USER>\w+</F-USER> )?<F-CONTENT>.*</F-CONTENT>\s*$",
                    r"^\s*pre: (?:<ADDR> )?<F-CONTENT>.*?</F-CONTENT>(?: end)?$",
                    r"pre",
                    r"^\s*pre: (?:<F-ALT_USER>\w+</F-ALT_USER>@)?<F-CONTENT>.+</F-CONTENT>$",
                )
            )
        ]
        lead = one_of(*LEADS)
    if rng.random() < 0.1:
        settings["maxlines"] = [str(rng.choice((1, 2, 3, 5)))]
    return settings, lead


SESSION_RULES = (
    (r"^conn(?: from)? <ADDR>(?P<nofail>)", "conn from {a}"),
    (r"^<F-NOFAIL>conn</F-NOFAIL> from <ADDR>$", "conn from {a}"),
    (r"^fail$", "fail"),
    (r"^fail <F-USER>\w+</F-USER>$", "fail {u}"),
    (r"^<F-NOFAIL>try</F-NOFAIL> <F-USER>\w*</F-USER>", "try {u}"),
    (r"^<F-MLFFORGET>bye</F-MLFFORGET>", "bye"),
    (r"^<F-NOFAIL><F-MLFFORGET>close</F-MLFFORGET></F-NOFAIL>(?: <ADDR>)?$", "close {a}"),
    (r"^<F-MLFFORGET><F-MLFGAINED>ok</F-MLFGAINED></F-MLFFORGET> <F-USER>\w+</F-USER>$", "ok {u}"),
    (r"^<F-MLFGAINED>gain</F-MLFGAINED> <F-USER>\w+</F-USER>$", "gain {u}"),
    (r"^fail <F-USER>\w+</F-USER> from <HOST>", "fail {u} from {a}"),
    (r"^who <F-ALT_USER>\w+</F-ALT_USER>", "who {u}"),
    (r"^id <F-ID>\S+</F-ID>$", "id {u}"),
)


class SessionRule:
    def __init__(self, regex, shape):
        self._regex = regex
        self.shape = shape

    def regex(self):
        return self._regex

    def line(self, rng):
        addresses = ("192.0.2.1", "2001:db8::1", "192.0.2.2")
        return self.shape.format(a=rng.choice(addresses), u=rng.choice("abc"))


def random_rules(rng, settings):
    sessions = "MLFID" in settings.get("prefregex", [""])[0]
    if sessions and rng.random() < 0.8:
        chosen = rng.sample(SESSION_RULES, rng.randint(2, len(SESSION_RULES)))
        return [SessionRule(*one) for one in chosen]
    count = rng.choice((1, 2, 3, 4, 6))
    rules = [Rule(rng, not sessions or rng.random() < 0.6) for _ in range(count)]
    if settings.get("maxlines", ["1"]) != ["1"] and rng.random() < 0.7:
        rules.append(SpanningRule(rng))
    return rules


SPANS = (r"<SKIPLINES>", r"\n", r"$<SKIPLINES>^", r".*\n", r"<SKIPLINES>.*<SKIPLINES>")


class SpanningRule(Rule):
    """A rule over several lines; the line it writes is any of them."""

    def __init__(self, rng):
        super().__init__(rng)
        self.joint = rng.choice(SPANS)
        self.second = rng.choice((r"then$", r"^\s*then", r"^.*then (?P<what>\w+)"))

    def regex(self):
        return "^" + r"\s*" + "".join(part[0] for part in self.parts) + self.joint + self.second

    def line(self, rng):
        return super().line(rng) if rng.random() < 0.5 else rng.choice(("then", " then x", "other"))


def random_batch(rng, folder, count):
    """A batch with a filter of its own, called random."""
    settings, lead = random_filter(rng)
    rules = random_rules(rng, settings)
    settings["failregex"] = [rule.regex().replace("\n", " ") for rule in rules]
    ignored = [Rule(rng, False) for _ in range(rng.choice((0, 0, 0, 1, 2)))]
    if ignored:
        settings["ignoreregex"] = [rule.regex().replace("\n", " ") for rule in ignored]
    chosen = random_setting(rng)
    stamp = rng.choice(FORMATS)
    if rng.random() < 0.4:
        pattern, stamp = random_date_pattern(rng)
        settings["datepattern"] = [pattern]
    lines = [random_line(rng, rules + ignored, lead, stamp, chosen["now"]) for _ in range(count)]
    content = "[Definition]\n" + "".join(option(key, values) for key, values in settings.items())
    files = {"filter.d/random.conf": content}
    return Batch(filter="random", config=folder, lines=tuple(lines), files=files, **chosen)


def random_line(rng, rules, lead, stamp, now):
    when = random_time(rng, now)
    words = lead(rng) + rng.choice(rules).line(rng)
    line = f"{stamp(when)} {words}".encode(errors="replace")
    return mutate(rng, line, now) if rng.random() < 0.5 else line.replace(b"\n", b" ")
