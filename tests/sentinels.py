"""The credentials of simulated companies, looked for in all that the suite leaves behind: nothing may hold one.

Looked through, in each process of the suite: every file that tests made (databases, job tables, logs of processes),
every table of PostgreSQL before it is emptied, every log event, every answer of the application (API, pages, metrics),
and what tests printed. Found once, it fails the suite, with the place.
"""

import gzip
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import structlog
import zstandard

NAMES = ("recruiting_token", "client_secret")
"""What of a company's credentials is secret; the other two only name somebody."""
EXPECTED = (".key", ".env", "ready.json")
"""Ends of files that hold secrets because that is what they are for; by the last one the simulator tells its own."""
_TOKEN = rb"papi-sim-\d+-\d{4}-[0-9a-f]{8}"
"""Access tokens that the simulator gives out."""

_known: set[bytes] = set()
_pattern: list[re.Pattern[bytes]] = []
hits: list[str] = []
"""Places where a secret was found."""


def learn(facts: Mapping[str, Any]) -> None:
    """Look for a company's credentials from now on."""
    fresh = {str(facts[name]).encode() for name in NAMES if facts.get(name)}
    if not fresh <= _known:
        _known.update(fresh)
        _compile()
    if not hasattr(_listen, "is_on"):
        _listen()


def forget(secret: str) -> None:
    """Look for a secret no longer: it was made up to be found."""
    _known.discard(secret.encode())
    _compile()


def _compile() -> None:
    said = [re.escape(secret) for secret in _known] + [secret.hex().encode() for secret in _known]
    _pattern[:] = [re.compile(b"|".join([_TOKEN, *said]))]


def holds(held: bytes) -> bool:
    """Return whether a secret is there, as text or as the hex in which PostgreSQL shows bytes."""
    return bool(_pattern) and _pattern[0].search(held) is not None


def look(place: str, held: bytes) -> None:
    """Remember a place that holds a secret."""
    if holds(held):
        hits.append(place)


def look_at_files(folder: Path) -> int:
    """Look through all files below a folder, and at their names; return how many there were."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(EXPECTED)]
    for path in files:
        try:
            look(f"file {path}", path.name.encode() + b"\n" + path.read_bytes())
        except OSError:  # somebody has just removed it
            continue
    return len(files)


def look_at_tables(address: str) -> int:
    """Look through all tables of a PostgreSQL database; return how many there were."""
    if not _pattern:
        return 0
    with psycopg.connect(address) as connection:
        names = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
            "WHERE schemaname <> 'information_schema' AND schemaname NOT LIKE 'pg\\_%'"
        ).fetchall()
        for (name,) in names:
            with connection.cursor().copy(f"COPY {name} TO STDOUT") as rows:
                look(f"table {name}", b"".join(bytes(row) for row in rows))
    return len(names)


def logged(_logger: Any, _name: str, event: Mapping[str, Any]) -> Any:
    """Look at a log event, as a processor of structlog, and print nothing."""
    look(f"log event {event.get('event')!r}", repr(event).encode())
    raise structlog.DropEvent


def _listen() -> None:
    """Look at every answer that the application gives in this process, whatever it is asked."""
    from atsume.api.app import App  # noqa: PLC0415 - only for tests that have a company

    plain = App.__call__
    setattr(_listen, "is_on", True)  # noqa: B010

    async def overheard(self: App, scope: Any, receive: Any, send: Any) -> None:
        parts: list[bytes] = []
        headers: dict[bytes, bytes] = {}

        async def heard(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers.update(message.get("headers", ()))
                parts.append(repr(headers).encode())
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
            await send(message)

        await plain(self, scope, receive, heard)
        for part in _unpacked(parts, headers.get(b"content-encoding", b"")):
            look(f"answer to {scope.get('method')} {scope.get('path')}", part)

    App.__call__ = overheard


def _unpacked(parts: list[bytes], encoding: bytes) -> Iterator[bytes]:
    head, body = b"".join(parts[:1]), b"".join(parts[1:])
    yield head
    unpack = UNPACK.get(encoding) if body else None
    yield unpack(body) if unpack is not None else body


UNPACK: Mapping[bytes, Callable[[bytes], bytes]] = {
    b"gzip": gzip.decompress,
    b"zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}
