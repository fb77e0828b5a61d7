"""/webhooks: endpoints that are told of events, their deliveries, replay. Our addition to Kombo's contract."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from atsume.api import envelope, query
from atsume.api.endpoints import Call, Endpoint, Family
from atsume.api.query import Parameter
from atsume.errors import AtsumeError, Code
from atsume.model.record import timestamp
from atsume.store.rows_webhooks import DeliveryState, WebhookEndpoint
from atsume.webhooks import attempts, registration
from atsume.webhooks.deliver import Courier

LIMIT, LIMIT_MOST = 50, 250
EventName = Literal[
    "data-changed",
    "sync-finished",
    "integration-created",
    "integration-deleted",
    "integration-state-changed",
    "connection-flow-failed",
]


class NewWebhook(Struct, frozen=True):
    """What to tell whom."""

    url: Annotated[str, Meta(min_length=1, max_length=2000)]
    events: Annotated[list[EventName], Meta(min_length=1)]


class Rotation(Struct, frozen=True):
    """How to change a secret."""

    overlap_hours: Annotated[int, Meta(ge=0, le=168)] = 24
    """How long the old secret signs beside the new one."""


class Replay(Struct, frozen=True):
    """What to send once more: one delivery, or all events of a time range."""

    delivery_id: str | None = None
    start: str | None = None
    end: str | None = None


class Empty(Struct, frozen=True):
    """Nothing."""


class Webhook(Struct, frozen=True, kw_only=True):
    """An endpoint."""

    id: str
    url: str
    events: list[str]
    created_at: str
    is_failing: bool
    """Whether nothing was received for a day or more."""
    failing_since: str | None
    disabled_at: str | None
    disabled_because: str | None
    secret: str | None
    """Shown once, when it was made; null ever after."""


class Try(Struct, frozen=True, kw_only=True):
    """An attempt of a delivery."""

    at: str
    status: int | None
    duration_seconds: float
    answer: str


class WebhookDelivery(Struct, frozen=True, kw_only=True):
    """A delivery with all of its attempts."""

    id: str
    event_id: str
    type: str
    state: str
    next_at: str | None
    created_at: str
    attempts: list[Try]


class Replayed(Struct, frozen=True):
    """How much is sent once more."""

    count: int


class WebhooksAnswer(Struct, frozen=True):
    """The answer of GET /webhooks."""

    status: Literal["success"]
    data: list[Webhook]


class WebhookAnswer(Struct, frozen=True):
    """The answer of what concerns one endpoint."""

    status: Literal["success"]
    data: Webhook


class DeliveriesAnswer(Struct, frozen=True):
    """The answer of GET /webhooks/{endpoint_id}/deliveries."""

    status: Literal["success"]
    data: list[WebhookDelivery]


class ReplayAnswer(Struct, frozen=True):
    """The answer of POST /webhooks/{endpoint_id}/replay."""

    status: Literal["success"]
    data: Replayed


def _list(call: Call) -> bytes:
    found = call.deps.store.endpoints(call.key.environment_id)
    return envelope.success([_shown(call, one) for one in found])


def _add(call: Call) -> bytes:
    wanted, courier = _body(call, NewWebhook), _courier(call)
    made, secret = registration.add(
        call.deps.store,
        courier.egress,
        courier.encryption_key,
        environment_id=call.key.environment_id,
        url=wanted.url,
        events=wanted.events,
        at=call.deps.now(),
    )
    return envelope.success(_shown(call, made, secret))


def _remove(call: Call) -> bytes:
    endpoint = _named(call)
    call.deps.store.remove_endpoint(endpoint.id)
    return envelope.success(_shown(call, endpoint))


def _rotate(call: Call) -> bytes:
    endpoint, overlap = _named(call), dt.timedelta(hours=_body(call, Rotation).overlap_hours)
    keys = _courier(call).encryption_key
    secret = registration.rotate(call.deps.store, keys, endpoint.id, call.deps.now(), overlap)
    return envelope.success(_shown(call, endpoint, secret))


def _enable(call: Call) -> bytes:
    endpoint = _named(call)
    call.deps.store.enable_endpoint(endpoint.id, call.deps.now())
    call.deps.wake()
    return envelope.success(_shown(call, _named(call)))


def _deliveries(call: Call) -> bytes:
    endpoint, given = _named(call), query.parse(call.query, frozenset({"state", "limit"}))
    limit = query.count("limit", given["limit"], 1, LIMIT_MOST) if "limit" in given else LIMIT
    states = query.one_of(_STATES, several=False)("state", given["state"]) if "state" in given else ()
    state = DeliveryState(states[0]) if states else None
    return envelope.success([
        WebhookDelivery(
            id=one.id,
            event_id=one.event_id,
            type=one.type,
            state=one.state.value,
            next_at=_moment(one.next_at),
            created_at=timestamp(one.created_at),
            attempts=[
                Try(at=timestamp(a.at), status=a.status, duration_seconds=a.duration_seconds, answer=a.answer)
                for a in call.deps.store.attempts(one.id)
            ],
        )
        for one in call.deps.store.deliveries(endpoint.id, state, limit)
    ])  # fmt: skip


def _replay(call: Call) -> bytes:
    endpoint, wanted, store = _named(call), _body(call, Replay), call.deps.store
    if (wanted.delivery_id is None) == (wanted.start is None or wanted.end is None):
        raise query.invalid("Give either `delivery_id`, or `start` and `end`.")
    if wanted.delivery_id is not None:
        is_mine = wanted.delivery_id.startswith(endpoint.id + ".")
        if not (is_mine and store.replay_delivery(wanted.delivery_id, call.deps.now())):
            raise query.invalid("This endpoint has no such delivery; list them first.")
        count = 1
    else:
        start, end = (dt.datetime.fromisoformat(query.moment(name, getattr(wanted, name))) for name in ("start", "end"))
        count = store.replay_events(endpoint, start, end, call.deps.now())
    call.deps.wake()
    return envelope.success(Replayed(count))


def _named(call: Call) -> WebhookEndpoint:
    found = call.deps.store.endpoint(call.path["endpoint_id"])
    if found is None or found.environment_id != call.key.environment_id:
        raise query.invalid("There is no such webhook endpoint in the environment of this API key.")
    return found


def _courier(call: Call) -> Courier:
    if call.deps.courier is None:
        raise AtsumeError(Code.UNKNOWN_ERROR, "This server sends no webhooks.")
    return call.deps.courier


def _body(call: Call, wanted: type[Any]) -> Any:
    try:
        return msgspec.json.decode(call.body.strip() or b"{}", type=wanted)
    except msgspec.ValidationError as error:
        raise query.invalid(f"The body is not as it should be: {error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise query.invalid("The body must be JSON.") from None


def _shown(call: Call, endpoint: WebhookEndpoint, secret: str | None = None) -> Webhook:
    return Webhook(
        id=endpoint.id,
        url=endpoint.url,
        events=endpoint.events,
        created_at=timestamp(endpoint.created_at),
        is_failing=attempts.is_failing(endpoint.failing_since, call.deps.now()),
        failing_since=_moment(endpoint.failing_since),
        disabled_at=_moment(endpoint.disabled_at),
        disabled_because=endpoint.disabled_because,
        secret=secret,
    )


def _moment(at: dt.datetime | None) -> str | None:
    return None if at is None else timestamp(at)


_STATES = tuple(state.value for state in DeliveryState)
_OF = Parameter(
    name="endpoint_id", place="path", required=True, description="Id of the endpoint.", schema={"type": "string"}
)
_FILTERS = (
    Parameter(
        name="state", description="Only deliveries in this state.", schema={"type": "string", "enum": [*_STATES]}
    ),
    Parameter(
        name="limit",
        description="Newest deliveries to show.",
        schema={"type": "integer", "minimum": 1, "maximum": LIMIT_MOST, "default": LIMIT},
    ),
)

_ROWS: tuple[tuple[str, str, str, str, Callable[[Call], bytes], type[Struct] | None, type[Struct]], ...] = (
    ("GET", "", "GetWebhooks", "List webhook endpoints", _list, None, WebhooksAnswer),
    ("POST", "", "PostWebhooks", "Add a webhook endpoint", _add, NewWebhook, WebhookAnswer),
    ("DELETE", "/{endpoint_id}", "DeleteWebhooks", "Remove a webhook endpoint", _remove, Empty, WebhookAnswer),
    ("POST", "/{endpoint_id}/rotate", "PostWebhooksRotate", "Change its secret", _rotate, Rotation, WebhookAnswer),
    ("POST", "/{endpoint_id}/enable", "PostWebhooksEnable", "Send to it again", _enable, Empty, WebhookAnswer),
    (
        "GET",
        "/{endpoint_id}/deliveries",
        "GetWebhooksDeliveries",
        "List deliveries",
        _deliveries,
        None,
        DeliveriesAnswer,
    ),
    ("POST", "/{endpoint_id}/replay", "PostWebhooksReplay", "Send events once more", _replay, Replay, ReplayAnswer),
)

WEBHOOKS = tuple(
    Endpoint(
        method=method,
        path="/webhooks" + path,
        name=name,
        family=Family.GENERAL,
        summary=summary,
        of_integration=False,
        parameters=(*((_OF,) if path else ()), *(_FILTERS if answer is _deliveries else ())),
        body=body,
        result=result,
        answer=answer,
    )
    for method, path, name, summary, answer, body, result in _ROWS
)
