"""Events, their deliveries and the log of attempts.

A delivery under way is a WAITING one that is due again only after a while: when its process dies, another takes it up
then, and nothing needs to find out who is alive.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import chain, zip_longest
from typing import Any

import sqlalchemy as sa

from atsume.store.database import Database, insert
from atsume.store.endpoints import as_endpoint, disable, subscribed
from atsume.store.outbox import Note, noted
from atsume.store.rows_webhooks import Attempt, Claimed, Delivery, DeliveryState, NewEvent, Tried, WebhookEndpoint
from atsume.store.schema import outbox
from atsume.store.schema_webhooks import attempts, deliveries, endpoints, events
from atsume.store.statistics import count_attempt

_SHOWN = [events.c.type if name == "type" else deliveries.c[name] for name in Delivery.__struct_fields__]
_WAITING = sa.text("webhook_deliveries.state = 'WAITING'")
"""Spelt out: that is how the engines find the index."""


class Deliveries:
    """What is to be told, to whom, and how it went."""

    database: Database

    def oldest_note(self) -> int | None:
        """Return the number of the oldest note that was not announced yet."""
        with self.database.looking() as connection:
            return connection.execute(sa.select(sa.func.min(outbox.c.no))).scalar()

    def announce(self, make: Callable[[Note], Sequence[NewEvent]], at: dt.datetime, limit: int = 200) -> list[Note]:
        """Turn the oldest notes into events and deliveries, all or none; return the notes, which are gone now."""
        with self.database.writing() as connection:
            notes = noted(connection, limit)
            made = [event for note in notes for event in make(note)]
            if made:
                connection.execute(sa.insert(events), [_values(event) for event in made])
                self._deliver(connection, made, at)
            if notes:
                connection.execute(sa.delete(outbox).where(outbox.c.no.in_([note.no for note in notes])))
        return notes

    def _deliver(self, connection: sa.Connection, made: Sequence[NewEvent], at: dt.datetime) -> None:
        hearing = subscribed(connection, sorted({event.environment_id for event in made}))
        rows = [
            _delivery(endpoint, event, at)
            for event in made
            for endpoint in hearing
            if endpoint.environment_id == event.environment_id and event.type in endpoint.events
        ]
        if rows:
            connection.execute(sa.insert(deliveries), rows)

    def due_deliveries(self, now: dt.datetime, limit: int) -> list[str]:
        """Return what is due, the endpoints in turn so that none hides the others, the oldest of each first."""
        any_due = sa.select(deliveries.c.endpoint_id).distinct().where(_WAITING, deliveries.c.next_at <= now)
        with self.database.looking() as connection:
            owners = connection.execute(any_due).scalars().all()
            lanes: list[list[str]] = [
                [row.id for row in connection.execute(_due(owner, now, limit))] for owner in owners
            ]
        return [one for one in chain.from_iterable(zip_longest(*lanes)) if one is not None][:limit]

    def claim_delivery(self, delivery_id: str, now: dt.datetime, lease: dt.timedelta) -> Claimed | None:
        """Return a due delivery, which nobody else tries until the lease is over; None when it is not due."""
        mine = deliveries.c.id == delivery_id, _WAITING, deliveries.c.next_at <= now
        claim = sa.update(deliveries).values(next_at=now + lease, attempts=deliveries.c.attempts + 1).where(*mine)
        with self.database.writing() as connection:
            row = connection.execute(claim.returning(deliveries)).first()
            if row is None:
                return None
            body = connection.execute(sa.select(events.c.body).where(events.c.id == row.event_id)).scalar_one()
            owner = connection.execute(sa.select(endpoints).where(endpoints.c.id == row.endpoint_id)).one()
            if owner.disabled_at is not None:  # disabled while this delivery was being made
                held = {"state": DeliveryState.HELD.value, "next_at": None}
                connection.execute(sa.update(deliveries).values(held).where(deliveries.c.id == delivery_id))
                return None
        secrets = [owner.sealed_secret]
        if owner.sealed_old_secret is not None and owner.old_until is not None and owner.old_until > now:
            secrets.append(owner.sealed_old_secret)
        return Claimed(
            id=row.id,
            attempts=row.attempts,
            event_id=row.event_id,
            body=body,
            endpoint=as_endpoint(owner),
            sealed_secrets=tuple(bytes(secret) for secret in secrets),
        )

    def keep_attempt(self, claimed: Claimed, tried: Tried) -> None:
        """Log an attempt with all that follows from it. A delivery that was removed meanwhile is left alone."""
        at, is_ended = tried.attempt.at, tried.state is not DeliveryState.WAITING
        values = {"state": tried.state.value, "next_at": tried.next_at, "ended_at": at if is_ended else None}
        # A replay or another process may have begun anew: then only the log entry and a success count.
        same = sa.true() if tried.state is DeliveryState.DELIVERED else deliveries.c.attempts == claimed.attempts
        mine = deliveries.c.id == claimed.id, deliveries.c.state != DeliveryState.DELIVERED.value, same
        with self.database.writing() as connection:
            self._judge(connection, claimed.endpoint, tried)  # endpoints are always locked before their deliveries
            where = sa.select(deliveries.c.environment_id, deliveries.c.integration_id)
            owner = connection.execute(where.where(deliveries.c.id == claimed.id).with_for_update()).first()
            if owner is None:
                return
            entry: dict[str, Any] = {name: getattr(tried.attempt, name) for name in Attempt.__struct_fields__}
            connection.execute(sa.insert(attempts).values(delivery_id=claimed.id, **owner._asdict(), **entry))
            connection.execute(sa.update(deliveries).values(values).where(*mine))
            count_attempt(connection, tried.attempt)

    def _judge(self, connection: sa.Connection, endpoint: WebhookEndpoint, tried: Tried) -> None:
        """Remember since when an endpoint fails, or that it does not; disable it where that was decided."""
        mine = endpoints.c.id == endpoint.id
        if tried.state is DeliveryState.DELIVERED:
            if endpoint.failing_since is not None:
                connection.execute(sa.update(endpoints).values(failing_since=None).where(mine))
        elif tried.disable_because is not None:
            disable(connection, endpoint.id, tried.attempt.at, tried.disable_because)
        elif endpoint.failing_since is None:
            first = endpoints.c.failing_since.is_(None)
            connection.execute(sa.update(endpoints).values(failing_since=tried.attempt.at).where(mine, first))

    def delivery(self, delivery_id: str) -> Delivery | None:
        """Return a delivery."""
        return next(iter(self._deliveries(deliveries.c.id == delivery_id)), None)

    def deliveries(
        self, endpoint_id: str, state: DeliveryState | None = None, limit: int = 100, before: str | None = None
    ) -> list[Delivery]:
        """Return the newest deliveries of an endpoint, newest first; only those after one of them, if asked."""
        wanted = [] if state is None else [deliveries.c.state == state.value]
        if before is not None and (last := self.delivery(before)) is not None:
            same = deliveries.c.created_at == last.created_at
            wanted.append(sa.or_(deliveries.c.created_at < last.created_at, sa.and_(same, deliveries.c.id > last.id)))
        return self._deliveries(deliveries.c.endpoint_id == endpoint_id, *wanted, limit=limit)

    def _deliveries(self, *where: sa.ColumnElement[bool], limit: int = 1) -> list[Delivery]:
        query = sa.select(*_SHOWN).join(events, events.c.id == deliveries.c.event_id).where(*where)
        query = query.order_by(deliveries.c.created_at.desc(), deliveries.c.id).limit(limit)
        with self.database.looking() as connection:
            return [_as_delivery(row) for row in connection.execute(query)]

    def attempts(self, delivery_id: str) -> list[Attempt]:
        """Return the attempts of a delivery, oldest first."""
        columns = [attempts.c[name] for name in Attempt.__struct_fields__]
        query = sa.select(*columns).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.no)
        with self.database.looking() as connection:
            return [Attempt(**row._asdict()) for row in connection.execute(query)]

    def replay_delivery(self, delivery_id: str, at: dt.datetime) -> bool:
        """Send an event once more, with the same id and bytes; tell whether there is such a delivery."""
        again = sa.update(deliveries).values(_AGAIN | {"next_at": at}).where(deliveries.c.id == delivery_id)
        with self.database.writing() as connection:
            return connection.execute(again).rowcount == 1

    def replay_events(self, endpoint: WebhookEndpoint, start: dt.datetime, end: dt.datetime, at: dt.datetime) -> int:
        """Send all events of a time range that an endpoint subscribes to, got or not; return how many."""
        mine = events.c.environment_id == endpoint.environment_id, events.c.type.in_(endpoint.events)
        query = sa.select(events).where(*mine, events.c.at >= start, events.c.at < end)
        with self.database.writing() as connection:
            rows = [_delivery(endpoint, event, at) for event in connection.execute(query)]
            for row in rows:
                change = insert(connection, deliveries).values(row | _AGAIN | {"next_at": at})
                connection.execute(change.on_conflict_do_update(index_elements=["id"], set_=_AGAIN | {"next_at": at}))
        return len(rows)

    def prune_events(self, before: dt.datetime, limit: int = 1000) -> int:
        """Erase a batch of the events from before then, with deliveries and attempts; return how many."""
        old = sa.select(events.c.id).where(events.c.at < before).limit(limit).scalar_subquery()
        with self.database.writing() as connection:
            return connection.execute(sa.delete(events).where(events.c.id.in_(old))).rowcount


_AGAIN = {"state": DeliveryState.WAITING.value, "attempts": 0, "ended_at": None}


def _due(endpoint_id: str, now: dt.datetime, limit: int) -> sa.Select[tuple[str]]:
    mine = _WAITING, deliveries.c.endpoint_id == endpoint_id, deliveries.c.next_at <= now
    return sa.select(deliveries.c.id).where(*mine).order_by(deliveries.c.next_at, deliveries.c.created_at).limit(limit)


def _delivery(endpoint: WebhookEndpoint, event: Any, at: dt.datetime) -> dict[str, Any]:
    is_held = endpoint.disabled_at is not None
    return {
        "id": f"{endpoint.id}.{event.id}",
        "endpoint_id": endpoint.id,
        "event_id": event.id,
        "environment_id": event.environment_id,
        "integration_id": event.integration_id,
        "state": (DeliveryState.HELD if is_held else DeliveryState.WAITING).value,
        "attempts": 0,
        "next_at": None if is_held else at,
        "created_at": event.at,
        "ended_at": None,
    }


def _values(event: NewEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


def _as_delivery(row: Any) -> Delivery:
    values: dict[str, Any] = row._asdict()
    values["state"] = DeliveryState(row.state)
    return Delivery(**values)
