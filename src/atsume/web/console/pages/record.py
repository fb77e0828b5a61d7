"""One record: as the API gives it, as the tool has it, where each value came from, what it ties, how it changed."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from atsume.errors import AtsumeError
from atsume.integrations.explorer import look
from atsume.model import paths
from atsume.model.catalogue import MODELS
from atsume.model.fields import FieldPlan
from atsume.model.operator import Role
from atsume.store.compose import RECIPES
from atsume.store.explore import Past, Peeked
from atsume.store.rows import Filter, ListRequest, Op
from atsume.web.console.frame import Link
from atsume.web.console.pages.data import LIST, RECORD, REFERS, as_json
from atsume.web.console.visit import Page, Row, Visit

SHORT = 160
"""Characters of a value in the table of sources."""


class Feeding(Struct, frozen=True):
    """A remote field that a value is made from."""

    key: str
    label: str
    value: str | None
    """What the tool has there; None when the remote record is not at hand."""
    is_decided: bool
    """Whether people decided it, not the connector."""


class Sourced(Struct, frozen=True):
    """A unified field, its value, and where it came from."""

    field: str
    value: str
    feeds: tuple[Feeding, ...]


class RecordPage(Struct, frozen=True, kw_only=True):
    """All about one record."""

    label: str
    id: str
    remote_id: str
    changed_at: str
    touched_at: str
    deleted_at: str | None
    wire: str
    """JSON, as the API gives it; laid out for reading."""
    is_listed: bool
    """Whether the API has a list of the model; if not, this is how it is kept."""
    remote: str | None
    """JSON, as the tool gives it."""
    remote_from: str
    """kept, live or nothing."""
    remote_fault: str | None
    sources: list[Sourced]
    owners: list[Link]
    parts: list[Link]
    history: list[Past]
    back: str
    ask: str


def shown(visit: Visit) -> Page:
    """Show a record."""
    model, row = visit.path["model"], visit.found["record"]
    wire = wire_record(visit, model, row)
    record = msgspec.json.decode(wire)
    remote, origin, fault = _remote(visit, model, row, record)
    body = RecordPage(
        label=MODELS[model].label,
        id=row.id,
        remote_id=row.remote_id,
        changed_at=row.changed_at,
        touched_at=row.touched_at,
        deleted_at=row.deleted_at,
        wire=_pretty(wire),
        is_listed=model in RECIPES,
        remote=_pretty(msgspec.json.encode(remote)) if remote is not None else None,
        remote_from=origin,
        remote_fault=fault,
        sources=_sources(visit, model, as_json(row.body), remote),
        owners=_owners(visit, row),
        parts=_parts(visit, model, row),
        history=visit.around.store.history(model, visit.integration.no, row.id),
        back=visit.url(LIST),
        ask=visit.url(RECORD) + "?live=yes",
    )
    return Page(template="record.html", title=_title(record) or row.remote_id, body=body)


def wire_record(visit: Visit, model: str, row: Peeked) -> bytes:
    """Return the record exactly as the API gives it; of a model without a list, as it is kept."""
    if model not in RECIPES:
        return msgspec.json.encode({"id": row.id, **as_json(row.body), **row.head})
    request = ListRequest(
        model=model,
        integration_no=visit.integration.no,
        integration_id=visit.integration.id,
        limit=1,
        filters=(Filter("id", Op.IN, (row.id,)),),
        include_deleted=True,
    )
    return visit.around.store.list_page(request).results


def _remote(
    visit: Visit, model: str, row: Peeked, record: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, str, str | None]:
    """Return the remote record, where it is from, and why it could not be had."""
    if visit.query.get("live") == "yes":
        try:
            return look(visit.around.open(visit.integration), model, row.remote_id), "live", None
        except AtsumeError as fault:
            return None, "live", fault.message
    kept = visit.around.store.kept(model, row.id)
    if kept is not None and kept.remote:
        return kept.remote, "kept", None
    told = record.get("remote_data")
    return (told, "kept", None) if isinstance(told, dict) and told else (None, "nothing", None)


def _sources(visit: Visit, model: str, own: Mapping[str, Any], remote: dict[str, Any] | None) -> list[Sourced]:
    """Return every unified field with a value or a source, and the remote fields that feed it."""
    book, plan = visit.connector.fields, visit.around.work.known(visit.integration).plan(model)
    found = paths.leaves(remote) if remote is not None else {}
    decided = _decided(plan)

    def feeding(of: str, key: str, is_decided: bool) -> Feeding:
        value = _short(found[key]) if key in found and of == model else None
        label = book.kind(of, key).label or key
        return Feeding(key, label if of == model else f"{MODELS[of].label}: {label}", value, is_decided)

    sources: list[Sourced] = []
    custom = own.get("custom_fields") or {}
    values = {
        name: value for name, value in own.items() if name not in ("custom_fields", "integration_fields", "remote_data")
    }
    values |= {f"custom_fields.{name}": value for name, value in custom.items()}
    for field, value in values.items():
        feeds = [feeding(model, key, True) for key in decided.get(field, ())]
        if not feeds:
            fed = [
                (of, key)
                for of, kinds in book.kinds.items()
                for key, kind in kinds.items()
                if f"{model}.{field}" in kind.feeds
            ]
            own_feeds = [one for one in fed if one[0] == model]
            feeds = [feeding(of, key, False) for of, key in own_feeds or fed]
        if feeds or value not in (None, [], {}):
            sources.append(Sourced(field, _short(value), tuple(feeds)))
    return sources


def _decided(plan: FieldPlan) -> dict[str, tuple[str, ...]]:
    """Return the fields that people decided, with the keys that feed them."""
    found = {f"custom_fields.{key}": (of,) for key, of in plan.custom}
    return found | {one.field: tuple(one.keys) for one in plan.remapped}


def _owners(visit: Visit, row: Peeked) -> list[Link]:
    """Return the records that this one names."""
    return [
        Link(MODELS[REFERS[name]].label, visit.url(RECORD, model=REFERS[name], record=value))
        for name, value in row.columns.items()
        if name in REFERS and value
    ]


def _parts(visit: Visit, model: str, row: Peeked) -> list[Link]:
    """Return the lists of records that name this one."""
    return [
        Link(other.label, visit.address_of(LIST.replace("{model}", name), **{column.name: row.id}))
        for name, other in MODELS.items()
        for column in other.columns
        if REFERS.get(column.name) == model
    ]


def _title(record: Mapping[str, Any]) -> str:
    candidate = record.get("candidate")
    whose = candidate if isinstance(candidate, dict) else record
    person = " ".join(whose[part] for part in ("first_name", "last_name") if whose.get(part))
    return record.get("name") or record.get("title") or person


def _short(value: Any) -> str:
    if value is None:
        return "–"
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= SHORT else text[:SHORT] + "…"


def _pretty(body: bytes) -> str:
    return msgspec.json.format(body, indent=2).decode()


ROWS = (Row(method="GET", path=RECORD, role=Role.VIEWER, view=shown),)
