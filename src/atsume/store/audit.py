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
