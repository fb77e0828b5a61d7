"""The breaker: how much one run may bury, and what happens to the rest of the run when it is too much."""

from pathlib import Path

import pytest

from atsume.connectors.base import Look
from atsume.model.environment import EnvironmentSettings
from atsume.model.integration import SyncState
from atsume.sync.breaker import OPEN, Breaker, breaker
from tests.sync.test_run import Mirror, Tool, members, stream, users

TEAM = "ats_join_jobs_users"


@pytest.mark.parametrize(
    ("percent", "floor", "live", "allowed"),
    [
        (30,  20, 0,         20),
        (30,  20, 66,        20),
        (30,  20, 70,        21),
        (30,  20, 1_000_000, 300_000),
        (0,   0,  1_000_000, 0),
        (0,   5,  1_000_000, 5),
        (100, 0,  10,        None),
    ],
)  # fmt: skip
def test_how_many_may_go(percent, floor, live, allowed):
    """A share of what is live, but never fewer than the floor; 100 is no limit."""
    assert Breaker(percent, floor).allows(live) == allowed


def test_an_operator_opens_it():
    """For one run; else the environment decides."""
    settings = EnvironmentSettings(deletion_limit_percent=10, deletion_floor=3)
    assert breaker(settings, is_allowed=True) == OPEN
    assert breaker(settings, is_allowed=False) == Breaker(10, 3)


@pytest.fixture
def mirror(tmp_path: Path):
    """A mirror of forty users, each on the team of job 1."""
    made = Mirror(tmp_path)
    everybody = [str(n) for n in range(40)]
    after = frozenset({"ats_users"})
    made.sync(Tool([stream("ats_users", users(*everybody)), stream(TEAM, members(*everybody), after=after)]))
    yield made
    made.store.close()


@pytest.mark.parametrize(
    ("stay", "look", "limit", "left", "state"),
    [
        (28, Look.GONE,    Breaker(30, 0), 28, SyncState.SUCCEEDED),         # exactly 30 %
        (27, Look.GONE,    Breaker(30, 0), 40, SyncState.PARTIALLY_FAILED),  # one more
        (27, Look.GONE,    Breaker(30, 13), 27, SyncState.SUCCEEDED),        # the floor
        (0,  Look.GONE,    OPEN,           0,  SyncState.SUCCEEDED),
        (0,  Look.EXISTS,  Breaker(0, 0),  40, SyncState.SUCCEEDED),         # nothing is gone at all
        (0,  Look.UNKNOWN, Breaker(0, 0),  40, SyncState.SUCCEEDED),
    ],
)  # fmt: skip
def test_too_many_at_once_are_not_buried(mirror: Mirror, stay, look, limit, left, state) -> None:
    """All that is proved gone goes, or none of it: the run says so and how to let it happen."""
    tool = Tool([stream("ats_users", users(*map(str, range(stay))))], look)
    outcome = mirror.sync(tool, limit)
    assert (len(mirror.live("ats_users")), outcome.state) == (left, state)
    (users_stream,) = outcome.streams
    if state is SyncState.PARTIALLY_FAILED:
        assert users_stream.held_back == 13
        assert f"atsume integrations sync {mirror.id} --allow-deletions" in outcome.warnings[0]
        assert "At least 13 of 40 are gone" in outcome.warnings[0]
    else:
        assert (users_stream.held_back, outcome.warnings) == (0, [])
    assert len(tool.asked) <= 40 - stay


def test_what_depends_on_a_held_stream_buries_nothing(mirror: Mirror) -> None:
    """The team of a job keeps the members that the breaker keeps; what came anew is mirrored all the same."""
    after = frozenset({"ats_users"})
    came = [stream("ats_users", users("0", "new")), stream(TEAM, members("0"), after=after)]
    outcome = mirror.sync(Tool(came), Breaker(30, 0))
    assert outcome.state is SyncState.PARTIALLY_FAILED
    assert len(mirror.live("ats_users")) == 41
    assert len(mirror.live(TEAM)) == 40


def test_it_trips_again_until_it_is_opened(mirror: Mirror) -> None:
    """Nothing wears it out; opened, the next run does what the ones before did not."""
    tools = [Tool([stream("ats_users", users("0"))]) for _ in range(3)]
    assert [mirror.sync(tool, Breaker(30, 0)).state for tool in tools[:2]] == [SyncState.PARTIALLY_FAILED] * 2
    assert mirror.sync(tools[2], OPEN).state is SyncState.SUCCEEDED
    assert mirror.live("ats_users") == {"0"}
