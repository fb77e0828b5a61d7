"""/v1/webhooks through HTTP: endpoints, deliveries, rotation, replay."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from atsume.api.app import create_app
from atsume.api.deps import Deps
from atsume.webhooks.deliver import Courier
from tests.api.world import NOW, World, courier
from tests.webhooks.receiver import Receiver, receiver


class Desk:
    """The API of a world that sends webhooks, a receiver, and short ways to ask."""

    def __init__(self, world: World, client: TestClient[Any], courier: Courier, one: Receiver) -> None:
        self.world, self.client, self.courier, self.receiver = world, client, courier, one

    def ask(self, method: str, path: str = "", status: int = 200, key: str | None = None, **given: Any) -> Any:
        """Return the data of an answer, or the message of an error."""
        headers = self.world.headers(key=key)
        answer = self.client.request(method, f"/v1/webhooks{path}", headers=headers, **given)
        assert answer.status_code == status, answer.text
        body = answer.json()
        return body["data"] if status == 200 else body["error"]["message"]

    def add(self, *events: str) -> Any:
        """Add the receiver as an endpoint."""
        return self.ask("POST", json={"url": self.receiver.url, "events": list(events or ["integration-created"])})

    def work(self) -> None:
        """Announce and deliver what is due."""
        self.courier.announce()
        for due in self.courier.due_deliveries(self.world.now[0], 100):
            self.courier.deliver(due)


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    """A desk whose endpoints may be on this machine."""
    sender = courier(world, allow_private=True)
    deps = Deps(
        store=world.store,
        config=world.config,
        connectors=world.connectors,
        now=lambda: world.now[0],
        wake=lambda: world.woken.append(True),
        courier=sender,
    )
    with TestClient(create_app(deps), raise_server_exceptions=False) as client, receiver() as one:
        yield Desk(world, client, sender, one)


def test_the_life_of_an_endpoint(desk: Desk) -> None:
    """Added with a secret that is shown once, told of events, listed with its deliveries, removed."""
    made = desk.add("integration-created", "data-changed")
    assert made["secret"].startswith("whsec_")
    assert made["events"] == ["data-changed", "integration-created"]
    assert desk.ask("GET") == [made | {"secret": None}]
    desk.world.integrate()
    desk.work()
    (delivery,) = desk.ask("GET", f"/{made['id']}/deliveries")
    assert (delivery["state"], delivery["type"]) == ("DELIVERED", "integration-created")
    assert [(a["status"], a["answer"]) for a in delivery["attempts"]] == [(200, "thanks")]
    assert desk.ask("GET", f"/{made['id']}/deliveries?state=WAITING") == []
    assert desk.ask("DELETE", f"/{made['id']}", json={})["id"] == made["id"]
    assert desk.ask("GET") == []


def test_rotation_shows_the_new_secret_once(desk: Desk) -> None:
    """And both sign until the overlap is over."""
    made = desk.add()
    changed = desk.ask("POST", f"/{made['id']}/rotate", json={"overlap_hours": 1})
    assert changed["secret"] not in (None, made["secret"])
    desk.world.integrate(1)
    desk.work()
    desk.world.now[0] += dt.timedelta(hours=1)
    desk.world.integrate(2)
    desk.work()
    assert [len(got.headers["webhook-signature"].split()) for got in desk.receiver.got] == [2, 1]


def test_replay_through_the_api(desk: Desk) -> None:
    """One delivery or a time range; the worker is woken."""
    made = desk.add()
    desk.world.integrate()
    desk.work()
    (delivery,) = desk.ask("GET", f"/{made['id']}/deliveries")
    around = {"start": (NOW - dt.timedelta(hours=1)).isoformat(), "end": (NOW + dt.timedelta(hours=1)).isoformat()}
    for wanted in ({"delivery_id": delivery["id"]}, around):
        assert desk.ask("POST", f"/{made['id']}/replay", json=wanted) == {"count": 1}
        desk.work()
    assert len(desk.receiver.got) == 3
    assert len(set(desk.receiver.ids())) == 1
    assert desk.world.woken


def test_a_disabled_endpoint_can_be_enabled(desk: Desk) -> None:
    """It is shown with the reason before, and without one after."""
    made = desk.add()
    desk.world.store.disable_endpoint(made["id"], NOW, "Because.")
    (shown,) = desk.ask("GET")
    assert (shown["disabled_because"], shown["disabled_at"]) == ("Because.", "2026-11-24T12:00:30.000Z")
    assert desk.ask("POST", f"/{made['id']}/enable", json={})["disabled_at"] is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"url": "ftp://x.example", "events": ["data-changed"]}, "https"),
        ({"url": "http://0x7f.1/", "events": ["data-changed"]}, "odd form"),
        ({"url": "https://a:b@x.example/", "events": ["data-changed"]}, "user name"),
        ({"url": "https://x.example/", "events": ["data-changed", "all"]}, "all"),
        ({"url": "https://x.example/", "events": []}, "events"),
        ({"url": "https://x.example/"}, "events"),
        ("text", "object"),
    ],
)
def test_bad_endpoints_are_refused(desk: Desk, body: Any, says: str) -> None:
    """With a sentence that says what is wrong; nothing is kept."""
    assert says in desk.ask("POST", status=400, json=body)
    assert desk.ask("GET") == []


def test_private_addresses_are_refused_when_added(world: World) -> None:
    """Unless the operator allows them."""
    with world.client() as client:
        body = {"url": "http://169.254.169.254/latest", "events": ["data-changed"]}
        answer = client.post("/v1/webhooks", headers=world.headers(), json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "PLATFORM.INPUT_INVALID")
        assert "link-local" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "", {}), ("POST", "/rotate", {}), ("POST", "/enable", {}), ("GET", "/deliveries", None),
        ("POST", "/replay", {"start": "2026-01-01", "end": "2026-01-02"}),
    ],
)  # fmt: skip
def test_nobody_reaches_another_environments_endpoints(desk: Desk, method: str, path: str, body: Any) -> None:
    """They do not exist for this key."""
    made = desk.add()
    other = desk.world.add_key(desk.world.store.create_environment("Other", NOW).id)
    for key, endpoint_id in ((other, made["id"]), (None, "nothing")):
        assert "no such webhook endpoint" in desk.ask(method, f"/{endpoint_id}{path}", 400, key=key, json=body)
    assert [one["id"] for one in desk.ask("GET")] == [made["id"]]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"delivery_id": "x"}, {"start": "2026-01-01"}, {"start": "yesterday", "end": "2026-01-02"},
        {"delivery_id": "x", "start": "2026-01-01", "end": "2026-01-02"},
    ],
)  # fmt: skip
def test_bad_replays(desk: Desk, body: dict[str, str]) -> None:
    """Either one delivery that there is, or a range."""
    made = desk.add()
    assert desk.ask("POST", f"/{made['id']}/replay", 400, json=body)
