"""When an integration is synced next, and how."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atsume.model.environment import EnvironmentSettings
from atsume.model.integration import SyncState, SyncType
from atsume.sync.schedule import RETRY, SPREAD, Cadence, Past, cadence, kind, next_due

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
RULE = Cadence(12 * HOUR, HOUR)
BERLIN = ZoneInfo("Europe/Berlin")


def before(hours: float, marks: float | None = None) -> Past:
    """Return what a full sync so many hours ago left, and a delta `marks` hours ago."""
    return Past(full_at=NOON - hours * HOUR, watermarks={"ats_jobs": NOON - (hours if marks is None else marks) * HOUR})


@pytest.mark.parametrize(
    ("rule", "past", "expected"),
    [
        (RULE, Past(),                                   SyncType.FULL),   # never synced
        (RULE, Past(full_at=NOON - HOUR),                SyncType.FULL),   # no stream was ever walked to its end
        (RULE, before(1),                                SyncType.DELTA),
        (RULE, before(11, 1),                            SyncType.DELTA),
        (RULE, before(11.6, 1),                          SyncType.FULL),   # would fall due before the next delta
        (RULE, before(30, 1),                            SyncType.FULL),
        (Cadence(3 * HOUR, None), before(3),             SyncType.FULL),   # this tool cannot tell what changed
        (Cadence(HOUR, 3 * HOUR), before(1),             SyncType.FULL),
        (RULE, before(-2),                               SyncType.FULL),   # the clock has stepped back behind it
        (RULE, before(5, -1),                            SyncType.FULL),
    ],
)  # fmt: skip
def test_kind(rule: Cadence, past: Past, expected: SyncType) -> None:
    """One row, one case."""
    assert kind(rule, past, NOON) is expected


@pytest.mark.parametrize(
    ("settings", "has_delta", "expected"),
    [
        ({}, True, Cadence(12 * HOUR, HOUR)),
        ({}, False, Cadence(3 * HOUR, None)),
        ({"full_sync_hours": 24, "delta_sync_minutes": 15}, True, Cadence(24 * HOUR, HOUR / 4)),
        ({"delta_sync_minutes": 0}, True, Cadence(3 * HOUR, None)),
        ({"full_sync_hours_without_delta": 8}, False, Cadence(8 * HOUR, None)),
    ],
)
def test_cadence(settings: dict[str, float], has_delta: bool, expected: Cadence) -> None:
    """Settings decide; a delta that is switched off or impossible leaves full syncs, more often."""
    assert cadence(EnvironmentSettings(**settings), has_delta=has_delta) == expected


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (None, HOUR),
        (SyncState.SUCCEEDED, HOUR),
        (SyncState.PARTIALLY_FAILED, HOUR),
        (SyncState.FAILED, RETRY),
        (SyncState.TIMED_OUT, RETRY),
        (SyncState.AUTHENTICATION_FAILED, HOUR),
        (SyncState.CANCELLED, HOUR),
    ],
)
def test_a_run_moves_the_schedule(state: SyncState | None, step: dt.timedelta) -> None:
    """From its end on; sooner when it brought nothing."""
    assert next_due(RULE, state, NOON, 0.5) == NOON + step


@given(chance=st.floats(0, 1, exclude_max=True), hours=st.integers(1, 100))
def test_due_times_are_spread(chance: float, hours: int) -> None:
    """By a tenth, never more, always later than now."""
    due = next_due(Cadence(hours * HOUR, None), SyncState.SUCCEEDED, NOON, chance)
    assert abs(due - NOON - hours * HOUR) <= SPREAD * hours * HOUR
    assert due > NOON


@pytest.mark.parametrize("night", [dt.datetime(2026, 3, 29, 1, 30), dt.datetime(2026, 10, 25, 2, 30)])  # noqa: DTZ001
def test_the_nights_on_which_clocks_change(night: dt.datetime) -> None:
    """An hour is an hour, whatever the wall says."""
    now = night.replace(tzinfo=BERLIN)
    due = next_due(RULE, None, now.astimezone(dt.UTC), 0.5)
    assert due.timestamp() - now.timestamp() == 3600
