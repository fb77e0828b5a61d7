"""What is noted of changes of state, on each engine."""

import datetime as dt

import pytest
import sqlalchemy as sa

from atsume.model.integration import EndUser, SyncState, SyncType
from atsume.model.lifecycle import Trigger
from atsume.store import outbox
from atsume.store.outbox import FlowFacts, Note, SyncFacts, facts_of, note, noted
from atsume.store.store import Store
from tests.store.world import NOON, World

LATER = NOON + dt.timedelta(hours=1)
FLOW = FlowFacts(tool="personio", category="ATS", end_user=EndUser("Acme"), exchange_id="x")


def notes(store: Store) -> list[Note]:
    """Return all notes."""
    with store.database.writing() as connection:
        return noted(connection, 100)


def test_the_life_of_an_integration_is_noted(world: World) -> None:
    """Created, changed, deleted: in order, each with what the integration was then."""
    store, made = world.store, world.integration
    store.transition(made.id, Trigger.REFUSED_FOR_LONG, LATER)
    store.transition(made.id, Trigger.REFUSED_FOR_LONG, LATER)  # nothing changes, nothing is told
    store.hide_integration(made.id, LATER)
    store.hide_integration(made.id, LATER)
    found = notes(store)
    assert [(n.kind, n.facts.state.value, n.at) for n in found] == [
        ("integration_created", "ACTIVE", NOON),
        ("integration_state_changed", "INVALID", LATER),
        ("integration_deleted", "INVALID", LATER),
    ]
    assert {(n.environment_id, n.integration_id) for n in found} == {(made.environment_id, made.id)}
    assert found[0].facts == facts_of(made)
    assert [n.no for n in found] == sorted({n.no for n in found})


def test_the_end_of_a_run_is_noted_once(world: World) -> None:
    """Whoever ends it a second time changes nothing."""
    store, made = world.store, world.integration
    run, _ = store.queue_sync(made.id, SyncType.FULL, NOON)
    store.claim_sync(NOON)
    store.finish_sync(run.id, SyncState.SUCCEEDED, LATER, [], [], None, {})
    store.finish_sync(run.id, SyncState.FAILED, LATER, [], [], "late", {})
    facts = [n.facts for n in notes(store) if n.kind == "sync_finished"]
    assert facts == [
        SyncFacts(
            tool="personio", category="ATS", end_user=EndUser("Acme"), sync_id=run.id, type=SyncType.FULL,
            state=SyncState.SUCCEEDED, started_at=NOON, ended_at=LATER,
        )
    ]  # fmt: skip


def test_a_change_that_fails_leaves_no_note(world: World) -> None:
    """The note is part of the change."""
    before = notes(world.store)

    def fail(connection: sa.Connection) -> None:
        about = {"environment_id": "e", "integration_id": None}
        note(connection, "connection_flow_failed", facts=FLOW, at=NOON, **about)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), world.store.database.writing() as connection:
        fail(connection)
    assert notes(world.store) == before


def test_facts_must_be_those_of_the_kind(world: World) -> None:
    """A note that its event could not be made of is refused where it is written."""
    with pytest.raises(TypeError, match="needs SyncFacts"), world.store.database.writing() as connection:
        note(connection, "sync_finished", environment_id="e", integration_id=None, facts=FLOW, at=NOON)


def test_two_that_announce_share_the_notes(world: World) -> None:
    """What one transaction holds, another does not see; on SQLite it waits instead."""
    if world.store.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    with world.store.database.writing() as one, world.store.database.writing() as other:
        assert len(noted(one, 100)) == 1
        assert noted(other, 100) == []
        assert one.execute(sa.select(sa.func.count()).select_from(outbox.outbox)).scalar() == 1
