"""Integrations: their states, settings and sealed credentials."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import msgspec
import sqlalchemy as sa

from atsume.model.integration import EndUser, Integration, QaStatus, SetupStatus, State
from atsume.model.permission import Permission
from atsume.store.database import Database
from atsume.store.mirror import StoredMirror
from atsume.store.notes import StoredNotes
from atsume.store.outbox import Kind, facts_of, note
from atsume.store.rows import NewIntegration
from atsume.store.schema import integrations, schedules

SHOWN = [column for column in integrations.columns if column.name not in {"sealed_credentials", "revision"}]
"""What is read of an integration."""
FIRST_DUE = dt.timedelta(hours=1)
"""When a new integration is due, should its first sync never have been queued. Each run that ends sets the next."""


class Integrations:
    """Everything about integrations but their records."""

    database: Database

    def add_integration(self, new: NewIntegration, at: dt.datetime) -> Integration:
        """Add an integration and give it its number."""
        values: dict[str, Any] = {
            "id": new.id,
            "tool": new.tool,
            "category": new.category,
            "environment_id": new.environment_id,
            "organization_name": new.end_user.organization_name,
            "creator_email": new.end_user.creator_email,
            "origin_id": new.end_user.origin_id,
            "state": State.ACTIVE.value,
            "setup_status": SetupStatus.COMPLETED.value,
            "qa_status": new.qa_status.value,
            "settings": msgspec.json.encode(new.settings).decode(),
            "overrides": msgspec.json.encode(new.overrides).decode(),
            "sealed_credentials": new.sealed_credentials,
            "created_at": at,
            "scope_config_id": new.scope_config_id,
            "opted_out": _json(new.opted_out),
            "permissions": _json(new.permissions),
        }
        with self.database.writing() as connection:
            row = connection.execute(sa.insert(integrations).values(values).returning(*SHOWN)).one()
            made = as_integration(row)
            first = {"integration_no": made.no, "next_due_at": at + FIRST_DUE, "planned_at": at}
            connection.execute(sa.insert(schedules).values(first))
            note_state(connection, "integration_created", made, at)
        return made

    def integration(self, integration_id: str) -> Integration | None:
        """Return an integration."""
        return next(iter(self._integrations(integrations.c.id == integration_id)), None)

    def integrations(self, environment_id: str | None = None) -> list[Integration]:
        """Return all integrations, oldest first."""
        return self._integrations(
            *([] if environment_id is None else [integrations.c.environment_id == environment_id])
        )

    def _integrations(self, *where: sa.ColumnElement[bool]) -> list[Integration]:
        """Return those that are not deleted."""
        query = sa.select(*SHOWN).where(integrations.c.deleted_at.is_(None), *where).order_by(integrations.c.no)
        with self.database.looking() as connection:
            return [as_integration(row) for row in connection.execute(query)]

    def sealed_credentials(self, integration_id: str) -> bytes | None:
        """Return the credentials as they were sealed."""
        sql = self.database.sql(
            "sealed_credentials",
            lambda: sa.select(integrations.c.sealed_credentials).where(
                integrations.c.id == sa.bindparam("id"), integrations.c.deleted_at.is_(None)
            ),
        )
        rows = self.database.rows(sql, {"id": integration_id})
        return bytes(rows[0][0]) if rows and rows[0][0] is not None else None

    def update_settings(self, integration_id: str, settings: dict[str, Any]) -> None:
        """Replace the settings."""
        self._update_integration(integration_id, settings=msgspec.json.encode(settings).decode())

    def update_overrides(self, integration_id: str, overrides: dict[str, Any]) -> None:
        """Replace what the integration decides otherwise than its environment."""
        self._update_integration(integration_id, overrides=msgspec.json.encode(overrides).decode())

    def save_permissions(self, integration_id: str, permissions: tuple[Permission, ...]) -> None:
        """Remember what scope testing found."""
        self._update_integration(integration_id, permissions=_json(permissions))

    def _update_integration(self, integration_id: str, **values: Any) -> None:
        with self.database.writing() as connection:
            connection.execute(sa.update(integrations).values(values).where(integrations.c.id == integration_id))

    def mirror(self, integration: Integration) -> StoredMirror:
        """Return what a connector may ask of this integration's mirror."""
        return StoredMirror(self.database, integration)

    def notes(self, integration: Integration, now: Callable[[], dt.datetime]) -> StoredNotes:
        """Return what this integration's connector wrote down."""
        return StoredNotes(self.database, integration, now)


def note_state(connection: sa.Connection, kind: Kind, integration: Integration, at: dt.datetime) -> None:
    """Note what became of an integration, in the transaction that made it so."""
    note(
        connection,
        kind,
        environment_id=integration.environment_id,
        integration_id=integration.id,
        facts=facts_of(integration),
        at=at,
    )


def as_integration(row: Any) -> Integration:
    """Return a row of the table as an integration."""
    return Integration(
        no=row.no,
        id=row.id,
        tool=row.tool,
        category=row.category,
        environment_id=row.environment_id,
        end_user=EndUser(row.organization_name, row.creator_email, row.origin_id),
        state=State(row.state),
        setup_status=SetupStatus(row.setup_status),
        qa_status=QaStatus(row.qa_status),
        settings=msgspec.json.decode(row.settings, type=dict[str, Any]),
        overrides=msgspec.json.decode(row.overrides, type=dict[str, Any]),
        created_at=row.created_at,
        first_synced_at=row.first_synced_at,
        data_expired_at=row.data_expired_at,
        scope_config_id=row.scope_config_id,
        opted_out=_names(row.opted_out or "[]"),
        permissions=_permissions(row.permissions or "[]"),
        state_changed_at=row.state_changed_at,
        refused_since=row.refused_since,
        last_synced_at=row.last_synced_at,
        used_at=row.used_at,
        qa_findings=msgspec.json.decode(row.qa_findings, type=list[str]),
        qa_decided_at=row.qa_decided_at,
        deletions_allowed_at=row.deletions_allowed_at,
    )


_names = msgspec.json.Decoder(tuple[str, ...]).decode
_permissions = msgspec.json.Decoder(tuple[Permission, ...]).decode


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
