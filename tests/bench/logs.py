#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write a log as servers under attack write it: the same arguments, the same bytes.

Sessions of hosts take turns, as they do in a real log. A share of the lines is that of attacks; how
many of them the filter of the log has to count as failures is known. Addresses are of networks that
nobody has: 100.64.0.0/10, 203.0.113.0/24 and 2001:db8::/32.
"""

import argparse
import json
import random
import sys
import time
from pathlib import Path

SIDE_BY_SIDE = 10  # sessions
START = 1741000000  # of the log, seconds since 1970
LINES_A_SECOND = 40
HOSTS = 4000
ATTACKS = 0.3

# The filter that is tried on a log; a path is one of this directory.
FILTERS = {
    "sshd": "sshd",
    "nginx-access": "nginx-botsearch",
    "nginx-error": "nginx-http-auth",
    "postfix": "postfix",
    "kerio": "filters/kerio.conf",
    "mixed": "sshd",
}

NAMES = "root admin test oracle ubuntu postgres git pi ftp backup deploy nagios www jenkins".split()
STAFF = "anna ben carla dimitri deploy".split()
DOMAINS = "example.com example.net mail.example.org shop.example.com".split()
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15",
    "curl/8.5.0",
    "-",
)
PAGES = (
    "/",
    "/index.html",
    "/static/site.{number}.css",
    "/shop/article/{number}?from=list&page=2",
    "/api/2/orders/{number}",
    "/pictures/{number}.jpeg",
    "/favicon.ico",
)
BAIT = ("/wp-login.php", "/phpmyadmin/index.php", "/cgi-bin/test.cgi", "/roundcube/", "/mysqladmin/")
OTHER_BAIT = ("/.env", "/.git/HEAD", "/server-status", "/owa/auth.owa")

# Sessions: how often, and the lines. What has "!" before it is a failure that the filter counts.
PLAIN = {
    "sshd": (
        (
            6,
            "sshd[{pid}]: Accepted publickey for {staff} from {guest} port {port} ssh2: ED25519 SHA256:{key}",
            "sshd[{pid}]: pam_unix(sshd:session): session opened for user {staff}(uid=1000) by (uid=0)",
            "systemd-logind[590]: New session {number} of user {staff}.",
            "sshd[{pid}]: Received disconnect from {guest} port {port}:11: disconnected by user",
            "sshd[{pid}]: Disconnected from user {staff} {guest} port {port}",
            "sshd[{pid}]: pam_unix(sshd:session): session closed for user {staff}",
            "systemd-logind[590]: Session {number} logged out. Waiting for processes to exit.",
        ),
        (
            4,
            "CRON[{pid}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
            "CRON[{pid}]: (root) CMD (test -x /usr/sbin/anacron || run-parts /etc/cron.daily)",
            "CRON[{pid}]: pam_unix(cron:session): session closed for user root",
        ),
        (
            1,
            "sudo:    {staff} : TTY=pts/1 ; PWD=/home/{staff} ; USER=root ; COMMAND=/usr/bin/apt update",
        ),
    ),
    "nginx-access": (
        (19, '{guest} - - [{web}] "GET {page} HTTP/2.0" 200 {number} "https://example.com/" "{agent}"'),
        (1, '{guest} - - [{web}] "GET {page} HTTP/1.1" 404 153 "-" "{agent}"'),
    ),
    "nginx-error": (
        (
            2,
            '[error] 77#77: *{number} open() "/srv/www{page}" failed (2: No such file or directory), '
            'client: {guest}, server: example.com, request: "GET {page} HTTP/1.1", host: "example.com"',
        ),
        (
            1,
            "[warn] 77#77: *{number} a client request body is buffered to a temporary file "
            "/var/lib/nginx/body/{number}, client: {guest}, server: example.com, "
            'request: "POST /upload HTTP/1.1", host: "example.com"',
        ),
    ),
    "postfix": (
        (
            1,
            "postfix/smtpd[{pid}]: connect from {domain}[{guest}]",
            "postfix/smtpd[{pid}]: {queue}: client={domain}[{guest}]",
            "postfix/cleanup[811]: {queue}: message-id=<{key}@{domain}>",
            "postfix/qmgr[702]: {queue}: from=<list@{domain}>, size={number}, nrcpt=1 (queue active)",
            "postfix/smtpd[{pid}]: disconnect from {domain}[{guest}] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
            "postfix/local[{port}]: {queue}: to=<{staff}@example.com>, relay=local, delay=0.3, "
            "delays=0.2/0/0/0.1, dsn=2.0.0, status=sent (delivered to maildir)",
            "postfix/qmgr[702]: {queue}: removed",
        ),
    ),
    "kerio": (
        (
            2,
            "mailserver: Recv: Queue-ID: {queue}, Service: SMTP, From: <list@{domain}>, "
            "To: <{staff}@example.com>, Size: {number}, Sender-Host: {guest}, SSL: yes",
            "mailserver: Sent: Queue-ID: {queue}, Recipient: <{staff}@example.com>, Result: delivered",
        ),
        (1, "mailserver: HTTP/WebMail: User {staff}@example.com logged in from IP address {guest}"),
    ),
}
ATTACK = {
    "sshd": (
        (
            5,
            "!sshd[{pid}]: Invalid user {name} from {host} port {port}",
            "sshd[{pid}]: pam_unix(sshd:auth): check pass; user unknown",
            "!sshd[{pid}]: Failed password for invalid user {name} from {host} port {port} ssh2",
            "sshd[{pid}]: Connection closed by invalid user {name} {host} port {port} [preauth]",
        ),
        (
            3,
            "!sshd[{pid}]: Failed password for root from {host} port {port} ssh2",
            "!sshd[{pid}]: Failed password for root from {host} port {port} ssh2",
            "sshd[{pid}]: Received disconnect from {host} port {port}:11:  [preauth]",
            "sshd[{pid}]: Disconnected from authenticating user root {host} port {port} [preauth]",
        ),
        (1, "sshd[{pid}]: Connection closed by {host} port {port} [preauth]"),
        (1, "!sshd[{pid}]: User {staff} from {host} not allowed because not listed in AllowUsers"),
    ),
    "nginx-access": (
        (2, '!{host} - - [{web}] "GET {bait} HTTP/1.1" 404 153 "-" "{agent}"'),
        (1, '{host} - - [{web}] "GET {other_bait} HTTP/1.1" 404 153 "-" "{agent}"'),
    ),
    "nginx-error": (
        (
            1,
            '![error] 77#77: *{number} user "{name}": password mismatch, client: {host}, '
            'server: example.com, request: "GET /private/ HTTP/1.1", host: "example.com"',
        ),
        (
            1,
            '![error] 77#77: *{number} user "{name}" was not found in "/etc/nginx/users", client: {host}, '
            'server: example.com, request: "GET /private/ HTTP/1.1", host: "example.com"',
        ),
    ),
    "postfix": (
        (
            2,
            "postfix/smtpd[{pid}]: connect from unknown[{host}]",
            "postfix/smtpd[{pid}]: warning: unknown[{host}]: SASL LOGIN authentication failed: UGFzc3dvcmQ6",
            "postfix/smtpd[{pid}]: disconnect from unknown[{host}] ehlo=1 auth=0/1 quit=1 commands=2/3",
        ),
        (
            2,
            "postfix/smtpd[{pid}]: connect from unknown[{host}]",
            "!postfix/smtpd[{pid}]: NOQUEUE: reject: RCPT from unknown[{host}]: 554 5.7.1 <{name}@{domain}>: "
            "Relay access denied; from=<{name}@{domain}> to=<{name}@{domain}> proto=ESMTP helo=<{domain}>",
            "postfix/smtpd[{pid}]: lost connection after RCPT from unknown[{host}]",
        ),
        (
            1,
            "!postfix/smtpd[{pid}]: NOQUEUE: reject: RCPT from {domain}[{host}]: 550 5.1.1 <{name}@example.com>: "
            "Recipient address rejected: User unknown in local recipient table; from=<a@{domain}> "
            "to=<{name}@example.com> proto=SMTP helo=<{domain}>",
        ),
    ),
    "kerio": (
        (2, "!mailserver: IP address {host} found in DNS blacklist Barracuda, mail from <{name}@{domain}> rejected"),
        (1, "!mailserver: SMTP Spam attack detected from {host}, client sent data before SMTP greeting"),
        (1, "!mailserver: Relay attempt from IP address {host}, mail from <{name}@{domain}> to <a@{domain}> rejected"),
        (2, "!mailserver: User {name}@example.com doesn't exist. Attempt from IP address {host}."),
        (1, "mailserver: Failed IMAP login from {host}, missing parameter in AUTHENTICATE header"),
    ),
}


class Log:
    """Lines of one kind, and how many of them are failures to each kind's filter."""

    def __init__(self, kind, seed=1, attacks=ATTACKS):
        self.random = random.Random(seed).random  # the only method that no version changes
        self.kinds = sorted(PLAIN) if kind == "mixed" else [kind]
        self.attacks = attacks
        self.failures = dict.fromkeys(self.kinds, 0)
        self.pid = 1000

    def below(self, limit):
        return int(self.random() * limit)

    def choose(self, items):
        return items[self.below(len(items))]

    def choose_session(self, sessions):
        at = self.below(sum(session[0] for session in sessions))
        for session in sessions:
            at -= session[0]
            if at < 0:
                return session[1:]
        return None

    def host(self):
        """Some hosts are loud, most are seen a few times; one of ten has an IPv6 address."""
        number = int(self.random() ** 3 * HOSTS)
        if number % 10 == 3:
            return f"2001:db8:{number:x}::{number * 7 + 1:x}"
        return f"100.{64 + number % 64}.{number // 64 % 256}.{number * 31 % 256}"

    def values(self):
        self.pid += 1 + self.below(3)
        number = 100 + self.below(90000)
        return {
            "pid": self.pid,
            "number": number,
            "port": 1024 + self.below(60000),
            "staff": self.choose(STAFF),
            "name": self.choose(NAMES),
            "domain": self.choose(DOMAINS),
            "agent": self.choose(AGENTS),
            "page": self.choose(PAGES).format(number=number),
            "bait": self.choose(BAIT),
            "other_bait": self.choose(OTHER_BAIT),
            "queue": f"{self.below(1 << 40):010X}",
            "key": f"{self.below(1 << 52):013x}",
            "guest": f"203.0.113.{self.below(256)}",
            "host": self.host(),
        }

    def begin(self):
        """The lines of a new session, the last one first: (kind, text)."""
        kind = self.choose(self.kinds)
        plain, attack = mean_length(PLAIN[kind]), mean_length(ATTACK[kind])
        hostile = self.attacks / attack
        chance = hostile / (hostile + (1 - self.attacks) / plain)
        session = self.choose_session((ATTACK if self.random() < chance else PLAIN)[kind])
        values = self.values()
        return [(kind, line, values) for line in reversed(session)]

    def lines(self, count):
        """That many lines, as text without line feed."""
        open_sessions = [[] for _ in range(SIDE_BY_SIDE)]
        for number in range(count):
            session = self.choose(open_sessions)
            if not session:
                session.extend(self.begin())
            kind, line, values = session.pop()
            if line[0] == "!":
                self.failures[kind] += 1
                line = line[1:]
            yield stamped(kind, line, values, START + number // LINES_A_SECOND)


def mean_length(sessions):
    return sum(s[0] * (len(s) - 1) for s in sessions) / sum(s[0] for s in sessions)


def stamped(kind, line, values, when):
    clock = time.gmtime(when)
    if kind == "nginx-access":
        return line.format(web=time.strftime("%d/%b/%Y:%H:%M:%S +0000", clock), **values)
    if kind == "nginx-error":
        return time.strftime("%Y/%m/%d %H:%M:%S ", clock) + line.format(**values)
    return time.strftime("%b %e %H:%M:%S mail ", clock) + line.format(**values)


def write(kind, count, path, seed=1, attacks=ATTACKS):
    """Write a log. @return failures that its filter has to count."""
    log = Log(kind, seed, attacks)
    with open(path, "w", encoding="ascii", newline="\n") as file:
        file.writelines(line + "\n" for line in log.lines(count))
    return log.failures["sshd" if kind == "mixed" else kind]


def filter_of(kind):
    """As a tool takes it."""
    name = FILTERS[kind]
    return str(Path(__file__).resolve().parent / name) if "/" in name else name


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("kind", choices=sorted(FILTERS))
    parser.add_argument("lines", type=int)
    parser.add_argument("output", help="path of the log")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--attacks", type=float, default=ATTACKS, help=f"share ({ATTACKS})")
    options = parser.parse_args()
    failures = write(options.kind, options.lines, options.output, options.seed, options.attacks)
    json.dump({"filter": FILTERS[options.kind], "failures": failures}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
