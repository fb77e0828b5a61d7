"""Erasing on request: the proof tells the truth, and a dry run changes nothing."""

import datetime as dt
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from atsume.integrations.erase import LEFT_OVER, MARKER, Remains, erase_environment, erase_integration, erase_person
from atsume.model.record import timestamp
from atsume.store.erasure import KEPT
from atsume.store.rows import LoggedExchange
from atsume.store.schema import metadata
from atsume.store.store import Store
from tests.store.world import APPLICATION, EVERYTHING, NOON, World

AT = NOON + dt.timedelta(days=3)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """One of everything, in a store of either kind."""
    sqlite = f"sqlite:///{tmp_path}/a.db"
    store = Store.open(sqlite if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    store.migrate()
    made = World(store)
    made.fill()
    yield made
    store.close()


def everything(world: World) -> dict[str, list[str]]:
    """Return every row of every table."""
    with world.store.database.looking() as connection:
        return {
            name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
            for name, table in metadata.tables.items()
        }


@pytest.mark.parametrize("what", ["integration", "environment", "person", "nobody"])
def test_a_dry_run_counts_and_changes_nothing(world: World, what: str) -> None:
    """It says what the erasure then does, table by table."""
    before = everything(world)
    environment = world.integration.environment_id

    def erase(*, dry_run: bool):
        if what == "integration":
            return erase_integration(world.store, world.integration.id, AT, dry_run=dry_run)
        if what == "environment":
            return erase_environment(world.store, environment, AT, dry_run=dry_run)
        email = "Jo@x.de" if what == "person" else "nobody@example.org"
        return erase_person(world.store, email, lambda: AT, dry_run=dry_run)

    foreseen = erase(dry_run=True)
    assert foreseen is not None
    assert foreseen.dry_run
    assert everything(world) == before
    done = erase(dry_run=False)
    assert done is not None
    assert (done.dry_run, done.erased) == (False, foreseen.erased)
    assert bool(done.erased) is (what != "nobody")


def test_an_erased_integration_leaves_nothing(world: World) -> None:
    """Every table is counted again afterwards; what stays says why; another integration keeps every row."""
    other = World(world.store, "Other")
    other.fill()
    theirs = other.store.left_of_integration(other.integration)
    proof = erase_integration(world.store, world.integration.id, AT, dry_run=False)
    assert proof is not None
    assert len(proof.erased) == 2 * len(EVERYTHING) + len(("integrations", "feed", "schedules"))
    assert {table: one.why for table, one in proof.remains.items()} == {"outbox": KEPT["outbox"]}
    assert LEFT_OVER not in {one.why for one in proof.remains.values()}
    assert other.store.left_of_integration(other.integration) == theirs
    assert world.store.known_integration(world.integration.id) is None
    assert erase_integration(world.store, world.integration.id, AT, dry_run=False) is None


def test_a_deleted_integration_can_be_erased_at_once(world: World) -> None:
    """Nobody has to wait for the sweep."""
    world.store.hide_integration(world.integration.id, NOON)
    proof = erase_integration(world.store, world.integration.id, AT, dry_run=False)
    assert proof is not None
    assert proof.erased["ats_candidates"] == 1


def test_an_erased_environment_is_gone_with_its_keys(world: World) -> None:
    """Integrations, keys and the environment itself; another environment stays."""
    other = World(world.store, "Other")
    environment = world.integration.environment_id
    world.store.add_api_key(environment, "CI", "hash", "ats_ab", NOON)
    proof = erase_environment(world.store, environment, AT, dry_run=False)
    assert proof is not None
    assert {name: proof.erased[name] for name in ("environments", "api_keys", "integrations", "ats_jobs")} == {
        "environments": 1, "api_keys": 1, "integrations": 1, "ats_jobs": 1,
    }  # fmt: skip
    assert [one.id for one in world.store.environments()] == [other.integration.environment_id]
    assert world.store.api_key("hash") is None


def test_an_erased_person_is_found_nowhere(world: World) -> None:
    """Candidate and application become empty tombstones; logs that name the address go; the rest is untouched."""
    store = world.store
    exchange = LoggedExchange(
        id="x", direction="in", at=NOON, method="GET", url="/", status=500, duration_seconds=0.1,
        message="no candidate jo@x.de",
    )  # fmt: skip
    store.add_exchange(exchange)
    jobs = world.listed("ats_jobs")
    proof = erase_person(store, "JO@X.DE", lambda: AT, dry_run=False)
    assert proof.erased == {"ats_candidates": 1, "ats_applications": 1, "exchanges": 1}
    assert proof.remains == {
        "ats_candidates": Remains(1, MARKER), "ats_applications": Remains(1, MARKER),
    }  # fmt: skip
    assert "erase them there too" in proof.note
    assert store.mentions("jo@x.de") == {}
    assert store.mentions("bérg") == {}
    assert (world.listed("ats_candidates"), world.listed("ats_applications")) == ([], [])
    (candidate,) = world.listed("ats_candidates", include_deleted=True)
    assert (candidate["remote_id"], candidate["email_addresses"], candidate["last_name"]) == ("c1", None, None)
    assert candidate["remote_deleted_at"] == "2026-01-04T12:00:00.000Z"
    assert world.listed("ats_jobs") == jobs
    assert erase_person(store, "jo@x.de", lambda: AT, dry_run=False).erased == {}


def test_callers_hear_of_an_erased_person(world: World) -> None:
    """By number and by time: the feed tells it, stamped when its turn had come, and tells it once."""
    store, no = world.store, world.integration.no
    world.write("deleted", APPLICATION, day=2)  # gone before, but not empty
    before, ticks = store.latest(no), count()
    erase_person(store, "jo@x.de", lambda: AT + next(ticks) * SECOND, dry_run=False)
    told = store.changes(no, before, 10).changes
    assert {(c.model, c.kind, c.remote_id) for c in told} == {
        ("ats_candidates", "deleted", "c1"), ("ats_applications", "deleted", "a1"),
    }  # fmt: skip
    later = timestamp(AT + dt.timedelta(minutes=1))
    assert store.since(no, later) > told[-1].changed_at  # nothing is under way: it is not sent for ever


def test_a_user_is_a_person_too(world: World) -> None:
    """Whoever works in the tool is found by the same address."""
    proof = erase_person(world.store, "ada@example.com", lambda: AT, dry_run=False)
    assert proof.erased == {"ats_users": 1}
    assert world.store.mentions("ada@example.com") == {}


def test_a_person_of_another_environment_stays(world: World) -> None:
    """With an environment named, only that is looked through; the proof says what else mentions the address."""
    other = World(world.store, "Other")
    other.fill()
    environment = world.integration.environment_id
    proof = erase_person(world.store, "jo@x.de", lambda: AT, environment_id=environment, dry_run=False)
    assert proof.erased == {"ats_candidates": 1, "ats_applications": 1}
    assert len(other.listed("ats_candidates")) == 1
    assert "another environment" in proof.remains["ats_candidates_fragments"].why
