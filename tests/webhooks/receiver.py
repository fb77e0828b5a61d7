"""Somebody who receives webhooks: a real HTTP server that answers as it is told and keeps what it got."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from msgspec import Struct


class Got(Struct, frozen=True):
    """A request."""

    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


Say = Callable[[Got], tuple[int, dict[str, str], bytes]]


def fine(_got: Got) -> tuple[int, dict[str, str], bytes]:
    """Say that all is well."""
    return 200, {}, b"thanks"


class Receiver:
    """The server. `say` may be replaced while it runs."""

    def __init__(self, say: Say = fine) -> None:
        self.say, self.got = say, list[Got]()
        outer = self

        class Answering(BaseHTTPRequestHandler):
            """Answers."""

            def do_POST(self) -> None:
                """Take a webhook."""
                length = int(self.headers.get("content-length", "0"))
                headers = {name.lower(): value for name, value in self.headers.items()}
                got = Got(self.path, headers, self.rfile.read(length))
                outer.got.append(got)
                status, sent, body = outer.say(got)
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | sent).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()

    def ids(self) -> list[str]:
        """Return the ids of the events that came, in their order."""
        return [got.headers["webhook-id"] for got in self.got]


@contextmanager
def receiver(say: Say = fine) -> Iterator[Receiver]:
    """A running receiver."""
    one = Receiver(say)
    try:
        yield one
    finally:
        one.close()
