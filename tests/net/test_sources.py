# SPDX-License-Identifier: LGPL-2.1-or-later
"""Syslog messages: from a packet to a ban, over each transport, and who may send them."""

import os
import shutil
import socket
import stat
import subprocess
import time
import unittest

from support import Case, in_set, main, members, run, stamp, wait_until

STOCK = "/etc/fail2ban/filter.d"
RULE = r"[Definition]%sfailregex = ^\s*\S+ mail\[\d+\]: fail from <HOST>$%s" % ("\n", "\n")
PORT = 5514


def old(text, tag="mail[7]"):
    return ("<38>%s mx %s: %s" % (time.strftime("%b %e %H:%M:%S"), tag, text)).encode()


def new(text):
    return ("<38>1 %s mx mail 7 - [a@1 b=\"]\\\"\"] %s" % (time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()), text)).encode()


def udp(*messages, to="127.0.0.1", port=PORT, source=None):
    with socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM) as peer:
        if source:
            peer.bind((source, 0))
        for message in messages:
            peer.sendto(message, (to, port))


def tcp(to="127.0.0.1", port=PORT, source=None):
    return socket.create_connection((to, port), timeout=10, source_address=(source, 0) if source else None)


class Sources(Case):
    def sources(self, *logpaths, **options):
        jails = {"test": {"filter": "mail", "logpath": "\n   ".join(logpaths)}}
        jails.update(options.pop("jails", {}))
        jails["test"].update(options)
        host = self.host(jails)
        host.write_config("filter.d/mail.conf", RULE)
        host.start()
        for path in logpaths:
            name = path.split("?")[0]
            wait_until("listening", lambda: host.journal_has(name + ": is listened to"))
        return host

    def banned(self, address, name="kban-test"):
        return wait_until("the ban of " + address, lambda: in_set(name, address))


class Transports(Sources):
    def test_udp(self):
        self.sources("syslog://127.0.0.1:%d" % PORT)
        took = []
        for i, make in enumerate([old, new] * 4):
            udp(make("fail from 192.0.2.%d" % (i + 1)))
            took.append(self.banned("192.0.2.%d" % (i + 1)))
        print("from a packet to a ban: %.1f ms at most" % (max(took) * 1000))
        self.assertLess(max(took), 2)

    def test_udp_over_ipv6(self):
        self.sources("syslog://[::1]:%d" % PORT)
        udp(old("fail from 2001:db8::7"), to="::1")
        self.banned("2001:db8::7", "kban-test6")

    def test_tcp(self):
        host = self.sources("syslog+tcp://127.0.0.1:%d" % PORT, "syslog+tcp://[::1]:%d" % PORT)
        with tcp() as lines, tcp("::1") as counted:
            lines.sendall(old("fail from 192.0.2.1") + b"\n" + old("fail from 192.0.2.2") + b"\n")
            one, two = old("fail from 192.0.2.3"), new("fail from 192.0.2.4")
            counted.sendall(b"%d %s%d %s" % (len(one), one, len(two), two[:20]))
            for i in range(1, 4):
                self.banned("192.0.2.%d" % i)
            counted.sendall(two[20:])
            self.banned("192.0.2.4")
            # Half a line is none, also when the connection ends.
            lines.sendall(old("fail from 192.0.2.5"))
        again = tcp()
        again.sendall(old("fail from 192.0.2.6") + b"\n")
        self.banned("192.0.2.6")
        again.close()
        self.assertNotIn("192.0.2.5", members("kban-test"))
        self.assertEqual(host.ask("status", "test")["jail"]["files"],
                         ["syslog+tcp://127.0.0.1:%d" % PORT, "syslog+tcp://[::1]:%d" % PORT])

    def test_a_path(self):
        path = "/tmp/kban-%d.syslog" % os.getpid()
        self.addCleanup(lambda: os.path.exists(path) and os.unlink(path))
        host = self.sources("syslog+unix://%s?mode=0622" % path)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o622)

        def send(address):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as peer:
                peer.connect(path)
                # As syslog(3) does: without a host.
                peer.send(("<38>%s mail[7]: fail from %s\n" % (time.strftime("%b %e %H:%M:%S"), address)).encode())

        send("192.0.2.1")
        self.banned("192.0.2.1")
        host.kill()
        self.assertTrue(os.path.exists(path))
        host.start()
        wait_until("a new socket", lambda: in_set("kban-test", "192.0.2.1"))
        send("192.0.2.2")
        self.banned("192.0.2.2")
        host.stop()
        self.assertFalse(os.path.exists(path))

    def test_a_file_in_the_way(self):
        path = "/tmp/kban-%d.file" % os.getpid()
        self.addCleanup(os.unlink, path)
        with open(path, "w") as file:
            file.write("precious")
        host = self.host({"test": {"logpath": "syslog+unix://" + path}, "other": {}}).start()
        wait_until("the reason", lambda: host.journal_has("cannot be listened to and is tried again: File exists"))
        host.fail("192.0.2.1")
        self.banned("192.0.2.1", "kban-other")
        with open(path) as file:
            self.assertEqual(file.read(), "precious")


@unittest.skipUnless(shutil.which("logger"), "there is no logger")
class Logger(Sources):
    """Messages as a program of others sends them, in each form that it knows."""

    FORMS = (["--rfc3164"], ["--rfc5424"], ["--rfc5424=notime"], ["--rfc5424=notq,nohost"])

    def log(self, *options, text):
        run("logger", *options, "-t", "mail", "--id=7", "-p", "auth.info", text)

    def check(self, url, forms, *options):
        host = self.sources(url)
        for number, form in enumerate(forms, 1):
            self.log(*options, *form, text="fail from 192.0.2.%d" % number)
            self.banned("192.0.2.%d" % number)
        # Text of a message is no header, and no line of its own.
        self.log(*options, text="x <38>Nov 14 10:11:12 mx mail[7]: fail from 198.51.100.1")
        self.log(*options, text="mx mail[7]: fail from 198.51.100.2")
        self.log(*options, text="fail from 192.0.2.99")
        self.banned("192.0.2.99")
        self.assertEqual(len(members("kban-test")), len(forms) + 1)
        return host

    def test_udp(self):
        self.check("syslog://127.0.0.1:%d" % PORT, self.FORMS, "-n", "127.0.0.1", "-P", str(PORT), "-d")

    def test_tcp(self):
        forms = [form + frame for form in self.FORMS for frame in ([], ["--octet-count"])]
        self.check("syslog+tcp://127.0.0.1:%d" % PORT, forms, "-n", "127.0.0.1", "-P", str(PORT), "-T")

    def test_a_path(self):
        path = "/tmp/kban-%d.logger" % os.getpid()
        self.addCleanup(lambda: os.path.exists(path) and os.unlink(path))
        self.check("syslog+unix://" + path, [[], ["--rfc3164"], ["--rfc5424"]], "-u", path)

    def test_what_is_too_long(self):
        """Its beginning is no line of another, and its end is none either."""
        self.sources("syslog+tcp://127.0.0.1:%d" % PORT)
        long_text = "x" * 100000 + " mx mail[7]: fail from 198.51.100.1"
        for frame in ([], ["--octet-count"]):
            subprocess.run(["logger", "-n", "127.0.0.1", "-P", str(PORT), "-T", "-S", "200000", "-t", "mail", "--id=7"] + frame,
                           input=long_text + "\n", text=True, check=True)
        self.log("-n", "127.0.0.1", "-P", str(PORT), "-T", text="fail from 192.0.2.1")
        self.banned("192.0.2.1")
        self.assertEqual(set(members("kban-test")), {"192.0.2.1"})


class Senders(Sources):
    def setUp(self):
        run("ip", "addr", "replace", "203.0.113.1/32", "dev", "lo")
        run("ip", "addr", "replace", "203.0.113.2/32", "dev", "lo")

    def check_refused(self, scheme, send):
        host = self.sources("%s://203.0.113.1:%d?from=203.0.113.2" % (scheme, PORT))
        send("fail from 192.0.2.1", "203.0.113.1")
        send("fail from 192.0.2.2", "203.0.113.2")
        self.banned("192.0.2.2")
        wait_until("word of it", lambda: host.journal_has("203.0.113.1 may not send; 1 messages or connections"))
        self.assertEqual(set(members("kban-test")), {"192.0.2.2"})
        self.assertIn("listens on the public address", host.errors())

    def test_udp(self):
        self.check_refused("syslog", lambda text, source: udp(old(text), to="203.0.113.1", source=source))

    def test_tcp(self):
        def send(text, source):
            with tcp("203.0.113.1", source=source) as peer:
                try:
                    peer.sendall(old(text) + b"\n")
                    peer.shutdown(socket.SHUT_WR)
                    peer.recv(1)
                except OSError:
                    pass

        self.check_refused("syslog+tcp", send)

    def test_each_jail_has_its_own(self):
        at = "syslog://203.0.113.1:%d?from=" % PORT
        self.sources(at + "203.0.113.1", jails={"two": {"filter": "mail", "logpath": at + "203.0.113.2"},
                                                "both": {"filter": "mail", "logpath": at + "203.0.113.0/24"}})
        udp(old("fail from 192.0.2.1"), to="203.0.113.1", source="203.0.113.1")
        udp(old("fail from 192.0.2.2"), to="203.0.113.1", source="203.0.113.2")
        wait_until("all bans", lambda: set(members("kban-both")) == {"192.0.2.1", "192.0.2.2"})
        self.assertEqual(set(members("kban-test")), {"192.0.2.1"})
        self.assertEqual(set(members("kban-two")), {"192.0.2.2"})

    def test_by_default_nothing_listens(self):
        host = self.host().start()
        self.assertEqual(run("ss", "-Hltun").strip(), "")
        host.stop()


class Life(Sources):
    def test_reload(self):
        """Jails come and go; a socket stays as long as somebody listens."""
        at = "syslog+tcp://127.0.0.1:%d" % PORT
        host = self.sources(at)
        mail = {"filter": "mail"}
        with tcp() as peer:
            host.write_jails({"test": dict(mail, logpath=at), "more": dict(mail, logpath=at)})
            host.client("reload")
            peer.sendall(old("fail from 192.0.2.1") + b"\n")
            self.banned("192.0.2.1", "kban-more")
            self.banned("192.0.2.1")
        host.write_jails({"test": dict(mail, logpath="syslog://127.0.0.1:%d" % PORT)})
        host.client("reload")
        wait_until("listening", lambda: host.journal_has("syslog://127.0.0.1:%d: is listened to" % PORT))
        self.assertRaises(OSError, tcp)
        udp(old("fail from 192.0.2.2"))
        self.banned("192.0.2.2")

    def test_a_port_in_use(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", PORT))
            host = self.host({"test": {"filter": "mail", "logpath": "syslog://127.0.0.1:%d" % PORT}})
            host.write_config("filter.d/mail.conf", RULE)
            host.start()
            wait_until("the reason", lambda: host.journal_has("tried again: Address already in use"))
        wait_until("listening", lambda: host.journal_has("is listened to"))
        udp(old("fail from 192.0.2.1"))
        self.banned("192.0.2.1")

    def test_mistakes_are_told(self):
        host = self.host({"test": {"logpath": "syslog://0.0.0.0:514"}, "other": {}}).start()
        self.assertIn("say who may send: ?from=NETWORK", host.errors())
        self.assertEqual([jail["running"] for jail in host.ask("status")["jails"]], [True, False])


class Hostile(Sources):
    def test_bytes(self):
        self.sources("syslog://127.0.0.1:%d" % PORT, "syslog+tcp://127.0.0.1:%d" % PORT)
        junk = [b"", b"\0", b"<", b"<34>", os.urandom(60000), b"\xff" * 60000, b"<34>1 - - - - - [" + b"a" * 50000,
                old("x\n" + old("fail from 198.51.100.1").decode())]
        udp(*junk)
        with tcp() as peer:
            peer.sendall(b"".join(b"%d %s" % (len(part), part) for part in junk if part))
            peer.sendall(b"1000000 " + b"x" * 1000000)
            peer.sendall(b"x" * 1000000 + b"\n")
            peer.sendall(old("fail from 192.0.2.1") + b"\n")
            self.banned("192.0.2.1")
            peer.sendall(b"99999999999 x")
            self.assertEqual(peer.recv(1), b"")
        udp(old("fail from 192.0.2.2"))
        self.banned("192.0.2.2")
        self.assertEqual(set(members("kban-test")), {"192.0.2.1", "192.0.2.2"})

    def test_many_connections(self):
        host = self.sources("syslog+tcp://127.0.0.1:%d" % PORT)
        peers = [tcp() for _ in range(200)]
        with tcp() as last:
            last.sendall(old("fail from 192.0.2.1") + b"\n")
            self.banned("192.0.2.1")
        self.assertLess(len(os.listdir("/proc/%d/fd" % host.process.pid)), 110)
        for peer in peers:
            peer.close()

    def test_a_burst(self):
        self.sources("syslog+tcp://127.0.0.1:%d" % PORT, maxretry=2)
        lines = [old("fail from 10.1.%d.%d" % (n // 250, n % 250 + 1)) + b"\n" for n in range(5000)]
        with tcp() as one, tcp() as two:
            one.sendall(b"".join(lines))
            two.sendall(b"".join(lines))
            wait_until("all bans", lambda: len(members("kban-test")) == 5000, limit=60, pause=0.2)


class Input(Sources):
    def test_standard_input(self):
        host = self.host({"test": {"logpath": "stdin:"}, "other": {}})
        fifo = os.path.join(host.dir, "fifo")
        os.mkfifo(fifo)
        with open(fifo, "r+b", buffering=0) as pipe:
            host.start(wrapper=("sh", "-c", 'exec "$0" "$@" <%s' % fifo))
            pipe.write(("%s fail from 192.0.2.1\n%s fail from" % (stamp(), stamp())).encode())
            self.banned("192.0.2.1")
            pipe.write(b" 192.0.2.2\n")
            self.banned("192.0.2.2")
            self.assertEqual(host.ask("status", "test")["jail"]["files"], ["stdin:"])
            # Jails of a new configuration go on with it.
            host.client("reload")
            pipe.write(("%s fail from 192.0.2.3\n%s fail from 192.0.2.4" % (stamp(), stamp())).encode())
            self.banned("192.0.2.3")
        wait_until("the end", lambda: host.journal_has("stdin:: has ended"))
        host.fail("192.0.2.5")
        self.banned("192.0.2.5", "kban-other")
        self.assertNotIn("192.0.2.4", members("kban-test"))

    def test_a_file(self):
        host = self.host({"test": {"logpath": "stdin:"}})
        host.fail(*["192.0.2.%d" % n for n in range(1, 100)])
        host.start(wrapper=("sh", "-c", 'exec "$0" "$@" <%s' % host.log))
        wait_until("all bans", lambda: len(members("kban-test")) == 99)


REMOTE = "/usr/lib/systemd/systemd-journal-remote"


def journal(path, *entries):
    """Append entries to a journal file: its fields, and when."""
    text = ""
    for fields in entries:
        now = int(time.time() * 1000000)
        text += "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n" % (now, now % 1000000000)
        text += "_BOOT_ID=1531fd22ec84429e85ae888b12fadb91\n_HOSTNAME=mx\n"
        text += "".join("%s=%s\n" % field for field in fields.items()) + "\n"
    subprocess.run([REMOTE, "-o", path, "--split-mode=none", "-"], input=text.encode(), check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Commands(Sources):
    """What clients say about where lines come from."""

    def test_logs_come_and_go(self):
        host = self.host().start()
        more = os.path.join(host.dir, "more.log")
        done = host.client("set", "test", "addlogpath", more, check=False)
        self.assertEqual((done.returncode, done.stdout),
                         (255, more + ": cannot be read: No such file or directory\n"))
        host.append("%s fail from 192.0.2.1\n" % stamp(), path=more)
        self.assertEqual(host.client("set", "test", "addlogpath", more, "tail").stdout,
                         "Current monitored log file(s):\n|- %s\n`- %s\n" % (host.log, more))
        host.append("%s fail from 192.0.2.2\n" % stamp(), path=more)
        self.banned("192.0.2.2")
        self.assertFalse(in_set("kban-test", "192.0.2.1"))
        self.assertEqual(host.client("set", "test", "dellogpath", host.log).stdout,
                         "Current monitored log file(s):\n`- %s\n" % more)
        host.fail("192.0.2.3")
        host.client("set", "test", "addlogpath", "syslog://127.0.0.1:%d" % PORT)
        udp(b"<38>" + stamp().encode() + b" fail from 192.0.2.4")
        host.append("%s fail from 192.0.2.5\n" % stamp(), path=more)
        self.banned("192.0.2.5")
        self.assertFalse(in_set("kban-test", "192.0.2.3"))
        self.assertEqual(host.client("set", "test", "dellogpath", "syslog://127.0.0.1:%d" % PORT).stdout,
                         "Current monitored log file(s):\n`- %s\n" % more)
        self.assertEqual(run("ss", "-Hlun").strip(), "")
        # A log that it does not read is no mistake, as with fail2ban.
        self.assertEqual(host.client("set", "test", "dellogpath", host.log).stdout,
                         "Current monitored log file(s):\n`- %s\n" % more)
        # A reload goes back to the configuration.
        host.client("reload")
        self.assertEqual(host.client("get", "test", "logpath").stdout,
                         "Current monitored log file(s):\n`- %s\n" % host.log)
        self.assertEqual(host.client("get", "test", "journalmatch").stdout, "No journal match filter set\n")
        done = host.client("set", "test", "addjournalmatch", "_COMM=a", check=False)
        self.assertEqual((done.returncode, done.stdout), (255, "jail 'test' does not read the journal\n"))

    def test_a_file_of_a_pattern_goes_alone(self):
        """As with fail2ban: until it is added again, or a reload."""
        host = self.host()
        logs = [os.path.join(host.dir, name) for name in ("a.log", "b.log")]
        host.write_jails({"test": {"logpath": os.path.join(host.dir, "[ab].log")}})
        for log in logs:
            host.append("", path=log)
        both = "Current monitored log file(s):\n|- %s\n`- %s\n" % tuple(logs)
        host.start()
        self.assertEqual(host.client("set", "test", "dellogpath", logs[0]).stdout,
                         "Current monitored log file(s):\n`- %s\n" % logs[1])
        host.append("%s fail from 198.51.100.1\n" % stamp(), path=logs[0])
        host.append("%s fail from 198.51.100.2\n" % stamp(), path=logs[1])
        self.banned("198.51.100.2")
        # A look at all files has been had since then.
        host.append("%s fail from 198.51.100.3\n" % stamp(), path=os.path.join(host.dir, "new"))
        os.rename(os.path.join(host.dir, "new"), logs[1])
        self.banned("198.51.100.3")
        self.assertFalse(in_set("kban-test", "198.51.100.1"))
        self.assertEqual(host.client("set", "test", "dellogpath", logs[0]).stdout,
                         "Current monitored log file(s):\n`- %s\n" % logs[1])
        self.assertEqual(host.client("set", "test", "addlogpath", logs[0], "tail").stdout, both)
        host.append("%s fail from 198.51.100.4\n" % stamp(), path=logs[0])
        self.banned("198.51.100.4")
        host.client("set", "test", "dellogpath", logs[0])
        host.client("reload")
        self.assertEqual(host.client("get", "test", "logpath").stdout, both)

    @unittest.skipUnless(os.path.exists(REMOTE), "there is no systemd-journal-remote")
    def test_matches(self):
        path = "/tmp/kban-%d.journal" % os.getpid()
        self.addCleanup(lambda: os.path.exists(path) and os.unlink(path))
        fields = {"SYSLOG_IDENTIFIER": "mail", "_PID": "7"}
        journal(path, dict(fields, _COMM="a", MESSAGE="fail from 192.0.2.1"))
        host = self.host({"test": {"filter": "mail", "backend": "systemd[journalfiles=%s]" % path,
                                   "journalmatch": "_COMM=a"}})
        host.write_config("filter.d/mail.conf", RULE)
        host.start()
        self.banned("192.0.2.1")
        self.assertIn("|  `- Journal matches:\t_COMM=a\n", host.client("status", "test").stdout)
        journal(path, dict(fields, _COMM="b", MESSAGE="fail from 192.0.2.2"),
                dict(fields, _COMM="a", MESSAGE="fail from 192.0.2.3"))
        self.banned("192.0.2.3")
        self.assertFalse(in_set("kban-test", "192.0.2.2"))
        self.assertEqual(host.client("set", "test", "addjournalmatch", "_COMM=b", "_PID=7").stdout,
                         "Current match filter:\n_COMM=a + _COMM=b _PID=7\n")
        journal(path, dict(fields, _COMM="b", MESSAGE="fail from 192.0.2.4"))
        self.banned("192.0.2.4")
        self.assertEqual(host.client("set", "test", "deljournalmatch", "_COMM=a").stdout,
                         "Current match filter:\n_COMM=b _PID=7\n")
        done = host.client("set", "test", "deljournalmatch", "_COMM=a", check=False)
        self.assertEqual((done.returncode, done.stdout), (255, "jail 'test' has no such match\n"))
        journal(path, dict(fields, _COMM="a", MESSAGE="fail from 192.0.2.5"),
                dict(fields, _COMM="b", MESSAGE="fail from 192.0.2.6"))
        self.banned("192.0.2.6")
        self.assertFalse(in_set("kban-test", "192.0.2.5"))
        done = host.client("set", "test", "addlogpath", host.log, check=False)
        self.assertEqual((done.returncode, done.stdout), (255, "jail 'test' reads the journal, and no files\n"))
        self.assertEqual(host.client("get", "test", "logpath").stdout, "No file is currently monitored\n")


class Stock(Sources):
    @unittest.skipUnless(os.path.exists(STOCK), "there are no filters of fail2ban")
    def test_filters_of_fail2ban(self):
        host = self.host({"sshd": {"filter": "sshd", "logpath": "syslog://127.0.0.1:%d" % PORT}})
        for name in os.listdir(STOCK):
            if name in ("common.conf", "sshd.conf"):
                with open(os.path.join(STOCK, name)) as file:
                    host.write_config("filter.d/" + name, file.read())
        host.start()
        wait_until("listening", lambda: host.journal_has("is listened to"))
        text = "Failed password for invalid user root from %s port 45671 ssh2"
        udp(old(text % "192.0.2.1", "sshd[77]"), new(text % "192.0.2.2").replace(b"mail", b"sshd"))
        self.banned("192.0.2.1", "kban-sshd")
        self.banned("192.0.2.2", "kban-sshd")


if __name__ == "__main__":
    main()
