"""Held but not come. Only a complete walk says so, and only the tool's own word on each record makes a tombstone."""

from collections.abc import Iterator
from itertools import chain, islice

from atsume.connectors.base import Look, Session, Stream
from atsume.model.integration import Integration
from atsume.model.record import PENDING
from atsume.store.rows import Writes
from atsume.store.store import Store
from atsume.sync.breaker import OPEN, Breaker, HeldBack
from atsume.sync.seen import Seen

BATCH = 500
"""Tombstones written in one transaction."""


def gone(
    store: Store, integration: Integration, stream: Stream, seen: Seen, session: Session, breaker: Breaker
) -> Iterator[Writes]:
    """Return the tombstones that a complete walk of this stream allows, in batches.

    A record the tool still knows, or does not answer for, stays. Raises HeldBack, before the first batch, when more
    are gone than the breaker lets go.
    """
    lacking = absent(store, integration, stream.model, seen)
    confirmed = (
        our_id
        for our_id, remote_id in lacking
        if not remote_id.startswith(PENDING)  # created a moment ago: the tool does not show it yet
        and (not stream.confirms or session.look(stream.model, remote_id) is Look.GONE)
    )
    limit = OPEN if stream.is_derived else breaker
    for ids in _batched(_let_go(store, integration, stream.model, confirmed, limit), BATCH):
        yield Writes(deleted=list(ids))


def absent(store: Store, integration: Integration, model: str, seen: Seen) -> Iterator[tuple[str, str]]:
    """Return (id, remote id) of live records that did not come."""
    return seen.lacking(_live(store, integration, model, seen.high_water))


def _let_go(
    store: Store, integration: Integration, model: str, confirmed: Iterator[str], breaker: Breaker
) -> Iterator[str]:
    first = next(confirmed, None)
    if first is None:
        return iter(())
    all_of_them = chain([first], confirmed)
    live = store.count(model, integration.no)
    most = breaker.allows(live)
    if most is None:
        return all_of_them
    ids = list(islice(all_of_them, most + 1))
    if len(ids) > most:
        raise HeldBack(model, len(ids), live, integration.id)
    return iter(ids)


def _live(store: Store, integration: Integration, model: str, high_water: int) -> Iterator[tuple[int, str, str]]:
    after = 0
    while rows := store.live_rows(model, integration.no, up_to_seq=high_water, after_seq=after):
        yield from rows
        after = rows[-1][0]


def _batched(ids: Iterator[str], size: int) -> Iterator[list[str]]:
    while batch := list(islice(ids, size)):
        yield batch
