"""What people decide about fields: define, map, pass through, remap, and see first what it would do.

Every decision is stored, then *settled* (`sync/settle.py`): stored records are made anew by a worker from what is held,
or a full sync is queued when values are needed that are not.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct, structs

from atsume.connectors.base import Connector
from atsume.errors import AtsumeError, Code
from atsume.ids import random_id
from atsume.integrations.explorer import Sample
from atsume.model.catalogue import MODELS
from atsume.model.fields import CUSTOMISABLE, CustomField, IntegrationField, Station, bad_key
from atsume.model.integration import Integration
from atsume.model.record import Record, encode, hide
from atsume.model.remapping import Remapping, is_list, remappable
from atsume.model.scope import apply
from atsume.model.work import Kind
from atsume.observe import log
from atsume.store.fields import Mapped
from atsume.store.store import Store, StoreError
from atsume.sync.execute import Executor
from atsume.sync.fields import Decided, decided
from atsume.sync.remap import Remapped, apply_decisions
from atsume.sync.settle import Settled, settle_fields


class Fieldwork(Struct, frozen=True, kw_only=True):
    """What deciding about fields needs."""

    store: Store
    connectors: Mapping[str, Connector]
    now: Callable[[], dt.datetime]

    def known(self, integration: Integration) -> Decided:
        """Return what is known and decided about an integration's fields."""
        return decided(self.store, integration, self.connectors[integration.tool].fields)

    def settle(self, integration: Integration) -> Settled:
        """Make due what decisions ask for."""
        book = self.connectors[integration.tool].fields
        return settle_fields(self.store, integration, book, self.now())

    def due(self, now: dt.datetime, limit: int) -> list[str]:
        """Return the ids of integrations whose stored records wait to be made anew."""
        return list(self.store.fields_due(now, limit))

    def carry_out(self, integration_id: str) -> Remapped:
        """Make an integration's stored records anew. Twice is once."""
        integration = self.store.integration(integration_id)
        if integration is None:
            return Remapped({}, ())
        book = self.connectors[integration.tool].fields
        return apply_decisions(self.store, integration, book, self.now)


def define(
    work: Fieldwork,
    environment_id: str,
    *,
    model: str,
    key: str,
    label: str | None = None,
    description: str | None = None,
    aliases: tuple[str, ...] = (),
    is_automatic: bool = True,
) -> CustomField:
    """Define a custom field of an environment and settle its integrations. Raises AtsumeError."""
    if model not in CUSTOMISABLE:
        raise _wrong(f"{model!r} has no custom fields; these have: {', '.join(CUSTOMISABLE)}.")
    if (wrong := bad_key(key)) is not None:
        raise _wrong(wrong)
    field = CustomField(
        id=random_id(),
        environment_id=environment_id,
        model=model,
        key=key,
        label=label,
        description=description,
        aliases=aliases,
        is_automatic=is_automatic,
    )
    try:
        work.store.add_custom_field(field)
    except StoreError as taken:
        raise _wrong(str(taken)) from taken
    settle_environment(work, environment_id)
    return field


def remove(work: Fieldwork, field: CustomField) -> None:
    """Remove a custom field: its values leave the records of all integrations."""
    work.store.remove_custom_field(field.id)
    settle_environment(work, field.environment_id)


def settle_environment(work: Fieldwork, environment_id: str) -> None:
    """Settle every integration of an environment, after something changed for all of them."""
    environment = work.store.environment(environment_id)
    if environment is not None and not environment.settings.field_examples:
        work.store.forget_examples(environment_id)
    for integration in work.store.integrations(environment_id):
        work.settle(integration)


def custom_field(work: Fieldwork, integration: Integration, field_id: str) -> CustomField:
    """Return a custom field of the integration's environment. Raises AtsumeError."""
    found = next((f for f in work.store.custom_fields(integration.environment_id) if f.id == field_id), None)
    if found is None:
        raise _wrong("There is no custom field with this id in the integration's environment.")
    return found


def integration_field(work: Fieldwork, integration: Integration, field_id: str) -> IntegrationField:
    """Return an integration field. Raises AtsumeError."""
    found = work.store.integration_field(integration.no, field_id)
    if found is None:
        raise _wrong("There is no integration field with this id; GET …/integration-fields lists what there is.")
    return found


def map_custom_field(
    work: Fieldwork, integration: Integration, field: CustomField, target: IntegrationField | None
) -> Settled:
    """Map a custom field, or with None decide that nothing is mapped to it. Raises AtsumeError."""
    if target is not None and target.model != field.model:
        raise _wrong(f"The custom field is one of {field.model}, the integration field one of {target.model}.")
    mapped = {field.id: target.id if target is not None else None}
    work.store.map_fields(integration.no, mapped, decided_by="person", at=work.now())
    return work.settle(integration)


def pass_through(work: Fieldwork, integration: Integration, field: IntegrationField, *, enabled: bool) -> Settled:
    """Switch whether records carry a field's value in `integration_fields`."""
    work.store.pass_through(integration.no, field.id, enabled=enabled)
    return work.settle(integration)


def remap(work: Fieldwork, integration: Integration, model: str, field: str, remapping: Remapping | None) -> Settled:
    """Feed a unified field from other integration fields, or with None from the connector's again."""
    if remapping is not None:
        check_remapping(work, integration, model, remapping)
    work.store.set_remapping(integration.no, model, field, remapping)
    return work.settle(integration)


def check_remapping(work: Fieldwork, integration: Integration, model: str, remapping: Remapping) -> None:
    """Raise AtsumeError when a remapping cannot be."""
    if model not in CUSTOMISABLE:
        raise _wrong(f"Fields of {model!r} cannot be remapped; those of these can: {', '.join(CUSTOMISABLE)}.")
    if remapping.field not in remappable(model):
        raise _wrong(f"{remapping.field!r} cannot be remapped; these can: {', '.join(remappable(model))}.")
    if remapping.how == "append" and not is_list(model, remapping.field):
        raise _wrong(f"{remapping.field!r} is no list, so nothing can be appended to it; replace it.")
    found = {one.key for one in work.store.integration_fields(integration.no, model)}
    missing = [key for key in remapping.keys if key not in found]
    if missing or not remapping.keys:
        raise _wrong(f"{missing[0]!r} is no field of {model}." if missing else "Name at least one field to feed from.")


def _wrong(sentence: str) -> AtsumeError:
    return AtsumeError(Code.INPUT_INVALID, sentence)


class Preview(Struct, frozen=True):
    """What a decision would make of one live record."""

    remote_id: str
    before: dict[str, Any]
    """Wire values of the fields that would change, as they are now."""
    after: dict[str, Any]


def preview_mapping(
    work: Fieldwork, integration: Integration, field: CustomField, target: IntegrationField | None, live: list[Sample]
) -> list[Preview]:
    """Return what mapping a custom field would make of live records. Nothing is stored."""
    known = work.known(integration)
    mapped = {**known.mapped, field.id: Mapped(field.id, target.id if target else None, "person")}
    return _preview(known, structs.replace(known, mapped=mapped), field.model, live)


def preview_remapping(
    work: Fieldwork, integration: Integration, model: str, remapping: Remapping, live: list[Sample]
) -> list[Preview]:
    """Return what a remapping would make of live records. Nothing is stored. Raises AtsumeError."""
    check_remapping(work, integration, model, remapping)
    known = work.known(integration)
    others = [one for one in known.remappings.get(model, ()) if one.field != remapping.field]
    return _preview(
        known, structs.replace(known, remappings={**known.remappings, model: [*others, remapping]}), model, live
    )


def _preview(now: Decided, then: Decided, model: str, live: list[Sample]) -> list[Preview]:
    shown = []
    for one in live:
        if one.model != model:
            continue
        before, after = (_made(known, one) for known in (now, then))
        names = [name for name in after if before[name] != after[name]]
        shown.append(
            Preview(one.remote_id, {name: before[name] for name in names}, {name: after[name] for name in names})
        )
    return shown


def _made(known: Decided, one: Sample) -> dict[str, Any]:
    """Return a live record as it would be served."""
    record: Record = structs.replace(one.record)
    hide(record, MODELS[one.model].hidden)
    station = Station(one.model, known.plan(one.model), known.book.surfaces.get(one.model, {}))
    station(apply(known.scope, one.model, record), one.remote)
    return msgspec.json.decode(encode(apply(known.scope, one.model, record)))


def remaking(executor: Executor, _should_stop: Callable[[], bool]) -> Kind:
    """Return the kind of work that making stored records anew is."""
    work = Fieldwork(store=executor.store, connectors=executor.connectors, now=executor.now)

    def carry_out(integration_id: str) -> None:
        done = work.carry_out(integration_id)
        log.info("records made anew", integration_id=integration_id, updated=done.updated, waiting=done.waiting)

    return Kind(name="remake", due=work.due, carry_out=carry_out, seats=2)
