"""Create an application, and its candidate with it: Personio knows no candidate without one. One table of inputs.

Each row says what an input becomes, how, and which test proves it; the documentation is made from the same rows.
Source: developer.personio.de/reference/post_v1-recruiting-applications; pairing of fields: README, F.8.
"""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from atsume.connectors.personio.actions.answers import date, decimal, put_answers
from atsume.connectors.personio.actions.documents import CATEGORIES, filename
from atsume.connectors.personio.actions.draft import LONGEST_AVAILABILITY, Create, Draft, Upload, checked, invalid
from atsume.connectors.personio.actions.sources import put_source
from atsume.connectors.personio.mapping.country_names import COUNTRY_NAMES
from atsume.connectors.personio.outcome import SYSTEM
from atsume.connectors.personio.settings import Settings
from atsume.connectors.writing import Input, Prepared, Wanted
from atsume.model.ats.creation import NewCandidate
from atsume.model.email import email

GENDERS = {"MALE": "male", "FEMALE": "female", "OTHER": "diverse"}
PERIODS = {"MONTH": "month", "YEAR": "year"}
SIDE_EFFECTS = {
    "accepted": "Personio turns the candidate into a new hire and makes an employee record",
    "rejected": "Personio may anonymise the candidate after the company's own delay",
    "withdrawn": "Personio may anonymise the candidate after the company's own delay",
}
"""System stage → what Personio does beside moving the application (support.personio.de, stages)."""
_COUNTRY = re.compile(r"[A-Z]{2}")


class Row(Input, frozen=True, kw_only=True):
    """An input and what it does to the request."""

    put: Callable[[Draft], None] | None = None
    """None: another row of the same group does it."""


def _who(draft: Draft) -> NewCandidate:
    return draft.wanted.creation.sent.candidate


def _first_name(draft: Draft) -> None:
    draft.text("first_name", "candidate.first_name", _who(draft).first_name)


def _last_name(draft: Draft) -> None:
    draft.text("last_name", "candidate.last_name", _who(draft).last_name)


def _email(draft: Draft) -> None:
    origin = "candidate.email_address"
    given = checked(origin, _who(draft).email_address, 255)
    if email(given) is None:
        raise invalid(f"`{origin}` is no valid e-mail address. Give one such as name@example.com.")
    draft.text("email", origin, given)


def _phone(draft: Draft) -> None:
    draft.attribute("phone", "candidate.phone_number", _who(draft).phone_number or "")


def _location(draft: Draft) -> None:
    location = _who(draft).location
    if location is None:
        return
    if not _COUNTRY.fullmatch(location.country):
        raise invalid("`candidate.location.country` must be two capital letters of ISO 3166-1, such as DE.")
    country = COUNTRY_NAMES.get(location.country, location.country)
    parts = [part for part in ((location.city or "").strip(), country) if part]
    draft.attribute("location", "candidate.location", ", ".join(parts))


def _gender(draft: Draft) -> None:
    gender = _who(draft).gender
    if gender is not None:
        draft.attribute("gender", "candidate.gender", GENDERS[gender])


def _availability(draft: Draft) -> None:
    given = _who(draft).availability_date
    if given is not None:
        origin = "candidate.availability_date"
        draft.attribute("available_from", origin, date(origin, given), LONGEST_AVAILABILITY)


def _salary(draft: Draft) -> None:
    salary = _who(draft).salary_expectations
    if salary is not None:
        text = f"{decimal(salary.amount)} / {PERIODS[salary.period]}"
        draft.attribute("salary_expectations", "candidate.salary_expectations", text)


def _job(draft: Draft) -> None:
    origin, remote_id = draft.wanted.creation.job_path, draft.wanted.job_remote_id
    if not (remote_id.isascii() and remote_id.isdigit() and len(remote_id) < 19):
        raise invalid(f"`{origin}` names no job of Personio: after `remote:` comes the job's number.")
    draft.body["job_position_id"] = int(remote_id)
    draft.origins["job_position_id"] = origin


def _stage(draft: Draft) -> None:
    key, origin = draft.wanted.stage_remote_id, draft.wanted.creation.stage_path
    if key is None:
        return
    draft.origins["phase"] = origin
    if key in SYSTEM:
        draft.body["phase"] = {"type": "system", "id": key}
        if key in SIDE_EFFECTS:
            draft.warn(f"`{origin}` is {key}: {SIDE_EFFECTS[key]}.")
    elif key.isascii() and key.isdigit() and len(key) < 19:
        draft.body["phase"] = {"type": "custom", "id": int(key)}
    else:
        raise invalid(
            f"`{origin}` names no stage of Personio: give the id of a stage, `remote:` and the number of a custom "
            f"stage, or `remote:` and one of {', '.join(SYSTEM)}."
        )


def _attachments(draft: Draft) -> None:
    for file in draft.wanted.files:
        draft.uploads.append(
            Upload(
                origin=file.origin,
                filename=filename(file),
                category=CATEGORIES[file.type],
                content_type=file.content_type,
                content=file.content,
            )
        )


def _remote_fields(draft: Draft) -> None:
    given = (draft.wanted.creation.sent.remote_fields or {}).get("personio")
    if given is None:
        return
    path = "remote_fields.personio"
    fields = given.get("application") if isinstance(given, dict) else given
    if not isinstance(given, dict) or not isinstance(fields, dict | None):
        raise invalid(f"`{path}` must be an object like {{application: {{…}}}}.")
    for name, value in (fields or {}).items():
        if value in (None, "", [], {}):
            continue
        draft.origins[name] = f"{path}.application.{name}"
        if name == "attributes":
            _remote_attributes(draft, f"{path}.application.attributes", value)
        else:
            draft.body[name] = value
    for name in sorted(set(given) - {"application"}):
        draft.warn(f"`{path}.{name}` was not sent: only `application` is passed on.")


def _remote_attributes(draft: Draft, origin: str, given: Any) -> None:
    """Add attributes to ours; of two with one id theirs is sent."""
    for entry in given if isinstance(given, list) else [given]:
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or entry.get("value") is None:
            raise invalid(f"`{origin}` must be a list of {{id, value}}.")
        value = entry["value"]
        draft.attributes[entry["id"]] = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        draft.origins[entry["id"]] = origin
        draft.labels.pop(entry["id"], None)


PROOFS = "tests/actions/test_inputs.py::test_what_each_input_becomes"


def _row(field: str, becomes: str, put: Callable[[Draft], None] | None = None, note: str = "") -> Row:
    return Row(field=field, becomes=becomes, put=put, note=note, proof=f"{PROOFS}[{field}]")


def _lacks(field: str, note: str) -> Row:
    return Row(field=field, becomes=None, note=note, covered=False, proof=f"{PROOFS}[{field}]")


INPUTS: tuple[Row, ...] = (
    _row("candidate.first_name", "first_name", _first_name, "blanks around it are taken off; at most 255 characters"),
    _row("candidate.last_name", "last_name", _last_name, "like the first name"),
    _row("candidate.email_address", "email", _email),
    _row("candidate.phone_number", "attributes: phone", _phone, "at most 255 characters"),
    _row("candidate.location.city", "attributes: location", _location, "`Berlin, Germany`"),
    _row("candidate.location.country", "attributes: location", None, "the country's English name"),
    _row("candidate.gender", "attributes: gender", _gender, "MALE: male, FEMALE: female, OTHER: diverse"),
    _row("candidate.availability_date", "attributes: available_from", _availability, "the date as it is written"),
    _row("candidate.salary_expectations.amount", "attributes: salary_expectations", _salary, "`50000 / year`"),
    _row("candidate.salary_expectations.period", "attributes: salary_expectations", None, "MONTH: month, YEAR: year"),
    _row("application.job_id", "job_position_id", _job, "our id, or `remote:` and Personio's number"),
    _row("application.stage_id", "phase", _stage, "our id, `remote:` and a number, or `remote:` and a system stage"),
    _row("screening_question_answers.question_id", "attributes: id", put_answers, "our id, or `remote:` and its name"),
    _row("screening_question_answers.answer", "attributes: value, or files", None, "by the question's format"),
    _row("attachments.name", "documents: file name, files: original_filename", _attachments, "base name, extension"),
    _row("attachments.content_type", "documents: type of the part", None, "gives the extension where there is none"),
    _row("attachments.data_url", "documents: file", None, "fetched by the server, at most 20 MB"),
    _row("attachments.data", "documents: file", None, "base64, at most 20 MB decoded"),
    _row("attachments.type", "files: category", None, "CV: cv, COVER_LETTER: cover-letter, OTHER: other"),
    _row("source.id", "recruiting_channel_id", put_source, "the channel's number"),
    _row("source.name", "recruiting_channel_id", None, "looked up among configured and learned channels, in any case"),
    _row("source.unified_key", "recruiting_channel_id", None, "looked up among configured channels"),
    Row(
        field="remote_fields.personio.application",
        becomes="merged into the request, last",
        put=_remote_fields,
        covered=False,
        proof=f"{PROOFS}[remote_fields.personio.application]",
    ),
    _lacks("candidate.company", "Personio's API has no such field."),
    _lacks("candidate.title", "Personio's API has no such field."),
    _lacks("candidate.additional_email_addresses", "Personio takes one address."),
    _lacks("candidate.additional_phone_numbers", "Personio takes one number."),
    _lacks("candidate.social_links", "Personio's API has no such field."),
    _lacks("candidate.location.state", "Personio's place is one line: city and country."),
    _lacks("candidate.location.street_1", "Personio's place is one line: city and country."),
    _lacks("candidate.location.zip_code", "Personio's place is one line: city and country."),
    _lacks("sourced_by", "Personio's API does not let anybody be named."),
    _lacks("gdpr_consent", "Personio's API has no field for consent."),
)
"""Every input of both actions. Later rows see what earlier ones did; `remote_fields` is the last that writes."""


def prepare(wanted: Wanted, settings: Settings) -> Prepared:
    """Return what is sent. Pure. Raises AtsumeError that names the input."""
    draft = Draft(wanted, settings, warnings=list(wanted.warnings))
    for row in INPUTS:
        if row.put is not None:
            row.put(draft)
        elif row.becomes is None and _given(wanted, row.field):
            draft.warn(f"`{row.field}` is not supported by Personio and was ignored. {row.note}")
    body = draft.body
    if draft.attributes:
        body["attributes"] = [{"id": name, "value": value} for name, value in draft.attributes.items()]
    create = Create(
        body=body,
        uploads=draft.uploads,
        origins=draft.origins,
        labels=draft.labels,
        droppable_channel=draft.droppable_channel,
    )
    return Prepared(
        person=str(body["email"]),
        job_remote_id=str(body["job_position_id"]),
        remote=msgspec.msgpack.encode(create),
        warnings=draft.warnings,
    )


def _given(wanted: Wanted, field: str) -> bool:
    """Return whether the caller gave an input that nothing is made of."""
    at: Any = wanted.creation.sent
    for name in field.split("."):
        at = getattr(at, name, None)
        if at in (None, "", []):
            return False
    return True
