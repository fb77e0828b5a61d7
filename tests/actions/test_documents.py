"""Documents by address: fetched through the guarded way out, or refused with the reason; nobody inside is reached."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.actions.world import PDF, Site, somebody
from tests.test_egress import HOSTILE


class Canary(threading.Thread):
    """Listens where nobody may come, and counts who does."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.visits = self.socket.getsockname()[1], 0

    def run(self) -> None:
        """Count until closed."""
        while True:
            try:
                visitor, _ = self.socket.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()


class Files(BaseHTTPRequestHandler):
    """Serves documents."""

    def do_GET(self) -> None:
        """Answer by path."""
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/cv")
            self.end_headers()
            return
        content = b"x" * (21 * 1024 * 1024) if self.path == "/big" else PDF
        self.send_response(404 if self.path == "/none" else 200)
        kind = "application/octet-stream" if self.path == "/bytes" else "application/pdf"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def files() -> Iterator[str]:
    """A server of documents."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def linked(url: str, name: str = "cv") -> dict[str, str]:
    """Return an attachment behind an address."""
    return {"name": name, "type": "CV", "data_url": url}


@pytest.mark.parametrize(("number", "path"), [(61, "/cv"), (62, "/moved"), (63, "/bytes")])
def test_documents_are_fetched(site: Site, files: str, number: int, path: str) -> None:
    """The type comes from the answer, else from the bytes; the name gets the extension that belongs to it."""
    answer = site.apply(somebody(number, attachments=[linked(files + path)]))
    assert answer.status_code == 200, answer.text
    assert [(d["name"], d["size"]) for d in site.written()[-1]["documents"]] == [("cv.pdf", len(PDF))]


@pytest.mark.parametrize(("path", "reason"), [("/none", "answered 404"), ("/big", "sent more than 20971520 bytes")])
def test_documents_that_cannot_be_fetched(site: Site, files: str, path: str, reason: str) -> None:
    """Nothing is sent, and the message says why."""
    sent = len(site.sent())
    answer = site.apply(somebody(64, attachments=[linked(files + path)]))
    assert answer.status_code == 400
    assert "`attachments[0].data_url` cannot be fetched" in answer.json()["error"]["message"]
    assert reason in answer.json()["error"]["message"]
    assert len(site.sent()) == sent


def test_hostile_addresses_reach_nobody(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Sixty ways to name an address inside: all are refused with a reason, and no connection is made."""
    canary = Canary()
    canary.start()
    with Site(tmp_path_factory.mktemp("guarded"), allow_private=False) as site:
        site.mirror.sync()
        urls = [url.replace("{port}", str(canary.port)) for url in HOSTILE]
        assert len(urls) >= 60
        for url in urls:
            answer = site.apply(somebody(1, attachments=[linked(url)]))
            assert answer.status_code == 400, url
            assert "`attachments[0].data_url` cannot be fetched" in answer.json()["error"]["message"]
        assert site.sent() == []
    canary.socket.close()
    assert canary.visits == 0
