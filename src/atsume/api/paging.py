"""A list request: its query read into a ListRequest, its page into the bytes of the answer.

A cursor is bound to endpoint, integration and filters, but not to `page_size`, which may change on the way.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct, field

from atsume.api import envelope, gate, query
from atsume.api.endpoints import Call, Endpoint, Family
from atsume.api.query import Parameter
from atsume.ids import Cursor, bind, decode_cursor, encode_cursor
from atsume.model.coverage import Coverage, Status
from atsume.model.integration import Integration
from atsume.store.rows import Filter, ListRequest, Op

PAGE_SIZE, PAGE_SIZE_MOST = 100, 250

Ids = Callable[[str, Sequence[str]], Sequence[str]]
"""Model and remote ids → our ids."""

_SEQ_END = 1 << 62
_TOUCHED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_BOOLEAN = {"type": "string", "enum": ["true", "false"], "default": "false"}
DATE = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?([+-]\d{2}:\d{2})?)?Z?$",
    "examples": ["2026-01-31T12:00:00.000Z"],
}
TEXT = {"type": "string", "minLength": 1}
CSV = {"type": "string", "minLength": 1, "description": "Values joined with commas."}


class Where(Struct, frozen=True, kw_only=True):
    """A filter of a list: the parameter and the condition that it means."""

    name: str
    column: str
    read: Callable[[str, str], tuple[str, ...]]
    description: str
    op: Op = Op.IN
    schema: dict[str, Any] = field(default_factory=lambda: CSV)
    field: str | None = None
    """The unified field it looks at: where the tool lacks it, nothing matches."""
    remote_of: str | None = None
    """The values are remote ids of this model; ours are computed from them."""


class Listing(Struct, frozen=True, kw_only=True):
    """A list endpoint."""

    path: str
    model: str
    name: str
    summary: str
    page: type[Struct]
    filters: tuple[Where, ...] = ()


def words(*allowed: str) -> dict[str, Any]:
    """Return the schema of a parameter that takes one of the words."""
    return {"type": "string", "enum": list(allowed)}


def words_csv(*allowed: str) -> dict[str, Any]:
    """Return the schema of a parameter that takes some of the words, joined with commas."""
    choice = "|".join(allowed)
    return {"type": "string", "pattern": f"^({choice})(,({choice}))*$", "description": f"Of {', '.join(allowed)}."}


COMMON = (
    Parameter(
        name="cursor",
        description="The `next` of the page before. Keep the other parameters as they are. None: the first page.",
        schema={"type": "string"},
    ),
    Parameter(
        name="page_size",
        description="Records on a page.",
        schema={"type": "integer", "minimum": 1, "maximum": PAGE_SIZE_MOST, "default": PAGE_SIZE},
    ),
    Parameter(
        name="updated_after",
        description="Only records that changed at this moment or later, themselves or in what counts as theirs. "
        "Give the time at which your last walk began: no change is lost, a few may be sent again.",
        schema=DATE,
    ),
    Parameter(name="include_deleted", description="Also records that were deleted in the tool.", schema=_BOOLEAN),
    Parameter(
        name="ignore_unsupported_filters",
        description="Leave out filters on fields that the tool does not have, instead of returning nothing.",
        schema=_BOOLEAN,
    ),
)


def endpoint(listing: Listing) -> Endpoint:
    """Return the endpoint of a list."""
    own = tuple(Parameter(name=w.name, description=w.description, schema=w.schema) for w in _filters(listing))
    known = frozenset(p.name for p in (*COMMON, *own))
    return Endpoint(
        method="GET",
        path=listing.path,
        name=listing.name,
        family=Family.ATS,
        summary=listing.summary,
        parameters=(*COMMON, *own),
        result=listing.page,
        fails_with=(403, 409),
        answer=partial(_answer, listing, _filters(listing), known),
    )


def _filters(listing: Listing) -> tuple[Where, ...]:
    ids = Where(name="ids", column="id", read=query.csv, description="Only records with one of these ids.")
    remote_ids = Where(
        name="remote_ids",
        column="id",
        read=query.csv,
        remote_of=listing.model,
        description="Only records with one of these ids of the tool.",
    )
    return (ids, remote_ids, *listing.filters)


def _answer(listing: Listing, filters: tuple[Where, ...], known: frozenset[str], call: Call) -> bytes:
    coverage = gate.readable(call.deps, call.integration, listing.model)
    given = query.parse(call.query, known)
    ids = partial(call.deps.store.ids_of, call.integration)
    request, bound = _request(listing, filters, coverage, call.integration, given, ids)
    if request.updated_after is not None and request.after_touched_at is None:
        since = call.deps.store.since(call.integration.no, request.updated_after)
        request = msgspec.structs.replace(request, updated_after=since)
    page = call.deps.store.list_page(request)
    if page.next_seq is None:
        return envelope.page(page.results, None)
    return envelope.page(page.results, encode_cursor(Cursor(bound, page.next_seq, page.next_touched_at)))


def _request(
    listing: Listing,
    filters: tuple[Where, ...],
    coverage: Coverage,
    integration: Integration,
    given: dict[str, str],
    ids: Ids,
) -> tuple[ListRequest, str]:
    limit = query.count("page_size", given["page_size"], 1, PAGE_SIZE_MOST) if "page_size" in given else PAGE_SIZE
    include_deleted = _is_set("include_deleted", given)
    updated_after = query.moment("updated_after", given["updated_after"]) if "updated_after" in given else None
    conditions = _conditions(filters, coverage, given, ids)
    bound = bind(listing.path, integration.id, include_deleted, updated_after, conditions)
    cursor = _cursor(given.get("cursor"), bound, is_by_change=updated_after is not None)
    request = ListRequest(
        model=listing.model,
        integration_no=integration.no,
        integration_id=integration.id,
        limit=limit,
        filters=conditions,
        include_deleted=include_deleted,
        updated_after=updated_after,
        after_seq=cursor.seq if cursor else None,
        after_touched_at=cursor.touched_at if cursor else None,
    )
    return request, bound


def _is_set(name: str, given: dict[str, str]) -> bool:
    return name in given and query.flag(name, given[name])


def _conditions(filters: tuple[Where, ...], coverage: Coverage, given: dict[str, str], ids: Ids) -> tuple[Filter, ...]:
    ignore = _is_set("ignore_unsupported_filters", given)
    if not given:
        return ()
    conditions: list[Filter] = []
    for where in filters:
        if where.name not in given:
            continue
        values = where.read(where.name, given[where.name])
        if _is_lacking(coverage, where.field):
            if not ignore:
                conditions.append(Filter(where.column, Op.NOTHING, ()))
            continue
        if where.remote_of is not None:
            values = tuple(ids(where.remote_of, values))
        conditions.append(Filter(where.column, where.op, values))
    return tuple(conditions)


def _is_lacking(coverage: Coverage, field: str | None) -> bool:
    return field is not None and any(
        f.id == field and f.coverage_status in (Status.UNSUPPORTED, Status.NOT_IMPLEMENTED) for f in coverage.fields
    )


def _cursor(text: str | None, bound: str, *, is_by_change: bool) -> Cursor | None:
    """Return where to resume. An empty cursor is the first page: that is what naive clients send."""
    if not text:
        return None
    cursor = decode_cursor(text)
    if cursor is None:
        raise query.invalid("`cursor` is not one of ours. Send the `next` of the page before, unchanged, or none.")
    if cursor.bound_to != bound:
        raise query.invalid(
            "`cursor` belongs to another request. Keep endpoint, integration and all filters as they were on the "
            "first page; only `page_size` may change."
        )
    touched = cursor.touched_at
    is_whole = touched is not None and _TOUCHED.fullmatch(touched) is not None if is_by_change else touched is None
    if not (0 <= cursor.seq < _SEQ_END and is_whole):
        raise query.invalid("`cursor` is not one of ours. Send the `next` of the page before, unchanged, or none.")
    return cursor
