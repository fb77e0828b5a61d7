"""The audit log: who did what. Entries are only ever added."""

import sqlalchemy as sa

from atsume.store.database import Database
from atsume.store.rows import AuditEntry
from atsume.store.schema_connect import audit_entries

_SHOWN = [audit_entries.c[name] for name in AuditEntry.__struct_fields__]


class Audit:
    """The audit log."""

    database: Database

    def note_audit(self, entry: AuditEntry) -> None:
        """Add an entry."""
        values = {name: getattr(entry, name) for name in entry.__struct_fields__}
        with self.database.writing() as connection:
            connection.execute(sa.insert(audit_entries).values(values))

    def audit_entries(self, environment_id: str | None = None, limit: int = 100) -> list[AuditEntry]:
        """Return the newest entries, newest first."""
        where = [] if environment_id is None else [audit_entries.c.environment_id == environment_id]
        query = sa.select(*_SHOWN).where(*where).order_by(audit_entries.c.no.desc()).limit(limit)
        with self.database.looking() as connection:
            return [
                AuditEntry(**dict(zip(AuditEntry.__struct_fields__, row, strict=True)))
                for row in connection.execute(query)
            ]

    def audit_page(
        self, environment_id: str, *, with_general: bool, before: int | None = None, limit: int = 50
    ) -> list[tuple[int, AuditEntry]]:
        """Return numbered entries of an environment, newest first; with what belongs to none of them, if asked."""
        ours = audit_entries.c.environment_id == environment_id
        where = [sa.or_(ours, audit_entries.c.environment_id.is_(None)) if with_general else ours]
        where += [] if before is None else [audit_entries.c.no < before]
        query = sa.select(audit_entries.c.no, *_SHOWN).where(*where).order_by(audit_entries.c.no.desc()).limit(limit)
        with self.database.looking() as connection:
            return [
                (row[0], AuditEntry(**dict(zip(AuditEntry.__struct_fields__, row[1:], strict=True))))
                for row in connection.execute(query)
            ]
