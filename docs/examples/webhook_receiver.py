"""A webhook receiver: checks who sent it, deals with each event once, prints it. Python 3.11 and nothing else.

    WEBHOOK_SECRET=whsec_… python webhook_receiver.py 8911

Behind your own web server, which adds https: Tongxin posts only to https, except to 127.0.0.1 in development.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRETS = [base64.b64decode(s.removeprefix("whsec_")) for s in os.environ["WEBHOOK_SECRET"].split()]
SEEN: set[str] = set()  # keep the ids where your data is, so that they outlive the program


def verified(headers: dict[str, str], body: bytes) -> bool:
    """Whether one of the signatures is made with one of our secrets, within five minutes."""
    id_, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > 300:
        return False
    signed = f"{id_}.{timestamp}.".encode() + body
    wanted = ["v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in SECRETS]
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(one.encode(), other.encode()) for one in given for other in wanted)


def deal_with(event: dict[str, object]) -> None:
    """Put your own work here; whatever it raises, the event comes again. Answer within 15 seconds."""
    print(event["id"], event.get("committee", ""), event["label"], event["data"], flush=True)


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 when it is dealt with, 401 to strangers."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not verified({name.lower(): value for name, value in self.headers.items()}, body):
            self.send_error(401)
            return
        event = json.loads(body)
        if event["id"] not in SEEN:  # it comes at least once, and again in a replay
            deal_with(event)
            SEEN.add(event["id"])
        self.send_response(204)
        self.end_headers()


if __name__ == "__main__":
    print("等待事件 / waiting for events", flush=True)
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
