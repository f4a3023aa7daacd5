# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon as a service: starting, telling that it is ready, signals, and starts that must fail."""

import os
import signal
import socket
import subprocess

from support import FILTER, KBAN_TAIL, Case, in_set, main, rules, wait_until


class Start(Case):
    def command(self, host, *options):
        return [KBAN_TAIL, "-c", host.config, "--state", host.state, "--socket", host.socket,
                "--log-target", host.journal] + list(options)

    def test_background_start_returns_when_ready(self):
        host = self.host()
        done = subprocess.run(self.command(host), capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual(host.client("ping").stdout, "Server replied: pong\n")
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))
        host.client("stop")
        wait_until("the end", lambda: not os.path.exists(host.socket))

    def test_relative_paths_hold_in_the_background(self):
        host = self.host()
        subprocess.run([KBAN_TAIL, "-c", "etc", "--state", "state", "--socket", "kban.sock",
                        "--log-target", "./kban.log"], cwd=host.dir, check=True, timeout=60)
        self.assertEqual(host.client("reload").returncode, 0)
        host.client("stop")
        wait_until("the end", lambda: not os.path.exists(host.socket))
        self.assertTrue(os.path.getsize(host.journal) > 0)

    def fails(self, host, *command, says, **kwargs):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, **kwargs)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, says)
        self.assertFalse(os.path.exists(host.socket))

    def test_without_capability(self):
        host = self.host()
        self.fails(host, "setpriv", "--bounding-set", "-net_admin", *self.command(host, "--foreground"),
                   says="CAP_NET_ADMIN")

    def test_without_iptables(self):
        host = self.host()
        if FILTER == "nft":
            host.start(wrapper=["env", "PATH=/nonexistent"])
            self.assertNotEqual(rules(), [])
            return
        self.fails(host, *self.command(host, "--foreground"), says="iptables",
                   env=dict(os.environ, PATH="/nonexistent"))

    def test_failed_start_in_the_background_tells(self):
        host = self.host().start()
        other = self.host()
        other.state = host.state
        self.fails(other, *self.command(other), says="in use by process %d" % host.process.pid)


class PidFile(Case):
    """pidfile of fail2ban.conf."""

    def server(self, path):
        host = self.host()
        with open(os.path.join(host.config, "fail2ban.conf"), "a") as file:
            file.write("pidfile = %s\n" % path.replace("@DIR@", host.dir))
        return host

    def content(self, path):
        with open(path) as file:
            return file.read()

    def test_there_from_ready_to_end(self):
        host = self.server("@DIR@/run/kban.pid")
        path = os.path.join(host.dir, "run", "kban.pid")
        host.start()
        wait_until("the file", lambda: os.path.exists(path))
        self.assertEqual(self.content(path), "%d\n" % host.process.pid)
        host.stop()
        self.assertFalse(os.path.exists(path))

    def test_in_the_background(self):
        host = self.server("@DIR@/kban.pid")
        path = os.path.join(host.dir, "kban.pid")
        subprocess.run([KBAN_TAIL, "-c", host.config, "--state", host.state, "--socket", host.socket,
                        "--log-target", host.journal], check=True, timeout=60)
        with open("/proc/%d/comm" % int(self.content(path))) as file:
            self.assertEqual(file.read(), "kban-tail\n")
        host.client("stop")
        wait_until("the end", lambda: not os.path.exists(path))

    def test_a_stale_one_is_replaced(self):
        """Of a process that is gone, that is another program by now, and no number at all."""
        for stale in ("999999999\n", "%d\n" % os.getpid(), "rubbish", ""):
            with self.subTest(stale):
                host = self.server("@DIR@/kban.pid")
                path = os.path.join(host.dir, "kban.pid")
                with open(path, "w") as file:
                    file.write(stale)
                host.start()
                wait_until("the number", lambda: self.content(path) == "%d\n" % host.process.pid)
                host.stop()

    def test_that_of_a_daemon_that_runs_is_left_alone(self):
        first = self.server("@DIR@/kban.pid").start()
        path = os.path.join(first.dir, "kban.pid")
        other = self.server(path)
        other.start()
        wait_until("the warning", lambda: other.journal_has(
            "pidfile '%s': it tells of process %d, which runs; no number is written to it" % (path, first.process.pid)))
        other.stop()
        self.assertEqual(self.content(path), "%d\n" % first.process.pid)

    def test_one_that_cannot_be_written_costs_nothing(self):
        host = self.server("/proc/no/kban.pid").start()
        wait_until("the warning", lambda: host.journal_has(
            "pidfile '/proc/no/kban.pid': cannot write: No such file or directory; no number is written to it"))
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))

    def test_none_is_none(self):
        for option in ("None", "none", ""):
            with self.subTest(option):
                host = self.server(option)
                host.start()
                host.stop()
                self.assertFalse(host.journal_has("pidfile"))
                self.assertFalse(os.path.exists(os.path.join(host.config, "None")))

    def test_nothing_that_changes_nothing_writes_one(self):
        for options in (["--once", "--dry-run"], ["--once"], ["--test"]):
            with self.subTest(options):
                host = self.server("@DIR@/kban.pid")
                subprocess.run([KBAN_TAIL, "-c", host.config, "--state", host.state] + options, check=True,
                               capture_output=True, timeout=60)
                self.assertFalse(os.path.exists(os.path.join(host.dir, "kban.pid")))
        host = self.server("@DIR@/kban.pid").start("--dry-run")
        host.stop()
        self.assertFalse(host.journal_has("pidfile"))


class Log(Case):
    """logtarget and syslogsocket of fail2ban.conf."""

    def server(self, *options):
        host = self.host()
        with open(os.path.join(host.config, "fail2ban.conf"), "a") as file:
            file.write("".join(option.replace("@DIR@", host.dir) + "\n" for option in options))
        return host

    def syslog(self, host, kind=socket.SOCK_DGRAM):
        peer = socket.socket(socket.AF_UNIX, kind)
        self.addCleanup(peer.close)
        peer.settimeout(20)
        peer.bind(os.path.join(host.dir, "log"))
        if kind == socket.SOCK_STREAM:
            peer.listen()
        return peer

    def start(self, host):
        """As its configuration says, without a log of the test's own."""
        with open(os.path.join(host.dir, "stderr"), "ab") as errors:
            host.process = subprocess.Popen(
                [KBAN_TAIL, "-c", host.config, "--state", host.state, "--socket", host.socket, "--foreground"],
                stdout=subprocess.DEVNULL, stderr=errors)
        wait_until("the daemon answers", host.answers, limit=60)
        host.journal = os.path.join(host.dir, "stderr")
        return host

    def until(self, peer, text):
        """The message of syslog that has the text."""
        while True:
            message = peer.recv(8192)
            if text in message:
                return message

    def test_syslog_gets_what_fail2ban_sends(self):
        host = self.server("logtarget = SYSLOG[facility=mail]", "syslogsocket = @DIR@/log")
        peer = self.syslog(host)
        self.start(host)
        host.fail("192.0.2.1")
        self.assertEqual(self.until(peer, b"Ban"),
                         b"<21>fail2ban.actions[%d]: NOTICE [test] Ban 192.0.2.1\0" % host.process.pid)

    def test_syslog_may_come_late_and_be_started_anew(self):
        host = self.server("logtarget = SYSLOG", "syslogsocket = @DIR@/log")
        self.start(host)
        self.assertIn("warning: syslogsocket '%s/log': No such file or directory; it is tried again with each line"
                      % host.dir, host.errors())
        for number in range(2):
            peer = self.syslog(host)
            host.fail("192.0.2.%d" % number)
            self.until(peer, b"Ban 192.0.2.%d" % number)
            peer.close()
            os.unlink(os.path.join(host.dir, "log"))

    def test_syslog_may_want_connections(self):
        host = self.server("logtarget = SYSLOG", "syslogsocket = @DIR@/log")
        peer = self.syslog(host, socket.SOCK_STREAM)
        self.start(host)
        host.fail("192.0.2.1")
        connection, _ = peer.accept()
        with connection:
            connection.settimeout(20)
            self.until(connection, b"Ban 192.0.2.1\0")

    def test_a_syslog_that_hangs_holds_nothing_up(self):
        host = self.server("logtarget = SYSLOG", "syslogsocket = @DIR@/log", "loglevel = WARNING")
        peer = self.syslog(host)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.setblocking(False)
            with self.assertRaises(BlockingIOError):
                while True:
                    other.sendto(b"x" * 100, peer.getsockname())
        self.start(host)
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))

    def test_lines_of_a_file_look_as_asked(self):
        host = self.server('logtarget = @DIR@/own.log[format="%%(levelname)s|%%(message)s"]')
        self.start(host)
        host.fail("192.0.2.1")
        host.journal = os.path.join(host.dir, "own.log")
        wait_until("the ban", lambda: host.journal_has("\nNOTICE|[test] Ban 192.0.2.1\n"))
        os.rename(host.journal, host.journal + ".1")
        host.process.send_signal(signal.SIGUSR1)
        wait_until("the new file", lambda: os.path.exists(host.journal))

    def test_level_and_place_of_the_log_may_be_set(self):
        host = self.host().start()
        other = os.path.join(host.dir, "other.log")
        self.assertEqual(host.client("set", "logtarget", other).stdout, "Current logging target is:\n`- %s\n" % other)
        self.assertEqual(host.client("get", "logtarget").stdout, "Current logging target is:\n`- %s\n" % other)
        host.client("reload")
        with open(other) as file:
            self.assertIn("Reload finished.", file.read())
        self.assertFalse(host.journal_has("Reload all jails"))
        for target in ("/nonexistent/log", "relative.log", "STDERR[datetime=off"):
            done = host.client("set", "logtarget", target, check=False)
            self.assertEqual((done.returncode, done.stdout), (255, "Failed to change log target\n"), target)
        self.assertEqual(host.client("set", "loglevel", "error").stdout, "Current logging level is 'ERROR'\n")
        size = os.path.getsize(other)
        host.client("reload")
        self.assertEqual(os.path.getsize(other), size)
        self.assertEqual(host.client("get", "loglevel").stdout, "Current logging level is 'ERROR'\n")

    def test_flushlogs_opens_the_file_again(self):
        """What logrotate calls."""
        host = self.host().start()
        os.rename(host.journal, host.journal + ".1")
        self.assertEqual(host.client("flushlogs").stdout, "logs: rolled over\n")
        self.assertTrue(host.journal_has("INFO    rollover performed on %s\n" % host.journal))
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: host.journal_has("Ban 192.0.2.1"))

    def test_what_the_client_is_told(self):
        host = self.server("logtarget = STDERR[datetime=off]", "loglevel = DEBUG", "syslogsocket = @DIR@/log",
                           "dbpurgeage = 2d", "dbmaxmatches = 20")
        self.start(host)
        for thing, answer in (("loglevel", "Current logging level is 'DEBUG'\n"),
                              ("logtarget", "Current logging target is:\n`- STDERR\n"),
                              ("syslogsocket", "Current syslog socket is:\n`- %s/log\n" % host.dir),
                              ("dbfile", "Current database file is:\n`- %s/state.sqlite\n" % host.state),
                              ("dbpurgeage", "Current database purge age is:\n`- 172800seconds\n"),
                              ("dbmaxmatches", "20\n")):
            with self.subTest(thing):
                self.assertEqual(host.client("get", thing).stdout, answer)
        self.assertEqual(host.client("flushlogs").stdout, "logs: flushed\n")
        self.assertEqual(host.client("server-status").stdout, "Server ready\n")
        self.assertEqual(host.client("ping", "0.5").stdout, "Server replied: pong\n")
        self.assertEqual([host.client("get", "test", option).stdout for option in ("bantime", "findtime", "maxretry")],
                         ["600\n", "600\n", "1\n"])

    def test_the_command_line_has_the_same_words(self):
        host = self.host()
        host.journal += "[datetime=off, padding=off, colour=red]"
        host.start()
        self.assertIn("warning: --log-target: 'colour' is no option of a log target\n", host.errors())
        host.journal = host.journal.partition("[")[0]
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: host.journal_has(
            "\nfail2ban.actions[%d]: NOTICE [test] Ban 192.0.2.1\n" % host.process.pid))


class Systemd(Case):
    def test_readiness_and_end(self):
        host = self.host()
        path = os.path.join(host.dir, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(20)
            os.environ["NOTIFY_SOCKET"] = path
            self.addCleanup(os.environ.pop, "NOTIFY_SOCKET")
            host.start()
            manager.setblocking(False)
            try:
                first = manager.recv(4096)
            except BlockingIOError:
                self.skipTest("built without libsystemd")
            self.assertIn(b"READY=1", first)
            manager.settimeout(20)
            host.process.send_signal(signal.SIGHUP)
            self.assertIn(b"RELOADING=1", manager.recv(4096))
            self.assertIn(b"READY=1", manager.recv(4096))
            host.stop()
            self.assertIn(b"STOPPING=1", manager.recv(4096))


class Signals(Case):
    def test_log_is_opened_again(self):
        host = self.host().start()
        os.rename(host.journal, host.journal + ".1")
        host.process.send_signal(signal.SIGUSR1)
        wait_until("a new log", lambda: os.path.exists(host.journal) and os.path.getsize(host.journal) > 0)
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))
        with open(host.journal) as file:
            self.assertRegex(file.read(), r"fail2ban\.actions +\[\d+\]: NOTICE  \[test\] Ban 192\.0\.2\.1\n")

    def test_many_signals(self):
        host = self.host().start()
        for _ in range(2000):
            host.process.send_signal(signal.SIGUSR1)
        self.assertEqual(host.client("ping").returncode, 0)


if __name__ == "__main__":
    main()
