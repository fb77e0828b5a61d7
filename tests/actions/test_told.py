"""Who was told that it will be sent, gets it sent: however late it is, and whatever happens at that very moment."""

import datetime as dt
from pathlib import Path

import pytest

from atsume import clock
from atsume.actions.perform import Actions
from atsume.errors import AtsumeError, Code
from atsume.store.writes import Write, WriteState
from tests.actions.test_crash import ask
from tests.actions.test_once import made, settle
from tests.actions.world import Site

LATE = Code.REMOTE_RATE_LIMIT


def test_a_turn_that_is_free_now_is_taken_however_late_it_is(fresh: Site) -> None:
    """Documents may have cost all the time there was: then the ids are told early, and it is sent."""
    for number in range(1, 6):
        done = fresh.actions.perform(ask(fresh, number, key=None, deadline=clock.now()))
        assert done.application_id
        settle(fresh, rounds=4)
        assert made(fresh, number) == 1
    assert fresh.open_writes() == []


@pytest.mark.parametrize(("number", "fault"), [(2, None), (3, {"kind": "status", "status": 500, "count": None})])
def test_what_is_told_while_it_fails_is_sent_later(
    tmp_path: Path, number: int, fault: dict[str, object] | None
) -> None:
    """Ids go out while whoever carries it out holds an older row and gives it up for now: it is not given up."""
    with Site(tmp_path, limit=(1, 3.0) if fault is None else (1000, 3.0)) as site:
        site.mirror.sync()
        asked = ask(site, number, key=None, deadline=clock.now() + dt.timedelta(seconds=0.6))

        class Told(Actions):
            def carry_on(self, write: Write, patience: dt.datetime) -> None:
                assert self._promise(write, asked) is not None
                super().carry_on(write, patience)

        actions = Told(site.actions.executor, site.actions._egress)
        if fault is None:
            assert site.actions.perform(ask(site, 1)).application_id  # takes the only turn
            asked = ask(site, number, key=None, deadline=clock.now() + dt.timedelta(seconds=0.6))
        else:
            site.company.fault(route="create", **fault)
        done = actions.perform(asked)
        actions.close()
        actions._threads.shutdown(wait=True)
        site.company.clear_faults()
        (waiting,) = site.open_writes()
        assert (waiting.application_id, waiting.is_promised) == (done.application_id, True)
        assert waiting.state in (WriteState.INTENDED, WriteState.SENDING)
        settle(site, rounds=4)
        assert made(site, number) == 1
        assert site.open_writes() == []
        listed = site.get(f"/ats/applications?ids={done.application_id}").json()["data"]["results"]
        assert [one["remote_id"] for one in listed] == [site.written()[-1]["id"]]


def test_what_is_told_while_it_is_refused_goes_again(fresh: Site) -> None:
    """Refused for good while its ids went out: the records that were told are tombstoned, not left behind."""
    site, asked = fresh, ask(fresh, 4, key=None)

    class Told(Actions):
        def carry_on(self, write: Write, patience: dt.datetime) -> None:
            self.told = self._promise(write, asked)
            super().carry_on(write, patience)

    site.company.fault(route="create", kind="status", status=400, count=None)
    actions = Told(site.actions.executor, site.actions._egress)
    with pytest.raises(AtsumeError):
        actions.perform(asked)
    site.company.clear_faults()
    assert actions.told is not None
    ids = actions.told.application_id
    (left,) = site.get(f"/ats/applications?ids={ids}&include_deleted=true").json()["data"]["results"]
    assert left["remote_deleted_at"] is not None
    assert (made(site, 4), site.open_writes()) == (0, [])
