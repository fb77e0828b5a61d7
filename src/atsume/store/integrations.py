"""Integrations: their states, settings and sealed credentials."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import msgspec
import sqlalchemy as sa

from atsume.model.integration import EndUser, Integration, QaStatus, SetupStatus, State
from atsume.model.permission import Permission
from atsume.store.database import Database, driver
from atsume.store.mirror import StoredMirror
from atsume.store.notes import StoredNotes
from atsume.store.outbox import Kind, facts_of, note
from atsume.store.rows import NewIntegration
from atsume.store.schema import RECORDS, bounds, connector_notes, exchanges, integrations, sync_runs, within

_SHOWN = [column for column in integrations.columns if column.name not in {"sealed_credentials", "revision"}]


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
            "qa_status": QaStatus.PASSED.value,
            "settings": msgspec.json.encode(new.settings).decode(),
            "sealed_credentials": new.sealed_credentials,
            "created_at": at,
            "scope_config_id": new.scope_config_id,
            "opted_out": _json(new.opted_out),
            "permissions": _json(new.permissions),
        }
        with self.database.writing() as connection:
            row = connection.execute(sa.insert(integrations).values(values).returning(*_SHOWN)).one()
            made = _integration(row)
            _note(connection, "integration_created", made, at)
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
        query = sa.select(*_SHOWN).where(*where).order_by(integrations.c.no)
        with self.database.looking() as connection:
            return [_integration(row) for row in connection.execute(query)]

    def sealed_credentials(self, integration_id: str) -> bytes | None:
        """Return the credentials as they were sealed."""
        query = sa.select(integrations.c.sealed_credentials).where(integrations.c.id == integration_id)
        with self.database.looking() as connection:
            sealed = connection.execute(query).scalar()
        return None if sealed is None else bytes(sealed)

    def set_state(self, integration_id: str, state: State, at: dt.datetime) -> None:
        """Set the state; which transitions there are is the model's business. What changes nothing is not noted."""
        self._change_state(integration_id, at, state=state.value)

    def _change_state(self, integration_id: str, at: dt.datetime, **values: Any) -> bool:
        """Change columns that callers hear of, and note it; tell whether anything changed."""
        differs = sa.or_(*(integrations.c[name].is_distinct_from(value) for name, value in values.items()))
        change = sa.update(integrations).values(values).where(integrations.c.id == integration_id, differs)
        with self.database.writing() as connection:
            row = connection.execute(change.returning(*_SHOWN)).first()
            if row is None:
                return False
            _note(connection, "integration_state_changed", _integration(row), at)
        return True

    def update_settings(self, integration_id: str, settings: dict[str, Any]) -> None:
        """Replace the settings."""
        self._update_integration(integration_id, settings=msgspec.json.encode(settings).decode())

    def update_overrides(self, integration_id: str, overrides: dict[str, Any]) -> None:
        """Replace what the integration decides otherwise than its environment."""
        self._update_integration(integration_id, overrides=msgspec.json.encode(overrides).decode())

    def mark_first_synced(self, integration_id: str, at: dt.datetime) -> None:
        """Remember the end of the first usable sync; later ones change nothing."""
        self._update_integration(
            integration_id,
            first_synced_at=sa.func.coalesce(
                integrations.c.first_synced_at, sa.bindparam(None, at, type_=integrations.c.first_synced_at.type)
            ),
        )

    def save_permissions(self, integration_id: str, permissions: tuple[Permission, ...]) -> None:
        """Remember what scope testing found."""
        self._update_integration(integration_id, permissions=_json(permissions))

    def _update_integration(self, integration_id: str, **values: Any) -> None:
        with self.database.writing() as connection:
            connection.execute(sa.update(integrations).values(values).where(integrations.c.id == integration_id))

    def delete_integration(self, integration_id: str, at: dt.datetime) -> bool:
        """Erase an integration and everything of it; tell whether there was one."""
        with self.database.writing() as connection:
            # Locks the row first: a commit that waits for it will find it gone.
            find = sa.select(*_SHOWN).where(integrations.c.id == integration_id).with_for_update()
            row = connection.execute(find).first()
            if row is None:
                return False
            no = row.no
            _note(connection, "integration_deleted", _integration(row), at)
            for tables in RECORDS.values():
                for table in (tables.fragments, tables.keys):
                    sql = self.database.sql(
                        ("erase", table.name), lambda table=table: sa.delete(table).where(within(table))
                    )
                    driver(connection).execute(sql, bounds(no))
            for table in (sync_runs, connector_notes):
                connection.execute(sa.delete(table).where(table.c.integration_no == no))
            connection.execute(sa.delete(exchanges).where(exchanges.c.integration_id == integration_id))
            connection.execute(sa.delete(integrations).where(integrations.c.no == no))
        return True

    def mirror(self, integration: Integration) -> StoredMirror:
        """Return what a connector may ask of this integration's mirror."""
        return StoredMirror(self.database, integration)

    def notes(self, integration: Integration, now: Callable[[], dt.datetime]) -> StoredNotes:
        """Return what this integration's connector wrote down."""
        return StoredNotes(self.database, integration, now)


def _note(connection: sa.Connection, kind: Kind, integration: Integration, at: dt.datetime) -> None:
    note(
        connection,
        kind,
        environment_id=integration.environment_id,
        integration_id=integration.id,
        facts=facts_of(integration),
        at=at,
    )


def _integration(row: Any) -> Integration:
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
    )


_names = msgspec.json.Decoder(tuple[str, ...]).decode
_permissions = msgspec.json.Decoder(tuple[Permission, ...]).decode


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
