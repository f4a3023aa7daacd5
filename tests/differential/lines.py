# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lines as attackers, broken loggers and other versions of a program write them."""

import re

import dates

ADDRESS = re.compile(
    rb"\[?(?:::ffff:)?\b(?:\d{1,3}\.){3}\d{1,3}\b\]?|\b[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}"
)
TOKEN = re.compile(rb"\S+")
QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'|<[^<>]*>")
AFTER_WORD = re.compile(rb"(?i)(?:user(?:name)?|login|for|by|account|host)[ =:'\"<]+([^ '\",:>]+)")

NAMES = (
    b"root",
    b"",
    b"a b",
    b"o'neil",
    b'say "hi"',
    b"user@example.com",
    b"DOMAIN\\user",
    "jürgen".encode(),
    "用户".encode(),
    "\u017f\u212a".encode(),
    b"\xff\xfe",
    b"caf\xe9 ",
    b"\xe2\x82",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"x" * 300,
    b"root from 192.0.2.1",
    b"root from 192.0.2.1 port 1 ssh2",
    b"[preauth]",
    b"<HOST>",
    b"%s%n",
    b"a,b;c",
    b"()",
    b"-",
    b"\x1b[31mred\x1b[0m",
    b"a\x00b",
    b"a\tb",
    b"\xc2\xa0",
    "a\u2028b".encode(),
    "x\u0085y".encode(),
)

INSERTS = (
    b" ",
    b"  ",
    b"\t",
    b"\r",
    b"\x0b",
    b"\x0c",
    b"\x1c",
    b"\x1f",
    b"\x00",
    b"\x7f",
    b"\xc2\xa0",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\xe3\x80\x80",
    b"\xe1\xa0\x8e",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc3",
    b"\xe9",
    b"[",
    b"]",
    b"(",
    b")",
    b"<",
    b">",
    b":",
    b";",
    b",",
    b".",
    b"'",
    b'"',
    b"\\",
    b"/",
    b"-",
    b"_",
    b"=",
    b"0",
    b"9",
    b"a",
    b"Z",
    "é".encode(),
    "ß".encode(),
    "\u0661".encode(),
    "\u0301".encode(),
    "\U0001d7d8".encode(),
)


ODD_IP4 = ("0.0.0.0", "255.255.255.255", "127.0.0.1", "1.2.3.4.", "1.2.3.4-", "01.2.3.4")
ODD_GROUPS = ("", "", "0", "1", "ff", "2001", "DB8", "0db8", "12345", "g")
HOSTS = ("example.com", "host-1.example", "a_b.example.", "été.example", "localhost", "x")
HOSTS += ("-x.example", "a^b", "1.example", "UNKNOWN")
AROUND = ("{}",) * 8 + ("[{}]", "[{}", "{}]", "[{}]:80", "{}:22", "{}/24", "::ffff:{}", "({})")
BLANKS = (b"", b"  ", b"\t", b"\xc2\xa0", b"\x1f", b"\r", b" \x0b")
LINE_ENDS = (b" ", b"\r", b"\r\r", b"\t", b".", b"\x00", b" [preauth]", b"\xc3", b"\x85", b"\x1c")


def random_ip4(rng):
    kind = rng.random()
    if kind < 0.4:
        return f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randint(0, 255)}"
    if kind < 0.55:
        return ".".join(f"{rng.randint(0, 255):03d}" for _ in range(4))
    if kind < 0.7:
        return ".".join(str(rng.choice((0, 1, 9, 10, 127, 255, 256, 300, 999))) for _ in range(4))
    if kind < 0.8:
        return ".".join(str(rng.randint(0, 255)) for _ in range(rng.choice((1, 2, 3, 5))))
    if kind < 0.85:
        return "".join(chr(0x0661) if c == "1" else c for c in "1.2.3.4")
    return rng.choice(ODD_IP4)


def random_ip6(rng):
    kind = rng.random()
    if kind < 0.3:
        return f"2001:db8::{rng.randint(0, 0xFFFF):x}"
    if kind < 0.5:
        return ":".join(f"{rng.randint(0, 0xFFFF):x}" for _ in range(rng.randint(1, 10)))
    if kind < 0.75:
        return ":".join(rng.choices(ODD_GROUPS, k=rng.randint(2, 6)))
    return rng.choice(
        (
            "::",
            "::1",
            ":1",
            "1::",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "fe80::1%eth0",
            "::ffff:192.0.2.7",
            "::FFFF:192.0.2.7",
            "::ffff:0102:0304",
            "::ffffff:1.2.3.4",
            "::1.2.3.4",
            "64:ff9b::1.2.3.4",
            "2001:DB8:0:0:0::1",
            "2001:db8:0:0:1:0:0:1",
            "2001:db8::1/64",
            "::ffff:1.2.3.4/120",
            "12:34:56",
        )
    )


def random_host(rng):
    return rng.choice(HOSTS)


def random_address(rng):
    kind = rng.random()
    if kind < 0.5:
        text = random_ip4(rng)
    elif kind < 0.85:
        text = random_ip6(rng)
    else:
        text = random_host(rng)
    return rng.choice(AROUND).format(text).encode()


def replace_match(rng, pattern, line, make, group=0):
    found = list(pattern.finditer(line))
    if not found:
        return line
    place = rng.choice(found)
    return line[: place.start(group)] + make(place.group(group)) + line[place.end(group) :]


def change_address(rng, line, _now):
    return replace_match(rng, ADDRESS, line, lambda _: random_address(rng))


def change_user(rng, line, _now):
    return replace_match(rng, AFTER_WORD, line, lambda _: rng.choice(NAMES), 1)


def change_quoted(rng, line, _now):
    return replace_match(rng, QUOTED, line, lambda old: old[:1] + rng.choice(NAMES) + old[-1:])


def change_token(rng, line, _now):
    choices = (rng.choice(NAMES), random_address(rng), b"")
    return replace_match(rng, TOKEN, line, lambda _: rng.choice(choices))


def change_stamp(rng, line, now):
    return replace_match(rng, dates.STAMP, line, lambda _: dates.random_stamp(rng, now))


def bend_stamp(rng, line, _now):
    return replace_match(rng, dates.STAMP, line, lambda old: dates.bend_stamp(rng, old))


def drop_stamp(rng, line, _now):
    return replace_match(rng, dates.STAMP, line, lambda _: b"")


def put_stamp(rng, line, now):
    stamp = dates.random_stamp(rng, now)
    if rng.random() < 0.6:
        lead = rng.choice((b"", b" ", b"[", b"<", b"x ", b"(["))
        return lead + stamp + rng.choice((b" ", b"] ", b": ", b"")) + line
    at = rng.randint(0, len(line))
    return line[:at] + stamp + line[at:]


def truncate(rng, line, _now):
    return line[: rng.randint(0, len(line))]


def behead(rng, line, _now):
    return line[rng.randint(0, min(len(line), 24)) :]


def drop_piece(rng, line, _now):
    at = rng.randint(0, len(line))
    return line[:at] + line[at + rng.choice((1, 1, 1, 2, 4, 9)) :]


def double_piece(rng, line, _now):
    at = rng.randint(0, len(line))
    to = at + rng.choice((1, 1, 3, 8, 20, 60))
    return line[:to] + line[at:to] + line[to:]


def insert(rng, line, _now):
    at = rng.randint(0, len(line))
    return line[:at] + rng.choice(INSERTS) * rng.choice((1, 1, 1, 2, 5)) + line[at:]


def widen_blank(rng, line, _now):
    blanks = [at for at, byte in enumerate(line) if byte == 0x20]
    if not blanks:
        return line
    at = rng.choice(blanks)
    return line[:at] + rng.choice(BLANKS) + line[at + 1 :]


def swap_tokens(rng, line, _now):
    found = list(TOKEN.finditer(line))
    if len(found) < 2:
        return line
    first, second = sorted(rng.sample(found, 2), key=lambda place: place.start())
    middle = line[first.end() : second.start()]
    return line[: first.start()] + second.group() + middle + first.group() + line[second.end() :]


def change_case(rng, line, _now):
    how = rng.choice((bytes.upper, bytes.lower, bytes.swapcase))
    if rng.random() < 0.3:
        return how(line)
    return replace_match(rng, TOKEN, line, how)


def end_oddly(rng, line, _now):
    return line + rng.choice(LINE_ENDS)


# The more usual, the more often.
WAYS = (
    (change_address, 14),
    (change_user, 8),
    (change_quoted, 4),
    (change_token, 4),
    (change_stamp, 8),
    (bend_stamp, 8),
    (drop_stamp, 2),
    (put_stamp, 3),
    (truncate, 3),
    (behead, 2),
    (drop_piece, 8),
    (double_piece, 4),
    (insert, 8),
    (widen_blank, 6),
    (swap_tokens, 3),
    (change_case, 3),
    (end_oddly, 3),
)
WAYS_LIST = [way for way, _ in WAYS]
WEIGHTS = [weight for _, weight in WAYS]
LONGEST = 4000


def mutate(rng, line, now):
    """The line with none to four changes. It stays one line."""
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 4))):
        line = rng.choices(WAYS_LIST, WEIGHTS)[0](rng, line, now)
    return line.replace(b"\n", b" ")[:LONGEST]


def log_of(rng, pool, others, count, now):
    """Lines of a pool, in runs that keep or lose their order, a few of others among them."""
    log = []
    while len(log) < count:
        at = rng.randrange(len(pool))
        run = list(pool[at : at + rng.choice((1, 1, 2, 4, 8, 16))])
        if rng.random() < 0.3:
            rng.shuffle(run)
        if rng.random() < 0.1:
            run.append(rng.choice(others))
        if rng.random() < 0.05:
            run.append(b" ".join(rng.choices(pool, k=2)))
        log += [mutate(rng, line, now) for line in run]
        if rng.random() < 0.1:
            log += rng.choices(log, k=2)
    return log[:count]
