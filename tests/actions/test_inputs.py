"""What each input becomes in Personio: one row, one case. The documentation's table names these cases as proof."""

from typing import Any

import msgspec
import pytest

from atsume.connectors.personio.actions import create_application
from atsume.connectors.personio.actions.create_application import INPUTS
from atsume.connectors.personio.actions.draft import Create
from atsume.connectors.personio.coverage import INPUTS as COVERED
from atsume.connectors.personio.settings import Settings
from atsume.connectors.writing import Answer, Channel, File, Wanted
from atsume.errors import AtsumeError, Code
from atsume.model.ats import screening_questions as q
from atsume.model.ats.creation import CreateApplication, Creation

WHO = {"first_name": "Mara", "last_name": "Lindqvist", "email_address": "mara@example.org"}
BOARD = Channel(remote_id="61", name="Example Board", unified_key="board")
CV = File(origin="attachments[0]", name="cv", content_type="application/pdf", content=b"%PDF-", type="CV")
SELECT = q.SingleSelect(options=[q.Option(id="ours", name="Yes", remote_id="custom_option_7")])


def prepared(body: dict[str, Any] | None = None, **wanted: Any) -> tuple[Create, list[str]]:
    """Return the request for a body, and the warnings."""
    given = {"candidate": WHO, **(body or {})}
    given["candidate"] = {**WHO, **given["candidate"]}
    settings = wanted.pop("settings", Settings())
    sent = msgspec.convert(given, CreateApplication)
    creation = Creation(sent=sent, job_id="x", stage_id=sent.stage_id)
    done = create_application.prepare(Wanted(**{"creation": creation, "job_remote_id": "710001", **wanted}), settings)
    return msgspec.msgpack.decode(done.remote, type=Create), done.warnings


def attribute(name: str, value: str) -> dict[str, Any]:
    """Return what an attribute looks like in the request."""
    return {"attributes": [{"id": name, "value": value}]}


def about(name: str, value: Any) -> dict[str, Any]:
    """Return a body with one more fact about the candidate."""
    return {"candidate": {name: value}}


def answer(given: Any, format_: q.Format | None, **more: Any) -> dict[str, Any]:
    """Return the arguments with one answer."""
    origin = "screening_question_answers[0].answer"
    return {"answers": [Answer(origin=origin, remote_id="custom_attribute_9", format=format_, given=given, **more)]}


BERLIN = attribute("location", "Berlin, Germany")
PAY = {"amount": 50000.0, "period": "YEAR"}
FILED = [("cv.pdf", "cv", "application/pdf")]
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "candidate.first_name": (about("first_name", "  Ada "), {}, {"first_name": "Ada"}),
    "candidate.last_name": (about("last_name", "Núñez"), {}, {"last_name": "Núñez"}),
    "candidate.email_address": (about("email_address", "Ada@Example.org"), {}, {"email": "Ada@Example.org"}),
    "candidate.phone_number": (about("phone_number", "+49 30 1"), {}, attribute("phone", "+49 30 1")),
    "candidate.location.city": (about("location", {"country": "DE", "city": "Berlin"}), {}, BERLIN),
    "candidate.location.country": (about("location", {"country": "CI"}), {}, attribute("location", "Ivory Coast")),
    "candidate.gender": (about("gender", "OTHER"), {}, attribute("gender", "diverse")),
    "candidate.availability_date": (
        about("availability_date", "2027-01-31T00:00:00.000Z"), {}, attribute("available_from", "2027-01-31")
    ),
    "candidate.salary_expectations.amount": (
        about("salary_expectations", PAY), {}, attribute("salary_expectations", "50000 / year")
    ),
    "candidate.salary_expectations.period": (
        about("salary_expectations", {"amount": 4200.5, "period": "MONTH"}), {},
        attribute("salary_expectations", "4200.5 / month"),
    ),
    "application.job_id": ({}, {"job_remote_id": "710009"}, {"job_position_id": 710009}),
    "application.stage_id": ({}, {"stage_remote_id": "26400"}, {"phase": {"type": "custom", "id": 26400}}),
    "screening_question_answers.question_id": ({}, answer("x", q.Text()), attribute("custom_attribute_9", "x")),
    "screening_question_answers.answer": (
        {}, answer("ours", SELECT), attribute("custom_attribute_9", "custom_option_7")
    ),
    "attachments.name": ({}, {"files": [CV]}, {"uploads": FILED}),
    "attachments.content_type": ({}, {"files": [CV]}, {"uploads": FILED}),
    "attachments.data_url": ({}, {"files": [CV]}, {"uploads": FILED}),
    "attachments.data": ({}, {"files": [CV]}, {"uploads": FILED}),
    "attachments.type": (
        {}, {"files": [msgspec.structs.replace(CV, type="COVER_LETTER")]},
        {"uploads": [("cv.pdf", "cover-letter", "application/pdf")]},
    ),
    "source.id": ({"source": {"id": "250624"}}, {}, {"recruiting_channel_id": 250624}),
    "source.name": ({"source": {"name": "example BOARD"}}, {"channels": [BOARD]}, {"recruiting_channel_id": 61}),
    "source.unified_key": (
        {"source": {"unified_key": "board"}}, {"channels": [BOARD]}, {"recruiting_channel_id": 61}
    ),
    "remote_fields.personio.application": (
        {"remote_fields": {"personio": {"application": {"tags": ["a"], "message": "Hi", "phase": None}}}}, {},
        {"tags": ["a"], "message": "Hi"},
    ),
    "candidate.company": (about("company", "Acme"), {}, {}),
    "candidate.title": (about("title", "Dr"), {}, {}),
    "candidate.additional_email_addresses": (
        about("additional_email_addresses", [{"type": "WORK", "email_address": "b@example.org"}]), {}, {}
    ),
    "candidate.additional_phone_numbers": (
        about("additional_phone_numbers", [{"type": "WORK", "phone_number": "1"}]), {}, {}
    ),
    "candidate.social_links": (about("social_links", [{"url": "https://example.org"}]), {}, {}),
    "candidate.location.state": (about("location", {"country": "DE", "city": "Berlin", "state": "BE"}), {}, BERLIN),
    "candidate.location.street_1": (
        about("location", {"country": "DE", "city": "Berlin", "street_1": "A 1"}), {}, BERLIN
    ),
    "candidate.location.zip_code": (
        about("location", {"country": "DE", "city": "Berlin", "zip_code": "10115"}), {}, BERLIN
    ),
    "sourced_by": ({"sourced_by": {"user_id": "x"}}, {}, {}),
    "gdpr_consent": ({"gdpr_consent": {"given": True}}, {}, {}),
}  # fmt: skip
"""Input → (body, what else is known, what becomes of it beside name, address and job)."""


@pytest.mark.parametrize("field", CASES)
def test_what_each_input_becomes(field: str) -> None:
    """An input becomes this and nothing else; one that Personio cannot take becomes a warning that names it."""
    body, wanted, expected = CASES[field]
    create, warnings = prepared(body, **wanted)
    uploads = [(u.filename, u.category, u.content_type) for u in create.uploads]
    plain, _ = prepared({})
    got = {name: value for name, value in create.body.items() if plain.body.get(name) != value}
    assert got | ({"uploads": uploads} if uploads else {}) == expected
    row = next(row for row in INPUTS if row.field == field)
    assert [field in warning for warning in warnings] == ([] if row.becomes else [True])
    assert row.proof.endswith(f"[{field}]")


def test_every_input_has_its_row_and_case() -> None:
    """Every input of the coverage is a row of the table, every row has its case, and no name is written twice."""
    fields = [row.field for row in INPUTS]
    assert len(set(fields)) == len(fields)
    assert {row.field for row in INPUTS if row.covered} == set(COVERED)
    assert set(CASES) == set(fields)


def test_a_request_is_strict() -> None:
    """Whole numbers as ids, values of attributes as text, no nulls, no empty texts or lists."""
    create, _ = prepared({"candidate": {"phone_number": "  "}, "remote_fields": {"personio": {"application": {}}}})
    assert create.body == {
        "first_name": "Mara",
        "last_name": "Lindqvist",
        "email": "mara@example.org",
        "job_position_id": 710001,
    }


@pytest.mark.parametrize(
    ("given", "format_", "value"),
    [
        ("Because", q.Text(), "Because"),
        (3.0, q.Number(), "3"),
        (2.5, q.Number(min=1, max=3), "2.5"),
        (True, q.Boolean(), "true"),
        (False, q.Boolean(), "false"),
        ("2027-02-01T00:00:00.000Z", q.Date(), "2027-02-01"),
        ("ours", SELECT, "custom_option_7"),
        ("remote:custom_option_7", SELECT, "custom_option_7"),
        ("text", None, "text"),
        (7, None, "7"),
    ],
)
def test_answers(given: Any, format_: q.Format | None, value: str) -> None:
    """An answer becomes text, by the question's format."""
    create, warnings = prepared(**answer(given, format_))
    assert create.body["attributes"] == [{"id": "custom_attribute_9", "value": value}]
    assert warnings == []


@pytest.mark.parametrize(
    ("given", "format_", "reason"),
    [
        (5, q.Text(), "must be text"),
        ("abc", q.Text(max_length=2), "takes at most 2"),
        (" ", q.Text(), "is blank"),
        (True, q.Number(), "must be a number"),
        ("3", q.Number(), "must be a number"),
        (9, q.Number(max=3), "at most 3"),
        ("yes", q.Boolean(), "must be true or false"),
        ("31.1.2027", q.Date(), "must be a date"),
        ("2027-13-01", q.Date(), "must be a date"),
        ("Yes", SELECT, "must be the id of one of the question's 1 options"),
        (["nope"], q.MultiSelect(options=SELECT.options), "must be a list of ids"),
        ("cv", q.File(), "must be a file"),
    ],
)
def test_invalid_answers(given: Any, format_: q.Format, reason: str) -> None:
    """An answer that does not fit its question is an error that names it."""
    with pytest.raises(AtsumeError, match=reason) as caught:
        prepared(**answer(given, format_))
    assert caught.value.code is Code.INPUT_INVALID
    assert "`screening_question_answers[0].answer`" in caught.value.message


@pytest.mark.parametrize(
    ("given", "format_", "reason"),
    [
        (["ours"], q.MultiSelect(options=SELECT.options), "takes one option"),
        ("x", q.Information(), "only informs"),
        ("x", q.Unknown(), "cannot be answered"),
        ({"a": 1}, None, "there is no such question"),
    ],
)
def test_answers_that_cannot_be_sent(given: Any, format_: q.Format | None, reason: str) -> None:
    """What Personio cannot take is left out, and a warning says so (E16)."""
    create, warnings = prepared(**answer(given, format_))
    assert "attributes" not in create.body
    assert len(warnings) == 1
    assert reason in warnings[0]


@pytest.mark.parametrize(
    ("body", "wanted", "names"),
    [
        (about("first_name", "  "), {}, "candidate.first_name"),
        (about("email_address", "nobody"), {}, "candidate.email_address"),
        (about("phone_number", "1" * 256), {}, "candidate.phone_number"),
        (about("location", {"country": "Germany"}), {}, "candidate.location.country"),
        (about("availability_date", "soon"), {}, "candidate.availability_date"),
        ({}, {"job_remote_id": "abc"}, "job_id"),
        ({}, {"stage_remote_id": "hired"}, "stage_id"),
        ({"source": {"id": "abc"}}, {}, "source.id"),
        ({"remote_fields": {"personio": 1}}, {}, "remote_fields.personio"),
        ({}, {"files": [File(origin="attachments[0]", name="/", content_type=None, content=b"x", type="CV")]},
         "attachments[0].name"),
        ({}, {"files": [File(origin="attachments[0]", name="a.exe", content_type=None, content=b"MZ", type="CV")]},
         "attachments[0]"),
    ],
)  # fmt: skip
def test_wrong_inputs(body: dict[str, Any], wanted: dict[str, Any], names: str) -> None:
    """Wrong input is refused before anything is sent, and the message names it as the caller knows it."""
    with pytest.raises(AtsumeError) as caught:
        prepared(body, **wanted)
    assert caught.value.code is Code.INPUT_INVALID
    assert f"`{names}" in caught.value.message


@pytest.mark.parametrize(
    ("name", "content_type", "content", "sent"),
    [
        ("cv.pdf", None, b"x", "cv.pdf"),
        ("C:\\docs\\cv.PDF", None, b"x", "cv.PDF"),
        ("../../etc/cv.docx", None, b"x", "cv.docx"),
        ("cv", "application/pdf; charset=x", b"x", "cv.pdf"),
        ("cv.unknown", "image/png", b"x", "cv.unknown.png"),
        ("cv", None, b"%PDF-1", "cv.pdf"),
        ("photo.jpeg", None, b"x", "photo.jpeg"),
        ("Ünï\x00cö\n.txt", None, b"x", "Ünïcö.txt"),
        ("a" * 400 + ".pdf", None, b"x", "a" * 197 + ".pdf"),
    ],
)
def test_names_of_documents(name: str, content_type: str | None, content: bytes, sent: str) -> None:
    """Only the base name goes out, with an extension that Personio takes."""
    file = File(origin="attachments[0]", name=name, content_type=content_type, content=content, type="CV")
    create, _ = prepared(files=[file])
    assert [u.filename for u in create.uploads] == [sent]


@pytest.mark.parametrize(
    ("source", "known", "settings", "channel", "warning"),
    [
        ({"id": "5", "name": "Example Board"}, [BOARD], Settings(recruiting_channel_id=7), 5, None),
        ({"name": "Example Board"}, [BOARD], Settings(recruiting_channel_id=7), 61, None),
        ({"unified_key": "board", "name": "x"}, [BOARD], Settings(), 61, None),
        ({"name": "Nowhere"}, [BOARD], Settings(recruiting_channel_id=7), 7, "`source.name`"),
        (None, [BOARD], Settings(recruiting_channel_id=7), 7, None),
        (None, [Channel(remote_id="9", name="acme jobs")], Settings(), 9, None),
        (None, [BOARD], Settings(), None, "no recruiting channel called Acme Jobs"),
    ],
)
def test_sources(
    source: dict[str, str] | None, known: list[Channel], settings: Settings, channel: int | None, warning: str | None
) -> None:
    """The caller's id, then key or name, then the integration's channel, then the environment's name."""
    body = {"source": source} if source else {}
    create, warnings = prepared(body, channels=known, attribution="Acme Jobs", settings=settings)
    assert create.body.get("recruiting_channel_id") == channel
    assert [warning in one for one in warnings if warning] == ([True] if warning else [])
    assert len(warnings) == (1 if warning else 0)


@pytest.mark.parametrize("stage", ["accepted", "rejected", "withdrawn"])
def test_stages_with_side_effects_warn(stage: str) -> None:
    """Moving an application there does more than moving it, and the caller is told."""
    create, warnings = prepared(stage_remote_id=stage)
    assert create.body["phase"] == {"type": "system", "id": stage}
    assert [stage in one for one in warnings] == [True]


def test_remote_attributes_join_ours() -> None:
    """Attributes of `remote_fields` are added to ours; of two with one id theirs is sent."""
    fields = {"attributes": [{"id": "phone", "value": "2"}, {"id": "custom_attribute_1", "value": 3}]}
    body = {"candidate": {"phone_number": "1"}, "remote_fields": {"personio": {"application": fields}}}
    create, _ = prepared(body)
    assert create.body["attributes"] == [{"id": "phone", "value": "2"}, {"id": "custom_attribute_1", "value": "3"}]
