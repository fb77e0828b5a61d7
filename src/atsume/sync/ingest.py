"""From a unified record to a row: references become our ids, columns are read off, bytes are made and fingerprinted.

With `sync/diff.py` this is the only way into the store, for syncs and for writes alike.
"""

from collections.abc import Callable
from functools import partial

import xxhash

from atsume.ids import record_id
from atsume.model.catalogue import Model
from atsume.model.record import Record, Refer, encode, hide
from atsume.store.rows import Row

REMEMBERED = 4096
"""Ids of records that others refer to, kept for the next one: few jobs and stages stand in many records."""


def fingerprint(body: bytes) -> int:
    """Return the 64-bit signed hash of a record's own wire bytes."""
    value = xxhash.xxh3_64_intdigest(body)
    return value - (1 << 64) if value >= 1 << 63 else value


def row(integration_id: str, model: Model, record: Record, remote_fingerprint: int) -> Row:
    """Return the row of a unified record. The record itself is changed: its references become our ids."""
    return row_maker(integration_id, model)(record, remote_fingerprint)


def row_maker(
    integration_id: str, model: Model, ids: Refer | None = None, *, refers: bool = True
) -> Callable[[Record, int], Row]:
    """Return a function that makes rows of one model, with everything looked up once that can be.

    `ids` where some were given out early; else they are computed. Without `refers` the records' references are ours
    already, as in records that come from the store.
    """
    own = partial(record_id, integration_id) if ids is None else ids
    ids = ids or _remembering(integration_id)
    name, refer, embed, hidden = model.name, model.refer if refers else None, model.embed, model.hidden
    values = tuple(column.value for column in model.columns)

    def make(record: Record, remote_fingerprint: int) -> Row:
        our_id = own(name, record.remote_id)
        if refer is not None:
            refer(record, ids)
        columns = tuple([value(record) for value in values])
        if hidden:
            hide(record, hidden)
        body = encode(record)
        return Row(
            id=our_id,
            remote_id=record.remote_id,
            remote_fingerprint=remote_fingerprint,
            fingerprint=fingerprint(body),
            body=body,
            embed=encode(embed(record, our_id)) if embed is not None else None,
            columns=columns,
        )

    return make


def _remembering(integration_id: str) -> Refer:
    """Return the function from model and remote id to our id, which need not compute the same ids again and again."""
    known: dict[tuple[str, str], str] = {}

    def ids(model: str, remote_id: str) -> str:
        found = known.get((model, remote_id))
        if found is None:
            if len(known) >= REMEMBERED:
                known.clear()
            found = known[model, remote_id] = record_id(integration_id, model, remote_id)
        return found

    return ids
