"""Every input at once, by both official SDKs: what the simulated company received, field by field."""

import base64
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.actions.world import PDF, Site, document
from tests.wire.test_typescript_sdk import _lines, scripts

pytestmark = pytest.mark.sdk
__all__ = ["scripts"]

HERE = Path(__file__).parent / "create.mjs"
EMPTY: dict[str, Any] = {"TEXT": "Because", "NUMBER": 3, "BOOLEAN": True, "DATE": "2027-02-01"}


def everything(site: Site, number: int) -> dict[str, Any]:
    """Return a body with every input that Personio takes, and one that it does not."""
    job = asked_job(site)
    answers = [{"question_id": q["id"], "answer": _answer(q["format"])} for q in job["screening_questions"]]
    return {
        "candidate": {
            "first_name": "Mara",
            "last_name": "Lindqvist",
            "email_address": f"everything{number}@example.org",
            "phone_number": "+49 30 1234",
            "location": {"city": "Berlin", "country": "DE"},
            "gender": "FEMALE",
            "availability_date": "2027-06-01T00:00:00.000Z",
            "salary_expectations": {"period": "YEAR", "amount": 60000},
            "company": "Acme",
        },
        "stage_id": job["stages"][1]["id"],
        "attachments": [document(), document("letter.docx", "COVER_LETTER", b"PK", "application/msword")],
        "source": {"name": site.company.truth()["channels"][0]["name"].upper()},
        "screening_question_answers": answers,
        "remote_fields": {"personio": {"application": {"tags": ["sdk"], "message": "Hello"}}},
    }


def _answer(format_: dict[str, Any]) -> Any:
    kind = format_["type"]
    if kind == "SINGLE_SELECT":
        return format_["options"][0]["id"]
    if kind == "MULTI_SELECT":
        return [format_["options"][0]["id"]]
    if kind == "FILE":
        data = base64.b64encode(PDF).decode()
        return {"name": "answer.pdf", "content_type": "application/pdf", "data": data}
    return EMPTY.get(kind, "x")


def asked_job(site: Site) -> dict[str, Any]:
    """Return the published job that asks most."""
    jobs = site.get("/ats/jobs?statuses=OPEN&page_size=250").json()["data"]["results"]
    return max(jobs, key=lambda job: len(job["screening_questions"]))


def _expected(site: Site, job: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Return what Personio must have received."""
    values = {"TEXT": "Because", "NUMBER": "3", "BOOLEAN": "true", "DATE": "2027-02-01"}
    asked: dict[str, str] = {}
    for question in job["screening_questions"]:
        kind = question["format"]["type"]
        if kind == "SINGLE_SELECT":
            asked[question["remote_id"]] = question["format"]["options"][0]["remote_id"]
        elif kind in values:
            asked[question["remote_id"]] = values[kind]
    attributes = {
        "phone": "+49 30 1234",
        "location": "Berlin, Germany",
        "gender": "female",
        "available_from": "2027-06-01",
        "salary_expectations": "60000 / year",
    } | asked
    stage = job["stages"][1]["remote_id"]
    return {
        "first_name": "Mara",
        "last_name": "Lindqvist",
        "email": body["candidate"]["email_address"],
        "job_position_id": int(job["remote_id"]),
        "recruiting_channel_id": int(site.company.truth()["channels"][0]["id"]),
        "phase": {"type": "custom", "id": int(stage)} if stage.isdigit() else {"type": "system", "id": stage},
        "tags": ["sdk"],
        "message": "Hello",
        "attributes": attributes,
    }


def _received(site: Site) -> tuple[dict[str, Any], list[tuple[str, str, int]]]:
    written = site.written()[-1]
    body = dict(written["written"])
    files = body.pop("files")
    assert {f["original_filename"] for f in files} >= {"cv.pdf", "letter.docx"}
    body["attributes"] = {one["id"]: one["value"] for one in body["attributes"]}
    return body, sorted((d["name"], d["category"], d["size"]) for d in written["documents"])


def _check(site: Site, body: dict[str, Any]) -> None:
    job = asked_job(site)
    received, documents = _received(site)
    assert received == _expected(site, job, body)
    asks_file = any(q["format"]["type"] == "FILE" for q in job["screening_questions"])
    answered = [("answer.pdf", "other", len(PDF))] if asks_file else []
    assert documents == sorted([("cv.pdf", "cv", len(PDF)), ("letter.docx", "cover-letter", 2), *answered])


@pytest.mark.filterwarnings("ignore:.*DEPRECATED.*:DeprecationWarning")
def test_the_python_sdk_sends_everything(site: Site) -> None:
    """All inputs arrive as the table says, and what could not be sent is told."""
    body = everything(site, 1)
    with site.kombo() as kombo:
        told = kombo.ats.create_application(job_id=asked_job(site)["id"], timeout_ms=20000, **body)
    _check(site, body)
    assert told.data.candidate is not None
    assert told.data.candidate.source == site.company.truth()["channels"][0]["name"]
    assert "candidate.company" in " ".join(one.message for one in told.warnings)
    site.mirror.sync()
    people = site.get(f"/ats/candidates?ids={told.data.candidate_id}").json()["data"]["results"]
    assert [one["source"] for one in people] == [told.data.candidate.source]


def test_the_typescript_sdk_sends_everything(site: Site, scripts: Path) -> None:
    """The same by the other SDK, which parses every key of the answer strictly."""
    body = everything(site, 2)
    shutil.copy(HERE, scripts)
    given = msgspec.json.encode({"job_id": asked_job(site)["id"], "body": body}).decode()
    told = _lines(scripts, "create.mjs", f"{site.url}/v1", site.mirror.api_key, site.integration_id, given)
    _check(site, body)
    assert told[0]["data"]["remote_id"] == site.written()[-1]["id"]
    assert told[0]["data"]["candidate"]["email_addresses"][0]["email_address"] == "everything2@example.org"
