"""Erasing for good, and proving it: what an integration, an environment or a person left in every table.

A table belongs to an integration when it has a column `integration_no` or `integration_id`, to an environment when it
has `environment_id`; record tables belong by their numbers. A table that is none of these is named below with a reason:
a test fails for a new table about which nobody decided.
"""

from collections.abc import Iterator, Mapping, Sequence

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
    sync_checkpoints,
    sync_runs,
)
from atsume.store.schema_fields import REMOTES, integration_fields
from atsume.store.text import Position

BATCH = 2000
"""Rows erased in one transaction: writers wait for no more than that."""

OF_NOBODY = {
    "alembic_version": "the version of the schema",
    "replicas": "the processes that are at work",
    "operators": "who may sign in to this server's console; removed by whoever runs it",
    "operator_sessions": "where operators are signed in; each ends by itself",
    "paces": "when a tool was last asked, by company: times of the last minute",
    "stream_totals": "counts by tool and model, of nobody in particular",
    "sync_totals": "counts by tool and state, of nobody in particular",
    "webhook_attempt_totals": "counts by kind of answer, of nobody in particular",
}
"""Tables that hold nothing of anybody, and why."""

KEPT = {
    "outbox": "changes not announced yet; each goes when its event is made, and the event when it ages out",
}
"""Tables of which erasing an integration leaves the rows, and why."""

MENTIONING = ("exchanges", "connect_links")
"""Tables whose rows go when they mention a person who is erased."""


class Erasure:
    """Counts, erases, looks again."""

    database: Database

    def known_integration(self, integration_id: str) -> Integration | None:
        """Return an integration, deleted or not."""
        return next(iter(self._known(integrations.c.id == integration_id)), None)

    def known_integrations(self, environment_id: str) -> list[Integration]:
        """Return all integrations of an environment, deleted or not."""
        return self._known(integrations.c.environment_id == environment_id)

    def _known(self, *where: sa.ColumnElement[bool]) -> list[Integration]:
        query = sa.select(*SHOWN).where(*where).order_by(integrations.c.no)
        with self.database.looking() as connection:
            return [as_integration(row) for row in connection.execute(query)]

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
                name = str(table.name)
                erased[name] = erased.get(name, 0) + gone
            if not one_key or gone < BATCH:
                return

    def people(self, email: str, environment_id: str | None = None) -> list[tuple[Integration, dict[str, list[str]]]]:
        """Return the ids, by integration and model, of the records of whoever has this address.

        Candidates with their applications, and users.
        """
        lower, found = email.lower(), []
        candidates, users = RECORDS["ats_candidates"].keys, RECORDS["ats_users"].keys
        holds = Position(candidates.c.emails, sa.literal(f"\n{lower}\n")) > 0
        with self.database.looking() as connection:
            people = _by_integration(connection, candidates, holds)
            colleagues = _by_integration(connection, users, users.c.email == lower)
            for integration in self._known(
                *([integrations.c.environment_id == environment_id] if environment_id else [])
            ):
                ids = {
                    "ats_candidates": people.get(integration.no, []),
                    "ats_users": colleagues.get(integration.no, []),
                }
                ids["ats_applications"] = _applications(connection, ids["ats_candidates"])
                if any(ids.values()):
                    found.append((integration, {model: some for model, some in ids.items() if some}))
        return found

    def erase_records(self, found: Mapping[str, Sequence[str]]) -> dict[str, int]:
        """Empty tombstones and keep every sync from filling them again; return how many by table."""
        journal = metadata.tables["writes"]
        with self.database.writing() as connection:
            erased = {
                model: blank(connection, model, RECORDS[model].keys.c.id.in_(ids), remote_fingerprint=ERASED)
                for model, ids in found.items()
            }
            # Open ones too: what was not sent yet is not, and whoever is at one finds that it is not theirs any more.
            about = journal.c.candidate_id.in_(found.get("ats_candidates", ()))
            erased["writes"] = connection.execute(sa.delete(journal).where(about)).rowcount
        return {table: count for table, count in erased.items() if count}

    def forget_address(self, email: str, environment_id: str | None = None) -> dict[str, int]:
        """Take an address out of everything that is no record; return how many rows by table."""
        lower, forgotten = email.lower(), {}
        creator = sa.func.lower(integrations.c.creator_email) == lower
        mine = [integrations.c.environment_id == environment_id] if environment_id else []
        with self.database.writing() as connection:
            take = sa.update(integrations).values(creator_email=None).where(creator, *mine)
            forgotten["integrations"] = connection.execute(take).rowcount
            for name in MENTIONING:
                table = metadata.tables[name]
                own = (
                    [table.c.environment_id == environment_id] if environment_id and "environment_id" in table.c else []
                )
                forgotten[name] = connection.execute(sa.delete(table).where(_holds(table, lower), *own)).rowcount
            connection.execute(sa.update(integration_fields).values(examples="[]"))  # they may be of that person
        return {table: count for table, count in forgotten.items() if count}

    def mentions(self, text: str) -> dict[str, int]:
        """Return how many rows of each table hold a text in any column. Reads everything: slow, and thorough."""
        found: dict[str, int] = {}
        with self.database.looking() as connection:
            for table in metadata.sorted_tables:
                query = sa.select(sa.func.count()).select_from(table).where(_holds(table, text.lower()))
                if count := connection.execute(query).scalar():
                    found[str(table.name)] = count
        return found


def _holds(table: sa.Table, lower: str) -> sa.ColumnElement[bool]:
    columns = [column for column in table.columns if isinstance(column.type, sa.Text)]
    return sa.or_(sa.false(), *(Position(sa.func.lower(column), sa.literal(lower)) > 0 for column in columns))


def _by_integration(connection: sa.Connection, keys: sa.Table, *where: sa.ColumnElement[bool]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for number, record_id in connection.execute(sa.select(keys.c.integration_no, keys.c.id).where(*where)):
        found.setdefault(number, []).append(record_id)
    return found


def _applications(connection: sa.Connection, candidates: Sequence[str]) -> list[str]:
    keys = RECORDS["ats_applications"].keys
    query = sa.select(keys.c.id).where(keys.c.candidate_id.in_(candidates)).order_by(keys.c.seq)
    return list(connection.execute(query).scalars())


def _of_integration(integration: Integration) -> Iterator[tuple[sa.Table, sa.ColumnElement[bool]]]:
    """Return each table that may hold something of an integration with the condition for it, children first."""
    first = first_seq(integration.no)
    records = {table.name for tables in RECORDS.values() for table in (tables.keys, tables.fragments)}
    records |= {table.name for table in REMOTES.values()}
    runs = sa.select(sync_runs.c.id).where(sync_runs.c.integration_no == integration.no)
    yield sync_checkpoints, sync_checkpoints.c.run_id.in_(runs)
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
    found: dict[str, int] = {}
    for table, condition in owned:
        count = connection.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar()
        if count:
            found[str(table.name)] = count
    return found
