"""`atsume webhooks …`: endpoints that are told of events, their deliveries, replay."""

import datetime as dt
from typing import TYPE_CHECKING

import click

from atsume.cli.output import as_json, opened, say, show

if TYPE_CHECKING:
    from atsume.serve import Server
    from atsume.store.rows_webhooks import WebhookEndpoint

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f"])


@click.group()
def webhooks() -> None:
    """Endpoints that are told of events, their deliveries, replay."""


@webhooks.command("add")
@click.argument("url")
@click.option("--event", "events", multiple=True, required=True, help="Type of event; give it several times, or `all`.")
@click.option("--environment", help="Environment id; the first one by default.")
@as_json
def add_webhook(url: str, events: tuple[str, ...], environment: str | None, json_: bool) -> None:
    """Tell a URL of events. Prints the secret, which is shown this once."""
    from atsume import clock
    from atsume.serve import default_environment
    from atsume.webhooks.payloads import EVENT_TYPES
    from atsume.webhooks.registration import add

    server = opened()
    environment = environment or default_environment(server)
    if server.store.environment(environment) is None:
        raise click.ClickException(f"No environment {environment}; see `atsume environments list`.")
    courier = server.courier
    made, secret = add(
        server.store,
        courier.egress,
        courier.encryption_key,
        environment_id=environment,
        url=url,
        events=EVENT_TYPES if "all" in events else events,
        at=clock.now(),
    )
    show({"id": made.id, "url": made.url, "events": made.events, "secret": secret}, json_)


@webhooks.command("list")
@as_json
def list_webhooks(json_: bool) -> None:
    """List endpoints and how they fare."""
    from atsume import clock
    from atsume.webhooks.attempts import is_failing

    now = clock.now()
    rows = [
        {"id": e.id, "environment_id": e.environment_id, "url": e.url, "events": e.events,
         "state": "disabled" if e.disabled_at else "failing" if is_failing(e.failing_since, now) else "fine",
         "since": e.disabled_at or e.failing_since, "because": e.disabled_because}
        for e in opened().store.endpoints()
    ]  # fmt: skip
    show(rows, json_, ("id", "environment_id", "url", "state", "since", "because"))


@webhooks.command("remove")
@click.argument("endpoint_id")
def remove_webhook(endpoint_id: str) -> None:
    """Tell an endpoint nothing any more and forget its deliveries."""
    server = opened()
    server.store.remove_endpoint(_known(server, endpoint_id).id)
    say("Removed.")


@webhooks.command("enable")
@click.argument("endpoint_id")
def enable_webhook(endpoint_id: str) -> None:
    """Send to a disabled endpoint again, first what was held."""
    from atsume import clock

    server = opened()
    was_disabled = server.store.enable_endpoint(_known(server, endpoint_id).id, clock.now())
    say("Enabled." if was_disabled else "It was not disabled.")


@webhooks.command("disable")
@click.argument("endpoint_id")
def disable_webhook(endpoint_id: str) -> None:
    """Hold everything for an endpoint until it is enabled again."""
    from atsume import clock
    from atsume.webhooks.registration import BY_OPERATOR

    server = opened()
    server.store.disable_endpoint(_known(server, endpoint_id).id, clock.now(), BY_OPERATOR)
    say("Disabled.")


@webhooks.command("rotate")
@click.argument("endpoint_id")
@click.option("--overlap-hours", default=24, show_default=True, type=click.IntRange(0, 168), help="Old one signs too.")
@as_json
def rotate_webhook(endpoint_id: str, overlap_hours: int, json_: bool) -> None:
    """Make a new secret and print it. For a while the old one signs too."""
    from atsume import clock
    from atsume.webhooks.registration import rotate

    server, now, overlap = opened(), clock.now(), dt.timedelta(hours=overlap_hours)
    endpoint = _known(server, endpoint_id)
    secret = rotate(server.store, server.courier.encryption_key, endpoint.id, now, overlap)
    show({"id": endpoint.id, "secret": secret, "old_secret_signs_until": now + overlap}, json_)


@webhooks.command("deliveries")
@click.argument("endpoint_id")
@click.option("--state", help="WAITING, DELIVERED, FAILED or HELD.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="Newest so many.")
@as_json
def list_deliveries(endpoint_id: str, state: str | None, limit: int, json_: bool) -> None:
    """List the newest deliveries of an endpoint, with their last attempt."""
    from atsume.store.rows_webhooks import DeliveryState

    if state is not None and state not in {one.value for one in DeliveryState}:
        raise click.BadParameter("expected WAITING, DELIVERED, FAILED or HELD", param_hint="--state")
    server = opened()
    wanted = None if state is None else DeliveryState(state)
    rows = []
    for one in server.store.deliveries(_known(server, endpoint_id).id, wanted, limit):
        tried = server.store.attempts(one.id)
        last = {"status": tried[-1].status, "answer": tried[-1].answer[:60]} if tried else {}
        rows.append({"id": one.id, "type": one.type, "state": one.state.value, "attempts": len(tried),
                     "next_at": one.next_at, "created_at": one.created_at, **last,
                     **({"log": tried} if json_ else {})})  # fmt: skip
    show(rows, json_, ("id", "type", "state", "attempts", "status", "next_at", "created_at", "answer"))


@webhooks.command("replay")
@click.argument("endpoint_id")
@click.option("--delivery", help="One delivery.")
@click.option("--from", "start", type=MOMENT, help="All events from this moment on (UTC) …")
@click.option("--to", "end", type=MOMENT, help="… to this one; now by default.")
@as_json
def replay(
    endpoint_id: str, delivery: str | None, start: dt.datetime | None, end: dt.datetime | None, json_: bool
) -> None:
    """Send events once more, with their old ids: one delivery, or all of a time range."""
    from atsume import clock

    if (delivery is None) == (start is None):
        raise click.UsageError("Give either --delivery, or --from (and --to).")
    server, now = opened(), clock.now()
    endpoint = _known(server, endpoint_id)
    if start is not None:
        until = end.replace(tzinfo=dt.UTC) if end else now
        count = server.store.replay_events(endpoint, start.replace(tzinfo=dt.UTC), until, now)
    elif (delivery or "").startswith(endpoint.id + ".") and server.store.replay_delivery(delivery or "", now):
        count = 1
    else:
        raise click.ClickException(f"No delivery {delivery}; see `atsume webhooks deliveries {endpoint.id}`.")
    show({"replayed": count}, json_)


def _known(server: "Server", endpoint_id: str) -> "WebhookEndpoint":
    found = server.store.endpoint(endpoint_id)
    if found is None:
        raise click.ClickException(f"No webhook endpoint {endpoint_id}; see `atsume webhooks list`.")
    return found
