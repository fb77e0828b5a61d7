"""Single records, looked up for a write: by our own id."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from atsume.store.database import Database
from atsume.store.schema import RECORDS
from atsume.store.text import Position, literal, number


class Lookups:
    """Looks up what a write refers to."""

    database: Database

    def columns_of(self, model: str, our_id: str, *names: str) -> tuple[Any, ...] | None:
        """Return columns of the key table of one live record; None when it is not held or gone."""
        keys = RECORDS[model].keys
        sql = self.database.sql(
            ("columns_of", model, names),
            lambda: sa.select(*(keys.c[name] for name in names)).where(
                keys.c.id == sa.bindparam("id"), keys.c.deleted_at.is_(None)
            ),
        )
        rows = self.database.rows(sql, {"id": our_id})
        return tuple(rows[0]) if rows else None

    def body_of(self, model: str, our_id: str) -> bytes | None:
        """Return the own wire keys of one live record as a JSON object; None when it is not held or gone."""
        keys, fragments = RECORDS[model].keys, RECORDS[model].fragments
        sql = self.database.sql(
            ("body_of", model),
            lambda: (
                sa.select(fragments.c.body)
                .select_from(keys.join(fragments, fragments.c.seq == keys.c.seq))
                .where(keys.c.id == sa.bindparam("id"), keys.c.deleted_at.is_(None))
            ),
        )
        rows = self.database.rows(sql, {"id": our_id})
        return b"{" + rows[0][0].encode() + b"}" if rows else None

    def applies_elsewhere(self, candidate_id: str, but: Sequence[str]) -> bool:
        """Return whether a candidate has a live application besides these."""
        keys = RECORDS["ats_applications"].keys
        sql = self.database.sql(
            "applies_elsewhere",
            lambda: sa.select(keys.c.id).where(
                keys.c.candidate_id == sa.bindparam("candidate"), keys.c.deleted_at.is_(None)
            ),
        )
        return any(row[0] not in but for row in self.database.rows(sql, {"candidate": candidate_id}))

    def required_questions(self, job_id: str) -> list[str]:
        """Return the ids of the screening questions that a job insists on, in the order of its form."""
        tables = RECORDS["ats_join_jobs_screening_questions"]
        keys, fragments = tables.keys, tables.fragments
        sql = self.database.sql(
            "required_questions",
            lambda: (
                sa.select(keys.c.question_id)
                .select_from(keys.join(fragments, fragments.c.seq == keys.c.seq))
                .where(
                    keys.c.job_id == sa.bindparam("job"),
                    keys.c.deleted_at.is_(None),
                    Position(fragments.c.body, literal('"required":true')) > number(0),
                )
                .order_by(keys.c.position, keys.c.seq)
            ),
        )
        return [row[0] for row in self.database.rows(sql, {"job": job_id})]
