"""Erasing for good, and proving it: what an integration, an environment or a person left in every table.

A table belongs to an integration when it has a column `integration_no` or `integration_id`, to an environment when it
has `environment_id`; record tables belong by their numbers. A table that is none of these is named below with a reason:
a test fails for a new table about which nobody decided.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from atsume.model.integration import Integration
from atsume.store.blanks import blank
from atsume.store.database import Database
from atsume.store.integrations import SHOWN, as_integration
from atsume.store.rows import ERASED
from atsume.store.schema import (
    RECORDS,
    SEQ_MASK,
    environments,
    first_seq,
    integrations,
    metadata,
)
from atsume.store.schema_fields import REMOTES, integration_fields
from atsume.store.text import Position

BATCH = 2000
"""Rows erased in one transaction: writers wait for no more than that."""

OF_NOBODY = {
    "alembic_version": "the version of the schema",
    "replicas": "the processes that are at work",
    "paces": "when a tool was last asked, by company: times of the last minute",
    "stream_totals": "counts by tool and model, of nobody in particular",
    "sync_totals": "counts by tool and state, of nobody in particular",
}
"""Tables that hold nothing of anybody, and why."""

KEPT = {
    "outbox": "changes not announced yet; each goes when its event is made, and the event when it ages out",
}
"""Tables of which erasing an integration leaves the rows, and why."""


class Erasure:
    """Counts, erases, looks again."""

    database: Database

    def deleted_integration(self, integration_id: str) -> Integration | None:
        """Return an integration, deleted or not."""
        with self.database.looking() as connection:
            row = connection.execute(sa.select(*SHOWN).where(integrations.c.id == integration_id)).first()
        return None if row is None else as_integration(row)

    def left_of_integration(self, integration: Integration) -> dict[str, int]:
        """Return the number of rows of the integration by table; only tables that have any."""
        with self.database.looking() as connection:
            return _counted(connection, _of_integration(integration))

    def left_of_environment(self, environment_id: str) -> dict[str, int]:
        """Return the number of the environment's own rows by table, its integrations' records not included."""
        with self.database.looking() as connection:
            return _counted(connection, _of_environment(environment_id))

    def erase_integration(self, integration: Integration) -> dict[str, int]:
        """Erase everything of an integration; return how many rows by table. Can be stopped and begun again."""
        kept = set(KEPT)
        erased: dict[str, int] = {}
        for table, condition in _of_integration(integration):
            if table.name not in kept:
                self._erase(table, condition, erased)
        return erased

    def erase_environment(self, environment_id: str) -> dict[str, int]:
        """Erase an environment's own rows, when its integrations are erased."""
        erased: dict[str, int] = {}
        for table, condition in _of_environment(environment_id):
            if table.name not in KEPT:
                self._erase(table, condition, erased)
        return erased

    def _erase(self, table: sa.Table, condition: sa.ColumnElement[bool], erased: dict[str, int]) -> None:
        key = next(iter(table.primary_key.columns))
        one_key = len(table.primary_key.columns) == 1
        while True:
            chosen = sa.select(key).where(condition).limit(BATCH)
            wanted = key.in_(chosen.scalar_subquery()) if one_key else condition
            with self.database.writing() as connection:
                gone = connection.execute(sa.delete(table).where(wanted)).rowcount
            if gone:
                erased[table.name] = erased.get(table.name, 0) + gone
            if not one_key or gone < BATCH:
                return

    def people(self, email: str, environment_id: str | None = None) -> dict[str, list[str]]:
        """Return the ids, by model, of the records of whoever has this address; candidates with their applications."""
        candidates, users = RECORDS["ats_candidates"].keys, RECORDS["ats_users"].keys
        applications = RECORDS["ats_applications"].keys
        lower = email.lower()
        with self.database.looking() as connection:

            def ids(keys: sa.Table, *where: sa.ColumnElement[bool]) -> list[str]:
                mine = [keys.c.integration_no.in_(_numbers(environment_id))] if environment_id else []
                return list(connection.execute(sa.select(keys.c.id).where(*where, *mine)).scalars())

            found = {
                "ats_candidates": ids(candidates, Position(candidates.c.emails, sa.literal(f"\n{lower}\n")) > 0),
                "ats_users": ids(users, users.c.email == lower),
            }
            found["ats_applications"] = ids(applications, applications.c.candidate_id.in_(found["ats_candidates"]))
        return {model: ids for model, ids in found.items() if ids}

    def erase_people(self, found: dict[str, list[str]], email: str, at: str) -> dict[str, int]:
        """Empty these records and keep the next syncs from filling them again; return how many by table."""
        erased: dict[str, int] = {}
        with self.database.writing() as connection:
            for model, ids in found.items():
                tables = RECORDS[model]
                mark = (
                    sa.update(tables.keys)
                    .values(changed_at=at, touched_at=at, deleted_at=sa.func.coalesce(tables.keys.c.deleted_at, at))
                    .where(tables.keys.c.id.in_(ids))
                )
                connection.execute(mark)
                erased[model] = blank(connection, model, tables.keys.c.id.in_(ids), remote_fingerprint=ERASED)
            connection.execute(sa.update(integration_fields).values(examples="[]"))  # they may be of that person
            creator = sa.func.lower(integrations.c.creator_email) == email.lower()
            connected = connection.execute(sa.update(integrations).values(creator_email=None).where(creator)).rowcount
        return {table: count for table, count in {**erased, "integrations": connected}.items() if count}

    def mentions(self, text: str) -> dict[str, int]:
        """Return how many rows of each table hold a text in any column. Reads everything: slow, and thorough."""
        found: dict[str, int] = {}
        with self.database.looking() as connection:
            for table in metadata.sorted_tables:
                columns = [column for column in table.columns if isinstance(column.type, sa.Text)]
                if not columns:
                    continue
                holds = sa.or_(*(Position(sa.func.lower(column), sa.literal(text.lower())) > 0 for column in columns))
                if count := connection.execute(sa.select(sa.func.count()).select_from(table).where(holds)).scalar():
                    found[table.name] = count
        return found


def _numbers(environment_id: str) -> sa.ScalarSelect[Any]:
    return sa.select(integrations.c.no).where(integrations.c.environment_id == environment_id).scalar_subquery()


def _of_integration(integration: Integration) -> Iterator[tuple[sa.Table, sa.ColumnElement[bool]]]:
    """Return each table that may hold something of an integration with the condition for it, children first."""
    first = first_seq(integration.no)
    records = {table.name for tables in RECORDS.values() for table in (tables.keys, tables.fragments)}
    records |= {table.name for table in REMOTES.values()}
    for table in reversed(metadata.sorted_tables):
        if table.name in records:
            yield table, sa.and_(table.c.seq > first, table.c.seq <= first + SEQ_MASK)
        elif table is integrations:
            yield table, table.c.no == integration.no
        elif "integration_no" in table.c:
            yield table, table.c.integration_no == integration.no
        elif "integration_id" in table.c:
            yield table, table.c.integration_id == integration.id


def _of_environment(environment_id: str) -> Iterator[tuple[sa.Table, sa.ColumnElement[bool]]]:
    for table in reversed(metadata.sorted_tables):
        if table is environments:
            yield table, table.c.id == environment_id
        elif "environment_id" in table.c and table is not integrations:
            yield table, table.c.environment_id == environment_id


def _counted(connection: sa.Connection, owned: Iterator[tuple[sa.Table, sa.ColumnElement[bool]]]) -> dict[str, int]:
    counts = (
        (table.name, connection.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar() or 0)
        for table, condition in owned
    )
    return {name: count for name, count in counts if count}
