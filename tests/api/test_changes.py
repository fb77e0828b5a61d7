"""GET /v1/changes: the feed through HTTP."""

import datetime as dt
from typing import Any

import pytest

from atsume.ids import record_id
from atsume.model.catalogue import MODELS
from tests.api.world import CHANGED, World, company, settle

ENTRY = ["sequence", "model", "kind", "id", "remote_id", "changed_at", "shown_in"]


def test_the_feed_tells_every_record_and_join(world: World) -> None:
    """In numbered order, in pieces that fit together, with all keys."""
    integration = world.integrate()
    records = settle(world, integration, 30)
    with world.client() as client:
        found: list[dict[str, Any]] = []
        after = 0
        while True:
            answer = client.get("/v1/changes", params={"after": after, "limit": 50}, headers=world.headers(integration))
            assert answer.status_code == 200, answer.text
            data = answer.json()["data"]
            found += data["results"]
            after = data["next"]
            if after == data["latest"]:
                break
        assert [c["sequence"] for c in found] == list(range(1, len(found) + 1))
        assert all(list(c) == ENTRY for c in found)
        assert {(c["kind"], c["changed_at"]) for c in found} == {("created", CHANGED)}
        told = sorted((c["model"], c["remote_id"], c["id"]) for c in found)
        assert told == sorted(
            (model, r.remote_id, record_id(integration.id, model, r.remote_id))
            for model, rs in records.items()
            for r in rs
        )
        assert {c["model"] for c in found if c["shown_in"]} == {m for m in MODELS if MODELS[m].is_join}
        assert {c["shown_in"]["model"] for c in found if c["shown_in"]} == {"ats_jobs"}


def test_where_to_begin_and_where_it_ends(world: World) -> None:
    """`latest` gives the number to begin with; at the end there is nothing, and `next` stays."""
    integration = world.integrate()
    headers = world.headers(integration)
    with world.client() as client:
        nothing = {"results": [], "next": 0, "latest": 0}
        assert client.get("/v1/changes", headers=headers).json() == {"status": "success", "data": nothing}
        count = sum(map(len, settle(world, integration, 5).values()))
        end = {"results": [], "next": count, "latest": count}
        for after in ("latest", str(count)):
            assert client.get(f"/v1/changes?after={after}", headers=headers).json()["data"] == end


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("after=-1", "`after`"), ("after=x", "`after`"), ("after=", "`after`"), ("after=1.5", "`after`"),
        ("after=99999999999999", "`after`"), ("after=7", "ends at 0"), ("limit=0", "`limit`"), ("limit=1001", "1000"),
    ],
)  # fmt: skip
def test_bad_questions(world: World, query: str, says: str) -> None:
    """A sentence that names the parameter."""
    integration = world.integrate()
    with world.client() as client:
        answer = client.get(f"/v1/changes?{query}", headers=world.headers(integration))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "PLATFORM.INPUT_INVALID")
    assert says in answer.json()["error"]["message"]


def test_a_reader_that_stayed_away_too_long_is_told(world: World) -> None:
    """Explicitly, with what to do, instead of a gap."""
    integration = world.integrate()
    world.keep(integration, "ats_users", company(5)["ats_users"][:1])
    world.keep(integration, "ats_users", company(5)["ats_users"][1:2], "2026-11-30T00:00:00.000Z")
    world.store.prune_feed(dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
    with world.client() as client:
        headers = world.headers(integration)
        answer = client.get("/v1/changes?after=0", headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "PLATFORM.INPUT_INVALID")
        assert "read the lists again" in answer.json()["error"]["message"]
        assert [
            c["sequence"] for c in client.get("/v1/changes?after=1", headers=headers).json()["data"]["results"]
        ] == [2]


def test_before_the_first_sync_there_is_no_feed(world: World) -> None:
    """The same gate as for lists."""
    integration = world.integrate(synced=False)
    with world.client() as client:
        answer = client.get("/v1/changes", headers=world.headers(integration))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "INTEGRATION.SETUP_SYNC_PENDING")
