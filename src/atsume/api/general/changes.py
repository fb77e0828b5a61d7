"""GET /changes: the feed of changes, for callers who prefer to pull. Our addition to Kombo's contract."""

from typing import Literal

from msgspec import Struct

from atsume.api import envelope, gate, query
from atsume.api.endpoints import Call, Endpoint, Family
from atsume.api.query import Parameter
from atsume.model.catalogue import MODELS
from atsume.store.feed import FeedForgotten
from atsume.store.rows import Change

LIMIT, LIMIT_MOST = 250, 1000
LATEST = "latest"
_SEQUENCE_MOST = (1 << 40) - 1


class ShownIn(Struct, frozen=True):
    """The record whose answer shows a join."""

    model: str
    id: str


class ChangeEntry(Struct, frozen=True):
    """One change."""

    sequence: int
    model: str
    kind: Literal["created", "updated", "deleted"]
    id: str
    remote_id: str | None
    changed_at: str
    shown_in: ShownIn | None


class Changes(Struct, frozen=True):
    """A piece of the feed."""

    results: list[ChangeEntry]
    next: int
    """What to send as `after` for the changes that follow."""
    latest: int
    """Number of the newest change. When `next` has reached it there is no more, for now."""


class ChangesAnswer(Struct, frozen=True):
    """The answer of GET /changes."""

    status: Literal["success"]
    data: Changes


_PARAMETERS = (
    Parameter(
        name="after",
        description="Number of the last change that you have; 0 for the beginning, `latest` for none but the number "
        "to begin with. Changes are kept for at least 14 days.",
        schema={"type": "string", "pattern": f"^([0-9]{{1,13}}|{LATEST})$", "default": "0"},
    ),
    Parameter(
        name="limit",
        description="Changes in one answer.",
        schema={"type": "integer", "minimum": 1, "maximum": LIMIT_MOST, "default": LIMIT},
    ),
)
_KNOWN = frozenset(p.name for p in _PARAMETERS)


def _answer(call: Call) -> bytes:
    integration, store = call.integration, call.deps.store
    gate.synced(integration)
    given = query.parse(call.query, _KNOWN)
    limit = query.count("limit", given["limit"], 1, LIMIT_MOST) if "limit" in given else LIMIT
    after = _after(given.get("after", "0"))
    if after is None:
        latest = store.latest(integration.no)
        return envelope.success(Changes([], latest, latest))
    try:
        page = store.changes(integration.no, after, limit)
    except FeedForgotten as forgotten:
        raise query.invalid(
            f"`after` is out of reach. {forgotten} Ask for `after={LATEST}`, keep its `next`, read the lists again "
            "from their beginning, then go on after that number."
        ) from forgotten
    return envelope.success(Changes([_entry(change) for change in page.changes], page.next, page.latest))


def _after(given: str) -> int | None:
    if given == LATEST:
        return None
    if not (given.isascii() and given.isdigit() and int(given) <= _SEQUENCE_MOST):
        raise query.invalid(f"`after` must be a number that a former answer gave as `next`, or `{LATEST}`.")
    return int(given)


def _entry(change: Change) -> ChangeEntry:
    shows = next((touch.model for touch in MODELS[change.model].touches if touch.ours), "")
    return ChangeEntry(
        sequence=change.sequence,
        model=change.model,
        kind=change.kind,  # pyright: ignore[reportArgumentType] - one of the three
        id=change.id,
        remote_id=change.remote_id,
        changed_at=change.changed_at,
        shown_in=ShownIn(shows, change.shown_in) if change.shown_in else None,
    )


CHANGES = Endpoint(
    method="GET",
    path="/changes",
    name="GetChanges",
    family=Family.ATS,
    summary="Get what changed, in order",
    parameters=_PARAMETERS,
    result=ChangesAnswer,
    fails_with=(409,),
    answer=_answer,
)
