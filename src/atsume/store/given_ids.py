"""Ids given out before the remote id was known. They stay: the record keeps the id its caller was told.

Everywhere else ids are computed (`atsume.ids.record_id`). A writer says for which `ids_version` it computed its rows;
when ids were given meanwhile, its batch is refused and made again, so no record ever has two rows.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from atsume.ids import record_id
from atsume.model.integration import Integration
from atsume.store.database import Among, Database
from atsume.store.schema import integrations
from atsume.store.writing_schema import given_ids

GIVEN = frozenset({"ats_applications", "ats_candidates"})
"""Models of which ids may be given out early."""


class IdsMoved(Exception):
    """Ids were given meanwhile: compute the batch again."""


class Ids:
    """The ids of one integration's records, as of one version. Call it with model and remote id."""

    def __init__(self, integration_id: str, version: int, given: dict[tuple[str, str], str]) -> None:
        self.version, self._integration_id, self._given = version, integration_id, given

    def __call__(self, model: str, remote_id: str) -> str:
        """Return the id of a record."""
        if self._given:
            found = self._given.get((model, remote_id))
            if found is not None:
                return found
        return record_id(self._integration_id, model, remote_id)


class GivenIds:
    """Which ids were given out early."""

    database: Database

    def ids_version(self, integration_no: int) -> int:
        """Return a number that moves when an id is given."""
        sql = self.database.sql(
            "ids_version",
            lambda: sa.select(integrations.c.ids_version).where(integrations.c.no == sa.bindparam("no")),
        )
        found = self.database.rows(sql, {"no": integration_no})
        return found[0][0] if found else 0

    def ids(self, integration: Integration) -> Ids:
        """Return all ids of an integration's records, as they are now."""
        version = self.ids_version(integration.no)
        if not version:
            return Ids(integration.id, 0, {})
        sql = self.database.sql(
            "given_ids",
            lambda: sa.select(given_ids.c.model, given_ids.c.remote_id, given_ids.c.id).where(
                given_ids.c.integration_no == sa.bindparam("no")
            ),
        )
        rows = self.database.rows(sql, {"no": integration.no})
        return Ids(integration.id, version, {(row[0], row[1]): row[2] for row in rows})

    def ids_of(self, integration: Integration, model: str, remote_ids: Sequence[str]) -> list[str]:
        """Return the ids of some records."""
        return ids_of(self.database, integration, model, remote_ids)


def ids_of(database: Database, integration: Integration, model: str, remote_ids: Sequence[str]) -> list[str]:
    """Return the ids of some records: given ones, else computed ones."""
    given: dict[str, str] = {}
    if model in GIVEN and remote_ids:
        sql = database.sql(
            "some_given_ids",
            lambda: sa.select(given_ids.c.remote_id, given_ids.c.id).where(
                given_ids.c.integration_no == sa.bindparam("no"),
                given_ids.c.model == sa.bindparam("model"),
                Among(given_ids.c.remote_id, "ids"),
            ),
        )
        parameters = {"no": integration.no, "model": model, "ids": database.listed(remote_ids)}
        given = {row[0]: row[1] for row in database.rows(sql, parameters)}
    return [given.get(r) or record_id(integration.id, model, r) for r in remote_ids]


def give(connection: sa.Connection, integration_no: int, rows: Sequence[tuple[str, str, str]]) -> None:
    """Give (model, remote id, id), inside the transaction that writes the records."""
    values: list[dict[str, Any]] = [
        {"integration_no": integration_no, "model": model, "remote_id": remote_id, "id": our_id}
        for model, remote_id, our_id in rows
    ]
    if values:
        connection.execute(sa.insert(given_ids), values)
    bump(connection, integration_no)


def bump(connection: sa.Connection, integration_no: int) -> None:
    """Make writers that computed ids before compute them again."""
    move = sa.update(integrations).values(ids_version=integrations.c.ids_version + 1)
    connection.execute(move.where(integrations.c.no == integration_no))
