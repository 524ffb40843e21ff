#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds config/openapi.json against a running service, for api.sh.

    api_walk.py FILE URL SEEN document|up|fuzz|elsewhere|away|report

document: the file itself: valid by OpenAPI's own schema, what it refers to is
there, its examples fit. up, elsewhere, away: asks, in that state of the service,
what should bring each documented answer; every answer must be documented, with
its type, headers and body, and methods that aren't documented get 405. report:
nothing that is documented was left out. fuzz: bodies that nobody should send.
Tokens come in TOKEN, INBOX (without the scope) and SLOW (one request a minute).
"""

import http.client
import json
import os
import random
import re
import sys
import urllib.parse

import jsonschema

OPENAPI_SCHEMA = "/usr/share/openapi-specification/schemas/v3.0/schema.json"
METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]


def fail(*words):
    print(*words)
    sys.exit(1)


class Document:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.json = json.load(file)
        self.operations = {
            (path, method): operation
            for path, item in self.json["paths"].items()
            for method, operation in item.items()
            if method in METHODS
        }

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.json
            if not node["$ref"].startswith("#/"):
                fail("a reference to elsewhere:", node["$ref"])
            for name in node["$ref"][2:].split("/"):
                target = target[name.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def errors(self, schema, value):
        whole = {"allOf": [schema], "components": self.json["components"]}
        return [e.message for e in jsonschema.Draft4Validator(whole).iter_errors(value)]

    def check(self):
        with open(OPENAPI_SCHEMA, encoding="utf-8") as file:
            schema = json.load(file)
        for error in jsonschema.Draft4Validator(schema).iter_errors(self.json):
            fail("no OpenAPI 3.0:", "/".join(map(str, error.path)), error.message)
        self.walk(self.json, "#")
        names = [o["operationId"] for o in self.operations.values()]
        if len(names) != len(set(names)):
            fail("an operationId twice")
        for (path, method), operation in self.operations.items():
            declared = {p["name"] for p in map(self.resolve, operation.get("parameters", [])) if p["in"] == "path"}
            if declared != set(re.findall(r"{(\w+)}", path)):
                fail(method, path, "declares the parameters", declared)

    def walk(self, node, where):
        """References lead somewhere, schemas are schemas, examples fit them."""
        if isinstance(node, list):
            for i, child in enumerate(node):
                self.walk(child, f"{where}/{i}")
        if not isinstance(node, dict):
            return
        self.resolve(node)
        if "schema" in node:
            jsonschema.Draft4Validator.check_schema(node["schema"])
            if "example" in node:
                for error in self.errors(node["schema"], node["example"]):
                    fail(where, "its example:", error)
        for name, child in node.items():
            if name != "example":
                self.walk(child, f"{where}/{name}")


class Service:
    def __init__(self, document, url, seen_file):
        self.document, self.seen_file = document, seen_file
        self.address = urllib.parse.urlsplit(url).netloc
        self.seen = set()
        if os.path.exists(seen_file):
            with open(seen_file, encoding="utf-8") as file:
                self.seen = {tuple(x) for x in json.load(file)}

    def save(self):
        with open(self.seen_file, "w", encoding="utf-8") as file:
            json.dump(sorted(self.seen), file)

    def raw(self, method, target, headers, body):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        connection.request(method.upper(), target, body=body, headers=headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response, content

    def ask(self, operation_id, token="TOKEN", query="", id=None, body=None, headers=None, type="application/json"):
        """One request; its answer must be documented. Returns status and body."""
        (path, method), operation = next(
            (key, o) for key, o in self.document.operations.items() if o["operationId"] == operation_id
        )
        target = path.replace("{id}", str(id)) + (f"?{query}" if query else "")
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = "Bearer " + os.environ.get(token, token)
        if body is not None and type:
            headers["Content-Type"] = type
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode("utf-8")
        response, content = self.raw(method, target, headers, body)
        value = self.check(f"{method} {target}", operation, response, content)
        self.seen.add((operation_id, str(response.status)))
        if method == "get":
            self.check_head(target, headers, response)
        return response.status, value

    def check(self, what, operation, response, content):
        status = str(response.status)
        documented = self.document.resolve(operation["responses"].get(status))
        if documented is None:
            fail(what, "gave", status, "which isn't documented:", content[:300])
        for name, header in documented.get("headers", {}).items():
            header = self.document.resolve(header)
            came = response.getheader(name)
            if came is None and header.get("required"):
                fail(what, status, "lacks the header", name)
            if came is not None and header["schema"]["type"] == "integer":
                came = int(came)
            for error in self.document.errors(header["schema"], came) if came is not None else []:
                fail(what, status, name, error)
        type = response.getheader("Content-Type")
        if type not in documented["content"]:
            fail(what, status, "has the type", type)
        value = json.loads(content)
        for error in self.document.errors(documented["content"][type]["schema"], value):
            fail(what, status, "isn't as documented:", error, content[:300])
        if type == "application/problem+json" and value["status"] != response.status:
            fail(what, status, "says", value["status"])
        return value

    def check_head(self, target, headers, like):
        response, content = self.raw("HEAD", target, headers, None)
        # It counts as a request, too.
        if content or response.status not in (like.status, 429):
            fail("HEAD", target, response.status, content)

    def expect(self, wanted, *args, times=1, **kwargs):
        for _ in range(times):
            status, value = self.ask(*args, **kwargs)
            if status == wanted:
                return value
        return fail("expected", wanted, "came", status, value, "of", args, kwargs)


def message(**other):
    return {"to": "+6281299990001", "text": "Panen raya hari Sabtu", **other}


def walk_up(service):
    first = service.expect(201, "sendMessage", body=message(key="satu"))
    again = service.expect(200, "sendMessage", body=message(), headers={"Idempotency-Key": '"satu"'})
    if again["id"] != first["id"]:
        fail("the same key, another message", first, again)
    for other in (message(key="satu", text="lain"), message(key="satu", to="+6281299990002"), message(key="satu", expires=60)):
        service.expect(409, "sendMessage", body=other)
    page = service.expect(200, "listMessages", query="key=satu")
    if [m["id"] for m in page["messages"]] != [first["id"]] or "next" in page:
        fail("by key", page)
    service.expect(200, "getMessage", id=first["id"])
    for wrong in (first["id"] + 1000000, "0", "x", "1x", "-1", "9" * 30, "%00", "%2e%2e"):
        service.expect(404, "getMessage", id=wrong)
    for query in ("limit=0", "limit=101", "limit=x", "after=-1", "after=x", "after=" + "9" * 30, "key=", "key=%ff", "key=" + "k" * 65):
        service.expect(400, "listMessages", query=query)
    walk_pages(service)
    wrong_messages(service)
    for operation in ("sendMessage", "listMessages", "getMessage", "getStatus"):
        arguments = {"id": first["id"], "body": message() if operation == "sendMessage" else None}
        walk_tokens(service, operation, arguments)
    service.expect(200, "getStatus")
    service.expect(200, "getStatus", token="INBOX")
    if service.expect(200, "getDescription", token=None) != service.document.json:
        fail("what is served is another description")
    walk_methods(service)


def walk_pages(service):
    ids = [service.expect(201, "sendMessage", body=message(text=f"Ke {n}"))["id"] for n in range(5)]
    found, after = [], ids[0] - 1
    while after is not None:
        page = service.expect(200, "listMessages", query=f"after={after}&limit=2")
        found += [m["id"] for m in page["messages"]]
        after = page.get("next")
    if found != ids:
        fail("pages", found, "of", ids)


def walk_tokens(service, operation, arguments):
    good = os.environ["TOKEN"]
    refused = [service.expect(401, operation, token=None, **arguments)]
    for wrong in ("kt_x", good[:-1], good + "A", good.swapcase(), "", "x" * 500, good + " x"):
        refused.append(service.expect(401, operation, token=wrong, **arguments))
    for header in ("Basic " + good, good, "Bearer", "\xff", "Bearer\t" + good):
        refused.append(service.expect(401, operation, token=None, headers={"Authorization": header}, **arguments))
    if any(one != refused[0] for one in refused):
        fail("401 says more than one thing:", refused)
    service.expect(401, operation, token="REMOVED", **arguments)
    if operation != "getStatus":
        service.expect(403, operation, token="INBOX", **arguments)
    # A minute may end in between.
    service.expect(429, operation, token="SLOW", times=5, **arguments)
    # Who may not come in learns nothing of what is wrong besides.
    if operation == "sendMessage":
        service.expect(401, operation, token=None, body="{")
        service.expect(403, operation, token="INBOX", body="{")
        service.expect(429, operation, token="SLOW", times=5, body="{")


def wrong_messages(service):
    fields = {
        "to": [None, 812345678, [], {}, True, "", "x", "123", "1234", "12345", "TELKOMSEL", "+", "+62", "0" * 40,
               "+6281100000001", "081100000001", "0812\n345678", "+6281299990001;rm", "０８１２３４５６７８"],
        "text": [None, 1, [], {}, "", "   ", "\n", "\u00a0", "\u200b", "a\tb", "a\rb", "\u0007", "x" * 1531, "ñ漢" * 400, "漢" * 671],
        "key": [None, 1, "", "k" * 65, "é", "a\nb", "\u007f"],
        "expires": [None, "60", 0, 4, -1, 20161, 1.5, 1e30, True],
    }
    for field, values in fields.items():
        for value in values:
            came = service.expect(422, "sendMessage", body=message(**{field: value}))
            if came.get("field") != field or not came["detail"].startswith(field + ": "):
                fail(field, value, "is called", came)
        if field in ("to", "text"):
            body = message()
            del body[field]
            if "missing" not in service.expect(422, "sendMessage", body=body)["detail"]:
                fail(field, "isn't missed")
    service.expect(422, "sendMessage", body=message(sender="X"))
    service.expect(422, "sendMessage", body=message(key="a"), headers={"Idempotency-Key": "b"})
    service.expect(400, "sendMessage", body=message(), headers={"Idempotency-Key": "k" * 65})
    service.expect(413, "sendMessage", body=message(text="x" * 9000))
    service.expect(413, "sendMessage", body=b" " * 8193)
    service.expect(400, "sendMessage", body=b" " * 8192)
    for type in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx", None):
        service.expect(415, "sendMessage", body=message(), type=type)
    service.expect(201, "sendMessage", body=message(text="x" * 1530), type="application/json; charset=utf-8")
    service.expect(201, "sendMessage", body=message(text="漢" * 670, key="~" * 64, expires=5))
    service.expect(201, "sendMessage", body=message(text="x", to="0812-9999 0001", expires=20160))


def walk_methods(service):
    for path, item in service.document.json["paths"].items():
        allowed = {m.upper() for m in item if m in METHODS}
        if "GET" in allowed:
            allowed.add("HEAD")
        for method in METHODS:
            if method.upper() in allowed:
                continue
            response, content = service.raw(method, path.replace("{id}", "1"), {"Content-Length": "0"}, None)
            if response.status != 405 or set(response.getheader("Allow").split(", ")) != allowed:
                fail(method, path, response.status, response.getheader("Allow"))
            if service.document.errors({"$ref": "#/components/schemas/Problem"}, json.loads(content)):
                fail(method, path, content)
    for path in ("/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/messages", "/api/v1/messages/", "/api/v1/messages/1/x", "/api/v1/Status"):
        response, content = service.raw("get", path, {}, None)
        if response.status != 404:
            fail(path, response.status, content)


BROKEN = [
    b"", b"{", b"}", b"[]", b"null", b"1", b'"x"', b"true", b"{}{}", b"\xef\xbb\xbf{}", b"\x00", b"{\x00}",
    b'{"to": "+6281299990001", "text": "a", "text": "b"}', b'{"to": "+6281299990001", "text": "a",}',
    b"{'to': '+6281299990001', 'text': 'a'}", b'{"to": "+6281299990001", "text": "\\u0000"}',
    b'{"to": "+6281299990001", "text": "\\ud800"}', b'{"to": "+6281299990001", "text": "\\udc00\\ud800"}',
    b'{"to": "+6281299990001", "text": "\xff"}', b'{"to": "+6281299990001", "text": "\xc0\x80"}',
    b'{"to": "+6281299990001", "text": "\xed\xa0\x80"}', b'{"to": "+6281299990001", "text": "a\nb"}',
    b'{"to": "+6281299990001", "text": "a", "expires": 1e999}', b'{"to": "+6281299990001", "text": "a", "expires": NaN}',
    b'{"to": "+6281299990001", "text": "a", "expires": ' + b"9" * 5000 + b"}",
    b'{"to": "+6281299990001", "text": "a", "expires": 99999999999999999999}',
    b"[" * 8000, b"[" * 4000 + b"]" * 4000, b'{"a":' * 1300 + b"1" + b"}" * 1300,
    b'{"to": ' + b"[" * 4000 + b"]" * 4000 + b', "text": "a"}', b'{"\x00": 1}', b'{"\\u0000": 1}', b'{"": 1}',
    b"{" + b",".join(b'"%d": 1' % n for n in range(800)) + b"}",
]


def fuzz(service, seed, rounds):
    for body in BROKEN:
        status, _ = service.ask("sendMessage", body=body)
        if status not in (400, 422):
            fail("to", body[:80], "came", status)
    chance = random.Random(seed)
    seeds = [json.dumps(message(key="fuzz", expires=60)).encode()] + [b for b in BROKEN if len(b) < 200]
    for _ in range(rounds):
        body = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 6)):
            at = chance.randint(0, len(body))
            what = chance.randint(0, 3)
            if what == 0:
                body[at:at] = bytes(chance.choices(range(256), k=chance.randint(1, 4)))
            elif what == 1:
                del body[at : at + chance.randint(1, 8)]
            elif what == 2:
                body[at:at] = body[: chance.randint(0, 40)]
            else:
                body[at:at] = chance.choice([b"\\u0000", b"\\ud83d\\ude00", b"\\", b'"', b"{", b"[", b"1e400", b"\xf0\x9f\x98\x80"])
        status, _ = service.ask("sendMessage", body=bytes(body))
        if status >= 500:
            fail("seed", seed, bytes(body), status)
    service.expect(200, "getStatus")


def each_alike(service, wanted, **kwargs):
    for operation in service.document.operations.values():
        if str(wanted) in operation["responses"]:
            name = operation["operationId"]
            service.expect(wanted, name, id=1, body=message() if name == "sendMessage" else None, **kwargs)


def report(service):
    documented = {(o["operationId"], s) for o in service.document.operations.values() for s in o["responses"]}
    if documented - service.seen:
        fail("documented, but never seen:", sorted(documented - service.seen))
    print(len(documented), "documented answers seen")


def main():
    document = Document(sys.argv[1])
    service = Service(document, sys.argv[2], sys.argv[3])
    phase = sys.argv[4]
    if phase == "document":
        document.check()
    elif phase == "up":
        walk_up(service)
    elif phase == "fuzz":
        fuzz(service, int(os.environ.get("SEED", "1")), int(os.environ.get("ROUNDS", "1500")))
    elif phase == "elsewhere":
        each_alike(service, 403)
    elif phase == "away":
        each_alike(service, 503)
    elif phase == "report":
        report(service)
    service.save()


main()
