"""The search for secrets finds them wherever the suite looks: a search that could not fail would prove nothing."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import structlog
import zstandard
from litestar import Response, get
from litestar.testing import TestClient

from atsume.api.app import App
from tests import sentinels

SECRET = "papi-a-secret-made-for-this-module"


@pytest.fixture
def hits(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is found here, kept apart from what the suite finds."""
    monkeypatch.setattr(sentinels, "hits", [])
    sentinels.learn({"client_secret": SECRET, "recruiting_token": None})
    yield sentinels.hits
    sentinels.forget(SECRET)


@pytest.mark.parametrize(("name", "is_found"), [("a.db", True), (f"{SECRET}.log", True), ("a.db.key", False)])
def test_in_files_and_their_names(tmp_path: Path, hits: list[str], name: str, is_found: bool) -> None:
    """Anywhere in a file, between any bytes; files that are there to hold secrets are left out."""
    held = "nothing" if SECRET in name else SECRET
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / name).write_bytes(b"\x00\xff" + held.encode() + b"\xfe")
    sentinels.look_at_files(tmp_path)
    assert hits == ([f"file {tmp_path / 'deep' / name}"] if is_found else [])


@pytest.mark.parametrize(("schema", "kind"), [("public", "text"), ("public", "bytea"), ("jobs", "text")])
def test_in_tables(postgres_url: str, hits: list[str], schema: str, kind: str) -> None:
    """In every schema, as text and as bytes."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        given = SECRET.encode() if kind == "bytea" else SECRET
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        connection.execute(f"CREATE TABLE {schema}.spilt (held {kind})")
        connection.execute(f"INSERT INTO {schema}.spilt VALUES (%s)", (given,))  # noqa: S608
        assert sentinels.look_at_tables(postgres_url) > 30
        assert hits == [f"table {schema}.spilt"]
        connection.execute(f"DROP TABLE {schema}.spilt")


def test_in_logs(hits: list[str]) -> None:
    """In the words of an event, its values, and what a logger was bound to."""
    structlog.get_logger().debug("spilt", deep={"down": [SECRET]})
    structlog.get_logger().bind(token="papi-sim-71001-0001-0123abcd").info("a token")
    structlog.get_logger().info("harmless")
    assert hits == ["log event 'spilt'", "log event 'a token'"]


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("identity", bytes), ("gzip", gzip.compress), ("zstd", zstandard.ZstdCompressor().compress)],
)
def test_in_answers(hits: list[str], encoding: str, pack: Callable[[bytes], bytes]) -> None:
    """In a body, packed or not, and in a header."""

    @get("/body", sync_to_thread=False)
    def body() -> Response[bytes]:
        return Response(pack(SECRET.encode()), headers={"content-encoding": encoding})

    @get("/header", sync_to_thread=False)
    def header() -> Response[None]:
        return Response(None, headers={"location": f"/somewhere?secret={SECRET}"})

    with TestClient(App(route_handlers=[body, header])) as client:
        client.get("/body")
        client.get("/header")
    assert hits == ["answer to GET /body", "answer to GET /header"]
