"""Field mapping while connecting: which fields of the tool feed the caller's custom fields, chosen on live records."""

from collections.abc import Mapping, Sequence
from typing import Any

from atsume.connectors.base import Connector
from atsume.integrations.explorer import explored, fetch
from atsume.integrations.fields import Fieldwork, map_custom_field
from atsume.model.fields import CustomField, IntegrationField, chosen
from atsume.model.integration import Integration
from atsume.model.scope import Scope, allows
from atsume.store.fields import field_id
from atsume.store.rows import FoundField
from atsume.store.store import Store


class Nothing:
    """The mirror of an account that is not connected yet. Implements `atsume.connectors.base.Mirror`."""

    def latest_sources(self, candidate_ids: Sequence[str]) -> Mapping[str, str | None]:
        """Return no source."""
        return {}

    def job_stages_in_use(self) -> Sequence[tuple[str, str]]:
        """Return no pair."""
        return ()

    def live(self, model: str) -> Sequence[str]:
        """Return no id."""
        return ()

    def was_published(self, job_ids: Sequence[str]) -> frozenset[str]:
        """Return no job."""
        return frozenset()

    def columns(self, model: str, names: Sequence[str]) -> Sequence[tuple[Any, ...]]:
        """Return no record."""
        return ()


def mappable(store: Store, environment_id: str, scope: Scope) -> tuple[CustomField, ...]:
    """Return the custom fields that the end user may map: those of models that are read."""
    return tuple(one for one in store.custom_fields(environment_id) if allows(scope, one.model))


def look(
    connector: Connector, credentials: Any, settings: Any, scope: Scope, custom: Sequence[CustomField]
) -> tuple[FoundField, ...]:
    """Return the fields of a few live records; none of a model that cannot be read just now. No values are kept."""
    session = connector.open(credentials, settings, lambda _exchange: None)
    try:
        session.authenticate()
        found = fetch(session, Nothing(), scope, models={one.model for one in custom})
        fields = explored(found.samples, connector.fields, scope, with_examples=False)
    finally:
        session.close()
    return tuple(FoundField(f.model, f.key, f.label, f.type) for f in fields if not f.is_withheld)


def by_rule(custom: Sequence[CustomField], found: Sequence[FoundField]) -> dict[str, str]:
    """Return what the custom fields' own rules choose: id → key."""
    fields = [_field(one, "") for one in found]
    return {one.id: field.key for one in custom if (field := chosen(one, fields)) is not None}


def in_force(store: Store, integration: Integration) -> dict[str, str]:
    """Return what was decided for an integration before: id of the custom field → key, empty for nothing."""
    keys = {field.id: field.key for field in store.integration_fields(integration.no)}
    mapped = store.field_mappings(integration.no)
    return {custom_id: keys.get(one.integration_field_id or "", "") for custom_id, one in mapped.items()}


def decide(
    work: Fieldwork,
    integration: Integration,
    custom: Sequence[CustomField],
    found: Sequence[FoundField],
    mapped: Mapping[str, str],
) -> None:
    """Keep what the end user chose. A field that was not met is no field: then nothing is mapped."""
    fields = {(one.model, one.key): _field(one, integration.id) for one in found}
    decided = {one.id: fields.get((one.model, mapped[one.id])) for one in custom if one.id in mapped}
    work.store.found_fields(integration, [field for field in decided.values() if field is not None], counts=False)
    for one in custom:
        if one.id in decided:
            map_custom_field(work, integration, one, decided[one.id])


def _field(found: FoundField, integration_id: str) -> IntegrationField:
    return IntegrationField(
        id=field_id(integration_id, found.model, found.key),
        model=found.model,
        key=found.key,
        label=found.label,
        type=found.type,
    )
