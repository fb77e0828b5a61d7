"""What is sealed, wherever it is kept: for sealing everything anew with another encryption key.

Every sealed column has a row in SEALED; a test compares them.
"""

import sqlalchemy as sa
from msgspec import Struct

from atsume.store.database import Database
from atsume.store.schema import integrations
from atsume.store.schema_connect import connect_links
from atsume.store.schema_webhooks import endpoints
from atsume.store.writing_schema import writes


class Place(Struct, frozen=True):
    """Where sealed bytes are kept: their column, that of the row's key, and that of the owner they are bound to."""

    sealed: sa.Column[bytes]
    key: sa.Column[str]
    owner: sa.Column[str]


def _place(sealed: sa.Column[bytes], owner: str = "id") -> Place:
    return Place(sealed, sealed.table.c.id, sealed.table.c[owner])


SEALED: dict[str, Place] = {
    f"{place.sealed.table.name}.{place.sealed.name}": place
    for place in (
        _place(integrations.c.sealed_credentials),
        _place(connect_links.c.sealed_credentials),
        _place(endpoints.c.sealed_secret),
        _place(endpoints.c.sealed_old_secret),
        _place(writes.c.sealed, "integration_id"),
        _place(writes.c.answer, "integration_id"),
    )
}
"""All of them, by table and column."""


class SealedRow(Struct, frozen=True):
    """Sealed bytes."""

    place: str
    """One of SEALED."""
    key: str
    owner: str
    sealed: bytes


class Rotation:
    """Reads and replaces sealed bytes."""

    database: Database

    def sealed_otherwise(self, place: str, key_id: bytes, after: str, limit: int) -> list[SealedRow]:
        """Return rows of a place that another key sealed, in the order of their keys, after one of them."""
        at = SEALED[place]
        begin = sa.func.substr(at.sealed, 1, len(key_id), type_=sa.LargeBinary())
        query = (
            sa.select(at.key, at.owner, at.sealed)
            .where(at.sealed.is_not(None), at.key > after, begin != sa.bindparam("key_id", key_id, sa.LargeBinary()))
            .order_by(at.key)
            .limit(limit)
        )
        with self.database.looking() as connection:
            return [SealedRow(place, row[0], row[1], bytes(row[2])) for row in connection.execute(query)]

    def reseal(self, row: SealedRow, sealed: bytes) -> bool:
        """Replace sealed bytes, unless somebody else has replaced them meanwhile; tell whether it was done."""
        at = SEALED[row.place]
        change = (
            sa.update(at.sealed.table)
            .values({at.sealed.name: sealed})
            .where(at.key == row.key, at.sealed == row.sealed)
        )
        with self.database.writing() as connection:
            return connection.execute(change).rowcount == 1
