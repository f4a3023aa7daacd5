# SPDX-License-Identifier: LGPL-2.1-or-later
"""Run an example as its reader would, and look at what it does. Also: no example is over 60 lines."""

import os
import socket
import subprocess
import sys

LINES = """2026-03-01 10:00:00 mail login of joe from 192.0.2.7 failed
2026-03-01 10:00:01 mail login of joe from 192.0.2.8 succeeded
2026-03-01 10:00:02 mail login of jane from 2001:DB8::7 failed
"""


def expect(found, wanted):
    if found != wanted:
        sys.exit("got\n%s\nwanted\n%s" % (found, wanted))


def match_lines(program):
    done = subprocess.run([program], input=LINES, capture_output=True, text=True, check=True)
    expect(done.stdout, "line 1: 192.0.2.7 as joe\nline 3: 2001:db8::7 as jane\n")


def jail_in_memory(program):
    done = subprocess.run([program], capture_output=True, text=True, check=True)
    expect(done.stdout, "192.0.2.7 is banned after 3 failures\n")


def say(port, text):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        try:
            peer.sendall(text)
            return peer.recv(100)
        except ConnectionError:
            return b""


def login_server(program):
    server = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline().split()[-1])
        expect(say(port, b"open sesame\n"), b"welcome\n")
        for _ in range(3):
            expect(say(port, b"open barley\n"), b"")
        expect(say(port, b"open sesame\n"), b"")
        expect([server.stdout.readline() for _ in range(5)], ["in\n"] + ["out\n"] * 4)
    finally:
        server.kill()
        server.wait()


name, program = sys.argv[1:]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".c")) as source:
    if len(source.readlines()) > 60:
        sys.exit("%s.c has more than 60 lines" % name)
{"match-lines": match_lines, "jail-in-memory": jail_in_memory, "login-server": login_server}[name](program)
