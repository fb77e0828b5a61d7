"""Due integrations: found without reading the others, taken once, moved on."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from atsume.model.integration import Integration, SyncType
from atsume.store.rows import Schedule
from atsume.store.schema import integrations, schedules
from atsume.store.store import Store
from tests.store.world import NOON, World

HOUR = dt.timedelta(hours=1)


def full(_integration: Integration, _held: Schedule) -> tuple[SyncType | None, dt.datetime]:
    """A plan that always wants a full sync, and the next in an hour."""
    return SyncType.FULL, NOON + HOUR


def test_what_is_due_is_queued_once(world: World) -> None:
    """Many workers that look at the same moment queue each integration once; what is not due stays."""
    store, others = world.store, [World(world.store, str(n)).integration for n in range(7)]
    for one in [world.integration, *others[:-1]]:
        store.plan_next(one.no, NOON, NOON - HOUR)
    store.plan_next(others[-1].no, NOON + HOUR, NOON)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: store.queue_due(NOON, 3, full), range(30)))
    queued = {one.id: len(store.sync_runs(one.id)) for one in [world.integration, *others]}
    assert queued == {world.integration.id: 1, **{one.id: 1 for one in others[:-1]}, others[-1].id: 0}
    assert store.queue_due(NOON, 3, full) == 0
    assert store.schedule(world.integration.no).next_due_at == NOON + HOUR


def test_nothing_is_queued_beside_a_run(world: World) -> None:
    """While a run waits or goes on, its integration is only moved on."""
    store = world.store
    store.queue_sync(world.integration.id, SyncType.FULL, NOON)
    store.plan_next(world.integration.no, NOON, NOON)
    assert store.queue_due(NOON, 5, lambda _one, _held: (SyncType.DELTA, NOON + HOUR)) == 1
    assert [run.type for run in store.sync_runs(world.integration.id)] == [SyncType.FULL]


def test_a_clock_that_steps_back_strands_nobody(world: World) -> None:
    """What was planned in a future that has not come yet is planned again, not left for as long as the step was."""
    store = world.store
    store.plan_next(world.integration.no, NOON + 25 * HOUR, NOON + 24 * HOUR)
    seen: list[Schedule] = []

    def again(_integration: Integration, held: Schedule) -> tuple[SyncType | None, dt.datetime]:
        seen.append(held)
        return None, NOON + HOUR

    assert store.queue_due(NOON, 5, again) == 1
    assert seen[0].next_due_at == NOON + 25 * HOUR
    assert store.schedule(world.integration.no).next_due_at == NOON + HOUR
    assert store.queue_due(NOON, 5, again) == 0


def test_what_runs_find_out_is_added(world: World) -> None:
    """A delta moves its own watermarks and leaves the others and the time of the last full sync."""
    store, no = world.store, world.integration.no
    store.plan_next(no, NOON, NOON, full_at=NOON, watermarks={"ats_jobs": NOON, "ats_users": NOON})
    store.plan_next(no, NOON + HOUR, NOON, watermarks={"ats_jobs": NOON + HOUR})
    assert store.schedule(no) == Schedule(
        next_due_at=NOON + HOUR, full_at=NOON, watermarks={"ats_jobs": NOON + HOUR, "ats_users": NOON}
    )


def test_due_work_among_ten_thousand(store: Store) -> None:
    """Found in less than 100 ms of our time, and nothing is read of integrations that are not due."""
    world = World(store)
    with store.database.writing() as connection:
        row = connection.execute(sa.select(integrations)).mappings().one()
        copies = [{**row, "no": row["no"] + n, "id": f"personio:{n:024d}"} for n in range(1, 10_000)]
        connection.execute(sa.insert(integrations), copies)
        later = [{"integration_no": one["no"], "next_due_at": NOON + HOUR, "planned_at": NOON} for one in copies]
        connection.execute(sa.insert(schedules), later)
    store.plan_next(world.integration.no, NOON + 2 * HOUR, NOON)
    store.queue_due(NOON, 10, full), store.waiting_syncs(10)  # statements are compiled once
    started, idle = time.process_time(), 20
    for _ in range(idle):
        assert (store.queue_due(NOON, 10, full), store.waiting_syncs(10)) == (0, [])
    assert (time.process_time() - started) / idle < 0.02
    store.plan_next(world.integration.no, NOON, NOON)
    started = time.process_time()
    assert store.queue_due(NOON, 10, full) == 1
    assert len(store.waiting_syncs(10)) == 1
    assert time.process_time() - started < 0.1
