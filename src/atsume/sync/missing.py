"""Held but not come. Only a complete walk says so, and only the tool's own word on each record makes a tombstone."""

from collections.abc import Iterator
from itertools import islice

from atsume.connectors.base import Look, Session, Stream
from atsume.model.integration import Integration
from atsume.store.rows import Writes
from atsume.store.store import Store
from atsume.sync.seen import Seen

BATCH = 500
"""Tombstones written in one transaction."""


def gone(store: Store, integration: Integration, stream: Stream, seen: Seen, session: Session) -> Iterator[Writes]:
    """Return the tombstones that a complete walk of this stream allows, in batches.

    A record the tool still knows, or does not answer for, stays.
    """
    lacking = seen.lacking(_live(store, integration, stream.model, seen.high_water))
    confirmed = (
        our_id
        for our_id, remote_id in lacking
        if not stream.confirms or session.look(stream.model, remote_id) is Look.GONE
    )
    for ids in _batched(confirmed, BATCH):
        yield Writes(deleted=list(ids))


def _live(store: Store, integration: Integration, model: str, high_water: int) -> Iterator[tuple[int, str, str]]:
    after = 0
    while rows := store.live_rows(model, integration.no, up_to_seq=high_water, after_seq=after):
        yield from rows
        after = rows[-1][0]


def _batched(ids: Iterator[str], size: int) -> Iterator[list[str]]:
    while batch := list(islice(ids, size)):
        yield batch
