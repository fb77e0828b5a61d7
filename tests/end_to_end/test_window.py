"""Upstream filtering: only what changed since a moment is read and kept, and nothing is told that is not so."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from atsume import clock
from atsume.model.environment import EnvironmentSettings
from atsume.model.integration import SyncState, SyncType
from atsume.model.scope import Setting
from atsume.sync.execute import execute
from atsume.sync.window import SLACK, cutoff, decided
from personio_simulator.options import Options
from tests.end_to_end.world import Company, Mirror

NOW = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
APPLICATIONS, CANDIDATES = "ats_applications", "ats_candidates"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, None),
        ({"applications_since": "2026-01-01"}, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
        ({"applications_within_days": 10}, NOW - dt.timedelta(days=10)),
        ({"applications_since": "2026-01-01", "applications_within_days": 10}, NOW - dt.timedelta(days=10)),
        ({"applications_since": "2026-04-30", "applications_within_days": 10}, dt.datetime(2026, 4, 30, tzinfo=dt.UTC)),
    ],
)
def test_the_later_moment_counts(settings: dict[str, Any], expected: dt.datetime | None) -> None:
    """A day, so many days before now, or the later of both; without either all are wanted."""
    assert cutoff(EnvironmentSettings(**settings), NOW) == expected


@pytest.fixture
def company() -> Iterator[Company]:
    """A company whose applications are of many ages."""
    with Company(Options(jobs=10, applications=900, seed=5, knobs={"rate_limits": "report"})) as made:
        yield made


def _day(company: Company, share: float) -> str:
    """Return a day after which that share of the applications changed, none within hours of it."""
    times = sorted(_moment(a["updated_at"]) for a in company.truth()["applications"])
    for at in times[int(len(times) * (1 - share)) :]:
        day = at.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
        if not any(abs(one - day) < SLACK + dt.timedelta(hours=2) for one in times):
            return day.date().isoformat()
    raise AssertionError("no quiet day")


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _wanted(company: Company, day: str) -> tuple[set[str], set[str]]:
    """Return the remote ids of applications that changed since, and of whoever sent them."""
    since = dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)
    new = [a for a in company.truth()["applications"] if _moment(a["updated_at"]) >= since]
    return {a["id"] for a in new}, {a["candidate_id"] for a in new}


def _held(mirror: Mirror, **request: Any) -> tuple[set[str], set[str]]:
    return tuple({r["remote_id"] for r in mirror.records(model, **request)} for model in (APPLICATIONS, CANDIDATES))  # pyright: ignore


def _set(mirror: Mirror, **values: Any) -> int | None:
    store, integration = mirror.server.store, mirror.integration
    before = store.in_force(integration)
    store.update_overrides(integration.id, {**integration.overrides, **values})
    return decided(store, mirror.integration, before, clock.now())


def _delta(mirror: Mirror) -> SyncState:
    store = mirror.server.store
    claimed = store.claim_sync(clock.now(), store.queue_sync(mirror.integration.id, SyncType.DELTA, clock.now())[0].id)
    assert claimed is not None
    assert claimed.type is SyncType.DELTA
    return execute(mirror.server.executor, claimed, should_stop=lambda: False)


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_only_the_window_is_mirrored(
    engine: str, company: Company, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Narrowed from the first sync; wider brings back, narrower takes out, and nobody is told of a deletion."""
    url = request.getfixturevalue("postgres_url") if engine == "postgresql" else f"sqlite:///{tmp_path}/a.db"
    third, tenth = _day(company, 0.3), _day(company, 0.1)
    with Mirror(company, url, tmp_path, applications_since=third) as mirror:
        assert mirror.sync().state is SyncState.SUCCEEDED
        assert _held(mirror) == _wanted(company, third)
        assert len(mirror.records("ats_jobs")) == len(company.truth()["jobs"])
        store, no = mirror.server.store, mirror.integration.no
        assert mirror.sync().state is SyncState.SUCCEEDED
        leaving = _wanted(company, third)[0] - _wanted(company, tenth)[0]
        before = store.latest(no)
        assert _set(mirror, applications_since=tenth) == len(leaving)
        run = mirror.sync()
        assert (run.state, sum(s.deleted for s in run.streams if s.model in {APPLICATIONS, CANDIDATES})) == (
            SyncState.SUCCEEDED, 0,
        )  # fmt: skip
        assert _held(mirror) == _held(mirror, include_deleted=True) == _wanted(company, tenth)
        told = [c for c in store.changes(no, before, 1000).changes if c.model in {APPLICATIONS, CANDIDATES}]
        assert [c for c in told if c.kind == "deleted"] == []
        assert _set(mirror, applications_since=None) == 0
        mirror.sync()
        everybody = company.truth()
        assert _held(mirror) == (
            {a["id"] for a in everybody["applications"]},
            {c["id"] for c in everybody["candidates"]},
        )


def test_what_happens_around_the_window(company: Company, tmp_path: Path) -> None:
    """A deletion inside is a tombstone, one outside is nothing; an old application that changes comes in by a delta."""
    day = _day(company, 0.3)
    with Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path, applications_since=day) as mirror:
        mirror.sync()
        inside, _ = _wanted(company, day)
        old = sorted(a["id"] for a in company.truth()["applications"] if a["id"] not in inside)
        gone = sorted(inside)[0]
        company.change("DELETE", f"/applications/{gone}")
        company.change("DELETE", f"/applications/{old[0]}")
        mirror.sync()
        held, deleted = _held(mirror)[0], _held(mirror, include_deleted=True)[0]
        assert (held, deleted) == (inside - {gone}, inside)
        company.change("PATCH", f"/applications/{old[1]}", {"stage": "offer"})
        assert _delta(mirror) is SyncState.SUCCEEDED
        assert _held(mirror)[0] == inside - {gone} | {old[1]}
        mirror.sync()
        assert _held(mirror) == _wanted(company, day)


def test_the_window_rolls(company: Company, tmp_path: Path) -> None:
    """What has not changed for so many days leaves with the next full sync; what was created here stays."""
    with Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path) as mirror:
        mirror.sync()
        store, held = mirror.server.store, sorted(_held(mirror)[0])
        with store.database.writing() as connection:
            store.track(connection, mirror.integration.no, held[:1], clock.now())
        _set(mirror, applications_within_days=30)
        mirror.at(clock.now() + dt.timedelta(days=4000))
        run = mirror.sync()
        assert (run.state, run.warnings) == (SyncState.SUCCEEDED, [])
        assert sorted(_held(mirror, include_deleted=True)[0]) == held[:1]
        told = store.changes(mirror.integration.no, 0, 1000).changes
        assert [c for c in told if c.kind == "deleted" and c.model == APPLICATIONS] == []


def test_settings_are_checked() -> None:
    """A day that is none, or no days at all, is refused with its name."""
    from atsume.model.environment import UnknownSetting, changed  # noqa: PLC0415

    for name, value in (("applications_since", "2026-13-01"), ("applications_within_days", "0")):
        with pytest.raises(UnknownSetting, match=name):
            changed(EnvironmentSettings(), {name: value})
    assert msgspec.to_builtins(changed(EnvironmentSettings(), {"applications_since": "2026-01-31"}))[
        "applications_since"
    ] == "2026-01-31"  # fmt: skip


def test_a_change_at_the_edge_is_an_update(company: Company, tmp_path: Path) -> None:
    """What changed since it was held is told as changed, not as new; nothing leaves before the tool was read."""
    wide, narrow = _day(company, 0.4), _day(company, 0.1)
    with Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path, applications_since=wide) as mirror:
        mirror.sync()
        held, (store, no) = _held(mirror)[0], (mirror.server.store, mirror.integration.no)
        moved = sorted(_wanted(company, wide)[0] - _wanted(company, narrow)[0])[0]
        company.change("PATCH", f"/applications/{moved}", {"stage": "offer"})
        _set(mirror, applications_since=narrow)
        company.fault(kind="status", route="applications", status=403, count=1000)
        assert mirror.sync().state is SyncState.PARTIALLY_FAILED
        assert _held(mirror)[0] == held
        company.clear_faults()
        before = store.latest(no)
        assert mirror.sync().state is SyncState.SUCCEEDED
        assert _held(mirror) == _wanted(company, narrow)
        told = store.changes(no, before, 1000).changes
        assert [c.kind for c in told if c.model == APPLICATIONS] == ["updated"]


def test_the_window_holds_without_times(company: Company, tmp_path: Path) -> None:
    """Where a scope config switches the time of change off, each absent application is asked for once, and leaves."""
    wide, narrow = _day(company, 0.4), _day(company, 0.1)
    with Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path, applications_since=wide) as mirror:
        store, integration = mirror.server.store, mirror.integration
        chosen = {"ats_applications.remote_updated_at": Setting.DISABLED}
        config = store.add_scope_config(integration.environment_id, "No times", chosen, clock.now())
        store.set_scope(integration.id, config.id, (), None)
        mirror.sync()
        gone = sorted(_wanted(company, narrow)[0])[0]
        company.change("DELETE", f"/applications/{gone}")
        _set(mirror, applications_since=narrow)
        for _ in range(2):
            assert mirror.sync().state is SyncState.SUCCEEDED
            assert _held(mirror) == _wanted(company, narrow)
            assert _held(mirror, include_deleted=True)[0] == _wanted(company, narrow)[0] | {gone}
