"""Scope configs of environments, and what an integration may keep by them."""

import datetime as dt
from typing import Any

import msgspec
import sqlalchemy as sa

from atsume.ids import random_id, record_id
from atsume.model.integration import Integration
from atsume.model.scope import Scope, ScopeConfig, Setting, scope_of
from atsume.store.database import Database
from atsume.store.schema import integrations
from atsume.store.schema_connect import scope_configs

EVERYTHING = Scope()
_settings = msgspec.json.Decoder(dict[str, Setting])


class Scopes:
    """Scope configs."""

    database: Database

    def add_scope_config(
        self, environment_id: str, name: str, settings: dict[str, Setting], at: dt.datetime, *, is_default: bool = False
    ) -> ScopeConfig:
        """Add a scope config; a default one takes the place of the default before."""
        made = ScopeConfig(
            id=random_id(), environment_id=environment_id, name=name, settings=settings, is_default=is_default
        )
        values: dict[str, Any] = {
            "id": made.id,
            "environment_id": environment_id,
            "name": name,
            "settings": msgspec.json.encode(settings).decode(),
            "is_default": int(is_default),
            "created_at": at,
        }
        with self.database.writing() as connection:
            if is_default:
                self._no_default(connection, environment_id)
            connection.execute(sa.insert(scope_configs).values(values))
        return made

    def change_scope_config(self, config_id: str, settings: dict[str, Setting]) -> bool:
        """Replace a config's settings; tell whether there is such a config."""
        encoded = msgspec.json.encode(settings).decode()
        with self.database.writing() as connection:
            change = sa.update(scope_configs).values(settings=encoded).where(scope_configs.c.id == config_id)
            return connection.execute(change).rowcount == 1

    def make_default(self, config: ScopeConfig) -> None:
        """Make a config the default of its environment."""
        with self.database.writing() as connection:
            self._no_default(connection, config.environment_id)
            change = sa.update(scope_configs).values(is_default=1).where(scope_configs.c.id == config.id)
            connection.execute(change)

    def _no_default(self, connection: sa.Connection, environment_id: str) -> None:
        change = sa.update(scope_configs).values(is_default=0).where(scope_configs.c.environment_id == environment_id)
        connection.execute(change)

    def scope_configs(self, environment_id: str | None = None) -> list[ScopeConfig]:
        """Return all scope configs, oldest first."""
        where = [] if environment_id is None else [scope_configs.c.environment_id == environment_id]
        return self._configs(*where)

    def scope_config(self, config_id: str) -> ScopeConfig | None:
        """Return a scope config."""
        return next(iter(self._configs(scope_configs.c.id == config_id)), None)

    def default_scope_config(self, environment_id: str) -> ScopeConfig:
        """Return what new integrations of an environment go by: the config made the default, else the built-in one."""
        where = (scope_configs.c.environment_id == environment_id, scope_configs.c.is_default == 1)
        return next(iter(self._configs(*where)), None) or built_in(environment_id)

    def scope_config_of(self, integration: Integration) -> ScopeConfig:
        """Return the config that an integration goes by."""
        chosen = integration.scope_config_id
        return (self.scope_config(chosen) if chosen else None) or built_in(integration.environment_id)

    def scope(self, integration: Integration) -> Scope:
        """Return what an integration leaves out. Most leave out nothing, which costs no look-up."""
        if integration.scope_config_id is None:
            return EVERYTHING
        return scope_of(self.scope_config_of(integration), integration.opted_out)

    def set_scope(
        self, integration_id: str, config_id: str | None, opted_out: tuple[str, ...], expired_at: dt.datetime | None
    ) -> None:
        """Give an integration a config and opt-outs. `expired_at`: its data are older than that from now on."""
        values: dict[str, Any] = {
            "scope_config_id": config_id,
            "opted_out": msgspec.json.encode(opted_out).decode(),
        }
        if expired_at is not None:
            values["data_expired_at"] = expired_at
        with self.database.writing() as connection:
            connection.execute(sa.update(integrations).values(values).where(integrations.c.id == integration_id))

    def data_renewed(self, integration_id: str, since: dt.datetime) -> None:
        """A good sync that began then has ended: data that expired before are fresh again."""
        change = (
            sa.update(integrations)
            .values(data_expired_at=None)
            .where(integrations.c.id == integration_id, integrations.c.data_expired_at <= since)
        )
        with self.database.writing() as connection:
            connection.execute(change)

    def _configs(self, *where: sa.ColumnElement[bool]) -> list[ScopeConfig]:
        query = sa.select(scope_configs).where(*where).order_by(scope_configs.c.created_at, scope_configs.c.id)
        with self.database.looking() as connection:
            return [_config(row) for row in connection.execute(query)]


def built_in(environment_id: str) -> ScopeConfig:
    """Return the config that every environment has: it leaves nothing out."""
    return ScopeConfig(
        id=record_id(environment_id, "scope_config", "default"), environment_id=environment_id, name="Everything"
    )


def _config(row: Any) -> ScopeConfig:
    return ScopeConfig(
        id=row.id,
        environment_id=row.environment_id,
        name=row.name,
        settings=_settings.decode(row.settings),
        is_default=bool(row.is_default),
    )
