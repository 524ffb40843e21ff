#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An operator's message centre that speaks SMPP 3.4, for kannel.sh.

    smsc.py PORT FIFO LOG SYSTEM_ID PASSWORD

Reads orders from FIFO, one a line, and writes what happens to LOG, one a line.

Orders:
    send FROM TO TEXT       a message from a phone
    reverse FROM TO TEXT    its parts, the last one first
    partly FROM TO TEXT     its parts without the last one; `rest` sends that
    rest
    receipts STATE|hold     reports of what is submitted from now on: DELIVRD ...; held
                            ones are DELIVRD, and go with the next such order
    answer STATUS           submit_sm is answered so (0 = taken), "none" not at all
    drop                    closes every connection
Log:
    bound SYSTEM_ID         or: refused SYSTEM_ID
    sms FROM TO GSM|UCS2 PARTS TEXT     whole, from Kannel
    part FROM TO TEXT       one of several
    refused-sms TO          answered with another status than 0
    taken TEXT              Kannel has all parts of a message from a phone
    receipt ID              Kannel has a report
TEXT has \\n for a line's end.
"""

import os
import selectors
import socket
import struct
import sys
import time

BIND = {1: "receiver", 2: "transmitter", 9: "transceiver"}
SUBMIT, DELIVER, UNBIND, ENQUIRE, ANSWER = 4, 5, 6, 0x15, 0x80000000
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = {"\f": 10, "^": 20, "{": 40, "}": 41, "\\": 47, "[": 60, "~": 61, "]": 62, "|": 64, "€": 101}


def to_gsm(text):
    """One byte a septet, as SMPP carries it; None where it doesn't fit."""
    out = bytearray()
    for char in text:
        if char in EXTENDED:
            out += bytes([27, EXTENDED[char]])
        elif char in BASIC and char != "\x1b":
            out.append(BASIC.index(char))
        else:
            return None
    return bytes(out)


def from_gsm(octets):
    back = {code: char for char, code in EXTENDED.items()}
    out, escaped = "", False
    for octet in octets:
        if escaped:
            out, escaped = out + back.get(octet, "?"), False
        elif octet == 27:
            escaped = True
        else:
            out += BASIC[octet] if octet < 128 else "?"
    return out


def split(octets, coding, reference):
    """(esm_class, short_message) of each part; characters stay whole."""
    if len(octets) <= (160 if coding == 0 else 140):
        return [(0, octets)]
    parts, room = [], 153 if coding == 0 else 134
    while octets:
        end = min(room, len(octets))
        if end < len(octets):
            if coding == 0 and octets[end - 1] == 27:
                end -= 1
            elif coding == 8 and octets[end - 2] & 0xFC == 0xD8:
                end -= 2
        parts.append(octets[:end])
        octets = octets[end:]
    return [
        (0x40, bytes([5, 0, 3, reference & 255, len(parts), number + 1]) + part)
        for number, part in enumerate(parts)
    ]


def text_of(coding, octets):
    return octets.decode("utf-16-be", "replace") if coding == 8 else from_gsm(octets)


def c_string(body, at):
    end = body.index(0, at)
    return body[at:end].decode("latin-1"), end + 1


def read_sm(body):
    """Fields of submit_sm (SMPP 3.4, 4.4.1)."""
    at = c_string(body, 0)[1] + 2
    source, at = c_string(body, at)
    to_type = body[at]
    to, at = c_string(body, at + 2)
    esm_class = body[at]
    at = c_string(body, at + 3)[1]
    at = c_string(body, at)[1]
    registered, coding, length = body[at], body[at + 2], body[at + 4]
    octets = body[at + 5 : at + 5 + length]
    return ("+" if to_type == 1 else "") + to, source, esm_class, registered, coding, octets


def deliver_body(source, to, esm_class, coding, octets):
    def address(number):
        kind = 1 if number.startswith("+") else 0
        return bytes([kind, kind]) + number.lstrip("+").encode() + b"\0"

    return (
        b"\0" + address(source) + address(to) + bytes([esm_class, 0, 0]) + b"\0\0"
        + bytes([0, 0, coding, 0, len(octets)]) + octets
    )


class Delivery:
    """One deliver_sm, sent until Kannel has taken it."""

    def __init__(self, body, said):
        self.body, self.said, self.sent_to = body, said, None
        self.not_before = 0.0


class Centre:
    def __init__(self, port, fifo, log, system_id, password):
        self.log_file = open(log, "a", encoding="utf-8", buffering=1)
        self.credentials = (system_id, password)
        self.poll = selectors.DefaultSelector()
        self.listener = socket.create_server(("127.0.0.1", port))
        self.poll.register(self.listener, selectors.EVENT_READ, self.accept)
        self.orders = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
        self.poll.register(self.orders, selectors.EVENT_READ, self.order)
        self.unread = b""
        self.connections = {}  # socket -> [bytes not yet read, may deliver]
        self.waiting = []
        self.pieces, self.rest = {}, None
        self.sequence, self.next_id = 0, 1000
        self.receipts, self.status = "DELIVRD", 0

    def log(self, *words):
        line = " ".join(str(w) for w in words).replace("\\", "\\\\").replace("\n", "\\n")
        self.log_file.write(line + "\n")

    def accept(self, _):
        connection = self.listener.accept()[0]
        self.connections[connection] = [b"", False]
        self.poll.register(connection, selectors.EVENT_READ, self.read)

    def close(self, connection):
        self.poll.unregister(connection)
        del self.connections[connection]
        connection.close()
        for one in self.waiting:
            if one.sent_to and one.sent_to[0] is connection:
                one.sent_to = None

    def put(self, connection, command, status, sequence, body=b""):
        try:
            connection.sendall(struct.pack(">4I", 16 + len(body), command, status, sequence) + body)
        except OSError:
            pass  # the next read tells

    def read(self, connection):
        try:
            octets = connection.recv(65536)
        except OSError:
            octets = b""
        if not octets:
            self.close(connection)
            return
        state = self.connections[connection]
        state[0] += octets
        while len(state[0]) >= 4 and connection in self.connections:
            length = struct.unpack(">I", state[0][:4])[0]
            if len(state[0]) < length:
                break
            pdu, state[0] = state[0][:length], state[0][length:]
            self.handle(connection, *struct.unpack(">3I", pdu[4:16]), pdu[16:])

    def handle(self, connection, command, status, sequence, body):
        if command in BIND:
            system_id, at = c_string(body, 0)
            good = (system_id, c_string(body, at)[0]) == self.credentials
            self.log("bound" if good else "refused", system_id)
            self.put(connection, ANSWER | command, 0 if good else 0x0E, sequence, b"centre\0")
            self.connections[connection][1] = good and command != 2
        elif command == SUBMIT:
            self.submitted(connection, sequence, body)
        elif command == ANSWER | DELIVER:
            self.answered(connection, sequence, status)
        elif command in (ENQUIRE, UNBIND):
            self.put(connection, ANSWER | command, 0, sequence)

    def submitted(self, connection, sequence, body):
        to, source, esm_class, registered, coding, octets = read_sm(body)
        if self.status is None:
            return
        if self.status:
            self.log("refused-sms", to)
            self.put(connection, ANSWER | SUBMIT, self.status, sequence, b"\0")
            return
        self.next_id += 1
        self.put(connection, ANSWER | SUBMIT, 0, sequence, b"%d\0" % self.next_id)
        words = octets
        if esm_class & 0x40:
            words = octets[octets[0] + 1 :]
            key = (source, to, octets[3], octets[4])
            parts = self.pieces.setdefault(key, {})
            parts[octets[5]] = words
            self.log("part", source, to, text_of(coding, words))
            if len(parts) == octets[4]:
                self.whole(source, to, coding, [parts[i + 1] for i in range(octets[4])])
                del self.pieces[key]
        else:
            self.whole(source, to, coding, [words])
        if registered & 1:
            self.report(source, to, "DELIVRD" if self.receipts == "hold" else self.receipts)

    def whole(self, source, to, coding, parts):
        kind = "UCS2" if coding == 8 else "GSM"
        self.log("sms", source, to, kind, len(parts), text_of(coding, b"".join(parts)))

    def report(self, source, to, state):
        now = time.strftime("%y%m%d%H%M")
        words = (
            f"id:{self.next_id} sub:001 dlvrd:001 submit date:{now} done date:{now} "
            f"stat:{state} err:000 text:"
        )
        body = deliver_body(to, source, 4, 0, words.encode())
        self.waiting.append(Delivery(body, f"receipt {self.next_id}"))
        if self.receipts == "hold":
            self.waiting[-1].not_before = float("inf")

    def answered(self, connection, sequence, status):
        for one in self.waiting:
            if one.sent_to != (connection, sequence):
                continue
            if status:
                one.sent_to, one.not_before = None, time.monotonic() + 0.5
                return
            self.waiting.remove(one)
            if one.said and not any(other.said is one.said for other in self.waiting):
                self.log(one.said)
            return

    def order(self, _):
        self.unread += os.read(self.orders, 65536)
        *lines, self.unread = self.unread.split(b"\n")
        for line in lines:
            word, _, rest = line.decode().partition(" ")
            getattr(self, "do_" + word)(*([rest] if rest else []))

    def deliveries(self, order):
        source, to, text = order.split(" ", 2)
        text = text.replace("\\n", "\n")
        octets, coding = to_gsm(text), 0
        if octets is None:
            octets, coding = text.encode("utf-16-be"), 8
        self.next_id += 1
        said = f"taken {text}"
        return [
            Delivery(deliver_body(source, to, esm_class, coding, part), said)
            for esm_class, part in split(octets, coding, self.next_id)
        ]

    def do_send(self, order):
        self.waiting += self.deliveries(order)

    def do_reverse(self, order):
        self.waiting += self.deliveries(order)[::-1]

    def do_partly(self, order):
        *first, self.rest = self.deliveries(order)
        self.waiting += first

    def do_rest(self):
        self.waiting.append(self.rest)

    def do_receipts(self, state):
        self.receipts = state
        if state != "hold":
            for one in self.waiting:
                if one.not_before == float("inf"):
                    one.not_before = 0.0

    def do_answer(self, status):
        self.status = None if status == "none" else int(status, 0)

    def do_drop(self):
        for connection in list(self.connections):
            self.close(connection)

    def deliver(self):
        receivers = [c for c, state in self.connections.items() if state[1]]
        for one in self.waiting:
            if receivers and not one.sent_to and one.not_before <= time.monotonic():
                self.sequence += 1
                one.sent_to = (receivers[0], self.sequence)
                self.put(receivers[0], DELIVER, 0, self.sequence, one.body)

    def run(self):
        while True:
            for key, _ in self.poll.select(0.2):
                if key.fileobj in self.connections or key.data != self.read:
                    key.data(key.fileobj)
            self.deliver()


if __name__ == "__main__":
    Centre(int(sys.argv[1]), *sys.argv[2:6]).run()
