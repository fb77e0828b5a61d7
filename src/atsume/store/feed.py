"""The feed: every change of an integration's records and joins, numbered without gaps in the order of the commits.

One row per commit and model: the first and the last number, kinds and ids packed. It is written in the commit's own
transaction. The commits of one integration take turns, so below a number that can be read none is still to come; and
a commit takes its time inside its turn, never earlier than the one before, so the feed also tells which commits may
have been under way at a moment. See `since`, and docs/decisions/0006-no-change-is-lost.md for the proof.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from atsume.model.catalogue import MODELS
from atsume.model.record import Timestamp, timestamp
from atsume.store.database import Among, Database, StoreError, driver
from atsume.store.rows import Change, ChangePage, Writes
from atsume.store.schema import RECORDS, SEQ_BITS, SEQ_MASK, bounds, feed, first_seq, integrations
from atsume.store.text import number

Stamp = Timestamp | Callable[[], Timestamp]
"""The time of a commit, or the clock to ask when its turn has come."""

MARGIN = dt.timedelta(seconds=10)
"""Reads by change time begin so much earlier than asked: the clocks of callers may be that far ahead of ours."""
FORGOTTEN = dt.timedelta(hours=1)
"""And so much earlier where the feed does not go back that far: no commit takes that long."""

KINDS = {"c": "created", "u": "updated", "d": "deleted"}


class Turn(Struct, frozen=True):
    """The turn of a commit."""

    last: int
    """Number of the newest change before it, as stored: the integration's number in the upper bits."""
    at: Timestamp
    """Its time."""
    is_new: bool = True
    """Whether no commit has had that time yet."""


class FeedForgotten(StoreError):
    """The feed does not begin where it was asked for."""


def begin(database: Database, raw: Any, integration_no: int, stamp: Stamp) -> Turn:
    """Return the turn of a commit. Its integration is locked, so nothing else of it is under way."""
    sql = database.sql("feed head", _head)
    last, before, settled = raw.execute(sql, bounds(integration_no) | {"no": integration_no}).fetchall()[0]
    now = stamp if isinstance(stamp, str) else stamp()
    at = max(now, before or "", settled or "")
    return Turn(first_seq(integration_no) if last is None else last, at, is_new=before is None or before < at)


def append(database: Database, raw: Any, turn: Turn, batches: Sequence[tuple[str, Writes]]) -> None:
    """Number the changes of a commit and keep them. Quiet writes are none."""
    sql, last = database.sql("feed", lambda: sa.insert(feed)), turn.last
    for model, writes in batches:
        changes = ["c" + row.id for row in writes.created]
        changes += ["u" + row.id for row in writes.updated]
        changes += ["d" + our_id for our_id in writes.deleted]
        if changes:
            first, last = last + 1, last + len(changes)
            values = {"last": last, "first": first, "integration_no": last >> SEQ_BITS, "model": model, "at": turn.at}
            raw.execute(sql, values | {"changes": ",".join(changes)})


class Feed:
    """Reading the feed, and what it knows about time."""

    database: Database

    def latest(self, integration_no: int) -> int:
        """Return the number of the newest change; 0 when there was none."""
        sql = self.database.sql("feed latest", lambda: sa.select(sa.func.max(feed.c.last)).where(_within()))
        return (self.database.rows(sql, bounds(integration_no))[0][0] or 0) & SEQ_MASK

    def changes(self, integration_no: int, after: int, limit: int) -> ChangePage:
        """Return the changes after a number, in order. Raises FeedForgotten when some of them are not kept any more."""
        latest = self.latest(integration_no)
        if after > latest:
            raise FeedForgotten(f"The feed ends at {latest}.")
        sql = self.database.sql("feed page", _page)
        limits = bounds(integration_no, after)
        found = self.database.rows(sql, limits | {"end": limits["first"] + limit})
        if (found[0][0] & SEQ_MASK if found else latest + 1) > after + 1:
            raise FeedForgotten(f"What came right after {after} is not kept any more.")
        changes = [change for row in found for change in _unpacked(*row) if after < change.sequence <= after + limit]
        self._look_up(changes)
        return ChangePage(changes=changes, next=after + len(changes), latest=max(latest, after + len(changes)))

    def _look_up(self, changes: list[Change]) -> None:
        """Add what the rows still know: remote ids, and of joins the record that shows them."""
        for model in {change.model for change in changes}:
            ids = {change.id for change in changes if change.model == model}
            sql = self.database.sql(("feed names", model), lambda model=model: _names(model))
            rows = self.database.rows(sql, {"ids": self.database.listed(sorted(ids))})
            known = {our_id: (remote_id, shown_in) for our_id, remote_id, shown_in in rows}
            for change in changes:
                if change.model == model and change.id in known:
                    change.remote_id, change.shown_in = known[change.id]

    def changed_models(self, integration_no: int) -> tuple[str, ...]:
        """Return the models of changes that no sync run has announced yet, in the order of the catalogue."""
        with self.database.looking() as connection:
            return unannounced(connection, integration_no)

    def since(self, integration_no: int, moment: Timestamp) -> Timestamp:
        """Return from which change time on to read, for whoever saw all that could be seen at a moment.

        That is the time of the last commit that may have been under way then, and never later than the moment.
        """
        earlier = dt.datetime.fromisoformat(moment) - MARGIN
        asked = timestamp(earlier)
        sql = self.database.sql("feed since", _since)
        at, settled, oldest = self.database.rows(sql, {"no": integration_no, "moment": asked})[0]
        if at is None:
            return asked if oldest is None else timestamp(earlier - FORGOTTEN)
        return asked if settled is not None and at < settled <= asked else at

    def settle(self, integration_no: int, stamp: Callable[[], Timestamp]) -> None:
        """Remember that nothing of an integration is under way: all its commits can be seen by now.

        Without it nothing is lost, but the last commit is sent again to whoever asks.
        """
        with self.database.writing() as connection:
            lock(connection, integration_no)
            turn = begin(self.database, driver(connection), integration_no, stamp)
            at = turn.at if turn.is_new else _just_after(turn.at)  # the same moment as the commit would say nothing
            connection.execute(sa.update(integrations).values(settled_at=at).where(integrations.c.no == integration_no))

    def prune_feed(self, before: dt.datetime, limit: int = 1000) -> int:
        """Forget changes older than that, but always keep an integration's newest; return how many rows went.

        The feed is walked once, beside the writers, and they wait for no more than `limit` rows. What is left of an
        integration's changes has no gap, wherever this ends.
        """
        gone, after = 0, 0
        while True:
            with self.database.looking() as connection:
                old = list(connection.execute(_old(timestamp(before), after, limit)).scalars())
            if not old:
                return gone
            with self.database.writing() as connection:
                gone += connection.execute(sa.delete(feed).where(feed.c.last.in_(old))).rowcount
            after = old[-1]


def lock(connection: sa.Connection, integration_no: int) -> None:
    """Take the integration's turn: what commits to it waits until this transaction has ended."""
    row = sa.select(integrations.c.no).where(integrations.c.no == integration_no)
    connection.execute(row.with_for_update(key_share=True))


def unannounced(connection: sa.Connection, integration_no: int) -> tuple[str, ...]:
    """Return the models with changes that no sync run has announced yet."""
    told = sa.select(integrations.c.announced).where(integrations.c.no == integration_no).scalar_subquery()
    changed = sa.select(feed.c.model).distinct().where(feed.c.integration_no == integration_no, feed.c.last > told)
    found = set(connection.execute(changed).scalars())
    return tuple(model for model in MODELS if model in found)


def announce(connection: sa.Connection, integration_no: int) -> tuple[str, ...]:
    """Return the models with changes that were not announced yet, and count them as announced from now on."""
    found = unannounced(connection, integration_no)
    if found:
        newest = sa.select(sa.func.max(feed.c.last)).where(feed.c.integration_no == integration_no).scalar_subquery()
        connection.execute(sa.update(integrations).values(announced=newest).where(integrations.c.no == integration_no))
    return found


def _just_after(at: Timestamp) -> Timestamp:
    return timestamp(dt.datetime.fromisoformat(at) + dt.timedelta(milliseconds=1))


def _old(before: Timestamp, after: int, limit: int) -> sa.Select[int]:
    following = feed.alias("following")
    whose = sa.select(following.c.integration_no).where(following.c.last > feed.c.last)
    is_newest = whose.order_by(following.c.last).limit(1).scalar_subquery() != feed.c.integration_no
    wanted = sa.select(feed.c.last).where(feed.c.last > after, feed.c.at < before, sa.not_(is_newest))
    return wanted.order_by(feed.c.last).limit(limit)


def _within() -> sa.ColumnElement[bool]:
    first, last = (sa.bindparam(name, type_=sa.BigInteger) for name in ("first", "last"))
    return sa.and_(feed.c.last > first, feed.c.last <= last)


def _head() -> sa.Select[*tuple[Any, ...]]:
    newest = sa.select(feed.c.last, feed.c.at).where(_within()).order_by(feed.c.last.desc()).limit(number(1))
    newest = newest.offset(number(0)).subquery("newest")
    here = integrations.c.no == sa.bindparam("no", type_=sa.Integer)
    joined = integrations.outerjoin(newest, sa.true())
    return sa.select(newest.c.last, newest.c.at, integrations.c.settled_at).select_from(joined).where(here)


def _page() -> sa.Select[*tuple[Any, ...]]:
    wanted = sa.and_(_within(), feed.c.first <= sa.bindparam("end", type_=sa.BigInteger))
    return sa.select(feed.c.first, feed.c.model, feed.c.at, feed.c.changes).where(wanted).order_by(feed.c.last)


def _names(model: str) -> sa.Select[*tuple[Any, ...]]:
    keys = RECORDS[model].keys
    shows = next((t.ours for t in MODELS[model].touches if t.ours), None) if MODELS[model].is_join else None
    shown_in = keys.c[shows] if shows else sa.null()
    return sa.select(keys.c.id, keys.c.remote_id, shown_in).where(Among(keys.c.id, "ids"))


def _since() -> sa.Select[*tuple[Any, ...]]:
    no = sa.bindparam("no", type_=sa.Integer)
    mine = feed.c.integration_no == no
    before = sa.and_(mine, feed.c.at < sa.bindparam("moment", type_=sa.Text))
    last = sa.select(sa.func.max(feed.c.at)).where(before).scalar_subquery()
    oldest = sa.select(sa.func.min(feed.c.at)).where(mine).scalar_subquery()
    return sa.select(last, integrations.c.settled_at, oldest).where(integrations.c.no == no)


def _unpacked(first: int, model: str, at: Timestamp, changes: str) -> list[Change]:
    return [
        Change(sequence=sequence, model=model, kind=KINDS[packed[0]], id=packed[1:], changed_at=at)
        for sequence, packed in enumerate(changes.split(","), first & SEQ_MASK)
    ]
