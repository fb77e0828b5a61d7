"""Records that leave the mirror without being deleted in the tool: what upstream filtering no longer wants."""

from collections.abc import Sequence

import sqlalchemy as sa

from atsume.store.database import Among, Database
from atsume.store.schema import RECORDS, bounds, within
from atsume.store.schema_fields import kept_beside
from atsume.store.text import Position, literal, number

BATCH = 500
"""Records in one transaction."""
_MARK = '"remote_updated_at":"'
_LENGTH = len("2026-01-01T00:00:00.000Z")


class Window:
    """Finds and forgets them."""

    database: Database

    def unchanged_since(self, integration_no: int, moment: str) -> list[tuple[str, str, bool]]:
        """Return (id, remote id, whether it is known) of live applications that may not have changed since a moment.

        Not known: no time of change is held, as where a scope config switches it off. Reads all of them.
        """
        keys, fragments = RECORDS["ats_applications"].keys, RECORDS["ats_applications"].fragments
        at = Position(fragments.c.body, literal(_MARK))
        changed = sa.func.substr(fragments.c.body, at + number(len(_MARK)), number(_LENGTH))
        sql = self.database.sql(
            "unchanged_since",
            lambda: (
                sa.select(keys.c.id, keys.c.remote_id, at)
                .select_from(keys.join(fragments, fragments.c.seq == keys.c.seq))
                .where(within(keys), keys.c.deleted_at.is_(None))
                .where(sa.or_(at == number(0), changed < sa.bindparam("moment")))
                .order_by(keys.c.seq)
            ),
        )
        rows = self.database.rows(sql, bounds(integration_no) | {"moment": moment})
        return [(row[0], row[1], row[2] > 0) for row in rows]

    def forget_records(self, model: str, ids: Sequence[str]) -> None:
        """Take records out of the mirror as if they had never been there: no tombstone, nothing in the feed."""
        tables = RECORDS[model]
        for start in range(0, len(ids), BATCH):
            some = {"ids": self.database.listed(ids[start : start + BATCH])}
            chosen = sa.select(tables.keys.c.seq).where(Among(tables.keys.c.id, "ids"))
            with self.database.writing() as connection:
                for table in (tables.fragments, *kept_beside(model)):
                    connection.execute(sa.delete(table).where(table.c.seq.in_(chosen)), some)
                connection.execute(sa.delete(tables.keys).where(Among(tables.keys.c.id, "ids")), some)
