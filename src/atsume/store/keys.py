"""Environments and their API keys, of which only hashes are kept."""

import datetime as dt
from typing import Any

import msgspec
import sqlalchemy as sa

from atsume.ids import random_id
from atsume.model.environment import EnvironmentSettings, effective, stored
from atsume.model.integration import Integration
from atsume.store.database import Database
from atsume.store.rows import ApiKey, Environment
from atsume.store.schema import api_keys, environments, moment_of

_KEPT = [environments.c[name] for name in ("id", "name", "created_at", "settings")]
_SHOWN = [api_keys.c[name] for name in ApiKey.__struct_fields__]


class Keys:
    """Environments and API keys."""

    database: Database

    def create_environment(self, name: str, at: dt.datetime) -> Environment:
        """Add an environment."""
        made = Environment(id=random_id(), name=name, created_at=at)
        with self.database.writing() as connection:
            connection.execute(sa.insert(environments).values(id=made.id, name=name, created_at=at))
        return made

    def environments(self) -> list[Environment]:
        """Return all environments, oldest first."""
        return self._environments()

    def environment(self, environment_id: str) -> Environment | None:
        """Return an environment."""
        sql = self.database.sql("environment", lambda: sa.select(*_KEPT).where(environments.c.id == sa.bindparam("id")))
        rows = self.database.rows(sql, {"id": environment_id})
        if not rows:
            return None
        ident, name, created_at, settings = rows[0]
        return _environment(ident, name, moment_of(created_at), settings)

    def _environments(self, *where: sa.ColumnElement[bool]) -> list[Environment]:
        query = sa.select(*_KEPT).where(*where).order_by(environments.c.created_at, environments.c.id)
        with self.database.looking() as connection:
            return [_environment(*row) for row in connection.execute(query)]

    def update_environment_settings(self, environment_id: str, settings: EnvironmentSettings) -> None:
        """Replace the settings of an environment."""
        kept = msgspec.json.encode(stored(settings)).decode()
        change = sa.update(environments).values(settings=kept).where(environments.c.id == environment_id)
        with self.database.writing() as connection:
            connection.execute(change)

    def in_force(self, integration: Integration) -> EnvironmentSettings:
        """Return the settings of the integration's environment with its own overrides on top."""
        return in_force(self.environment(integration.environment_id), integration)

    def add_api_key(
        self,
        environment_id: str,
        name: str,
        key_hash: str,
        prefix: str,
        at: dt.datetime,
        allowed_addresses: tuple[str, ...] | None = None,
    ) -> ApiKey:
        """Add a key. Its hash must be new."""
        made = ApiKey(random_id(), environment_id, name, prefix, at, None, allowed_addresses)
        values: dict[str, Any] = {field: getattr(made, field) for field in made.__struct_fields__}
        values["allowed_addresses"] = _networks(allowed_addresses)
        with self.database.writing() as connection:
            connection.execute(sa.insert(api_keys).values(**values, key_hash=key_hash))
        return made

    def api_key(self, key_hash: str) -> ApiKey | None:
        """Return the key of that hash, unless it is revoked."""
        return next(iter(self._api_keys(api_keys.c.key_hash == key_hash, api_keys.c.revoked_at.is_(None))), None)

    def api_keys(self, environment_id: str | None = None) -> list[ApiKey]:
        """Return all keys, revoked ones too, oldest first."""
        return self._api_keys(*([] if environment_id is None else [api_keys.c.environment_id == environment_id]))

    def _api_keys(self, *where: sa.ColumnElement[bool]) -> list[ApiKey]:
        query = sa.select(*_SHOWN).where(*where).order_by(api_keys.c.created_at, api_keys.c.id)
        with self.database.looking() as connection:
            return [_api_key(row) for row in connection.execute(query)]

    def allow_addresses(self, key_id: str, addresses: tuple[str, ...] | None) -> bool:
        """Set the networks that a key may be used from, None for any; tell whether there is such a key."""
        allow = sa.update(api_keys).values(allowed_addresses=_networks(addresses)).where(api_keys.c.id == key_id)
        with self.database.writing() as connection:
            return connection.execute(allow).rowcount == 1

    def revoke_api_key(self, key_id: str, at: dt.datetime) -> bool:
        """Revoke a key; tell whether there was an unrevoked one."""
        revoke = (
            sa.update(api_keys).values(revoked_at=at).where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        )
        with self.database.writing() as connection:
            return connection.execute(revoke).rowcount == 1


def in_force(environment: Environment | None, integration: Integration) -> EnvironmentSettings:
    """Return an environment's settings with an integration's own overrides on top."""
    base = environment.settings if environment is not None else EnvironmentSettings()
    return effective(base, integration.overrides)


def _environment(ident: str, name: str, created_at: dt.datetime, settings: str) -> Environment:
    decoded = msgspec.json.decode(settings, type=EnvironmentSettings)
    return Environment(id=ident, name=name, created_at=created_at, settings=decoded)


def _networks(addresses: tuple[str, ...] | None) -> str | None:
    return None if addresses is None else msgspec.json.encode(addresses).decode()


def _api_key(row: Any) -> ApiKey:
    values = dict(zip(ApiKey.__struct_fields__, row, strict=True))
    allowed = values.pop("allowed_addresses")
    return ApiKey(
        **values, allowed_addresses=None if allowed is None else msgspec.json.decode(allowed, type=tuple[str, ...])
    )
