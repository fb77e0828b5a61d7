"""From a unified record to a row: references become our ids, columns are read off, bytes are made and fingerprinted.

With `sync/diff.py` this is the only way into the store, for syncs and for writes alike.
"""

from collections.abc import Callable
from functools import partial

import xxhash

from atsume.ids import record_id
from atsume.model.catalogue import Model
from atsume.model.record import Record, encode, hide
from atsume.store.rows import Row


def fingerprint(body: bytes) -> int:
    """Return the 64-bit signed hash of a record's own wire bytes."""
    value = xxhash.xxh3_64_intdigest(body)
    return value - (1 << 64) if value >= 1 << 63 else value


def row(integration_id: str, model: Model, record: Record, remote_fingerprint: int) -> Row:
    """Return the row of a unified record. The record itself is changed: its references become our ids."""
    return row_maker(integration_id, model)(record, remote_fingerprint)


def row_maker(integration_id: str, model: Model) -> Callable[[Record, int], Row]:
    """Return a function that makes rows of one model, with everything looked up once that can be."""
    ids = partial(record_id, integration_id)
    name, refer, embed, hidden = model.name, model.refer, model.embed, model.hidden
    values = tuple(column.value for column in model.columns)

    def make(record: Record, remote_fingerprint: int) -> Row:
        our_id = ids(name, record.remote_id)
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
