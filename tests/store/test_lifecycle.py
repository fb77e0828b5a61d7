"""States of integrations as they are stored, on both engines; each change is noted, and only a change."""

import datetime as dt

import pytest
import sqlalchemy as sa

from atsume.model.integration import QaStatus, SetupStatus, State, SyncState, SyncType
from atsume.model.lifecycle import Trigger
from atsume.store.outbox import noted
from atsume.store.store import StoreError
from tests.store.world import NOON, USER, World

DAY = dt.timedelta(days=1)


def announced(world: World) -> list[tuple[str, str, str, str]]:
    """Return (kind, state, setup, quality) of what is noted after the connection, oldest first."""
    with world.store.database.looking() as connection:
        notes = noted(connection, 100)
    assert {note.environment_id for note in notes} == {world.integration.environment_id}
    assert notes[0].kind == "integration_created"
    told = [n for n in notes[1:] if n.kind != "sync_finished"]
    return [(n.kind, n.facts.state.value, n.facts.setup_status.value, n.facts.qa_status.value) for n in told]


def test_a_change_is_noted_once(world: World) -> None:
    """With all three facets; what changes nothing is not told."""
    store, ident = world.store, world.integration.id
    for trigger in (Trigger.ENABLED, Trigger.DISABLED, Trigger.DISABLED, Trigger.RELINKED, Trigger.ENABLED):
        store.transition(ident, trigger, NOON + DAY)
    assert announced(world) == [
        ("integration_state_changed", "INACTIVE", "COMPLETED", "PASSED"),
        ("integration_state_changed", "ACTIVE", "COMPLETED", "PASSED"),
    ]
    assert store.transition("personio:nobody", Trigger.DISABLED, NOON) is None
    found = store.integration(ident)
    assert found is not None
    assert (found.state, found.state_changed_at) == (State.ACTIVE, NOON + DAY)


def test_refusals_add_up_to_three_days(world: World) -> None:
    """Nothing but refusals for three days makes it INVALID; one sync in between starts the count again."""
    store, ident = world.store, world.integration.id

    def refused(days: float) -> State:
        after = store.credentials_refused(ident, NOON + days * DAY)
        assert after is not None
        return after.state

    assert [refused(d) for d in (0, 1, 2.9)] == [State.ACTIVE] * 3
    store.synced(ident, NOON + 2.95 * DAY, None)
    assert [refused(d) for d in (3, 4, 5.9, 6)] == [State.ACTIVE] * 3 + [State.INVALID]
    relinked = store.relinked(ident, NOON + 7 * DAY, b"new")
    assert relinked is not None
    assert (relinked.state, relinked.refused_since) == (State.ACTIVE, None)
    assert store.sealed_credentials(ident) == b"new"
    assert refused(7.1) is State.ACTIVE
    assert [told[1] for told in announced(world)] == ["INVALID", "ACTIVE"]


def test_a_sync_by_hand_that_gets_through_makes_it_valid_again(world: World) -> None:
    """The tool's yes is as good as a relink."""
    world.store.transition(world.integration.id, Trigger.REFUSED_FOR_LONG, NOON)
    after = world.store.synced(world.integration.id, NOON + DAY, None)
    assert after is not None
    assert after.state is State.ACTIVE


def test_disabling_cancels_what_is_queued(world: World) -> None:
    """A run that waits is cancelled with a sentence; nothing is queued twice when it is enabled again."""
    store = world.store
    run, _ = store.queue_sync(world.integration.id, SyncType.FULL, NOON)
    store.transition(world.integration.id, Trigger.DISABLED, NOON + DAY)
    cancelled = store.sync_run(run.id)
    assert cancelled is not None
    assert (cancelled.state, cancelled.ended_at) == (SyncState.CANCELLED, NOON + DAY)
    assert "disabled" in (cancelled.error or "")
    assert store.claim_sync(NOON + DAY) is None


def test_setup_steps(world: World) -> None:
    """Opened, finished, and complete with the next usable sync."""
    store, ident = world.store, world.integration.id
    steps = [
        store.transition(ident, Trigger.SETUP_OPENED, NOON),
        store.synced(ident, NOON, None),
        store.transition(ident, Trigger.SETUP_FINISHED, NOON),
        store.synced(ident, NOON, None),
    ]
    assert [step and step.setup_status for step in steps] == [
        SetupStatus.INCOMPLETE, SetupStatus.INCOMPLETE, SetupStatus.FINAL_SYNC_PENDING, SetupStatus.COMPLETED,
    ]  # fmt: skip


def test_quality_is_decided_once(world: World) -> None:
    """What looked wrong may look right later; what an operator decided stays."""
    store, ident = world.store, world.integration.id
    store.decide_quality(ident, Trigger.QA_REJECTED, NOON, ["Wrong company."])
    found = store.integration(ident)
    assert found is not None
    assert (found.qa_status, found.qa_findings, found.qa_decided_at) == (QaStatus.FAILED, ["Wrong company."], NOON)
    accepted = store.decide_quality(ident, Trigger.QA_ACCEPTED, NOON + DAY, [])
    assert accepted is not None
    assert accepted.qa_status is QaStatus.PASSED


def test_a_deleted_integration_is_gone_at_once(world: World) -> None:
    """Nobody finds it, nothing more is written to it, its credentials are no more; its rows wait to be erased."""
    store, ident = world.store, world.integration.id
    world.write("created", USER)
    run, _ = store.queue_sync(ident, SyncType.FULL, NOON)
    assert [store.hide_integration(ident, NOON + DAY) for _ in range(2)] == [True, False]
    assert (store.integration(ident), store.integrations(), store.sealed_credentials(ident)) == (None, [], None)
    with pytest.raises(StoreError, match="does not exist"):
        world.write("updated", USER)
    with pytest.raises(StoreError, match="does not exist"):
        store.queue_sync(ident, SyncType.FULL, NOON + DAY)
    cancelled = store.sync_run(run.id)
    assert cancelled is not None
    assert cancelled.state is SyncState.CANCELLED
    assert announced(world) == [("integration_deleted", "ACTIVE", "COMPLETED", "PASSED")]
    assert store.transition(ident, Trigger.DISABLED, NOON) is None
    with store.database.looking() as connection:
        sealed = connection.execute(sa.text("SELECT sealed_credentials FROM integrations")).scalar_one()
    assert bytes(sealed) == b""
    assert [one.id for one in store.deleted_integrations(NOON + 2 * DAY)] == [ident]
    assert store.deleted_integrations(NOON + DAY) == []
