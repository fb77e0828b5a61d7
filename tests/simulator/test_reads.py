"""v2 reads: limits, cursors, order, filters, knobs and rate limits."""

from collections.abc import Callable

import pytest

from .conftest import Caller

LISTS = ["applications", "candidates", "jobs"]
R = "/v2/recruiting"
BAD_QUERIES = [
    ({"limit": 0}, "applications"),
    ({"limit": 201}, "applications"),
    ({"limit": "ten"}, "jobs"),
    ({"limit": "-1"}, "candidates"),
    ({"cursor": "made-up"}, "jobs"),
    ({"updated_at__gt": "2026-01-01T00:00:00", "updated_at__lt": "2026-02-01T00:00:00"}, "applications"),
    ({"updated_at__gt": "yesterday"}, "candidates"),
    ({"updated_at__gt": "2026-13-01T00:00:00"}, "candidates"),
    ({"updated_at__gt": "2026-01-01"}, "applications"),
]


@pytest.mark.parametrize(("query", "kind"), BAD_QUERIES)
def test_bad_queries_are_refused(sim: Caller, query: dict[str, object], kind: str) -> None:
    """Rule: limits outside 1 to 200, foreign cursors, both bounds at once and odd dates are 400 problems."""
    answer = sim.get(f"{R}/{kind}", **query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["type"].endswith("#common.bad_request")


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("limit", [1, 7, 59, 60, 61, 200])
@pytest.mark.parametrize("trailing", [False, True])
def test_a_walk_sees_each_record_once_newest_first(
    start_simulator: Callable[..., Caller], kind: str, limit: int, trailing: bool
) -> None:
    """Rule: whatever the page size and the end of the walk, every record comes once, last updated first."""
    sim = start_simulator(knobs={"trailing_empty_page": trailing})
    found = sim.walk(f"{R}/{kind}", limit=limit)
    truth = {item["id"]: item["updated_at"] for item in sim.truth()[kind]}
    assert sorted(item["id"] for item in found) == sorted(truth)
    order = [(truth[item["id"]], int(item["id"])) for item in found]
    assert order == sorted(order, reverse=True)


@pytest.mark.parametrize("kind", LISTS)
def test_records_match_the_truth_and_get_by_id(sim: Caller, kind: str) -> None:
    """Rule: a list item equals the record by id; hidden facts are never serialised."""
    for item in sim.walk(f"{R}/{kind}", limit=50)[:10]:
        assert sim.get(f"{R}/{kind}/{item['id']}").json() == item
        assert not {"tags", "custom_attributes", "status", "description", "documents"} & set(item)


def test_candidates_are_what_the_truth_says(sim: Caller) -> None:
    """Rule: the fast rendering and the plain one agree on every text."""
    truth = {item["id"]: item for item in sim.truth()["candidates"]}
    names = ("first_name", "last_name", "email", "gender", "phone", "location", "birthday", "linkedin_profile")
    for item in sim.walk(f"{R}/candidates"):
        wanted = truth[item["id"]]
        assert [item[name] or None for name in names] == [wanted[name] for name in names]
        assert [at["id"] for at in item["applications"]] == wanted["application_ids"]


def test_filters_keep_what_changed(sim: Caller) -> None:
    """Rule: `gt` and `lt` split the list; the cursor carries the filter."""
    items = sim.truth()["applications"]
    middle = items[len(items) // 2]["updated_at"]
    zoneless = middle[:19]
    newer = sim.walk(f"{R}/applications", limit=5, updated_at__gt=zoneless)
    older = sim.walk(f"{R}/applications", limit=5, updated_at__lt=zoneless)
    assert {item["id"] for item in newer} == {item["id"] for item in items if item["updated_at"] > middle}
    assert {item["id"] for item in older} == {item["id"] for item in items if item["updated_at"] < middle}
    assert newer == sim.walk(f"{R}/applications", updated_at__gt=zoneless + "Z")


def test_email_filters_ignore_case(sim: Caller) -> None:
    """Rule: `candidate.email` and `email` find every profile of an address."""
    someone = next(item for item in sim.truth()["candidates"] if item["email"])
    email = someone["email"].upper()
    assert someone["id"] in [item["id"] for item in sim.walk(f"{R}/candidates", email=email)]
    found = sim.walk(f"{R}/applications", candidate__email=email)
    assert set(someone["application_ids"]) <= {item["id"] for item in found}
    assert sim.walk(f"{R}/applications", candidate__email="nobody@example.org") == []


@pytest.mark.parametrize(
    ("knob", "text"), [("filter_reject_z", "2026-01-01T00:00:00Z"), ("filter_reject_zoneless", "2026-01-01T00:00:00")]
)
def test_date_formats_can_be_refused(sim: Caller, knob: str, text: str) -> None:
    """Rule: some endpoints refuse `Z`, others may refuse its absence."""
    sim.knobs(**{knob: True})
    assert sim.get(f"{R}/applications", updated_at__gt=text).status_code == 400


NEXT = [
    ({"relative_next": True}, lambda sim: "/v2/recruiting/jobs?cursor="),
    ({"foreign_next": "https://elsewhere.example.com"}, lambda sim: "https://elsewhere.example.com/v2/"),
    ({"self_loop_next": True}, lambda sim: f"{sim.url}/v2/recruiting/jobs?limit=2"),
    ({}, lambda sim: f"{sim.url}/v2/recruiting/jobs?cursor="),
]


@pytest.mark.parametrize(("knobs", "start"), NEXT)
def test_next_links_have_the_known_faults(sim: Caller, knobs: dict, start: Callable[[Caller], str]) -> None:
    """Rule: `next` may be relative, point elsewhere or at itself, when told."""
    sim.knobs(**knobs)
    href = sim.get(f"{R}/jobs", limit=2).json()["_meta"]["links"]["next"]["href"]
    assert href.startswith(start(sim))
    sim.knobs(next_includes_filters=True)
    if not knobs:
        assert "limit=2" in sim.get(f"{R}/jobs", limit=2).json()["_meta"]["links"]["next"]["href"]


def test_beta_header(sim: Caller) -> None:
    """Rule: when required and missing, the gateway says 404; persons do not need it."""
    sim.knobs(beta="required")
    answer = sim.get(f"{R}/jobs")
    assert (answer.status_code, answer.json()["errors"][0]["_meta"]) == (404, {"path": f"{R}/jobs"})
    assert answer.json()["errors"][0]["type"].endswith("#apinot_found")
    headers = {"Authorization": f"Bearer {sim.token}", "Beta": "true"}
    assert sim.http.get(f"{R}/jobs", headers=headers).status_code == 200
    assert sim.get("/v2/persons").status_code == 200


@pytest.mark.belief
def test_system_stages_have_no_id(sim: Caller) -> None:
    """Rule: a system stage has neither id nor name, unless the knob names it."""
    stages = {item["current_stage"]["kind"]: item["current_stage"] for item in sim.walk(f"{R}/applications")}
    assert stages["REJECTED"] == {"id": None, "name": None, "type": "SYSTEM", "kind": "REJECTED"}
    sim.knobs(named_system_stages=True)
    kinds = [item["current_stage"] for item in sim.walk(f"{R}/applications")]
    assert "Rejected" in [stage["name"] for stage in kinds]


@pytest.mark.belief
@pytest.mark.parametrize(
    ("form", "key"),
    [("date-time", "date-time"), ("date_time", "date_time"), ("date", "date"), ("bare", None), ("bare_utc", None)],
)
def test_timestamp_forms(sim: Caller, form: str, key: str | None) -> None:
    """Rule: a time is an object with a hyphenated key, or one of the variants that were seen."""
    sim.knobs(timestamp_form=form)
    job, truth = sim.walk(f"{R}/jobs")[0], {item["id"]: item for item in sim.truth()["jobs"]}
    shown = job["updated_at"] if key is None else job["updated_at"][key]
    assert len(shown) == (20 if form == "bare_utc" else 19)
    if form == "bare_utc":
        assert shown[:19] == truth[job["id"]]["updated_at"][:19]


def test_clock_changes_are_in_the_data(start_simulator: Callable[..., Caller]) -> None:
    """Rule: 02:30 occurs twice in October and, on one record, on the March day it never existed."""
    sim = start_simulator(applications=100)
    found = sim.walk(f"{R}/applications")
    updated = [item["updated_at"]["date-time"] for item in found]
    assert updated.count("2026-10-25T02:30:00") == 2
    assert "2026-03-29T02:30:00" in [item["created_at"]["date-time"] for item in found]


def test_transitions_end_at_the_current_stage(sim: Caller) -> None:
    """Rule: newest first; the first one is the current stage."""
    for item in sim.walk(f"{R}/applications", limit=20)[:20]:
        steps = sim.get(f"{R}/applications/{item['id']}/stage-transitions").json()["_data"]
        assert steps[0]["stage"] == item["current_stage"]
        times = [step["entered_at"]["date-time"] for step in steps]
        assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    "path",
    ["jobs/1", "jobs/x", "candidates/1", "applications/99", "categories/999", "applications/1/stage-transitions"],
)
def test_unknown_ids_are_404(sim: Caller, path: str) -> None:
    """Rule: a record that never existed is a 404 problem."""
    answer = sim.get(f"{R}/{path}")
    assert (answer.status_code, answer.json()["errors"][0]["title"]) == (404, "Not Found")


def test_categories_hold_their_stages_in_order(sim: Caller) -> None:
    """Rule: custom stages follow the pipeline; one category can be read alone."""
    first = sim.walk(f"{R}/categories")[0]
    assert sim.get(f"{R}/categories/{first['id']}").json() == first
    assert [s["id"] for s in first["stages"] if s["id"]] == sim.truth()["categories"][0]["stage_ids"]


@pytest.mark.parametrize(("limit", "status"), [(1, 200), (50, 200), (51, 400), (0, 400)])
def test_persons_page_up_to_50(sim: Caller, limit: int, status: int) -> None:
    """Rule: persons allow 1 to 50, ten by default."""
    assert sim.get("/v2/persons", limit=limit).status_code == status


def test_persons_by_several_ids(sim: Caller) -> None:
    """Rule: `id` takes a comma list or is repeated."""
    ids = [item["id"] for item in sim.truth()["persons"]][:3]
    for query in ({"id": ",".join(ids)}, {"id": ids}):
        assert [item["id"] for item in sim.get("/v2/persons", **query).json()["_data"]] == ids
    assert len(sim.walk("/v2/persons", limit=2)) == len(sim.truth()["persons"])


def test_unreadable_attributes_are_absent(sim: Caller) -> None:
    """Rule: what the credential may not read is left out."""
    clients = [{**sim.info["clients"][0], "readable": ["first_name"]}]
    sim.change("PATCH", "", {"clients": clients})
    person = sim.get("/v2/persons", token=sim.grant().json()["access_token"]).json()["_data"][0]
    assert "first_name" in person
    assert not {"email", "last_name"} & set(person)


def test_documents_can_be_downloaded(sim: Caller) -> None:
    """Rule: documents belong to the application id."""
    item = next(item for item in sim.truth()["applications"] if item["documents"])
    path = "/v2/document-management/documents"
    found = sim.get(path, owner_id=item["id"]).json()["_data"]
    assert [doc["id"] for doc in found] == [doc["id"] for doc in item["documents"]]
    content = sim.get(f"{path}/{found[0]['id']}/download").content
    assert len(content) == found[0]["size"]


def test_rate_limits_are_shown_and_enforced(sim: Caller) -> None:
    """Rule: every answer shows the bucket; an empty one gives 429 without Retry-After, time refills it."""
    sim.knobs(rate_limits="enforce", v2_burst_capacity=3, v2_replenish_rate=1)
    answers = [sim.get(f"{R}/jobs") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert "retry-after" not in answers[3].headers
    sim.advance(1)
    assert sim.get(f"{R}/jobs").status_code == 200
