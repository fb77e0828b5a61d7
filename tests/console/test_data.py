"""The data explorer: what it shows is what the API gives and what the tool has."""

from typing import Any

import pytest

from atsume.model.catalogue import MODELS
from atsume.web.console.pages.data import LIST, RECORD
from tests.console import reading
from tests.console.world import Console

pytestmark = pytest.mark.xdist_group("console")

LISTS = {
    "ats_jobs": "jobs",
    "ats_candidates": "candidates",
    "ats_applications": "applications",
    "ats_application_stages": "application-stages",
    "ats_users": "users",
}


def _first(desk: Console, model: str) -> Any:
    return desk.store.peek_page(model, desk.integration.no, limit=1)[0]


@pytest.mark.parametrize("model", LISTS)
def test_the_json_is_that_of_the_api(desk: Console, model: str) -> None:
    """Key by key what a caller gets for the same id."""
    row = _first(desk, model)
    headers = {"Authorization": f"Bearer {desk.mirror.api_key}", "X-Integration-Id": desk.integration.id}
    with desk.stranger() as client:
        told = client.get(f"/v1/ats/{LISTS[model]}", params={"ids": row.id}, headers=headers).json()
    page = desk.browser("viewer").get(desk.path(RECORD, model=model, record=row.id)).text
    assert [reading.json(page, "JSON")] == told["data"]["results"]


@pytest.mark.parametrize("model", MODELS)
def test_every_model_can_be_walked(desk: Console, model: str) -> None:
    """Page by page, the newest first, every record once; each leads to a page of its own."""
    expected = {row.remote_id or row.id for row in desk.store.peek_page(model, desk.integration.no, limit=1000)}
    seen: list[str] = []
    address: str | None = desk.path(LIST, model=model)
    while address is not None:
        page = desk.browser("viewer").get(address).text
        seen += [row[0].removesuffix(" deleted") for row in reading.rows(page)]
        address = next((link for link in reading.links(page) if "before=" in link), None)
    assert (sorted(seen), len(expected) > 0) == (sorted(expected), True)
    row = _first(desk, model)
    page = desk.browser("viewer").get(desk.path(RECORD, model=model, record=row.id))
    assert (page.status_code, row.remote_id in page.text) == (200, True)


def test_search_and_filters(desk: Console) -> None:
    """By either id, by what people know, by outcome, and by what a record belongs to."""

    def found(model: str, **query: str) -> list[str]:
        page = desk.browser("viewer").get(desk.path(LIST, model=model), params=query).text
        return [row[0] for row in reading.rows(page)]

    row = _first(desk, "ats_applications")
    assert (
        found("ats_applications", search=row.id) == found("ats_applications", search=row.remote_id) == [row.remote_id]
    )
    hired = found("ats_applications", outcome="HIRED")
    pending = found("ats_applications", outcome="PENDING")
    assert set(hired).isdisjoint(pending)
    assert pending
    of_job = found("ats_applications", job_id=row.columns["job_id"])
    assert row.remote_id in of_job
    assert len(of_job) < 40
    assert found("ats_applications", job_id="nobody", search=row.id) == []
    user = _first(desk, "ats_users")
    assert found("ats_users", search=user.columns["email"].upper()) == [user.remote_id]
    named = next(r for r in desk.store.peek_page("ats_candidates", desk.integration.no) if r.columns["last_name_lower"])
    assert named.remote_id in found("ats_candidates", search=named.columns["last_name_lower"].upper())
    mail = next(r for r in desk.store.peek_page("ats_candidates", desk.integration.no) if r.columns["emails"])
    assert mail.remote_id in found("ats_candidates", search=mail.columns["emails"].strip().split("\n")[0])


def test_deleted_ones_and_their_history(desk: Console) -> None:
    """A record that is gone is shown only when asked for; its page says so, and how it came and went."""
    gone = next(row for row in desk.store.peek_page("ats_applications", desk.integration.no) if row.columns["job_id"])
    desk.mirror.company.change("DELETE", f"/applications/{gone.remote_id}")
    desk.mirror.sync()
    path = desk.path(LIST, model="ats_applications")
    client = desk.browser("viewer")
    plain = client.get(path).text
    assert gone.remote_id not in [row[0] for row in reading.rows(plain)]
    both = client.get(path, params={"deleted": "yes"}).text
    assert f"{gone.remote_id} deleted" in [row[0] for row in reading.rows(both)]
    page = client.get(desk.path(RECORD, model="ats_applications", record=gone.id)).text
    assert "Gone in the tool" in page
    assert [row[1] for row in reading.rows(page)][-2:] == ["Deleted", "Created"]


def test_where_values_came_from(desk: Console) -> None:
    """Each value names the tool's fields; asked now, the tool's own values and record stand beside them."""
    row = next(r for r in desk.store.peek_page("ats_candidates", desk.integration.no) if r.columns["last_name_lower"])
    path = desk.path(RECORD, model="ats_candidates", record=row.id)
    page = desk.browser("viewer").get(path).text
    sources = {line[0]: line[2] for line in reading.rows(page) if len(line) == 3}
    assert sources["last_name"] == "Last name last_name"
    assert sources["source"] == "Applications: Channel (id) channel.id Applications: Channel channel.name"
    assert "Nothing is kept of the remote record" in page
    page = desk.browser("viewer").get(path, params={"live": "yes"}).text
    remote = reading.json(page, "JSON of the tool")
    assert remote["id"] == row.remote_id
    sources = {line[0]: line[2] for line in reading.rows(page) if len(line) == 3}
    assert sources["last_name"] == f"Last name last_name · {remote['last_name']}"


def test_a_tool_that_fails_is_told(desk: Console) -> None:
    """The page stands; a sentence says what the tool did."""
    row = _first(desk, "ats_applications")
    desk.mirror.company.fault(kind="status", status=503, route="*", count=None)
    try:
        path = desk.path(RECORD, model="ats_applications", record=row.id)
        page = desk.browser("viewer").get(path, params={"live": "yes"})
    finally:
        desk.mirror.company.clear_faults()
    assert page.status_code == 200
    assert reading.json(page.text, "JSON")["remote_id"] == row.remote_id
    assert 'class="alert"' in page.text
