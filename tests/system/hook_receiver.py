#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What other systems have at the end of their hook, for hooks.sh.

    hook_receiver.py PORT DIR

Each event that is posted to /NAME becomes a line of DIR/NAME.log, as JSON, before
it is answered as DIR/NAME.mode says: a status, or "hold" (not before the mode is
another). DIR/NAME.secret is what the signature is checked with, by Python's own
hmac, as the manual page says that it is made.
"""

import hashlib
import hmac
import http.server
import json
import os
import re
import sys
import threading
import time

FOLDER = sys.argv[2]
LOCK = threading.Lock()


def read(name):
    try:
        with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
            return file.read().strip()
    except FileNotFoundError:
        return ""


def signature_fits(name, header, body):
    found = re.fullmatch(r"t=([0-9]+),v1=([0-9a-f]{64})", header or "")
    if not found or abs(int(found[1]) - time.time()) > 300:
        return False
    wanted = hmac.new(read(name + ".secret").encode(), found[1].encode() + b"." + body, hashlib.sha256)
    return hmac.compare_digest(wanted.hexdigest(), found[2])


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        name = self.path.strip("/")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = json.loads(body)
        mode = read(name + ".mode") or "200"
        line = {
            "signed": signature_fits(name, self.headers["Kentongan-Signature"], body),
            "headers": self.headers["Kentongan-Id"] == str(event["id"])
            and self.headers["Kentongan-Event"] == event["kind"]
            and self.headers["Content-Type"] == "application/json",
            "mode": mode,
            "event": event,
        }
        with LOCK, open(os.path.join(FOLDER, name + ".log"), "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        while mode == "hold":
            time.sleep(0.02)
            mode = read(name + ".mode") or "200"
        try:
            self.send_response(int(mode))
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            pass  # who asked has gone

    def log_message(self, *args):
        pass


http.server.ThreadingHTTPServer.daemon_threads = True
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
