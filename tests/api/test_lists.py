"""The five lists: what they hold, how they page, what each filter keeps."""

from typing import Any

import pytest
from litestar.testing import TestClient

from atsume.ids import Cursor, encode_cursor, record_id
from atsume.model.integration import Integration
from atsume.store.rows import Writes
from tests.api.world import CHANGED, World, at, company, settle

PATHS = {
    "jobs": "ats_jobs",
    "candidates": "ats_candidates",
    "applications": "ats_applications",
    "application-stages": "ats_application_stages",
    "users": "ats_users",
}


def walk(client: TestClient[Any], headers: dict[str, str], path: str, **query: Any) -> list[dict[str, Any]]:
    """Return the records of all pages."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        answer = client.get(path, params=query | ({"cursor": cursor} if cursor else {}), headers=headers)
        assert answer.status_code == 200, answer.text
        page = answer.json()["data"]
        assert len(page["results"]) <= query.get("page_size", 100)
        found += page["results"]
        cursor = page["next"]
        if cursor is None:
            return found


@pytest.mark.parametrize("size", [1, 7, 100, 250])
@pytest.mark.parametrize("path", PATHS)
def test_a_walk_meets_every_record_once(
    settled: World, integration: Integration, client: TestClient[Any], path: str, size: int
) -> None:
    """Whatever the page size."""
    found = walk(client, settled.headers(integration), f"/v1/ats/{path}", page_size=size)
    wanted = [r.remote_id for r in company(60)[PATHS[path]]]
    assert [r["remote_id"] for r in found] == wanted
    assert [r["id"] for r in found] == [record_id(integration.id, PATHS[path], remote) for remote in wanted]


@pytest.mark.parametrize(
    ("path", "query", "keeps"),
    [
        ("jobs", {"statuses": "OPEN"}, lambda n: n % 3 == 0),
        ("jobs", {"statuses": "OPEN,CLOSED"}, lambda n: n % 3 < 2),
        ("jobs", {"status": "DRAFT"}, lambda n: n % 3 == 2),
        ("jobs", {"statuses": "OPEN", "status": "DRAFT"}, lambda n: False),
        ("jobs", {"employment_types": "PART_TIME,INTERNSHIP"}, lambda n: n % 4 == 1),
        ("jobs", {"visibilities": "PUBLIC"}, lambda n: n % 3 == 0),
        ("jobs", {"post_url": "https://acme.jobs.personio.de/job/7"}, lambda n: n == 7),
        ("jobs", {"name_contains": "ENGINEER (M/F/D) 1"}, lambda n: n == 1 or n >= 10),
        ("jobs", {"name_contains": "%"}, lambda n: False),
        ("jobs", {"remote_created_after": at(5)}, lambda n: n >= 5),
        ("jobs", {"remote_created_after": "2026-01-06"}, lambda n: n >= 5),
        ("jobs", {"remote_created_after": "2026-01-06T08:15:31"}, lambda n: n >= 6),
        ("jobs", {"remote_created_after": "2026-01-06T09:15:30.123456+01:00"}, lambda n: n >= 5),
        ("jobs", {"job_codes": "x"}, lambda n: False),
        ("jobs", {"job_codes": "x", "ignore_unsupported_filters": "true"}, lambda n: True),
        ("jobs", {"remote_ids": "j1,j3,nope"}, lambda n: n in (1, 3)),
        ("jobs", {"nonsense": "x", "page_sizes": "-1"}, lambda n: True),
        ("jobs", {"cursor": ""}, lambda n: True),
        ("candidates", {"email": "JO3@EXAMPLE.com"}, lambda n: n == 3),
        ("candidates", {"email": "o3@example.com"}, lambda n: False),
        ("candidates", {"first_name": "jo4"}, lambda n: n == 4),
        ("candidates", {"last_name": "ÅNGSTRÖM-O’NEIL"}, lambda n: n % 5 == 1),
        ("applications", {"outcomes": "HIRED,DECLINED"}, lambda n: n % 4 in (1, 2)),
        ("applications", {"outcome": "PENDING"}, lambda n: n % 4 == 0),
        ("applications", {"job_remote_ids": "j2"}, lambda n: n % 12 == 2),
        ("applications", {"job_remote_ids": "j2", "outcomes": "DECLINED"}, lambda n: n % 12 == 2),
        ("applications", {"remote_created_after": at(50)}, lambda n: n >= 50),
        ("applications", {"updated_after": CHANGED}, lambda n: True),
        ("applications", {"updated_after": "2026-11-24T12:00:10.001Z"}, lambda n: False),
        ("users", {"emails": "ada2@ACME.example,x@y.z"}, lambda n: n == 2),
        ("users", {"remote_ids": "u0"}, lambda n: n == 0),
        ("application-stages", {"remote_ids": "s1"}, lambda n: n == 1),
    ],
)
def test_filters(
    settled: World, integration: Integration, client: TestClient[Any], path: str, query: dict[str, str], keeps: Any
) -> None:
    """Each filter keeps exactly its records."""
    found = walk(client, settled.headers(integration), f"/v1/ats/{path}", **query)
    wanted = [r.remote_id for n, r in enumerate(company(60)[PATHS[path]]) if keeps(n)]
    assert [r["remote_id"] for r in found] == wanted


def test_filters_by_our_ids(settled: World, integration: Integration, client: TestClient[Any]) -> None:
    """`ids`, `job_ids` and `current_stage_ids` take our ids."""
    headers = settled.headers(integration)
    job, stage = record_id(integration.id, "ats_jobs", "j2"), record_id(integration.id, "ats_application_stages", "s1")
    applied = walk(client, headers, "/v1/ats/applications", job_ids=job)
    assert [r["remote_id"] for r in applied] == [f"a{n}" for n in range(60) if n % 12 == 2]
    there = walk(client, headers, "/v1/ats/applications", current_stage_ids=f"{stage},x")
    assert [r["remote_id"] for r in there] == [f"a{n}" for n in range(60) if n % 4 == 1 and n % 7]
    who = walk(client, headers, "/v1/ats/candidates", job_ids=job)
    assert {r["id"] for r in who} == {r["candidate_id"] for r in applied}
    assert [r["id"] for r in walk(client, headers, "/v1/ats/jobs", ids=job)] == [job]


@pytest.mark.parametrize(
    ("path", "query", "names"),
    [
        ("jobs", "page_size=0", "page_size"),
        ("jobs", "page_size=251", "250"),
        ("jobs", "page_size=abc", "from 1 to 250"),
        ("jobs", "page_size=1&page_size=2", "more than once"),
        ("jobs", "page_size=", "page_size"),
        ("jobs", "page_size=%C2%B2", "page_size"),
        ("jobs", "statuses=OPEN,open", "OPEN, CLOSED, DRAFT, ARCHIVED"),
        ("jobs", "status=OPEN,CLOSED", "`status`"),
        ("jobs", "statuses=", "`statuses`"),
        ("jobs", "visibilities=SECRET", "CONFIDENTIAL"),
        ("jobs", "employment_types=x", "FULL_TIME"),
        ("jobs", "ids=,", "`ids`"),
        ("jobs", "include_deleted=True", "true or false"),
        ("jobs", "ignore_unsupported_filters=1", "true or false"),
        ("jobs", "updated_after=yesterday", "2026-01-31"),
        ("jobs", "updated_after=2026-02-30", "`updated_after`"),
        ("jobs", "updated_after=2026-01-01T25:00:00Z", "`updated_after`"),
        ("jobs", "remote_created_after=0001-01-01T00:00:00%2B23:59x", "`remote_created_after`"),
        ("jobs", "name_contains=", "`name_contains`"),
        ("jobs", "name_contains=%00", "NUL"),
        ("jobs", "name_contains=%FF", "UTF-8"),
        ("jobs", "&".join(f"x{n}=1" for n in range(300)), "200 parameters"),
        ("jobs", "ids=" + ",".join(str(n) for n in range(2001)), "2000 values"),
        ("jobs", "cursor=garbage", "cursor"),
        ("jobs", "cursor=%F0%9F%99%82", "cursor"),
        ("candidates", "email=nobody", "e-mail"),
        ("candidates", "email=a%0A@b", "e-mail"),
        ("applications", "outcomes=WON", "PENDING, HIRED, DECLINED"),
        ("users", "emails=a@b.c,nobody", "e-mail"),
    ],
)
def test_bad_queries(
    settled: World, integration: Integration, client: TestClient[Any], path: str, query: str, names: str
) -> None:
    """A bad value is refused in a sentence that names the parameter and what it may be, but not the value."""
    answer = client.get(f"/v1/ats/{path}?{query}", headers=settled.headers(integration))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "PLATFORM.INPUT_INVALID")
    assert names in error["message"]


@pytest.mark.parametrize("updated_after", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z", "1969-12-31"])
def test_far_moments(settled: World, integration: Integration, client: TestClient[Any], updated_after: str) -> None:
    """The ends of the calendar are moments like others."""
    walk(client, settled.headers(integration), "/v1/ats/jobs", updated_after=updated_after)


def test_cursors_stay_with_their_request(settled: World, integration: Integration, client: TestClient[Any]) -> None:
    """A cursor works with another page size and with nothing else."""
    headers = settled.headers(integration)

    def ask(path: str, **query: Any) -> Any:
        return client.get(f"/v1/ats/{path}", params=query, headers=headers)

    cursor = ask("jobs", page_size=2, statuses="OPEN").json()["data"]["next"]
    assert ask("jobs", page_size=5, statuses="OPEN", cursor=cursor).status_code == 200
    for path, query in [
        ("jobs", {}),
        ("jobs", {"statuses": "CLOSED"}),
        ("jobs", {"statuses": "OPEN", "include_deleted": "true"}),
        ("jobs", {"statuses": "OPEN", "updated_after": "2026-01-01"}),
        ("applications", {}),
    ]:
        answer = ask(path, cursor=cursor, **query)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "PLATFORM.INPUT_INVALID")
        assert "belongs to another request" in answer.json()["error"]["message"]


@pytest.mark.parametrize("cursor", [Cursor("x", 1), Cursor("x", -1), Cursor("x", 1 << 63), Cursor("", 1, "\0")])
def test_forged_cursors(settled: World, integration: Integration, client: TestClient[Any], cursor: Cursor) -> None:
    """A well-formed cursor that this server never gave is refused."""
    answer = client.get("/v1/ats/jobs", params={"cursor": encode_cursor(cursor)}, headers=settled.headers(integration))
    assert answer.json()["error"]["code"] == "PLATFORM.INPUT_INVALID"


def test_deleted_records_need_asking_for(world: World) -> None:
    """`include_deleted` shows tombstones, with the time they were seen gone."""
    integration = world.integrate()
    settle(world, integration, 10)
    gone = record_id(integration.id, "ats_jobs", "j1")
    world.store.commit("ats_jobs", integration, Writes(deleted=[gone]), "2026-11-25T00:00:00.000Z")
    with world.client() as client:
        headers = world.headers(integration)
        assert gone not in {r["id"] for r in walk(client, headers, "/v1/ats/jobs")}
        later = walk(client, headers, "/v1/ats/jobs", updated_after="2026-11-24T18:00:00Z", include_deleted="true")
        assert [(r["id"], r["remote_deleted_at"]) for r in later] == [(gone, "2026-11-25T00:00:00.000Z")]


def test_walks_by_change_time(world: World) -> None:
    """With `updated_after` the pages follow each other in order of change."""
    integration = world.integrate()
    records = company(40)["ats_users"]
    world.keep(integration, "ats_users", records)
    world.keep(integration, "ats_users", records[1::2], "2026-11-24T12:00:01.000Z", how="updated")
    with world.client() as client:
        found = walk(client, world.headers(integration), "/v1/ats/users", updated_after="2026-11-24", page_size=1)
    assert [r["remote_id"] for r in found] == ["u0", "u2", "u1", "u3"]
