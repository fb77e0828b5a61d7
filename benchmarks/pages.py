"""Pages of the API against static bytes of the same size from the same server process, the first against the last."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import msgspec

from benchmarks.client import Client
from benchmarks.mirror import Mirror
from benchmarks.processes import answers, running, wait_until
from benchmarks.report import Row, Table, ratios
from benchmarks.sizes import Size

LIST = "/v1/ats/applications?page_size="
GOALS = {100: "≥ 0.20 [0.33]", 250: "≥ 0.15 [0.25]"}


class Server:
    """A running server of one mirror."""

    def __init__(self, port: int, key: str, integration: str) -> None:
        self.url, self._port = f"http://127.0.0.1:{port}", port
        self._headers = [f"Authorization: Bearer {key}", f"X-Integration-Id: {integration}"]
        self._client = Client(self._headers)

    def get(self, path: str) -> bytes:
        """Return the body of an answer."""
        return self._client.get(self.url + path)

    def flood(self, seconds: float, *paths: str) -> list[float]:
        """Return the answers a second of each path."""
        command = [sys.executable, "-m", "benchmarks.flood", str(self._port), str(seconds), *paths]
        headers = "".join(f"{line}\r\n" for line in self._headers).encode()
        return msgspec.json.decode(subprocess.run(command, input=headers, capture_output=True, check=True).stdout)


@contextmanager
def served(facts: dict[str, str], database_url: str) -> Iterator[Server]:
    """Serve the mirror in that database from a process of its own."""
    mirror, port = Mirror(facts, database_url), free_port()
    server = Server(port, mirror.api_key(), mirror.id)
    mirror.close()
    with running([sys.executable, "-m", "benchmarks.serve_pages", database_url, str(port)]) as process:
        wait_until(lambda: answers(server.url + "/healthz"), process)
        yield server


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def measure(size: Size, facts: dict[str, str], databases: dict[str, str]) -> Table:
    """Return the throughput of pages ÷ that of static bytes."""
    rows: list[Row] = []
    for name, url in databases.items():
        with served(facts, url) as server:
            rows += [_against_static(server, size, limit, name) for limit in GOALS]
    return Table("Pages of applications ÷ static bytes, answers a second", rows, "Four connections; not compressed.")


def _against_static(server: Server, size: Size, limit: int, name: str) -> Row:
    length = len(server.get(f"{LIST}{limit}"))
    found = [server.flood(size.seconds, f"{LIST}{limit}", f"/static/{length}") for _ in range(size.rounds)]
    ours, static = zip(*found, strict=True)
    raw = f"{median(ours):.0f}/s ÷ {median(static):.0f}/s of {length // 1024} KiB"
    return Row(f"{limit} a page, {name}", ratios(ours, static), GOALS[limit] if name == "SQLite" else "", raw)


def depth(size: Size, facts: dict[str, str], url: str, applications: int) -> Table:
    """Return how much dearer the last full page is than the first."""
    with served(facts, url) as server:
        cursor, before = _deepest(server)
        first, last = f"{LIST}100", f"{LIST}100&cursor={cursor}"
        found = [server.flood(size.seconds, first, last) for _ in range(size.rounds)]
    firsts, lasts = zip(*found, strict=True)
    raw = f"{1000 / median(lasts):.2f} ms ÷ {1000 / median(firsts):.2f} ms"
    measure = f"after {before:,} of {applications:,} applications"
    return Table("Last page ÷ first page", [Row(measure, ratios(firsts, lasts), "≤ 1.2 [1.05]", raw)])


def _deepest(server: Server) -> tuple[str, int]:
    """Return the cursor of the last full page and how many records lie before it."""
    cursors: list[str] = []
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        cursors.append(page["next"])
        page = msgspec.json.decode(server.get(f"{LIST}250&cursor={cursors[-1]}"))["data"]
    return cursors[-2], 250 * (len(cursors) - 2)
