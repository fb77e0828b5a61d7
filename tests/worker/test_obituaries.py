"""Who is taken for dead."""

import datetime as dt

import pytest

from atsume.config import Config
from atsume.store.rows import Replica
from atsume.sync.replica import BEATS, Obituaries

SILENCE = Config().replica_silence_seconds
NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def row(process: str, beats: int, at: dt.datetime = NOON) -> Replica:
    """Return a process with so many beats."""
    return Replica(process, process, "worker", at, at, beats)


@pytest.mark.parametrize(
    ("heard", "dead"),
    [
        (lambda _: 1, True),                              # never again
        (lambda second: 1 + second // 5, False),          # every five seconds
        (lambda second: min(1 + second // 5, 3), True),   # until it died
        (lambda second: 1 + second // 20, False),         # slowly, but it lives
        (lambda second: 100 - second // 5, False),        # the count was reset: somebody counts
    ],
)  # fmt: skip
def test_silence_is_death(heard, dead: bool) -> None:
    """A process is dead when its count did not move for long enough, whatever its clock says."""
    watching, buried = Obituaries(SILENCE), []
    for second in range(0, 60, int(SILENCE / BEATS)):
        stepping_back = NOON - dt.timedelta(hours=second)
        buried += watching.dead([row("other", heard(second), stepping_back)], float(second))
    assert bool(buried) is dead


def test_takeover_is_within_a_minute() -> None:
    """A beat missed, a silence, a look: still far below sixty seconds."""
    assert SILENCE + 2 * SILENCE / BEATS < 45


def test_who_was_away_buries_nobody() -> None:
    """After a pause of our own, or of the database, everybody gets a new chance."""
    watching = Obituaries(SILENCE)
    assert watching.dead([row("other", 7)], 0.0) == []
    assert watching.dead([row("other", 7)], 500.0) == []
    assert watching.dead([row("other", 8)], 505.0) == []
