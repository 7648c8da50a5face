"""A language model's server for tests: real HTTP on a local port, answers by rule, failures by script."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[["FakeServer", dict[str, Any]], tuple[int, dict[str, str], bytes] | None]
"""What to do with a request: status, headers and body; None hangs up without a word."""


class FakeServer(ThreadingHTTPServer):
    """Speaks ``/v1/chat/completions``.

    ``script`` holds replies for the next requests; after those ``always``, else an honest answer: a comment with "yes" in it
    is favor, with "no" against, the rest unrelated.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        self.script: list[Reply] = []
        self.always: Reply = lambda _, body: honest(body)
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.busy = self.busiest = 0
        self.lock = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    server: FakeServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.lock:
            self.server.bodies.append(body)
            self.server.keys.append(self.headers.get("authorization", ""))
            reply = self.server.script.pop(0) if self.server.script else self.server.always
            self.server.busy += 1
            self.server.busiest = max(self.server.busiest, self.server.busy)
        try:
            answer = reply(self.server, body) if self.path == "/v1/chat/completions" else status(404)(self.server, body)
        finally:
            with self.server.lock:
                self.server.busy -= 1
        if answer is None:
            self.close_connection = True
            return
        code, headers, content = answer
        try:
            self.send_response(code)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):  # the other side gave up waiting
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Keep quiet."""


@contextmanager
def running() -> Iterator[FakeServer]:
    """A server that answers while the block runs."""
    server = FakeServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def comments(body: dict[str, Any]) -> list[dict[str, str]]:
    """The comments that a request asks about."""
    found: list[dict[str, str]] = json.loads(body["messages"][1]["content"])["comments"]
    return found


def label(comment: str) -> str:
    """The honest answer for a comment."""
    return "favor" if re.search(r"\byes\b", comment) else "against" if re.search(r"\bno\b", comment) else "unrelated"


def entries(body: dict[str, Any]) -> list[dict[str, str]]:
    """Honest answers to a request."""
    return [{"id": c["id"], "stance": label(c["comment"]), "reason": "as it says"} for c in comments(body)]


def says(text: str) -> tuple[int, dict[str, str], bytes]:
    """A completion with this text."""
    message = {"role": "assistant", "content": text}
    whole = {"id": "x", "object": "chat.completion", "created": 1, "model": "m"}
    whole |= {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    return 200, {}, json.dumps(whole).encode()


def honest(body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """The honest answer as JSON."""
    return says(json.dumps({"answers": entries(body)}))


def text(content: str) -> Reply:
    """Always the same text."""
    return lambda *_: says(content)


def changed(change: Callable[[list[dict[str, str]]], object]) -> Reply:
    """The honest answer, spoiled."""

    def reply(_: FakeServer, body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        made = entries(body)
        change(made)
        return says(json.dumps({"answers": made}))

    return reply


def status(http: int, message: str = "no", headers: dict[str, str] | None = None, **more: str) -> Reply:
    """An HTTP error in OpenAI's form."""
    content = json.dumps({"error": {"message": message, **more}}).encode()
    return lambda *_: (http, headers or {}, content)


def slow(seconds: float) -> Reply:
    """An answer that comes too late."""

    def reply(_: FakeServer, body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        time.sleep(seconds)
        return honest(body)

    return reply
