"""Due integrations: found without reading the others, taken once, moved on."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from atsume.model.integration import Integration, SyncType
from atsume.store.database import Database
from atsume.store.rows import Schedule
from atsume.store.schema import integrations, schedules, sync_runs
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
    store.plan_next(no, NOON, NOON, watermarks={"ats_candidates": NOON})
    store.plan_next(no, NOON + HOUR, NOON, watermarks={"ats_jobs": NOON + HOUR, "ats_candidates": None})
    assert store.schedule(no) == Schedule(
        next_due_at=NOON + HOUR, full_at=NOON, watermarks={"ats_jobs": NOON + HOUR, "ats_users": NOON}
    )


def crowd(store: Store, first: int, last: int) -> None:
    """Add integrations with these numbers, of which none is due."""
    with store.database.writing() as connection:
        row = connection.execute(sa.select(integrations).limit(1)).mappings().one()
        copies = [{**row, "no": row["no"] + n, "id": f"personio:{n:024d}"} for n in range(first, last)]
        connection.execute(sa.insert(integrations), copies)
        later = [{"integration_no": one["no"], "next_due_at": NOON + HOUR, "planned_at": NOON} for one in copies]
        connection.execute(sa.insert(schedules), later)


class Cost:
    """What asking costs: statements, and the instructions of SQLite's machine or the rows that PostgreSQL looks at."""

    def __init__(self, database: Database) -> None:
        self._database, self._asked, self._steps = database, list[tuple[str, Any]](), 0
        event.listen(database.engine, "before_cursor_execute", self._note)
        if database.is_sqlite:
            event.listen(database.engine, "checkout", lambda raw, *_: raw.set_progress_handler(self._step, 1))

    def _note(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        self._asked.append((statement, parameters))

    def _step(self) -> int:
        self._steps += 1
        return 0

    def of(self, ask: Callable[[], object]) -> tuple[int, int]:
        """Return what this costs."""
        self._steps = 0
        self._asked.clear()
        ask()
        asked = list(self._asked)
        work = self._steps if self._database.is_sqlite else sum(self._rows(*one) for one in asked)
        return len(asked), work

    def _rows(self, statement: str, parameters: Any) -> int:
        if not statement.startswith("SELECT"):
            return 0
        with self._database.looking() as connection:
            found = connection.exec_driver_sql("EXPLAIN (ANALYZE, FORMAT JSON) " + statement, parameters)
            plans, rows = [found.scalar_one()[0]["Plan"]], 0.0
        while plans:
            plan = plans.pop()
            plans += plan.get("Plans", [])
            if "Scan" in plan["Node Type"]:
                rows += (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
        return round(rows)


def test_due_work_costs_the_same_among_ten_thousand(world: World) -> None:
    """No more statements and no more work than among a hundred: nothing is read of integrations that are not due."""
    store, cost = world.store, Cost(world.store.database)
    idle: list[tuple[int, int]] = []
    due: list[tuple[int, int]] = []

    def look(found: int) -> None:
        assert store.queue_due(NOON, 10, full) == found
        assert len(store.waiting_syncs(10)) == found

    for first, last in ((1, 100), (100, 10_000)):
        crowd(store, first, last)
        store.database.take_stock([schedules, integrations, sync_runs])
        store.plan_next(world.integration.no, NOON + 2 * HOUR, NOON)
        idle.append(cost.of(lambda: look(0)))
        store.plan_next(world.integration.no, NOON, NOON)
        due.append(cost.of(lambda: look(1)))
        with store.database.writing() as connection:
            connection.execute(sa.delete(sync_runs))
    print(f"\n(statements, work) among 100 and among 10,000: idle {idle}, one due {due}")
    for few, many in (idle, due):
        assert many[0] == few[0]
        assert many[1] <= few[1] + few[1] // 10 + 5
