"""What Personio's own fields are: how a record's surfaces become one JSON object, and what is known of each field.

Labels are Personio's own where its interface shows one. `feeds` says which unified fields are made from a field: with
all of them switched off its value may not be kept. Fields that are not here are found all the same, by their keys.
"""

from typing import Any

import msgspec
from msgspec import Raw

from atsume.connectors.base import Came
from atsume.connectors.personio.clients.career import Published
from atsume.model.fields import FieldBook, FieldKind

PERSON = ("id", "first_name", "last_name", "preferred_name", "email", "status", "created_at", "updated_at")
"""What of a person may be kept: the rest is HR data."""

FEED = "xml"
"""Under this name a job's record holds the feed's element, in the chosen language."""


def record(came: Came) -> dict[str, Any]:
    """Return a v2 object as it came."""
    return _decoded(came.remote)


def person(came: Came) -> dict[str, Any]:
    """Return a person without HR data."""
    told = record(came) if came.remote is not None else {}
    return {name: told[name] for name in PERSON if name in told}


def job(listed: Raw | None, published: Published | None) -> dict[str, Any]:
    """Return a job: v2's object, and the feed's element when it is published."""
    told = _decoded(listed) if listed is not None else {}
    if published is not None:
        told[FEED] = msgspec.json.decode(next(iter(published.positions.values())).element)
    return told


def _decoded(body: Raw) -> dict[str, Any]:
    """Return an object; what cannot be decoded (a number beyond all ranges) stays the text it is."""
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {name: _loose(value) for name, value in msgspec.json.decode(body, type=dict[str, Raw]).items()}


def _loose(value: Raw) -> Any:
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return bytes(value).decode()


SURFACES = {
    "ats_jobs": {"": "/v2/recruiting/jobs", FEED: "/xml"},
    "ats_applications": {"": "/v2/recruiting/applications"},
    "ats_candidates": {"": "/v2/recruiting/candidates"},
    "ats_users": {"": "/v2/persons"},
}
FORM = "/api/v1/jobs/{id}/application-form"
"""Where screening questions come from: the custom attributes that an application can carry."""


def _kind(label: str, *feeds: str) -> FieldKind:
    return FieldKind(label=label, feeds=feeds)


_C, _A, _J = "ats_candidates", "ats_applications", "ats_jobs"
_NAME = (f"{_C}.first_name",), (f"{_C}.last_name",)
_STAGE = (f"{_A}.current_stage_id", f"{_A}.outcome")
_KINDS: dict[str, dict[str, FieldKind]] = {
    _J: {
        "name": _kind("Name", f"{_J}.name"),
        "department.name": _kind("Department", f"{_J}.department"),
        "category.name": _kind("Recruiting category", f"{_J}.category"),
        "created_at.date-time": _kind("Created", f"{_J}.remote_created_at"),
        "updated_at.date-time": _kind("Last update", f"{_J}.remote_updated_at"),
        "company.id": _kind("Legal entity (id)"),
        "hiring_team": _kind("Hiring team"),
        "hiring_team[].person.id": _kind("Hiring team: persons"),
        "hiring_team[].role.name": _kind("Hiring team: roles"),
        "xml.name": _kind("Name (career page)", f"{_J}.name"),
        "xml.department": _kind("Department (career page)", f"{_J}.department"),
        "xml.recruitingCategory": _kind("Recruiting category (career page)", f"{_J}.category"),
        "xml.jobDescriptions": _kind("Job description", f"{_J}.description"),
        "xml.jobDescriptions[].name": _kind("Job description: headings", f"{_J}.description"),
        "xml.jobDescriptions[].value": _kind("Job description: texts", f"{_J}.description"),
        "xml.employmentType": _kind("Employment type", f"{_J}.employment_type"),
        "xml.schedule": _kind("Schedule", f"{_J}.employment_type"),
        "xml.seniority": _kind("Seniority", f"{_J}.experience_level"),
        "xml.office": _kind("Office", f"{_J}.location"),
        "xml.additionalOffices": _kind("Additional offices", f"{_J}.location"),
        "xml.createdAt": _kind("Created (career page)", f"{_J}.remote_created_at"),
        "xml.subcompany": _kind("Subcompany"),
        "xml.yearsOfExperience": _kind("Years of experience"),
        "xml.keywords": _kind("Keywords"),
        "xml.occupation": _kind("Occupation"),
        "xml.occupationCategory": _kind("Occupation category"),
        "xml.salaryInformation.min": _kind("Salary from", f"{_J}.salary_amount_from"),
        "xml.salaryInformation.max": _kind("Salary to", f"{_J}.salary_amount_to"),
        "xml.salaryInformation.currencyCode": _kind("Salary: currency", f"{_J}.salary_currency"),
        "xml.salaryInformation.currencySymbol": _kind("Salary: currency sign", f"{_J}.salary_currency"),
        "xml.salaryInformation.type": _kind("Salary: per", f"{_J}.salary_period"),
    },
    _A: {
        "application_date": _kind("Applied on", f"{_A}.remote_created_at"),
        "created_at.date-time": _kind("Created", f"{_A}.remote_created_at"),
        "updated_at.date-time": _kind("Last update", f"{_A}.remote_updated_at"),
        "candidate.id": _kind("Candidate (id)", f"{_A}.candidate_id"),
        "candidate.first_name": _kind("Candidate: first name", *_NAME[0]),
        "candidate.last_name": _kind("Candidate: last name", *_NAME[1]),
        "candidate.email": _kind("Candidate: email", f"{_C}.email_addresses"),
        "candidate.gender": _kind("Candidate: gender"),
        "job.id": _kind("Job (id)", f"{_A}.job_id"),
        "job.name": _kind("Job", f"{_J}.name"),
        "job.department.name": _kind("Job: department", f"{_J}.department"),
        "job.category.name": _kind("Job: recruiting category", f"{_J}.category"),
        "current_stage.id": _kind("Stage (id)", *_STAGE),
        "current_stage.name": _kind("Stage", *_STAGE),
        "current_stage.type": _kind("Stage: type", *_STAGE),
        "current_stage.kind": _kind("Stage: kind", *_STAGE),
        "channel.id": _kind("Channel (id)", f"{_C}.source"),
        "channel.name": _kind("Channel", f"{_C}.source"),
        "hiring_team": _kind("Hiring team"),
        "hiring_team[].person.id": _kind("Hiring team: persons"),
        "hiring_team[].role.name": _kind("Hiring team: roles"),
        "is_anonymized": _kind("Anonymised"),
    },
    _C: {
        "first_name": _kind("First name", *_NAME[0]),
        "last_name": _kind("Last name", *_NAME[1]),
        "email": _kind("Email", f"{_C}.email_addresses"),
        "phone": _kind("Phone", f"{_C}.phone_numbers"),
        "location": _kind("Location", f"{_C}.location"),
        "linkedin_profile": _kind("LinkedIn", f"{_C}.social_media"),
        "gender": _kind("Gender"),
        "birthday": _kind("Birthday"),
        "available_from": _kind("Available from"),
        "applications": _kind("Applications"),
        "created_at.date-time": _kind("Created"),
        "updated_at.date-time": _kind("Last update"),
    },
}

FIELDS = FieldBook(
    surfaces=SURFACES, kinds=_KINDS, shows_remote=frozenset({"ats_jobs", "ats_applications", "ats_users"})
)
"""Personio's book of fields."""
