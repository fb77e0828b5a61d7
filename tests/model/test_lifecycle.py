"""The table of states, as a table; and the laws that hold for all of it."""

import datetime as dt

import pytest

from atsume.model.integration import QaStatus, SetupStatus, State
from atsume.model.lifecycle import NEXT, Standing, Trigger, after, is_refused_for_long

NOON = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
ALL = [Standing(state, setup, qa) for state in State for setup in SetupStatus for qa in QaStatus]


@pytest.mark.parametrize(
    ("state", "triggers", "expected"),
    [
        ("ACTIVE",   ["REFUSED_FOR_LONG"],                        "INVALID"),
        ("INVALID",  ["RELINKED"],                                "ACTIVE"),
        ("INVALID",  ["ACCEPTED"],                                "ACTIVE"),    # a sync by hand got through
        ("INVALID",  ["ENABLED"],                                 "INVALID"),   # that gives no credentials
        ("INVALID",  ["DISABLED", "ENABLED"],                     "ACTIVE"),    # refused again: INVALID again
        ("ACTIVE",   ["IDLED"],                                   "INACTIVE"),
        ("INVALID",  ["IDLED"],                                   "INVALID"),   # the worse news stays visible
        ("INACTIVE", ["RELINKED", "ACCEPTED", "SYNCED"],          "INACTIVE"),  # somebody wanted it off
        ("INACTIVE", ["REFUSED_FOR_LONG"],                        "INACTIVE"),
    ],
)  # fmt: skip
def test_whether_it_syncs(state, triggers, expected):
    """Off stays off until somebody switches it on; refused stays refused until the tool accepts."""
    standing = Standing(State[state], SetupStatus.COMPLETED, QaStatus.PASSED)
    for trigger in triggers:
        standing = after(standing, Trigger[trigger])
    assert standing == Standing(State[expected], SetupStatus.COMPLETED, QaStatus.PASSED)


@pytest.mark.parametrize(
    ("setup", "qa", "trigger", "then_setup", "then_qa"),
    [
        ("INCOMPLETE",         "PENDING", "SETUP_FINISHED", "FINAL_SYNC_PENDING", "PENDING"),
        ("FINAL_SYNC_PENDING", "PENDING", "SYNCED",         "COMPLETED",          "PENDING"),
        ("INCOMPLETE",         "PENDING", "SYNCED",         "INCOMPLETE",         "PENDING"),
        ("COMPLETED",          "PASSED",  "SETUP_OPENED",   "INCOMPLETE",         "PASSED"),
        ("COMPLETED",          "PENDING", "LOOKED_WRONG",   "COMPLETED",          "FAILED"),
        ("COMPLETED",          "FAILED",  "LOOKED_RIGHT",   "COMPLETED",          "PASSED"),
        ("COMPLETED",          "PASSED",  "LOOKED_WRONG",   "COMPLETED",          "PASSED"),
        ("COMPLETED",          "FAILED",  "QA_ACCEPTED",    "COMPLETED",          "PASSED"),
        ("COMPLETED",          "PASSED",  "QA_REJECTED",    "COMPLETED",          "FAILED"),
    ],
)  # fmt: skip
def test_setup_and_quality(setup, qa, trigger, then_setup, then_qa):
    """Each facet moves on its own; what passed is not looked at again, but a person may still reject it."""
    standing = Standing(State.ACTIVE, SetupStatus[setup], QaStatus[qa])
    expected = Standing(State.ACTIVE, SetupStatus[then_setup], QaStatus[then_qa])
    assert after(standing, Trigger[trigger]) == expected


@pytest.mark.parametrize("trigger", Trigger)
def test_twice_is_once(trigger):
    """What happens twice changes no more than what happens once."""
    assert all(after(after(s, trigger), trigger) == after(s, trigger) for s in ALL)


def test_every_trigger_does_something():
    """And every state can be left: there is no dead end, and no row that changes nothing."""
    assert {trigger for _, trigger in NEXT} == set(Trigger)
    assert all(before != then and type(before) is type(then) for (before, _), then in NEXT.items())
    facets = {facet for kind in (State, SetupStatus, QaStatus) for facet in kind}
    assert {before for before, _ in NEXT} == facets


@pytest.mark.parametrize(
    ("since", "is_long"),
    [
        (None, False),
        (NOON, False),
        (NOON - dt.timedelta(days=3, seconds=-1), False),
        (NOON - dt.timedelta(days=3), True),
        (NOON + dt.timedelta(days=30), False),  # the clock stepped back
    ],
)
def test_three_days_of_refusals(since, is_long):
    """A clock that stepped back invalidates nobody."""
    assert is_refused_for_long(since, NOON) is is_long
