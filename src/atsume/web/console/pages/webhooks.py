"""Webhook endpoints, their deliveries and attempts, and sending once more."""

import datetime as dt

from msgspec import Struct

from atsume.errors import AtsumeError, Code
from atsume.model.operator import Role
from atsume.store.rows_webhooks import Attempt, Delivery, DeliveryState, WebhookEndpoint
from atsume.web.console.visit import Answer, Done, Page, Row, Visit
from atsume.webhooks import registration
from atsume.webhooks.attempts import is_failing
from atsume.webhooks.payloads import EVENT_TYPES

LIST = "/{environment}/webhooks"
SHOW = LIST + "/{endpoint}"
DELIVERY = SHOW + "/{delivery}"
PAGE = 50


class Told(Struct, frozen=True, kw_only=True):
    """An endpoint."""

    path: str
    id: str
    url: str
    events: list[str]
    state: str
    since: dt.datetime | None
    because: str


class EndpointsPage(Struct, frozen=True, kw_only=True):
    """All endpoints of an environment."""

    endpoints: list[Told]
    types: tuple[str, ...]
    base: str
    url: str
    now: dt.datetime


class EndpointPage(Struct, frozen=True, kw_only=True):
    """One endpoint and its deliveries."""

    told: Told
    deliveries: list[tuple[str, Delivery]]
    """With the address of its page."""
    states: tuple[str, ...]
    state: str
    base: str
    first: str | None
    next: str | None
    now: dt.datetime


class DeliveryPage(Struct, frozen=True, kw_only=True):
    """One delivery and its attempts."""

    delivery: Delivery
    attempts: list[Attempt]
    back: str
    replay: str
    now: dt.datetime


class SecretPage(Struct, frozen=True, kw_only=True):
    """Something that is shown this once."""

    what: str
    secret: str
    hint: str
    back: str


def listed(visit: Visit) -> Page:
    """List the endpoints of an environment."""
    found = visit.around.store.endpoints(visit.environment.id)
    body = EndpointsPage(
        endpoints=[_told(visit, one) for one in found],
        types=EVENT_TYPES,
        base=visit.url(LIST),
        url=visit.form["url"],
        now=visit.around.now(),
    )
    return Page(template="webhooks.html", title="Webhooks", body=body)


def _told(visit: Visit, one: WebhookEndpoint) -> Told:
    failing = is_failing(one.failing_since, visit.around.now())
    return Told(
        path=visit.url(SHOW, endpoint=one.id),
        id=one.id,
        url=one.url,
        events=one.events,
        state="INACTIVE" if one.disabled_at else "FAILING" if failing else "ACTIVE",
        since=one.disabled_at or one.failing_since,
        because=one.disabled_because or "",
    )


def added(visit: Visit) -> Page:
    """Add an endpoint and show its secret, this once."""
    courier = visit.around.courier
    made, secret = registration.add(
        visit.around.store,
        courier.egress,
        courier.encryption_key,
        environment_id=visit.environment.id,
        url=visit.form["url"],
        events=visit.form.many.get("events", []),
        at=visit.around.now(),
    )
    done = Done(subject=made.id, details=", ".join(made.events))
    return _secret(visit, secret, visit.url(SHOW, endpoint=made.id), done)


def rotated(visit: Visit) -> Page:
    """Give an endpoint a new secret and show it, this once."""
    endpoint: WebhookEndpoint = visit.found["endpoint"]
    keys, now = visit.around.courier.encryption_key, visit.around.now()
    secret = registration.rotate(visit.around.store, keys, endpoint.id, now)
    return _secret(visit, secret, visit.url(SHOW), Done(subject=endpoint.id))


def _secret(visit: Visit, secret: str, back: str, done: Done) -> Page:
    hint = "Both signatures are made with it; the old one, if there was one, signs too for a day."
    body = SecretPage(what="The endpoint's secret", secret=secret, hint=hint, back=back)
    return Page(template="secret.html", title="Webhook secret", body=body, done=done)


def shown(visit: Visit) -> Page:
    """Show an endpoint and its deliveries, newest first."""
    endpoint: WebhookEndpoint = visit.found["endpoint"]
    asked = visit.query.get("state", "")
    state = DeliveryState(asked) if asked in DeliveryState.__members__ else None
    before = visit.query.get("before", "")
    found = visit.around.store.deliveries(endpoint.id, state, PAGE + 1, before=before or None)
    body = EndpointPage(
        told=_told(visit, endpoint),
        deliveries=[(visit.url(DELIVERY, delivery=one.id), one) for one in found[:PAGE]],
        states=tuple(one.value for one in DeliveryState),
        state=state.value if state else "",
        base=visit.url(SHOW),
        first=visit.address_of(SHOW, state=asked) if before else None,
        next=visit.address_of(SHOW, state=asked, before=found[PAGE - 1].id) if len(found) > PAGE else None,
        now=visit.around.now(),
    )
    return Page(template="webhook.html", title="Webhook endpoint", body=body)


def delivery(visit: Visit) -> Page:
    """Show a delivery and its attempts."""
    found: Delivery = visit.found["delivery"]
    body = DeliveryPage(
        delivery=found,
        attempts=visit.around.store.attempts(found.id),
        back=visit.url(SHOW),
        replay=visit.url(DELIVERY),
        now=visit.around.now(),
    )
    return Page(template="delivery.html", title=found.type, body=body)


def replayed(visit: Visit) -> Done:
    """Send one event once more."""
    found: Delivery = visit.found["delivery"]
    visit.around.store.replay_delivery(found.id, visit.around.now())
    visit.around.wake()
    return Done(to=visit.url(DELIVERY), told="replayed", subject=found.id)


def replayed_range(visit: Visit) -> Done:
    """Send all events of a time range once more."""
    endpoint: WebhookEndpoint = visit.found["endpoint"]
    try:
        start, end = (dt.datetime.fromisoformat(visit.form[name]).replace(tzinfo=dt.UTC) for name in ("start", "end"))
    except ValueError:
        raise AtsumeError(Code.INPUT_INVALID, "Give both moments, in UTC.") from None
    count = visit.around.store.replay_events(endpoint, start, end, visit.around.now())
    visit.around.wake()
    details = f"{count} events, {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"
    return Done(to=visit.url(SHOW), told="replayed_range", subject=endpoint.id, details=details)


def enabled(visit: Visit) -> Done:
    """Send to an endpoint again."""
    endpoint: WebhookEndpoint = visit.found["endpoint"]
    visit.around.store.enable_endpoint(endpoint.id, visit.around.now())
    visit.around.wake()
    return Done(to=visit.url(SHOW), told="endpoint_enabled", subject=endpoint.id)


def disabled(visit: Visit) -> Done:
    """Hold everything for an endpoint."""
    endpoint: WebhookEndpoint = visit.found["endpoint"]
    visit.around.store.disable_endpoint(endpoint.id, visit.around.now(), registration.BY_OPERATOR)
    return Done(to=visit.url(SHOW), told="endpoint_disabled", subject=endpoint.id)


def removed(visit: Visit) -> Answer:
    """Remove an endpoint with its deliveries."""
    endpoint: WebhookEndpoint = visit.found["endpoint"]
    visit.around.store.remove_endpoint(endpoint.id)
    return Done(to=visit.url(LIST), told="endpoint_removed", subject=endpoint.id, details=endpoint.url)


ROWS = (
    Row(method="GET", path=LIST, role=Role.VIEWER, view=listed, nav="Webhooks"),
    Row(method="POST", path=LIST, role=Role.ADMIN, view=added, action="webhook.added", again=listed),
    Row(method="GET", path=SHOW, role=Role.VIEWER, view=shown),
    Row(method="POST", path=SHOW + "/rotate", role=Role.ADMIN, view=rotated, action="webhook.rotated"),
    Row(method="POST", path=SHOW + "/enable", role=Role.OPERATOR, view=enabled, action="webhook.enabled"),
    Row(method="POST", path=SHOW + "/disable", role=Role.OPERATOR, view=disabled, action="webhook.disabled"),
    Row(method="POST", path=SHOW + "/remove", role=Role.ADMIN, view=removed, action="webhook.removed"),
    Row(
        method="POST",
        path=SHOW + "/replay",
        role=Role.OPERATOR,
        view=replayed_range,
        action="webhook.replayed",
        again=shown,
    ),
    Row(method="GET", path=DELIVERY, role=Role.VIEWER, view=delivery),
    Row(method="POST", path=DELIVERY, role=Role.OPERATOR, view=replayed, action="webhook.replayed"),
)
TOLD = {
    "replayed": "It is sent once more, with its old id.",
    "replayed_range": "The events of that time are sent once more, with their old ids.",
    "endpoint_enabled": "The endpoint gets its events again, first what was held.",
    "endpoint_disabled": "Everything for the endpoint is held until it is enabled again.",
    "endpoint_removed": "The endpoint is removed, with its deliveries.",
}
