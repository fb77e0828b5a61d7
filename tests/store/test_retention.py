"""What ages out, on both engines, with a clock of our own: when it goes, what goes, and what stays."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from atsume.connectors.base import Came
from atsume.integrations.retention import SWEEP, Sweep
from atsume.model.environment import EnvironmentSettings
from atsume.model.integration import SyncState, SyncType
from atsume.model.record import timestamp
from atsume.store.erasure import KEPT, OF_NOBODY
from atsume.store.retention import Keep
from atsume.store.rows import ERASED, LoggedExchange
from atsume.store.schema import RECORDS, environments, metadata
from atsume.store.schema_fields import kept_beside
from atsume.sync.diff import must_map
from tests.store.world import APPLICATION, CANDIDATE, EVERYTHING, JOB, MODEL_OF, NOON, USER, World, moment

DAY = dt.timedelta(days=1)
BURIED = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
"""When `write("deleted", …, day=2)` buries."""
LISTED = ("ats_users", "ats_jobs", "ats_candidates", "ats_application_stages", "ats_applications")
KEPT_KEYS = {"id", "remote_id", "changed_at", "remote_deleted_at"}


def sweep(world: World, at: dt.datetime) -> tuple[list[str], dict[str, int]]:
    """Return what was due then, and what a sweep took."""
    work = Sweep(world.store, Keep(), lambda: at)
    return work.due(at), work.carry_out()


def stored_text(world: World) -> str:
    """Return every text of every record table, as it is stored."""
    found: list[str] = []
    with world.store.database.looking() as connection:
        for tables in RECORDS.values():
            for table in (tables.keys, tables.fragments):
                found += [repr(tuple(row)) for row in connection.execute(sa.select(table))]
    return "\n".join(found)


@pytest.mark.parametrize(("days", "is_due"), [(13.99, False), (14.01, True)])
def test_tombstones_are_emptied_after_two_weeks(world: World, days: float, is_due: bool) -> None:
    """Nothing is kept of them but ids and times, neither in lists nor in columns nor inside other records."""
    world.fill()
    for record in EVERYTHING:
        world.write("deleted", record, day=2)
    before = {model: world.listed(model, include_deleted=True) for model in LISTED}
    due, swept = sweep(world, BURIED + days * DAY)
    assert (due, swept["tombstones"]) == (([SWEEP], len(EVERYTHING)) if is_due else ([], 0))
    after = {model: world.listed(model, include_deleted=True) for model in LISTED}
    if not is_due:
        assert after == before
        return
    for model in LISTED:
        ((old,), (new,)) = before[model], after[model]
        assert {k: new[k] for k in KEPT_KEYS} == {k: old[k] for k in KEPT_KEYS}
        assert set(new) == set(old)
        assert {k for k in new if k not in KEPT_KEYS and new[k] not in (None, [])} == set()
    assert all(secret not in stored_text(world) for secret in ("Jo@x.de", "jo@x.de", "Ada", "Bérg", "bérg", "Board"))
    assert sweep(world, BURIED + 90 * DAY)[1]["tombstones"] == 0


def test_only_what_is_gone_is_emptied(world: World) -> None:
    """Live records, younger tombstones and other integrations keep everything."""
    other = World(world.store, "Other")
    for one in (world, other):
        one.fill()
    world.write("deleted", USER, day=2)
    world.write("deleted", JOB, day=12)
    before = (
        other.listed("ats_candidates"),
        world.listed("ats_candidates"),
        world.listed("ats_jobs", include_deleted=True),
    )
    assert sweep(world, BURIED + 14.5 * DAY)[1]["tombstones"] == 1
    after = (
        other.listed("ats_candidates"),
        world.listed("ats_candidates"),
        world.listed("ats_jobs", include_deleted=True),
    )
    assert after == before


def test_what_comes_back_is_whole_again(world: World) -> None:
    """An emptied record that the tool shows again is as it was; its tombstone is cleared, and it may go again."""
    world.fill()
    before = world.listed("ats_candidates")[0]
    world.write("deleted", CANDIDATE, day=2)
    sweep(world, BURIED + 15 * DAY)
    (held,) = world.store.held("ats_candidates", [world.id("ats_candidates", "c1")]).values()
    assert held.is_deleted
    world.write("updated", CANDIDATE, day=20)
    (again,) = world.listed("ats_candidates")
    assert again == before | {"changed_at": moment(20)}
    world.write("deleted", CANDIDATE, day=21)
    assert sweep(world, BURIED + 40 * DAY)[1]["tombstones"] == 1


def test_a_deleted_integration_is_erased_after_two_weeks(world: World) -> None:
    """Hidden at once, erased later, another one untouched; nothing of it is in any table."""
    other = World(world.store, "Other")
    for one in (world, other):
        one.fill()
    theirs = other.store.left_of_integration(other.integration)
    world.store.hide_integration(world.integration.id, NOON)
    assert sweep(world, NOON + 13 * DAY)[1]["integrations"] == 0
    assert world.store.left_of_integration(world.integration)["ats_users"] == 1
    assert sweep(world, NOON + 14.1 * DAY)[1]["integrations"] == 1
    assert set(world.store.left_of_integration(world.integration)) <= set(KEPT)
    assert other.store.left_of_integration(other.integration) == theirs
    assert sweep(world, NOON + 99 * DAY)[1]["integrations"] == 0


@pytest.mark.parametrize(("days", "left"), [(6.9, 2), (7.1, 1), (8.1, 0)])
def test_exchanges_age_out_after_a_week(world: World, days: float, left: int) -> None:
    """Whosever they are."""
    for day in (0, 1):
        exchange = LoggedExchange(
            id=f"x{day}", direction="in", at=NOON + day * DAY, method="GET", url="/", status=500, duration_seconds=0.1
        )
        world.store.add_exchange(exchange)
    sweep(world, NOON + days * DAY)
    assert sum(world.store.exchange(f"x{day}") is not None for day in (0, 1)) == left


def test_statistics_age_out_after_two_months(world: World) -> None:
    """Ended runs are forgotten, but the newest of an integration stays: it is what is known of it."""
    store, runs = world.store, []
    for day in (0, 1):
        run, _ = store.queue_sync(world.integration.id, SyncType.FULL, NOON + day * DAY)
        store.claim_sync(NOON + day * DAY)
        store.finish_sync(run.id, SyncState.SUCCEEDED, NOON + day * DAY, [], [], None, {})
        runs.append(run.id)
    assert sweep(world, NOON + 59 * DAY)[1]["runs"] == 0
    assert sweep(world, NOON + 90 * DAY)[1]["runs"] == 1
    assert [run.id for run in store.sync_runs(world.integration.id)] == [runs[1]]
    assert sweep(world, NOON + 900 * DAY) == ([], dict.fromkeys(sweep(world, NOON)[1], 0))


def test_a_clock_that_stepped_back_erases_nothing(world: World) -> None:
    """Before everything was written, nothing is old."""
    world.fill()
    world.write("deleted", USER, day=2)
    world.store.hide_integration(world.integration.id, NOON)
    assert sweep(world, NOON - 400 * DAY) == ([], dict.fromkeys(sweep(world, NOON - 400 * DAY)[1], 0))


def test_a_sweep_raises_nothing(world: World) -> None:
    """A database that is away costs a sweep, not the worker."""
    world.store.close()

    def away() -> Any:
        raise OSError("away")

    assert Sweep(world.store, Keep(), away).carry_out() == {}


def test_finding_nothing_due_reads_only_indexes(world: World) -> None:
    """Looking for tombstones to empty costs nothing when there are none, however many records there are."""
    if not world.store.database.is_sqlite:
        pytest.skip("the planner of PostgreSQL prefers a scan of tables as small as these")
    with world.store.database.looking() as connection:
        plan = connection.execute(
            sa.text(
                "EXPLAIN QUERY PLAN SELECT seq FROM ats_applications WHERE ats_applications.deleted_at IS NOT NULL "
                "AND ats_applications.fingerprint <> 0 AND deleted_at < 'x' LIMIT 1"
            )
        ).all()
    assert "ix_ats_applications_tombs" in str(plan)


def test_every_table_is_owned_by_somebody() -> None:
    """A new table tells by its columns whose rows it holds, or `OF_NOBODY` says why nobody's."""
    records = {
        table.name
        for model, tables in RECORDS.items()
        for table in (tables.keys, tables.fragments, *kept_beside(model))
    }
    owners = {"integration_no", "integration_id", "environment_id", "run_id"}
    unclear = {
        table.name
        for table in metadata.tables.values()
        if table.name not in records | set(OF_NOBODY) and table is not environments and not owners & set(table.c.keys())
    }
    assert unclear == set()
    assert set(KEPT) <= set(metadata.tables)


def test_erased_people_stay_erased(world: World) -> None:
    """Emptied with a mark that keeps every sync from filling them again, though the tool still shows them."""
    world.fill()
    ((integration, found),) = world.store.people("JO@x.de")
    assert integration == world.integration
    assert {model: len(ids) for model, ids in found.items()} == {"ats_candidates": 1, "ats_applications": 1}
    for record in (CANDIDATE, APPLICATION):
        world.write("deleted", record, day=2)
    assert world.store.erase_records(found) == {"ats_candidates": 1, "ats_applications": 1}
    assert world.store.mentions("jo@x.de") == {}
    for model, ids in found.items():
        for held in world.store.held(model, ids).values():
            assert (held.is_deleted, held.remote_fingerprint) == (True, ERASED)
    world.store.mark_stale("ats_candidates", world.integration.no)
    (held,) = world.store.held("ats_candidates", found["ats_candidates"]).values()
    assert not must_map(Came("c1", 5), held)
    assert timestamp(BURIED) == world.listed("ats_candidates", include_deleted=True)[0]["remote_deleted_at"]


@pytest.mark.parametrize("record", EVERYTHING, ids=lambda r: MODEL_OF[type(r)])
def test_every_model_can_be_emptied(world: World, record: Any) -> None:
    """Also the joins, which are on no list: afterwards the row is found and rewritten like any other."""
    world.write("created", record)
    world.write("deleted", record, day=2)
    model = MODEL_OF[type(record)]
    assert world.store.blank_tombstones(model, BURIED + DAY) == 1
    assert world.store.blank_tombstones(model, BURIED + DAY) == 0
    world.write("updated", record, day=3)
    assert world.store.count(model, world.integration.no) == 1


@pytest.mark.parametrize(
    ("rule", "used", "days", "state"),
    [
        (True,  None, 13.9, "ACTIVE"),
        (True,  None, 14.1, "INACTIVE"),
        (True,  10,   14.1, "ACTIVE"),
        (True,  10,   24.1, "INACTIVE"),
        (False, None, 90,   "ACTIVE"),
    ],
)  # fmt: skip
def test_what_nobody_asks_for_becomes_inactive(world: World, rule, used, days, state) -> None:
    """After two weeks without a request, where the environment wants that; an integration may decide otherwise."""
    store, ident = world.store, world.integration.id
    store.update_environment_settings(world.integration.environment_id, EnvironmentSettings(idle_rule=rule))
    exempt = World(store, "Exempt").integration
    store.update_overrides(exempt.id, {"idle_rule": False})
    if used is not None:
        store.mark_used(ident, NOON + used * DAY)
    due, swept = sweep(world, NOON + days * DAY)
    found, other = store.integration(ident), store.integration(exempt.id)
    assert found is not None
    assert other is not None
    assert (found.state.value, other.state.value) == (state, "ACTIVE")
    assert (due, swept["idle"]) == (([SWEEP], 1) if state == "INACTIVE" else ([], 0))
    assert sweep(world, NOON + days * DAY)[1]["idle"] == 0
