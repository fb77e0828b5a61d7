"""Environments, keys, integrations, sync runs and exchanges."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError

from atsume.model.environment import EnvironmentSettings
from atsume.model.integration import EndUser, State, SyncState, SyncType
from atsume.model.lifecycle import Trigger
from atsume.store.checkpoints import RunLost
from atsume.store.rows import Checkpoint, LoggedExchange, StreamProgress, Writes
from atsume.store.store import Store, StoreError
from tests.store.world import NOON, USER, World, moment

AT = moment(2)
LATER = NOON + dt.timedelta(hours=1, microseconds=7)


def test_environments(store: Store) -> None:
    """What was created is found."""
    made = store.create_environment("Production", NOON)
    assert store.environment(made.id) == made
    assert store.environments() == [made]
    assert store.environment("nobody") is None


def test_api_keys(store: Store) -> None:
    """A key is found by its hash until it is revoked, which happens once."""
    environment = store.create_environment("Production", NOON)
    made = store.add_api_key(environment.id, "CI", "hash", "ats_ab", NOON)
    assert store.api_key("hash") == made
    assert store.api_key("other") is None
    assert store.api_keys(environment.id) == store.api_keys() == [made]
    assert store.api_keys("nobody") == []
    assert store.revoke_api_key(made.id, LATER)
    assert not store.revoke_api_key(made.id, LATER)
    assert store.api_key("hash") is None
    assert [key.revoked_at for key in store.api_keys()] == [LATER]
    with pytest.raises(IntegrityError):
        store.add_api_key(environment.id, "CI", "hash", "ats_ab", NOON)


def test_integrations(world: World) -> None:
    """What was added is found, and changes are kept."""
    store, made = world.store, world.integration
    assert store.integration(made.id) == made
    assert (made.no, made.end_user, made.state) == (1, EndUser("Acme"), State.ACTIVE)
    assert (made.settings, made.created_at, made.first_synced_at) == ({"company": "Acme"}, NOON, None)
    assert store.integrations() == store.integrations(made.environment_id) == [made]
    assert store.integrations("nobody") == []
    assert (store.sealed_credentials(made.id), store.sealed_credentials("nobody")) == (b"sealed", None)
    store.transition(made.id, Trigger.REFUSED_FOR_LONG, NOON)
    store.update_settings(made.id, {"x": [1]})
    store.synced(made.id, NOON, None)
    store.synced(made.id, LATER, None)
    found = store.integration(made.id)
    assert found
    assert (found.state, found.settings, found.first_synced_at) == (State.ACTIVE, {"x": [1]}, NOON)


def test_life_of_a_run(world: World) -> None:
    """Queued, claimed, progressing, finished; then another may be queued."""
    store, integration = world.store, world.integration
    run, was_there = store.queue_sync(integration.id, SyncType.FULL, NOON)
    assert (run.state, run.queued_at, was_there) == (SyncState.QUEUED, NOON, False)
    assert store.queue_sync(integration.id, SyncType.FULL, LATER) == (run, True)
    claimed = store.claim_sync(LATER)
    assert claimed
    assert (claimed.id, claimed.state, claimed.started_at) == (run.id, SyncState.RUNNING, LATER)
    assert store.queue_sync(integration.id, SyncType.FULL, LATER) == (claimed, True)
    streams, timings = [StreamProgress("ats_jobs", pages=2)], {"fetch": 0.5}
    store.save_progress(run.id, streams, timings)
    half = store.sync_run(run.id)
    assert half
    assert (half.streams, half.timings, half.state) == (streams, timings, SyncState.RUNNING)
    store.finish_sync(run.id, SyncState.PARTIALLY_FAILED, LATER, streams, ["careful"], "broke", timings)
    ended = store.sync_run(run.id)
    assert ended
    assert (ended.state, ended.ended_at, ended.warnings, ended.error) == (
        SyncState.PARTIALLY_FAILED, LATER, ["careful"], "broke",
    )  # fmt: skip
    again, was_there = store.queue_sync(integration.id, SyncType.FULL, LATER)
    assert not was_there
    assert [r.id for r in store.sync_runs(integration.id)] == [again.id, run.id]
    assert [r.id for r in store.sync_runs(integration.id, limit=1)] == [again.id]
    assert store.sync_runs("nobody") == []


def test_one_runs_at_a_time(world: World) -> None:
    """A second kind may wait, but runs only after the first; other integrations do not wait; oldest first."""
    store, other = world.store, World(world.store, "Other")
    full, _ = store.queue_sync(world.integration.id, SyncType.FULL, NOON)
    delta, was_there = store.queue_sync(world.integration.id, SyncType.DELTA, NOON)
    assert not was_there
    third, _ = store.queue_sync(other.integration.id, SyncType.DELTA, NOON)
    claimed = [run.id if (run := store.claim_sync(LATER)) else None for _ in range(3)]
    assert claimed == [full.id, third.id, None]
    store.finish_sync(full.id, SyncState.SUCCEEDED, LATER, [], [], None, {})
    run = store.claim_sync(LATER)
    assert run
    assert run.id == delta.id


def test_what_a_dead_process_left(world: World) -> None:
    """Its run waits again, still RUNNING, and blocks nothing but its integration; living ones keep theirs."""
    store, other = world.store, World(world.store, "Other")
    runs = [store.queue_sync(w.integration.id, SyncType.FULL, NOON)[0] for w in (world, other)]
    waiting, _ = store.queue_sync(world.integration.id, SyncType.DELTA, NOON)
    for run, process in zip(runs, ("dying", "living"), strict=True):
        store.beat(process, process, "worker", NOON)
        assert store.claim_sync(NOON, run.id, process)
    assert (store.waiting_syncs(9), store.claim_sync(NOON)) == ([], None)
    assert [store.bury_replicas(["dying"]) for _ in range(2)] == [1, 0]
    assert store.waiting_syncs(9) == [runs[0].id]
    again = store.claim_sync(LATER, owner="living")
    assert again
    assert (again.id, again.started_at, again.owner, again.attempts) == (runs[0].id, NOON, "living", 2)
    store.finish_sync(again.id, SyncState.FAILED, LATER, [], [], None, {}, "dying")  # the dead has no say any more
    assert store.is_mine(again.id, "living")
    store.finish_sync(again.id, SyncState.FAILED, LATER, [], [], None, {}, "living")
    assert store.waiting_syncs(9) == [waiting.id]


def test_a_checkpoint_is_written_with_its_page_or_not_at_all(world: World) -> None:
    """Whoever does not own the run any more writes neither checkpoint nor records."""
    store, integration = world.store, world.integration
    run, _ = store.queue_sync(integration.id, SyncType.FULL, NOON)
    store.claim_sync(NOON, run.id, "me")
    users = Writes(created=[world.row(USER)])

    def checkpoint(owner: str, place: str) -> Checkpoint:
        progress = StreamProgress("ats_users", records=1)
        return Checkpoint(
            run_id=run.id,
            owner=owner,
            model="ats_users",
            place=place,
            high_water=7,
            progress=progress,
            seen=b"12345678",
        )

    with pytest.raises(RunLost):
        store.commit("ats_users", integration, users, AT, checkpoint=checkpoint("somebody", "p2"))
    assert (store.checkpoints(run.id), store.counts(integration.no)["ats_users"]) == ([], 0)
    store.commit("ats_users", integration, users, AT, checkpoint=checkpoint("me", "p2"))
    store.commit_many(integration, [], AT, checkpoint=checkpoint("me", "p3"))
    assert [(c.place, c.high_water, c.seen) for c in store.checkpoints(run.id)] == [
        ("p2", 7, b"12345678"), ("p3", 7, b"12345678"),
    ]  # fmt: skip
    assert store.counts(integration.no)["ats_users"] == 1
    store.finish_sync(run.id, SyncState.SUCCEEDED, LATER, [], [], None, {}, "me")
    assert store.checkpoints(run.id) == []
    with pytest.raises(RunLost):
        store.commit_many(integration, [], AT, checkpoint=checkpoint("me", "p4"))


def test_attempts_count_from_the_last_checkpoint(world: World) -> None:
    """A run that gets on may be taken up for ever; one that does not is known by its count."""
    store, integration = world.store, world.integration
    run, _ = store.queue_sync(integration.id, SyncType.FULL, NOON)
    counts: list[int] = []
    for gets_on in (False, False, True, False, True, True):
        claimed = store.claim_sync(NOON, run.id, "me")
        assert claimed
        counts.append(claimed.attempts)
        if gets_on:
            progress = StreamProgress("ats_users")
            entry = Checkpoint(run_id=run.id, owner="me", model="ats_users", place="", high_water=0, progress=progress)
            store.commit_many(integration, [], AT, checkpoint=entry)
        store.release_sync(run.id, "me")
    assert counts == [1, 2, 3, 1, 2, 1]


def test_nobody_is_synced_twice_at_once(world: World) -> None:
    """Many threads that queue get one run; many that claim start it once."""
    store = world.store
    others = [World(store, str(n)).integration.id for n in range(3)]
    with ThreadPoolExecutor(8) as pool:
        for integration_id in others:
            queued = list(pool.map(lambda _: store.queue_sync(integration_id, SyncType.FULL, NOON), range(12)))  # noqa: B023
            assert len({run.id for run, _ in queued}) == 1
            assert [was_there for _, was_there in queued].count(False) == 1
        claimed = [run for run in pool.map(lambda _: store.claim_sync(NOON), range(24)) if run]
    assert sorted(run.integration_id for run in claimed) == sorted(others)


def test_a_run_needs_its_integration(store: Store) -> None:
    """Nothing is queued for what does not exist."""
    with pytest.raises(StoreError, match="does not exist"):
        store.queue_sync("personio:nobody", SyncType.FULL, NOON)
    assert store.claim_sync(NOON) is None


def test_exchanges(world: World) -> None:
    """Logged, found, pruned; gone with their integration."""
    store = world.store

    def exchange(ident: str, at: dt.datetime) -> LoggedExchange:
        return LoggedExchange(
            id=ident,
            direction="in",
            at=at,
            method="GET",
            url="/v1/ats/jobs",
            status=200,
            duration_seconds=0.25,
            integration_id=world.integration.id,
        )

    old, new = exchange("old", NOON), exchange("new", LATER)
    store.add_exchange(old)
    store.add_exchange(new)
    assert (store.exchange("old"), store.exchange("nobody")) == (old, None)
    assert [store.has_old_exchanges(LATER), store.prune_exchanges(LATER), store.has_old_exchanges(LATER)] == [
        True,
        1,
        False,
    ]
    assert (store.exchange("old"), store.exchange("new")) == (None, new)
    store.erase_integration(world.integration)
    assert store.exchange("new") is None


def test_writers_and_readers_side_by_side(world: World) -> None:
    """Threads that write to several integrations while others read neither fail nor mix."""
    worlds = [world, World(world.store, "Other")]
    with ThreadPoolExecutor(6) as pool:
        writes = [pool.submit(w.fill) for w in worlds]
        reads = [pool.submit(w.listed, "ats_applications") for _ in range(20) for w in worlds]
        for job in (*writes, *reads):
            job.result()
    assert [w.remote_ids("ats_jobs") for w in worlds] == [["j1"], ["j1"]]


def test_settings_and_overrides(store: Store) -> None:
    """What an environment sets and an integration overrides comes back as it went in."""
    integration = World(store).integration
    store.update_environment_settings(integration.environment_id, EnvironmentSettings(kind="development"))
    environment = store.environment(integration.environment_id)
    assert environment is not None
    assert environment.settings == EnvironmentSettings(kind="development")
    store.update_overrides(integration.id, {"kind": "production"})
    found = store.integration(integration.id)
    assert found is not None
    assert store.in_force(found) == EnvironmentSettings()


def test_stock_is_taken(world: World) -> None:
    """After a load PostgreSQL's planner knows how many rows there are; SQLite has nothing to be told."""
    world.fill()
    world.store.take_stock()
    if not world.store.database.is_sqlite:
        known = world.store.database.rows("SELECT reltuples FROM pg_class WHERE relname = 'ats_applications'", {})
        assert known == [(1.0,)]
