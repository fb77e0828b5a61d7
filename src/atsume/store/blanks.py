"""Taking everything out of records that are gone: what stays is that there was one, by its ids and times.

Kept: `id`, `remote_id`, `changed_at`, `remote_deleted_at`. Source: kombo-wire G.4 and J21.
"""

from typing import Any

import sqlalchemy as sa

from atsume.model.catalogue import MODELS
from atsume.model.record import encode, hide
from atsume.store.schema import RECORDS
from atsume.store.schema_fields import kept_beside
from atsume.store.stored import inner

EMPTY = 0
"""Fingerprint of a record of which nothing is kept."""


def blank(connection: sa.Connection, model: str, where: sa.ColumnElement[bool], *, remote_fingerprint: int) -> int:
    """Empty the tombstones for which a condition on the key table holds; return how many."""
    tables = RECORDS[model]
    keys, fragments = tables.keys, tables.fragments
    nothing = {column.name: None for column in tables.model.columns}
    empty = (
        sa.update(keys)
        .values(fingerprint=EMPTY, remote_fingerprint=remote_fingerprint, **nothing)
        .where(where, keys.c.deleted_at.is_not(None))
        .returning(keys.c.seq, keys.c.remote_id)
    )
    emptied = connection.execute(empty).all()
    if emptied:
        rows = [{"row": row.seq, "text": body(model, row.remote_id)} for row in emptied]
        bare = sa.update(fragments).values(body=sa.bindparam("text"), embed=sa.null(), brief=sa.null())
        connection.execute(bare.where(fragments.c.seq == sa.bindparam("row")), rows)
        for beside in kept_beside(model):
            connection.execute(sa.delete(beside).where(beside.c.seq.in_([row["row"] for row in rows])))
    return len(emptied)


def body(model: str, remote_id: str) -> str:
    """Return the own wire keys of a record of which only its remote id is known, without braces."""
    described = MODELS[model]
    if described.is_join:  # never on the wire by itself
        return inner(encode({"remote_id": remote_id}))
    record: Any = described.record(remote_id=remote_id)
    hide(record, described.hidden)
    return inner(encode(record))
