"""The meaning of a create request: every reason code, all fields checked and collected.

Source: github.com/personio/api-docs (personio-recruiting-api.yaml), developer.personio.de/reference/
post_v1-recruiting-applications (options by API name). Field names of the refusals are inferred.
"""

import re
from datetime import date
from typing import Any

import msgspec

from personio_simulator.model import SYSTEM_STAGES, Attribute, Job
from personio_simulator.state import Company

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+$")
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d$")
FILE_CATEGORIES = ("cv", "cover-letter", "employment-reference", "certificate", "work-sample", "other")
GENDERS = ("male", "female", "diverse", "undefined")
FREE_TEXT = {"location": 255, "phone": 255, "available_from": 100, "salary_expectations": 255}
REQUIRED = "errors.attribute-validation.required-attribute"
UNKNOWN = "errors.attribute-validation.unknown"
BAD_DATE = "errors.attribute-validation.invalid-date-format"
BAD_TYPE = "errors.attribute-validation.invalid-type"
BAD_OPTION = "errors.attribute-validation.unknown-attribute-option"


class Meaning(msgspec.Struct):
    """What a body refers to: indexes of job and channel, a stage code, and what was wrong."""

    job: int = -1
    stage: int = 0
    channel: int | None = None
    found: list[tuple[str, str]] = []


def checked_meaning(company: Company, body: dict[str, Any], now: float) -> Meaning:
    """Return what the body means in this company at `now`."""
    meaning = Meaning()
    for name in ("first_name", "last_name", "email"):
        if not body[name].strip():
            meaning.found.append((name, REQUIRED))
    if body["email"].strip() and not EMAIL.match(body["email"].strip()):
        meaning.found.append(("email", "errors.attribute-validation.invalid-email-format"))
    _date(company, body, now, meaning)
    _attributes(company, body, meaning)
    _files(company, body, now, meaning)
    _channel(company, body, meaning)
    job = _job(company, body, meaning)
    _phase(company, body, job, meaning)
    if not meaning.found and _applied(company, body, meaning.job):
        meaning.found.append(("email", "errors.applicant-already-exists"))
    return meaning


def _date(company: Company, body: dict[str, Any], now: float, meaning: Meaning) -> None:
    text = body.get("application_date")
    if text is None:
        return
    if not _is_date(text):
        meaning.found.append(("application_date", BAD_DATE))
    elif text > company.zone.today(now):
        meaning.found.append(("application_date", "errors.date-validation.date-in-the-future"))


def _is_date(text: str) -> bool:
    if not ISO_DATE.match(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _attributes(company: Company, body: dict[str, Any], meaning: Meaning) -> None:
    known = {item.id: item for item in company.attributes}
    given = body.get("attributes", [])
    for at, item in enumerate(given):
        reason = _attribute(company, known, item["id"], item["value"])
        if reason:
            meaning.found.append((f"attributes[{at}]", reason))
    answered = {item["id"] for item in given}
    for attribute in company.attributes:
        if attribute.required_for_api and attribute.id not in answered:
            meaning.found.append((attribute.id, REQUIRED))


def _attribute(company: Company, known: dict[str, Attribute], name: str, value: str) -> str | None:
    if name in FREE_TEXT:
        return BAD_TYPE if len(value) > FREE_TEXT[name] else None
    if name == "gender":
        return None if value in GENDERS else BAD_OPTION
    if name == "birthday":
        return None if _is_date(value) else BAD_DATE
    attribute = known.get(name)
    if attribute is None:
        return UNKNOWN
    if not value.strip():
        return REQUIRED if attribute.required_for_api else None
    return _custom(company, attribute, value)


def _custom(company: Company, attribute: Attribute, value: str) -> str | None:
    if attribute.type in ("file", "multiselect"):
        return BAD_TYPE
    if attribute.type == "date":
        return None if _is_date(value) else BAD_DATE
    if attribute.type != "select":
        return None
    allowed = {option.id for option in attribute.options}
    if company.knobs.accept_option_labels:
        allowed |= {label for option in attribute.options for label in option.labels.values()}
    return None if value in allowed else BAD_OPTION


def _files(company: Company, body: dict[str, Any], now: float, meaning: Meaning) -> None:
    for at, item in enumerate(body.get("files", [])):
        upload = company.uploads.get(item["uuid"])
        if upload is None or now > upload.at + company.knobs.upload_ttl:
            meaning.found.append((f"files[{at}]", "errors.file-validation.file-not-exists"))
        if item["category"] not in FILE_CATEGORIES:
            meaning.found.append((f"files[{at}]", "errors.file-validation.unknown-file-category"))


def _channel(company: Company, body: dict[str, Any], meaning: Meaning) -> None:
    if "recruiting_channel_id" in body:
        meaning.channel = company.channel_index(body["recruiting_channel_id"])
        if meaning.channel is None:
            meaning.found.append(("recruiting_channel_id", "errors.posting-validation.channel-not-found"))
    posting = body.get("external_posting_id")
    if posting is not None and (meaning.channel is None or posting not in company.postings.get(meaning.channel, ())):
        meaning.found.append(("external_posting_id", "errors.posting-validation.posting-not-found"))


def _job(company: Company, body: dict[str, Any], meaning: Meaning) -> Job | None:
    """An unknown job is refused like an unpublished one: no source names another code."""
    job = company.job(body["job_position_id"])
    if job is None or not job.published:
        meaning.found.append(("job_position_id", "errors.job-position.not-published"))
        return None
    meaning.job = company.job_index[job.id]
    return job


def _phase(company: Company, body: dict[str, Any], job: Job | None, meaning: Meaning) -> None:
    phase, category = body.get("phase"), company.category(job.category_id if job else None)
    own = category.stage_ids if category else []
    if phase is None:
        meaning.stage = (company.stage_code(own[0]) or 0) if own else 0
    elif phase["type"] == "system":
        if phase["id"] in SYSTEM_STAGES:
            meaning.stage = SYSTEM_STAGES.index(phase["id"])
        else:
            meaning.found.append(("phase", "errors.phase-validation.invalid-system-phase"))
    else:
        meaning.stage = (company.stage_code(phase["id"]) or 0) if phase["id"] in own else 0


def _applied(company: Company, body: dict[str, Any], job_index: int) -> bool:
    """An address that could not be checked is refused too: the code says so."""
    if company.knobs.duplicate_check_fails:
        return True
    for candidate in company.candidates_by_email(body["email"]):
        for row in company.applications_of(candidate, include_hidden=True):
            if company.rows.job[row] == job_index:
                return True
    return False
