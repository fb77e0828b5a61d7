"""v1 writes: every reason code, the order of checks, counters, uploads, and what can be read afterwards."""

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Caller

R = "/v2/recruiting"
FOREIGN = {"uuid": "x", "original_filename": "a.pdf"}


def _answer(name: str, value: str) -> dict[str, Any]:
    return {"attributes": [{"id": name, "value": value}]}


ATTRIBUTE, FILE = "errors.attribute-validation.", "errors.file-validation."
REASONS: list[tuple[str, dict[str, Any], str]] = [
    ("first_name", {"first_name": "  "}, f"{ATTRIBUTE}required-attribute"),
    ("email", {"email": "nobody"}, f"{ATTRIBUTE}invalid-email-format"),
    ("application_date", {"application_date": "2999-01-01"}, "errors.date-validation.date-in-the-future"),
    ("application_date", {"application_date": "1.2.2026"}, f"{ATTRIBUTE}invalid-date-format"),
    ("recruiting_channel_id", {"recruiting_channel_id": 1}, "errors.posting-validation.channel-not-found"),
    ("external_posting_id", {"external_posting_id": "x"}, "errors.posting-validation.posting-not-found"),
    ("job_position_id", {"job_position_id": 2147483647}, "errors.job-position.not-published"),
    ("phase", {"phase": {"type": "system", "id": "hired"}}, "errors.phase-validation.invalid-system-phase"),
    ("files[0]", {"files": [{**FOREIGN, "category": "cv"}]}, f"{FILE}file-not-exists"),
    ("files[0]", {"files": [{**FOREIGN, "category": "photo"}]}, f"{FILE}unknown-file-category"),
    ("attributes[0]", _answer("shoe_size", "44"), f"{ATTRIBUTE}unknown"),
    ("attributes[0]", _answer("birthday", "1.1.90"), f"{ATTRIBUTE}invalid-date-format"),
    ("attributes[0]", _answer("gender", "FEMALE"), f"{ATTRIBUTE}unknown-attribute-option"),
    ("attributes[0]", _answer("custom_attribute_3851", "Yes"), f"{ATTRIBUTE}unknown-attribute-option"),
    ("attributes[0]", _answer("custom_attribute_3860", "soon"), f"{ATTRIBUTE}invalid-date-format"),
    ("attributes[0]", _answer("custom_attribute_3863", "x"), f"{ATTRIBUTE}invalid-type"),
]  # fmt: skip
SHAPES = [
    ({"phone": "123"}, "Invalid request body supplied"),
    ({"job_position_id": "710001"}, "Invalid request body supplied"),
    ({"job_position_id": True}, "Invalid request body supplied"),
    ({"first_name": None}, "Field 'first_name' is required"),
    ({"phase": {"type": "custom"}}, "Field 'id' is required"),
    ({"phase": {"type": "custom", "id": "4400"}}, "Invalid request body supplied"),
    ({"attributes": [{"id": "phone", "value": 5}]}, "Invalid request body supplied"),
    ({"attributes": [{"id": "phone"}]}, "Field 'value' is required"),
    ({"message": None}, "Invalid request body supplied"),
    ({"tags": [1]}, "Invalid request body supplied"),
]


@pytest.mark.parametrize(("field", "changes", "reason"), REASONS)
def test_each_reason_can_be_reached(sim: Caller, field: str, changes: dict[str, Any], reason: str) -> None:
    """Rule: what the body means is checked field by field, 400 with reason codes."""
    answer = sim.create(**changes)
    assert answer.status_code == 400
    found = [(item["field"], error["reason"]) for item in answer.json()["errors"] for error in item["errors"]]
    assert (field, reason) in found


def test_all_fields_are_collected(sim: Caller) -> None:
    """Rule: one answer names every wrong field."""
    answer = sim.create(first_name=" ", email="x", recruiting_channel_id=1)
    assert {item["field"] for item in answer.json()["errors"]} == {"first_name", "email", "recruiting_channel_id"}


@pytest.mark.parametrize(("changes", "reason"), SHAPES)
@pytest.mark.parametrize("token", [None, "wrong"])
def test_shape_comes_before_credentials(sim: Caller, changes: dict[str, Any], reason: str, token: str | None) -> None:
    """Rule: a body that cannot be read is 400 even with a wrong token."""
    if token:
        sim.writer["Authorization"] = f"Bearer {token}"
    answer = sim.create(**changes)
    assert (answer.status_code, answer.json()) == (400, {"error": {"reason": reason}})


def test_an_empty_body_proves_nothing_about_the_token(sim: Caller) -> None:
    """Rule: `{}` with a bad token is 400, a complete body is 401, also for a wrong company id."""
    wrong = {**sim.writer, "X-Company-ID": "1"}
    path = "/v1/recruiting/applications"
    assert sim.http.post(path, json={}, headers=wrong).status_code == 400
    assert sim.http.post(path, content=b"{", headers=wrong).status_code == 400
    sim.writer = wrong
    assert (sim.create().status_code, sim.create().content) == (401, b"")


@pytest.mark.parametrize(
    ("feature", "code"), [("recruiting", "feature.recruiting.disabled"), ("public_api", "feature.public-api.disabled")]
)
def test_features_come_after_credentials(sim: Caller, feature: str, code: str) -> None:
    """Rule: a company without the feature is refused with 403 and a feature code."""
    sim.change("PATCH", "", {"features": {feature: False}})
    answer = sim.create()
    assert (answer.status_code, answer.json()["errors"][0]["errors"][0]["reason"]) == (403, code)


def test_twenty_a_minute_then_a_quiet_minute(sim: Caller) -> None:
    """Rule: the 21st call in 60 s is 429 until 60 s passed without a call; uploads count apart."""
    statuses = [sim.create(email=f"p{n}@example.org").status_code for n in range(21)]
    assert statuses == [201] * 20 + [429]
    assert sim.upload().status_code == 200
    sim.advance(59)
    assert sim.create(email="late@example.org").status_code == 429
    sim.advance(60)
    assert sim.create(email="late@example.org").status_code == 201


def test_success_says_nothing(sim: Caller) -> None:
    """Rule: 201 without a body, or `{}` by knob; the record is found by its address."""
    answer = sim.create(attributes=[{"id": "phone", "value": "+49 30 1234"}], recruiting_channel_id=61)
    assert (answer.status_code, answer.content) == (201, b"")
    found = sim.walk(f"{R}/applications", candidate__email="Mara@example.org")
    assert [item["channel"]["id"] for item in found] == ["61"]
    assert sim.get(f"{R}/candidates/{found[0]['candidate']['id']}").json()["phone"] == "+49 30 1234"
    sim.knobs(created_body="{}")
    assert sim.create(email="b@example.org").json() == {}


def test_writes_become_readable_later(sim: Caller) -> None:
    """Rule: reads lag behind writes; meanwhile a second write is a duplicate."""
    sim.knobs(read_after_write=2)
    assert sim.create().status_code == 201
    assert sim.walk(f"{R}/applications", candidate__email="mara@example.org") == []
    assert sim.create().json()["errors"][0]["errors"][0]["reason"] == "errors.applicant-already-exists"
    sim.advance(2)
    assert len(sim.walk(f"{R}/applications", candidate__email="mara@example.org")) == 1


def test_duplicates_are_the_same_address_at_the_same_job(sim: Caller) -> None:
    """Rule: upper and lower case are alike; another job is another profile."""
    jobs = [int(job["id"]) for job in sim.truth()["jobs"] if job["published"]]
    assert sim.create().status_code == 201
    assert sim.create(email="MARA@example.org").status_code == 400
    assert sim.create(job_position_id=jobs[1]).status_code == 201
    assert len(sim.walk(f"{R}/candidates", email="mara@example.org")) == 2


def test_unpublished_jobs_refuse(sim: Caller) -> None:
    """Rule: only published jobs take applications."""
    answer = sim.create(job_position_id=sim.job_id(published=False))
    assert answer.json()["errors"][0]["errors"][0]["reason"] == "errors.job-position.not-published"


def _stage(sim: Caller, **changes: Any) -> tuple[str | None, str]:
    assert sim.create(**changes).status_code == 201
    found = sim.walk(f"{R}/applications", candidate__email="mara@example.org")[0]
    return found["current_stage"]["id"], found["current_stage"]["kind"]


def test_phases(start_simulator: Callable[..., Caller]) -> None:
    """Rule: no phase is the first stage; a custom stage of another category is silently unassigned."""
    truth = start_simulator().truth()
    job = next(job for job in truth["jobs"] if job["published"])
    own = next(item["stage_ids"] for item in truth["categories"] if item["id"] == job["category_id"])
    rows = [
        ({}, (own[0], "CUSTOM")),
        ({"phase": {"type": "custom", "id": int(own[1])}}, (own[1], "CUSTOM")),
        ({"phase": {"type": "custom", "id": 999}}, (None, "UNASSIGNED")),
        ({"phase": {"type": "system", "id": "offer"}}, (None, "OFFER")),
    ]
    for changes, wanted in rows:
        assert _stage(start_simulator(), job_position_id=int(job["id"]), **changes) == wanted


def test_options_by_api_name(sim: Caller) -> None:
    """Rule: a select takes `custom_option_<n>`; its label only by knob."""
    answer = {"id": "custom_attribute_3851", "value": "custom_option_7"}
    assert sim.create(attributes=[answer]).status_code == 201
    sim.knobs(accept_option_labels=True)
    assert sim.create(email="b@example.org", attributes=[{**answer, "value": "Yes"}]).status_code == 201


def test_required_attributes(sim: Caller) -> None:
    """Rule: a company can make an attribute required for every application."""
    attributes = sim.truth()["attributes"]
    attributes[0]["required_for_api"] = True
    sim.change("PATCH", "", {"attributes": attributes})
    assert sim.create().json()["errors"][0]["field"] == attributes[0]["id"]


def test_uploads_are_described(sim: Caller) -> None:
    """Rule: the type is detected, not echoed; the name loses its folders."""
    answer = sim.upload("mara.txt", b"%PDF-1.7").json()
    assert answer.pop("uuid")
    assert answer == {
        "size": 8, "mimetype": "application/pdf", "original_filename": "mara.txt", "extension": "txt",
    }  # fmt: skip


@pytest.mark.parametrize(("size", "status"), [(20 * 1024 * 1024, 200), (20 * 1024 * 1024 + 1, 413)])
def test_uploads_end_at_20_megabytes(sim: Caller, size: int, status: int) -> None:
    """Rule: 20 MB pass, one byte more is 413."""
    assert sim.upload(content=bytes(size)).status_code == status


@pytest.mark.parametrize(("name", "status"), [("a.exe", 422), ("noname", 422), ("a.jpeg", 422), ("a.PDF", 200)])
def test_upload_types(sim: Caller, name: str, status: int) -> None:
    """Rule: only the listed extensions."""
    assert sim.upload(name).status_code == status


def test_broken_uploads(sim: Caller) -> None:
    """Rule: no part `file`, or no boundary, is a 400 before the credentials are looked at."""
    path = "/v1/recruiting/applications/documents"
    for request in (
        {"files": {"cv": ("a.pdf", b"x")}},
        {"content": b"x", "headers": {"content-type": "multipart/form-data"}},
    ):
        answer = sim.http.post(path, **request)
        assert answer.status_code == 400
        assert answer.json()["error"]["reason"].startswith("Invalid multipart request body")


def test_uploaded_files_reach_the_application(sim: Caller) -> None:
    """Rule: a uuid works for a while; then `file-not-exists`. Attached files are its documents."""
    uuid = sim.upload().json()["uuid"]
    files = [{"uuid": uuid, "original_filename": "mara.pdf", "category": "cv"}]
    assert sim.create(files=files).status_code == 201
    found = sim.walk(f"{R}/applications", candidate__email="mara@example.org")[0]
    documents = sim.get("/v2/document-management/documents", owner_id=found["id"]).json()["_data"]
    assert [doc["name"] for doc in documents] == ["mara.pdf"]
    sim.advance(3601)
    reason = sim.create(email="b@example.org", files=files).json()["errors"][0]["errors"][0]["reason"]
    assert reason == "errors.file-validation.file-not-exists"
