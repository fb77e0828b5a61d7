"""The data explorer's lists: records of every model, by keyset, with search, filters and deleted ones."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from atsume.model.catalogue import MODELS
from atsume.model.operator import Role
from atsume.store.compose import RECIPES
from atsume.store.rows import Filter, ListRequest, Op
from atsume.web.console.pages.integrations import SHOW
from atsume.web.console.visit import Answer, Go, Page, Row, Visit

DATA = SHOW + "/data"
LIST = DATA + "/{model}"
RECORD = LIST + "/{record}"
PAGE = 50
FIRST_MODEL = "ats_applications"

Take = Callable[[Mapping[str, Any]], Any]


def _at(*path: str) -> Take:
    def take(record: Mapping[str, Any]) -> Any:
        found: Any = record
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    return take


def _name(*path: str) -> Take:
    first, last = _at(*path, "first_name"), _at(*path, "last_name")
    return lambda record: " ".join(part for part in (first(record), last(record)) if part) or None


def _moment(*path: str) -> Take:
    taken = _at(*path)
    return lambda record: f"{at[:10]} {at[11:16]}" if isinstance(at := taken(record), str) else None


COLUMNS: dict[str, tuple[tuple[str, Take], ...]] = {
    "ats_applications": (
        ("Candidate", _name("candidate")),
        ("Job", _at("job", "name")),
        ("Stage", _at("current_stage", "name")),
        ("Outcome", _at("outcome")),
        ("Created in the tool", _moment("remote_created_at")),
    ),
    "ats_candidates": (
        ("Name", _name()),
        ("Source", _at("source")),
        ("Created in the tool", _moment("remote_created_at")),
    ),
    "ats_jobs": (("Name", _at("name")), ("Status", _at("status")), ("Department", _at("department"))),
    "ats_users": (("Name", _name()), ("Email", _at("email")), ("Status", _at("status"))),
    "ats_application_stages": (("Name", _at("name")),),
    "ats_screening_questions": (("Question", _at("title")), ("Kind", _at("format", "type"))),
}
"""What lists show of a model besides ids and times; of joins, what they tie."""

CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "ats_applications": {"outcome": ("PENDING", "HIRED", "DECLINED")},
    "ats_jobs": {
        "status": ("OPEN", "CLOSED", "DRAFT", "ARCHIVED"),
        "visibility": ("PUBLIC", "INTERNAL", "UNLISTED", "CONFIDENTIAL"),
    },
}
"""Columns that are chosen from a list."""

REFERS: dict[str, str] = {
    "job_id": "ats_jobs",
    "candidate_id": "ats_candidates",
    "current_stage_id": "ats_application_stages",
    "stage_id": "ats_application_stages",
    "question_id": "ats_screening_questions",
    "user_id": "ats_users",
}
"""Column → the model whose ids it holds."""


class Choice(Struct, frozen=True):
    """A filter that is chosen from a list."""

    name: str
    values: tuple[str, ...]
    chosen: str


class Chip(Struct, frozen=True):
    """A filter that came with a link, and the address without it."""

    label: str
    value: str
    without: str


class Line(Struct, frozen=True, kw_only=True):
    """A record in the list."""

    path: str
    id: str
    remote_id: str
    cells: tuple[str, ...]
    changed_at: str
    is_deleted: bool


class DataPage(Struct, frozen=True, kw_only=True):
    """A page of a list."""

    models: list[tuple[str, str, bool]]
    """(label, address, whether it is shown)."""
    label: str
    columns: tuple[str, ...]
    lines: list[Line]
    search: str
    hint: str
    choices: list[Choice]
    chips: list[Chip]
    hidden: dict[str, str]
    with_deleted: bool
    is_narrowed: bool
    first: str | None
    next: str | None


def start(visit: Visit) -> Answer:
    """Go to the list of applications."""
    return Go(visit.url(LIST, model=FIRST_MODEL))


def listed(visit: Visit) -> Page:
    """List records of a model."""
    model = visit.path["model"]
    asked = {name: visit.query[name][:200] for name in _filterable(model) if visit.query.get(name)}
    search = visit.query.get("search", "").strip()[:200]
    deleted = visit.query.get("deleted") == "yes"
    before = visit.number("before")
    found = _found(visit, model, asked, search, before, deleted)
    shown, more = found[:PAGE], len(found) > PAGE
    kept = {**asked, "search": search, "deleted": "yes" if deleted else ""}
    columns = _columns(model)
    links = {name: value for name, value in asked.items() if name not in CHOICES.get(model, {})}
    body = DataPage(
        models=[(one.label, visit.url(LIST, model=name), name == model) for name, one in MODELS.items()],
        label=MODELS[model].label,
        columns=tuple(label for label, _ in columns),
        lines=[_line(visit, columns, seq_and_record[1]) for seq_and_record in shown],
        search=search,
        hint=_HINTS.get(model, "The id here or in the tool"),
        choices=[Choice(name, values, asked.get(name, "")) for name, values in CHOICES.get(model, {}).items()],
        chips=[
            Chip(name.replace("_", " "), value, visit.address_of(LIST, **{**kept, name: ""}))
            for name, value in links.items()
        ],
        hidden=links,
        with_deleted=deleted,
        is_narrowed=bool(asked or search),
        first=visit.address_of(LIST, **kept) if before else None,
        next=visit.address_of(LIST, **kept, before=shown[-1][0]) if more else None,
    )
    return Page(template="data.html", title=MODELS[model].label, body=body)


_HINTS = {
    "ats_candidates": "Last name, email, or the id here or in the tool",
    "ats_users": "Email, or the id here or in the tool",
    "ats_jobs": "Part of the name, or the id here or in the tool",
}


def _filterable(model: str) -> list[str]:
    return [
        column.name
        for column in MODELS[model].columns
        if column.name in REFERS or column.name in CHOICES.get(model, {})
    ]


def _columns(model: str) -> tuple[tuple[str, Take], ...]:
    ties = [c.name for c in MODELS[model].columns if c.name in REFERS]
    return COLUMNS.get(model) or tuple((MODELS[REFERS[name]].label, _at(name)) for name in ties)


def searches(model: str, text: str) -> list[Filter]:
    """Return what a search text can mean besides an id, the cheapest first."""
    lower = text.lower()
    if model == "ats_candidates":
        return (
            [Filter("emails", Op.HAS_LINE, (lower,))] if "@" in text else [Filter("last_name_lower", Op.IN, (lower,))]
        )
    if model == "ats_users":
        return [Filter("email", Op.IN, (lower,))]
    return [Filter("name_lower", Op.CONTAINS, (lower,))] if model == "ats_jobs" else []


def _found(
    visit: Visit, model: str, asked: Mapping[str, str], search: str, before: int | None, deleted: bool
) -> list[tuple[int, Mapping[str, Any]]]:
    """Return up to a page and one more of (number in the walk, record as the API gives it or as it is kept)."""
    narrowed = [Filter(name, Op.IN, (value,)) for name, value in asked.items()]
    if not search:
        return _page(visit, model, narrowed, before, deleted)
    ids = (search, *visit.around.store.ids_of(visit.integration, model, [search]))
    for meant in (Filter("id", Op.IN, ids), *searches(model, search)):
        if found := _page(visit, model, [*narrowed, meant], before, deleted):
            return found
    return []


def _page(
    visit: Visit, model: str, filters: list[Filter], before: int | None, deleted: bool
) -> list[tuple[int, Mapping[str, Any]]]:
    store, integration = visit.around.store, visit.integration
    rows = store.peek_page(model, integration.no, filters, before=before, limit=PAGE + 1, include_deleted=deleted)
    if model not in RECIPES:
        return [(row.seq, {**as_json(row.body), **row.columns, **row.head}) for row in rows]
    request = ListRequest(
        model=model,
        integration_no=integration.no,
        integration_id=integration.id,
        limit=PAGE + 1,
        filters=(Filter("id", Op.IN, tuple(row.id for row in rows)),),
        include_deleted=True,
    )
    composed = {one["id"]: one for one in msgspec.json.decode(b"[" + store.list_page(request).results + b"]")}
    return [(row.seq, composed[row.id]) for row in rows if row.id in composed]


def as_json(body: bytes) -> dict[str, Any]:
    """Return a record's own keys; nothing where nothing is left of them."""
    return msgspec.json.decode(body) if body else {}


def _line(visit: Visit, columns: tuple[tuple[str, Take], ...], record: Mapping[str, Any]) -> Line:
    return Line(
        path=visit.url(RECORD, record=record["id"]),
        id=record["id"],
        remote_id=record.get("remote_id") or "",
        cells=tuple(str(value) if (value := take(record)) is not None else "" for _, take in columns),
        changed_at=record["changed_at"],
        is_deleted=record["remote_deleted_at"] is not None,
    )


ROWS = (
    Row(method="GET", path=DATA, role=Role.VIEWER, view=start, tab="Data"),
    Row(method="GET", path=LIST, role=Role.VIEWER, view=listed),
)
