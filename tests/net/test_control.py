# SPDX-License-Identifier: LGPL-2.1-or-later
"""The control socket, spoken to by friends and others."""

import json
import os
import signal
import socket
import stat

from support import Case, in_set, main, stamp, wait_until


class Protocol(Case):
    def test_service_methods(self):
        host = self.host().start()
        info = host.call("org.varlink.service.GetInfo")["parameters"]
        self.assertEqual(info["product"], "kban")
        self.assertIn("io.kban", info["interfaces"])
        text = host.call("org.varlink.service.GetInterfaceDescription", interface="io.kban")
        self.assertIn("interface io.kban", text["parameters"]["description"])

    def test_errors_have_names(self):
        host = self.host().start()
        for method, parameters, error in (
                ("io.kban.JailStatus", {"jail": "none"}, "io.kban.NoSuchJail"),
                ("io.kban.Why", {"address": "x"}, "io.kban.NotAnAddress"),
                ("io.kban.Nothing", {}, "org.varlink.service.MethodNotFound"),
                ("no.such.Interface", {}, "org.varlink.service.InterfaceNotFound")):
            self.assertEqual(host.call(method, **parameters)["error"], error)

    def test_several_calls_on_one_connection(self):
        host = self.host().start()
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(10)
            peer.connect(host.socket)
            call = json.dumps({"method": "io.kban.Ping"}).encode() + b"\0"
            for part in (call[:5], call[5:] + call + call[:7], call[7:]):
                peer.sendall(part)
            received = b""
            while received.count(b"\0") < 3:
                received += peer.recv(4096)
        for text in received.split(b"\0")[:3]:
            self.assertEqual(json.loads(text)["parameters"], {"answer": "pong"})

    def test_oneway_has_no_reply(self):
        host = self.host().start()
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(10)
            peer.connect(host.socket)
            peer.sendall(json.dumps({"method": "io.kban.BanAddresses", "oneway": True, "parameters":
                                     {"jail": "test", "addresses": ["192.0.2.1"]}}).encode() + b"\0")
            peer.sendall(json.dumps({"method": "io.kban.Ping"}).encode() + b"\0")
            self.assertEqual(json.loads(peer.recv(4096)[:-1])["parameters"], {"answer": "pong"})
        self.assertTrue(in_set("kban-test", "192.0.2.1"))


class Hostile(Case):
    def send(self, host, data):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(2)
            peer.connect(host.socket)
            try:
                peer.sendall(data)
                peer.recv(65536)
            except (ConnectionError, socket.timeout):
                pass

    def test_rubbish_harms_nobody(self):
        host = self.host().start()
        for data in (b"\0", b"{}\0", b"nonsense\0", b"x" * 1_000_000, b'{"method":5}\0', b"[1,2]\0",
                     b'{"method":"io.kban.Why","parameters":{"address":5}}\0',
                     b'{"method":"io.kban.BanAddresses","parameters":{"jail":"test","addresses":"x"}}\0',
                     b'{"method":"io.kban.Why","parameters":[]}\0', b'{"method":"\xff"}\0'):
            self.send(host, data)
            self.assertEqual(host.client("ping").returncode, 0)

    def test_many_idle_peers(self):
        host = self.host().start()
        peers = [socket.socket(socket.AF_UNIX) for _ in range(60)]
        for peer in peers:
            peer.connect(host.socket)
        self.assertEqual(host.client("ping").returncode, 0)
        for peer in peers:
            peer.close()

    def test_only_the_owner_may_speak(self):
        host = self.host().start()
        self.assertEqual(stat.S_IMODE(os.stat(host.socket).st_mode), 0o600)

    def test_stale_socket_is_replaced(self):
        host = self.host().start()
        host.kill()
        self.assertTrue(os.path.exists(host.socket))
        host.start()
        host.stop()
        self.assertFalse(os.path.exists(host.socket))


class Answers(Case):
    def test_protected_address_needs_force(self):
        host = self.host(default="ignoreip = 192.0.2.1").start()
        done = host.client("set", "test", "banip", "192.0.2.1", check=False)
        self.assertEqual(done.returncode, 255)
        self.assertFalse(in_set("kban-test", "192.0.2.1"))
        host.client("set", "test", "banip", "--force", "192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))

    def test_log_text_is_valid_utf8(self):
        host = self.host()
        host.write_config("filter.d/test.conf", "[Definition]\nfailregex = ^ \\S+ fail from <HOST>$\n")
        host.start()
        host.append(stamp().encode() + b" \xff\x1b[31m fail from 192.0.2.1\n")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))
        text = host.ask("why", "192.0.2.1")["bans"][0]["failures"][0]["text"]
        self.assertIn("\ufffd\x1b[31m", text)
        self.assertNotIn("\x1b", host.client("why", "192.0.2.1").stdout)


class Scans(Case):
    """Which lines of a log are looked at."""

    def test_shown_for_log_and_jail(self):
        host = self.host().start()
        host.write_config("filter.d/test.conf", "[Definition]\nfailregex = ^ fail from <HOST>$\n"
                          "            ^\\s*<HOST>$\n")
        host.client("reload")
        self.assertNotIn("scan", host.ask("status")["logs"][0])
        self.assertEqual(host.ask("status", "test")["jail"]["scans"], [])
        host.append(("%s nothing of any interest\n" % stamp()) * 3000)
        host.fail("192.0.2.1")
        wait_until("the ban", lambda: in_set("kban-test", "192.0.2.1"))
        scan = host.ask("status")["logs"][0]["scan"]
        self.assertIn(scan["engine"], ("builtin", "hyperscan"))
        self.assertEqual((scan["waiting"], scan["always"], scan["dropped"]), (1, 1, []))
        self.assertGreaterEqual(scan["lines"], scan["candidates"])
        jail_scan, = host.ask("status", "test")["jail"]["scans"]
        self.assertEqual(jail_scan["path"], host.log)
        waiting, always = jail_scan["rules"]
        self.assertEqual(always, {"kind": "failregex", "index": 1, "needs": None})
        self.assertEqual((waiting["kind"], waiting["index"]), ("failregex", 0))
        self.assertIn(" fail from", waiting["needs"])
        self.assertEqual(scan["texts"], len(waiting["needs"]))


class Backlog(Case):
    """Lines that came while the daemon stood still."""

    NOISE = "%s nothing of any interest\n"
    SIZE = 8 * 1024 * 1024

    def append_backlog(self, host, first, last):
        """Failures, much that is none, and failures."""
        host.fail(*first)
        line = self.NOISE % stamp()
        host.append(line * (self.SIZE // len(line)))
        host.fail(*last)

    def test_answered_between_blocks(self):
        host = self.host().start()
        call = json.dumps({"method": "io.kban.Status"}).encode() + b"\0"
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(60)
            with host.held():
                self.append_backlog(host, [], ["192.0.2.1"])
                # That it is there is seen in one turn of the loop, and what it says in the next.
                peer.connect(host.socket)
                peer.sendall(call)
            received = b""
            while not received.endswith(b"\0"):
                received += peer.recv(65536)
        log = json.loads(received[:-1])["parameters"]["logs"][0]
        self.assertLessEqual(log["offset"], self.SIZE // 8)
        wait_until("the end of the backlog", lambda: in_set("kban-test", "192.0.2.1"), limit=60)

    def test_stop_and_reload_within_it(self):
        host = self.host({"test": {"maxretry": "2"}}).start()
        with host.held():
            self.append_backlog(host, ["192.0.2.1", "192.0.2.2"], ["192.0.2.1"])
            host.process.send_signal(signal.SIGHUP)
            host.process.send_signal(signal.SIGTERM)
        host.stop()
        self.assertFalse(in_set("kban-test", "192.0.2.1"))
        host.start().process.send_signal(signal.SIGHUP)
        wait_until("the end of the backlog", lambda: in_set("kban-test", "192.0.2.1"), limit=60)
        self.assertFalse(in_set("kban-test", "192.0.2.2"))
        self.assertEqual(host.ask("status", "test")["jail"]["total_failed"], 1)


if __name__ == "__main__":
    main()
