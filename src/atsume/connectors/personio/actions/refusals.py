"""What Personio's refusals of a write mean, in the caller's words: one table (README, C.4).

Every message names the input it is about, never Personio's own field.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from atsume.connectors.personio.actions.draft import Create
from atsume.connectors.personio.errors import problem
from atsume.errors import AtsumeError, Code, CredentialsRefused, PermissionMissing, RemoteFault

_RENEW = "Copy company id and access token again from the recruiting API key in Personio, then relink."
_ATTRIBUTE, _FILE, _POSTING = "errors.attribute-validation.", "errors.file-validation.", "errors.posting-validation."

NOT_PUBLISHED = (
    Code.JOB_CLOSED,
    "The job takes no applications: it is not published in Personio, or not any more.",
)
REASONS: Mapping[str, tuple[Code, str]] = {
    f"{_ATTRIBUTE}unknown": (
        Code.REMOTE_INPUT_INVALID,
        "{input}: Personio has no such attribute. It may have been deleted; the next sync brings the present ones.",
    ),
    f"{_ATTRIBUTE}required-attribute": (
        Code.REMOTE_INPUT_INVALID,
        "{input} is missing: Personio insists on it for applications.",
    ),
    f"{_ATTRIBUTE}invalid-date-format": (
        Code.REMOTE_INPUT_INVALID,
        "{input} must be a date such as 2027-01-31.",
    ),
    f"{_ATTRIBUTE}invalid-email-format": (
        Code.REMOTE_INPUT_INVALID,
        "{input} is no e-mail address that Personio accepts.",
    ),
    f"{_ATTRIBUTE}invalid-type": (
        Code.REMOTE_INPUT_INVALID,
        "{input}: Personio's attribute is of a type that cannot be written, or the text is too long.",
    ),
    f"{_ATTRIBUTE}unknown-attribute-option": (
        Code.REMOTE_INPUT_INVALID,
        "{input} is none of the options that Personio's attribute has now. The next sync brings the present ones.",
    ),
    "errors.date-validation.date-in-the-future": (
        Code.REMOTE_INPUT_INVALID,
        "{input} lies in the future. Leave it out for today.",
    ),
    "errors.phase-validation.invalid-system-phase": (
        Code.REMOTE_INPUT_INVALID,
        "{input} is no system stage of Personio.",
    ),
    f"{_FILE}file-not-exists": (
        Code.SERVICE_UNAVAILABLE,
        "{input}: Personio has lost the uploaded document. Send the application again.",
    ),
    f"{_FILE}unknown-file-category": (
        Code.REMOTE_INPUT_INVALID,
        "{input}: Personio does not know this category of document.",
    ),
    "errors.invalid-file-type": (
        Code.REMOTE_INPUT_INVALID,
        "{input}: Personio does not take documents of this type.",
    ),
    "errors.file-too-big": (
        Code.REMOTE_INPUT_INVALID,
        "{input} is larger than Personio takes: at most 20 MB a document.",
    ),
    "errors.applicant-already-exists": (
        Code.APPLICATION_ALREADY_EXISTS,
        "Personio already has an application of this e-mail address for this job.",
    ),
    f"{_POSTING}posting-not-found": (
        Code.REMOTE_INPUT_INVALID,
        "{input}: Personio does not know this posting, or it does not belong to the channel.",
    ),
    f"{_POSTING}channel-not-found": (
        Code.REMOTE_INPUT_INVALID,
        "{input} is no recruiting channel that Personio has now.",
    ),
    "errors.job-position.not-published": NOT_PUBLISHED,
    "feature.recruiting.disabled": (
        Code.PERMISSION_MISSING,
        "The Personio account has no Recruiting. It must be part of the plan.",
    ),
    "feature.public-api.disabled": (
        Code.PERMISSION_MISSING,
        "The Personio account has no access to the API. It must be part of the plan.",
    ),
}
"""Personio's reason → (our code, message). `{input}` is the caller's own input."""


class Refusal(Struct, frozen=True):
    """One reason of an answer."""

    reason: str
    field: str


def refusals(body: bytes) -> list[Refusal]:
    """Return the reasons of an answer that lists them by field (form 4); none for other forms."""
    try:
        told = msgspec.json.decode(body) if body.strip() else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    listed = told.get("errors") if isinstance(told, dict) else None
    found: list[Refusal] = []
    for entry in listed if isinstance(listed, list) else []:
        inner = entry.get("errors") if isinstance(entry, dict) else None
        for one in inner if isinstance(inner, list) else []:
            if isinstance(one, dict) and isinstance(one.get("reason"), str):
                found.append(Refusal(one["reason"], str(entry.get("field") or "")))
    return found


def error(status: int, body: bytes, doing: str, create: Create, upload: int | None = None) -> AtsumeError:
    """Return what to tell the caller about an answer that is not fine. Holds nothing that was sent."""
    found = refusals(body)
    known = [one for one in found if one.reason in REASONS]
    if known:
        code = REASONS[known[0].reason][0]
        sentences = [REASONS[one.reason][1].format(input=_input(one, create, upload)) for one in known]
        return _of(code, " ".join(dict.fromkeys(sentences)))
    if upload is not None and status in _OF_UPLOADS:
        return _of(Code.REMOTE_INPUT_INVALID, REASONS[_OF_UPLOADS[status]][1].format(input=_upload(create, upload)))
    return _by_status(status, body, doing, found)


_OF_UPLOADS = {413: "errors.file-too-big", 422: "errors.invalid-file-type"}
"""Status of a refused document → what it means when the body does not say."""


def _by_status(status: int, body: bytes, doing: str, found: list[Refusal]) -> AtsumeError:
    told = problem(body)
    trace = f" Trace id: {told.trace_id}." if told.trace_id else ""
    if status == 401:
        return CredentialsRefused(f"Personio does not accept company id and recruiting token (401). {_RENEW}")
    if status == 403:
        return PermissionMissing(
            f"Personio refused {doing} (403). Recruiting and its API must be part of the plan.{trace}"
        )
    if status == 429:
        return RemoteFault(
            "Personio takes no more applications for this company at the moment (429). Nothing was created. "
            "Try again in a minute.",
            Code.REMOTE_RATE_LIMIT,
        )
    if status >= 500:
        return RemoteFault(f"Personio failed while {doing} ({status}).{trace}")
    said = found[0].reason if found else told.code or told.sentence or "no reason given"
    return RemoteFault(f"Personio did not accept {doing} ({status}: {said}).{trace}", Code.UNKNOWN_HTTP_ERROR)


def _input(refusal: Refusal, create: Create, upload: int | None) -> str:
    """Return the caller's name of the field that a reason is about."""
    if upload is not None:
        return _upload(create, upload)
    name, bracket, rest = refusal.field.partition("[")
    place = int(rest[:-1]) if bracket and rest[:-1].isdigit() else None
    if name == "files" and place is not None and place < len(create.uploads):
        return _upload(create, place)
    attributes: list[Any] = create.body.get("attributes", [])
    if name == "attributes" and place is not None and place < len(attributes):
        name = str(attributes[place].get("id"))
    if name in create.origins:
        return f"`{create.origins[name]}`"
    if name.startswith("custom_attribute_"):
        return f"The answer to screening question remote:{name}"
    return f"`{UNNAMED.get(name, name) or 'An input'}`"


UNNAMED = {
    "first_name": "candidate.first_name",
    "last_name": "candidate.last_name",
    "email": "candidate.email_address",
    "phone": "candidate.phone_number",
    "location": "candidate.location",
    "gender": "candidate.gender",
    "available_from": "candidate.availability_date",
    "salary_expectations": "candidate.salary_expectations",
    "recruiting_channel_id": "source.id",
    "external_posting_id": "remote_fields.personio.application.external_posting_id",
    "application_date": "remote_fields.personio.application.application_date",
}
"""Personio's field → the input to give, where none was given."""


def _upload(create: Create, upload: int) -> str:
    return f"`{create.uploads[upload].origin}`"


def _of(code: Code, message: str) -> AtsumeError:
    if code is Code.PERMISSION_MISSING:
        return PermissionMissing(message)
    return AtsumeError(code, message)
