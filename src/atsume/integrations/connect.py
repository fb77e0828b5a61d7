"""Connect a tool: settings and credentials are checked, sealed and stored, and the first sync becomes due."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import Struct

from atsume.connectors.base import Connector
from atsume.crypto import Keys, seal
from atsume.errors import AtsumeError, Code
from atsume.ids import integration_id
from atsume.integrations import lifecycle
from atsume.integrations.scopes import config_for, stored_id
from atsume.model.environment import overridden
from atsume.model.integration import EndUser, Integration, QaStatus, SyncType
from atsume.model.permission import Permission
from atsume.store.rows import NewIntegration, SyncRun
from atsume.store.store import Store


class Connected(Struct, frozen=True):
    """A fresh integration and its first sync run, queued."""

    integration: Integration
    first_sync: SyncRun


class Consent(Struct, frozen=True, kw_only=True):
    """What the end user agreed to, and what scope testing found."""

    scope_config_id: str | None = None
    """None: the default of the environment."""
    opted_out: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()


EVERYTHING = Consent()
NOTHING: Mapping[str, Any] = {}


def connect(  # noqa: PLR0913 - one per thing that is kept
    store: Store,
    connector: Connector,
    *,
    environment_id: str,
    end_user: EndUser,
    settings: Mapping[str, Any],
    credentials: Mapping[str, Any],
    encryption_key: Keys,
    at: dt.datetime,
    consent: Consent = EVERYTHING,
    overrides: Mapping[str, Any] = NOTHING,
) -> Connected:
    """Store the integration and queue its first sync. Raises AtsumeError that names the wrong input."""
    checked = _checked(connector.settings, settings, "setting")
    secrets = _checked(connector.credentials, credentials, "credential")
    environment = store.environment(environment_id)
    if environment is None:
        raise AtsumeError(Code.INPUT_INVALID, f"No environment {environment_id}; see `atsume environments list`.")
    if (lacking := connector.lacks(secrets, checked)) is not None:
        raise AtsumeError(Code.INPUT_INVALID, lacking)
    config = config_for(store, environment_id, consent.scope_config_id)
    new_id = integration_id(connector.id)
    integration = store.add_integration(
        NewIntegration(
            id=new_id,
            tool=connector.id,
            category=connector.category,
            environment_id=environment_id,
            end_user=end_user,
            settings=msgspec.to_builtins(checked),
            sealed_credentials=seal(encryption_key, msgspec.json.encode(secrets), new_id),
            scope_config_id=stored_id(config),
            opted_out=consent.opted_out,
            permissions=consent.permissions,
            overrides=overridden({}, overrides),
            qa_status=QaStatus.PENDING if environment.settings.qa_gate else QaStatus.PASSED,
        ),
        at,
    )
    first_sync, _ = store.queue_sync(integration.id, SyncType.FULL, at)
    return Connected(integration, first_sync)


def relink(
    store: Store,
    connector: Connector,
    integration: Integration,
    *,
    settings: Mapping[str, Any],
    credentials: Mapping[str, Any],
    keys: Keys,
    permissions: tuple[Permission, ...],
    at: dt.datetime,
) -> Integration:
    """Give an integration fresh credentials; what was not typed in again stays. A sync becomes due."""
    checked = _checked(connector.settings, integration.settings | dict(settings), "setting")
    secrets = _checked(connector.credentials, credentials, "credential")
    if (lacking := connector.lacks(secrets, checked)) is not None:
        raise AtsumeError(Code.INPUT_INVALID, lacking)
    store.update_settings(integration.id, msgspec.to_builtins(checked))
    store.save_permissions(integration.id, permissions)
    lifecycle.relink(store, integration.id, at, seal(keys, msgspec.json.encode(secrets), integration.id))
    store.queue_sync(integration.id, SyncType.FULL, at)
    return store.integration(integration.id) or integration


def set_up(store: Store, connector: Connector, integration: Integration, settings: Mapping[str, Any]) -> Integration:
    """Change settings of an integration, as its setup flow asks for them."""
    checked = _checked(connector.settings, integration.settings | dict(settings), "setting")
    store.update_settings(integration.id, msgspec.to_builtins(checked))
    return store.integration(integration.id) or integration


def _checked(struct: type[Struct], given: Mapping[str, Any], kind: str) -> Struct:
    unknown = set(given) - set(struct.__struct_fields__)
    if unknown:
        known = ", ".join(struct.__struct_fields__)
        raise AtsumeError(Code.INPUT_INVALID, f"Unknown {kind} {sorted(unknown)[0]!r}; there are: {known}.")
    try:
        return msgspec.convert(dict(given), struct, strict=False)
    except msgspec.ValidationError as error:
        raise AtsumeError(Code.INPUT_INVALID, _reason(struct, str(error), kind)) from error


def _reason(struct: type[Struct], told: str, kind: str) -> str:
    """Return what is wrong with a value and what it may be instead; the value itself is not repeated."""
    said, _, place = told.partition(" - at `$.")
    name = place.rstrip("`")
    if not name:
        return f"Wrong {kind}: {said}"
    type_ = next((field.type for field in msgspec.structs.fields(struct) if field.name == name), None)
    if get_origin(type_) is Literal:
        return f"Wrong {kind}: `{name}` must be one of {', '.join(map(str, get_args(type_)))}."
    return f"Wrong {kind} `{name}`: {_PLAIN.get(said.partition(',')[0], said)}."


_PLAIN = {
    "Expected `int | null`": "must be a whole number",
    "Expected `int`": "must be a whole number",
    "Expected `bool`": "must be true or false",
}
"""What a type means to whoever typed the value in."""
