"""The clock that all servers of a database share."""

import datetime as dt

from atsume import clock
from atsume.store.shared_clock import MEASURED_SECONDS, SharedClock
from atsume.store.store import Store

HOUR = dt.timedelta(hours=1)


def test_it_never_goes_back(store: Store) -> None:
    """When the machine's clock does, it stands still until that has caught up."""
    off = [dt.timedelta()]
    shared = SharedClock(store.database, lambda: clock.now() + off[0], lambda: 0.0)
    first = shared()
    off[0] = -HOUR
    assert [shared(), shared()] == [shared()] * 2
    assert shared() >= first
    off[0] = HOUR
    assert shared() > first


def test_servers_with_wrong_clocks_agree(store: Store) -> None:
    """On PostgreSQL each tells the database's time; on SQLite there is one machine."""
    moment = [0.0]
    clocks = [
        SharedClock(store.database, lambda off=off: clock.now() + off, lambda: moment[0])
        for off in (-HOUR, dt.timedelta(), HOUR)
    ]
    told = [one() for one in clocks]
    spread = max(told) - min(told)
    if store.database.is_sqlite:
        assert spread > HOUR
    else:
        assert spread < dt.timedelta(seconds=1)
        assert abs(told[1] - clock.now()) < dt.timedelta(seconds=1)


def test_a_database_that_is_away_is_no_fault(store: Store) -> None:
    """What was measured before goes on being used."""
    moment = [0.0]
    shared = SharedClock(store.database, lambda: clock.now() + HOUR, lambda: moment[0])
    before = shared()
    rows, store.database.rows = store.database.rows, lambda *_: 1 / 0
    moment[0] = MEASURED_SECONDS + 1
    after = shared()
    store.database.rows = rows
    assert dt.timedelta() <= after - before < dt.timedelta(seconds=5)
