# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon that answers as a file says: one reply a line, as JSON with the "method" it answers.

    {"method": "io.kban.Ping", "parameters": {"answer": "pong"}}
    {"method": "io.kban.Why", "error": "io.kban.NotAnAddress", "parameters": {"text": "x"}}
    {"method": "io.kban.Stop", "silent": true}

The first line of a method is its answer; one without a line is not found. What was called with what
is kept.
"""

import json
import os
import socket
import tempfile
import threading


class FakeDaemon:
    def __init__(self, lines):
        self.replies = [json.loads(line) for line in lines.splitlines() if line.strip()]
        self.calls = []
        self.folder = tempfile.mkdtemp(prefix="kban-")
        self.path = os.path.join(self.folder, "kban.sock")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(8)
        self.thread = threading.Thread(target=self.serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *trouble):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()
        os.unlink(self.path)
        os.rmdir(self.folder)

    def serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer:
                self.talk(peer)

    def talk(self, peer):
        received = b""
        while data := peer.recv(65536):
            *messages, received = (received + data).split(b"\0")
            for message in messages:
                self.answer(peer, json.loads(message))

    def answer(self, peer, call):
        self.calls.append(call)
        found = [reply for reply in self.replies if reply["method"] == call["method"]]
        reply = dict(found[0] if found else {"error": "org.varlink.service.MethodNotFound"})
        if reply.pop("silent", False):
            return
        reply.pop("method", None)
        peer.sendall(json.dumps(reply).encode() + b"\0")
