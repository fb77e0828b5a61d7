"""Integration fields and custom fields of an integration: listed, mapped, passed through (kombo-wire D.8)."""

from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from atsume.api import envelope, gate, query
from atsume.api.endpoints import Call, Endpoint, Family
from atsume.api.query import Parameter
from atsume.ids import Cursor, bind, decode_cursor, encode_cursor
from atsume.integrations import fields
from atsume.integrations.fields import Fieldwork
from atsume.model.fields import CustomField, IntegrationField
from atsume.model.integration import Integration
from atsume.store.fields import Mapped
from atsume.sync.settle import Settled

Body = TypeVar("Body", bound=Struct)

FIELDS_MOST, CUSTOM_MOST = 2000, 250
"""Entries on a page."""


class ShownIntegrationField(Struct, frozen=True, kw_only=True):
    """A field of the tool, as found."""

    id: str
    key: str
    model: str
    type: Literal["DEFAULT", "CUSTOM"]
    label: str | None
    is_passthrough_enabled: bool
    is_writable: Literal[False] = False


class FieldReference(Struct, frozen=True, kw_only=True):
    """The integration field that a custom field is mapped to."""

    id: str
    key: str
    type: Literal["DEFAULT", "CUSTOM"]
    label: str | None


class ShownCustomField(Struct, frozen=True, kw_only=True):
    """A custom field and what it is mapped to."""

    id: str
    key: str
    integration_field: FieldReference | None
    model: str
    label: str | None
    description: str | None


class IntegrationFieldPage(Struct, frozen=True):
    """Integration fields and the cursor of the next page."""

    results: list[ShownIntegrationField]
    next: str | None
    next_cursor: str | None
    """The same, under its older name."""


class CustomFieldPage(Struct, frozen=True):
    """Custom fields and the cursor of the next page."""

    results: list[ShownCustomField]
    next: str | None
    next_cursor: str | None
    """The same, under its older name."""


class IntegrationFieldsAnswer(Struct, frozen=True):
    """The answer of GET /integrations/{integration_id}/integration-fields."""

    status: Literal["success"]
    data: IntegrationFieldPage


class CustomFieldsAnswer(Struct, frozen=True):
    """The answer of GET /integrations/{integration_id}/custom-fields."""

    status: Literal["success"]
    data: CustomFieldPage


class IntegrationFieldAnswer(Struct, frozen=True):
    """The answer of PATCH /integrations/{integration_id}/integration-fields/{integration_field_id}."""

    status: Literal["success"]
    data: ShownIntegrationField
    takes_effect: str
    """When records show it, in a sentence."""


class CustomFieldAnswer(Struct, frozen=True):
    """The answer of PUT /integrations/{integration_id}/custom-fields/{custom_field_id}."""

    status: Literal["success"]
    data: ShownCustomField
    takes_effect: str
    """When records show it, in a sentence."""


class EnablePassthrough(Struct, frozen=True):
    """Whether records carry the field's value."""

    enable_passthrough: bool | None


class MapCustomField(Struct, frozen=True):
    """What a custom field is mapped to; null maps nothing to it."""

    integration_field_id: str | None


def _work(call: Call) -> Fieldwork:
    deps = call.deps
    return Fieldwork(store=deps.store, connectors=deps.connectors, now=deps.now)


def _integration(call: Call) -> Integration:
    return gate.find(call.deps.store.integration, call.key, call.path["integration_id"])


def _body(call: Call, struct: type[Body], like: str) -> Body:
    try:
        return msgspec.json.decode(call.body, type=struct)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise query.invalid(f"The body must be JSON like {like}; the key is required, its value may be null.") from None


def _window(call: Call, most: int, kind: str, integration: Integration) -> tuple[int, int, str]:
    """Return (after which number, how many, what the next cursor is bound to)."""
    given = query.parse(call.query, frozenset({"cursor", "page_size"}))
    limit = query.count("page_size", given["page_size"], 1, most) if "page_size" in given else 100
    bound = bind(kind, integration.id)
    cursor = decode_cursor(given["cursor"]) if given.get("cursor") else Cursor(bound, 0)
    if cursor is None or cursor.bound_to != bound or not 0 <= cursor.seq < 1 << 62:
        raise query.invalid("`cursor` is not one of this list. Send the `next` of the page before, unchanged, or none.")
    return cursor.seq, limit, bound


def _next(numbered: list[Any], limit: int, bound: str) -> str | None:
    return encode_cursor(Cursor(bound, numbered[limit - 1].no)) if len(numbered) > limit else None


def _list_integration_fields(call: Call) -> bytes:
    integration = _integration(call)
    after, limit, bound = _window(call, FIELDS_MOST, "integration-fields", integration)
    numbered = call.deps.store.integration_field_page(integration.no, after, limit + 1)
    cursor = _next(numbered, limit, bound)
    shown = [_shown(one.field) for one in numbered[:limit]]
    return envelope.success(IntegrationFieldPage(shown, cursor, cursor))


def _list_custom_fields(call: Call) -> bytes:
    integration = _integration(call)
    after, limit, bound = _window(call, CUSTOM_MOST, "custom-fields", integration)
    numbered = call.deps.store.custom_field_page(integration.environment_id, after, limit + 1)
    cursor = _next(numbered, limit, bound)
    found = {one.id: one for one in call.deps.store.integration_fields(integration.no)}
    mapped = call.deps.store.field_mappings(integration.no)
    shown = [_shown_custom(one.field, mapped, found) for one in numbered[:limit]]
    return envelope.success(CustomFieldPage(shown, cursor, cursor))


def _enable(call: Call) -> bytes:
    integration, work = _integration(call), _work(call)
    field = fields.integration_field(work, integration, call.path["integration_field_id"])
    wanted = bool(_body(call, EnablePassthrough, '{"enable_passthrough": true}').enable_passthrough)
    settled = fields.pass_through(work, integration, field, enabled=wanted)
    call.deps.wake()
    changed = msgspec.structs.replace(field, is_passthrough_enabled=wanted)
    return _answered(_shown(changed), settled)


def _map(call: Call) -> bytes:
    integration, work = _integration(call), _work(call)
    custom = fields.custom_field(work, integration, call.path["custom_field_id"])
    wanted = _body(call, MapCustomField, '{"integration_field_id": "…"}').integration_field_id
    target = fields.integration_field(work, integration, wanted) if wanted is not None else None
    settled = fields.map_custom_field(work, integration, custom, target)
    call.deps.wake()
    return _answered(_shown_custom(custom, {custom.id: Mapped(custom.id, wanted, "person")}, _by_id(target)), settled)


def _by_id(field: IntegrationField | None) -> dict[str, IntegrationField]:
    return {} if field is None else {field.id: field}


def _answered(data: Struct, settled: Settled) -> bytes:
    return envelope.encode({"status": "success", "data": data, "takes_effect": takes_effect(settled)})


def takes_effect(settled: Settled) -> str:
    """Return when records show a decision, in a sentence."""
    if settled.waiting:
        models = " and ".join(settled.waiting)
        return f"With full sync {settled.sync_id}, which is queued: it needs values of {models} that are not held."
    return "At once: stored records are being made anew." if settled.remade else "With the next records that come."


def _shown(field: IntegrationField) -> ShownIntegrationField:
    return ShownIntegrationField(
        id=field.id,
        key=field.key,
        model=field.model,
        type=field.type,  # pyright: ignore[reportArgumentType] - as FieldKind says
        label=field.label,
        is_passthrough_enabled=field.is_passthrough_enabled,
    )


def _shown_custom(
    custom: CustomField, mapped: dict[str, Mapped], found: dict[str, IntegrationField]
) -> ShownCustomField:
    decided = mapped.get(custom.id)
    target = found.get(decided.integration_field_id or "") if decided is not None else None
    reference = target and FieldReference(
        id=target.id,
        key=target.key,
        type=target.type,  # pyright: ignore[reportArgumentType] - as FieldKind says
        label=target.label,
    )
    return ShownCustomField(
        id=custom.id,
        key=custom.key,
        integration_field=reference,
        model=custom.model,
        label=custom.label,
        description=custom.description,
    )


def _path(name: str, description: str) -> Parameter:
    return Parameter(name=name, place="path", required=True, description=description, schema={"type": "string"})


def _paging(most: int) -> tuple[Parameter, ...]:
    size = {"type": "integer", "minimum": 1, "maximum": most, "default": 100}
    return (
        Parameter(name="cursor", description="The `next` of the page before.", schema={"type": "string"}),
        Parameter(name="page_size", description="Fields on a page.", schema=size),
    )


_ID = _path("integration_id", "Id of the integration.")

ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/integrations/{integration_id}/integration-fields",
        name="GetIntegrationsIntegrationIdIntegrationFields",
        family=Family.GENERAL,
        summary="Get the fields found in the tool",
        of_integration=False,
        parameters=(_ID, *_paging(FIELDS_MOST)),
        result=IntegrationFieldsAnswer,
        fails_with=(404,),
        answer=_list_integration_fields,
    ),
    Endpoint(
        method="PATCH",
        path="/integrations/{integration_id}/integration-fields/{integration_field_id}",
        name="PatchIntegrationsIntegrationIdIntegrationFieldsIntegrationFieldId",
        family=Family.GENERAL,
        summary="Pass a field of the tool through, or stop doing so",
        of_integration=False,
        parameters=(_ID, _path("integration_field_id", "Id of the integration field.")),
        body=EnablePassthrough,
        result=IntegrationFieldAnswer,
        fails_with=(404,),
        answer=_enable,
    ),
    Endpoint(
        method="GET",
        path="/integrations/{integration_id}/custom-fields",
        name="GetIntegrationsIntegrationIdCustomFields",
        family=Family.GENERAL,
        summary="Get the custom fields and what they are mapped to",
        of_integration=False,
        parameters=(_ID, *_paging(CUSTOM_MOST)),
        result=CustomFieldsAnswer,
        fails_with=(404,),
        answer=_list_custom_fields,
    ),
    Endpoint(
        method="PUT",
        path="/integrations/{integration_id}/custom-fields/{custom_field_id}",
        name="PutIntegrationsIntegrationIdCustomFieldsCustomFieldId",
        family=Family.GENERAL,
        summary="Map a custom field to a field of the tool",
        of_integration=False,
        parameters=(_ID, _path("custom_field_id", "Id of the custom field.")),
        body=MapCustomField,
        result=CustomFieldAnswer,
        fails_with=(404,),
        answer=_map,
    ),
)
