"""Creating through the official SDK and through HTTP: what arrives in Personio, what comes back, what stays."""

import datetime as dt
from typing import Any

import pytest
from kombo import errors

from tests.actions.world import Site, document, somebody

pytestmark = pytest.mark.sdk


def test_the_smallest_application(site: Site) -> None:
    """Three facts about a person and a job are enough; nothing else is sent."""
    job = site.published()
    with site.kombo() as kombo:
        told = kombo.ats.create_application(
            job_id=f"remote:{job}",
            candidate={"first_name": "Jo", "last_name": "Berg", "email_address": "jo@example.org"},
        )
    assert site.written()[-1]["written"] == {
        "first_name": "Jo",
        "last_name": "Berg",
        "email": "jo@example.org",
        "job_position_id": int(job),
    }
    assert told.data.remote_id == site.written()[-1]["id"]
    assert told.data.candidate is not None
    assert told.data.candidate.remote_id == site.written()[-1]["candidate_id"]
    assert site.open_writes() == []


def test_a_created_record_survives_the_next_sync(site: Site) -> None:
    """It can be read at once, and a full sync changes neither its ids nor anything else of it."""
    told = site.apply(somebody(40, attachments=[document()])).json()["data"]
    before = site.get(f"/ats/applications?ids={told['id']}").json()["data"]["results"]
    people = site.get(f"/ats/candidates?ids={told['candidate_id']}").json()["data"]["results"]
    assert [one["remote_id"] for one in before] == [told["remote_id"]]
    site.mirror.sync()
    assert site.get(f"/ats/applications?ids={told['id']}").json()["data"]["results"] == before
    assert site.get(f"/ats/candidates?ids={told['candidate_id']}").json()["data"]["results"] == people
    assert told["remote_id"] in site.store.tracked(site.mirror.integration.no)


def test_a_candidate_is_the_same_write(site: Site) -> None:
    """Creating a candidate creates its application; the candidate is what is told."""
    with site.kombo() as kombo:
        told = kombo.ats.create_candidate(
            candidate={"first_name": "Al", "last_name": "Bo", "email_address": "al@example.org",
                       "availability_date": dt.datetime(2027, 1, 31, tzinfo=dt.UTC)},
            application={"job_id": f"remote:{site.published()}"},
        )  # fmt: skip
    assert [a.remote_id for a in told.data.applications] == [site.written()[-1]["id"]]
    assert site.written()[-1]["written"]["attributes"] == [{"id": "available_from", "value": "2027-01-31"}]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "`candidate` is missing. It is required."),
        ({"candidate": {"first_name": "A", "last_name": "B"}}, "`candidate.email_address` is missing. It is required."),
        (somebody(candidate={"first_name": 5}), "`candidate.first_name` must be text, not a whole number."),
        (somebody(candidate={"gender": "male"}), "`candidate.gender` must be one of MALE, FEMALE, OTHER."),
        (somebody(attachments=[{"name": "a"}]), "`attachments[0].type` is missing. It is required."),
        (somebody(attachments=[document() | {"data": "!"}]), "`attachments[0].data` is not base64."),
        (somebody(attachments=[document() | {"data": None}]), "`attachments[0]` must have exactly one of"),
        (somebody(attachments=[document() | {"content_type": None}]), "`attachments[0].content_type` is missing"),
        (somebody(attachments=[document() | {"data": ""}]), "`attachments[0]` is empty"),
    ],
)  # fmt: skip
def test_a_wrong_body_is_told_in_a_sentence(site: Site, body: dict[str, Any], sentence: str) -> None:
    """The sentence names the input and what it must be; nothing is sent."""
    sent = len(site.sent())
    answer = site.apply(body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "PLATFORM.INPUT_INVALID"
    assert sentence in answer.json()["error"]["message"]
    assert len(site.sent()) == sent


def test_null_is_absent(site: Site) -> None:
    """Raw clients write nulls where the SDK leaves a key out: both mean the same."""
    body = somebody(41, stage_id=None, attachments=None, source=None, candidate={"phone_number": None, "gender": None})
    assert site.apply(body).status_code == 200
    assert set(site.written()[-1]["written"]) == {"first_name", "last_name", "email", "job_position_id"}


def test_unknown_inputs_are_told(site: Site) -> None:
    """A key that no input answers to is ignored, not silently."""
    told = site.apply(somebody(42, foo=1, candidate={"bar": {"x": 1}})).json()["warnings"]
    messages = [one["message"] for one in told]
    assert "`foo` is not an input of this action and was ignored." in messages
    assert "`candidate.bar` is not an input of this action and was ignored." in messages


@pytest.mark.filterwarnings("ignore:.*DEPRECATED.*:DeprecationWarning")  # the SDK's own, on `source`
def test_errors_are_typed(site: Site) -> None:
    """Each refusal of Personio arrives as the SDK's own error with its code (E15)."""
    person = {"first_name": "A", "last_name": "B", "email_address": "typed@example.org"}
    job = f"remote:{site.published()}"
    closed = next(j["id"] for j in site.company.truth()["jobs"] if not j["published"])
    with site.kombo() as kombo:
        kombo.ats.create_application(job_id=job, candidate=person)
        for told, code in (
            ({"job_id": job, "candidate": person}, "ATS.APPLICATION_ALREADY_EXISTS"),
            ({"job_id": job, "candidate": person | {"email_address": "TYPED@Example.org"}},
             "ATS.APPLICATION_ALREADY_EXISTS"),
            ({"job_id": f"remote:{closed}", "candidate": person}, "ATS.JOB_CLOSED"),
            ({"job_id": job, "candidate": person | {"email_address": "x@example.org"}, "source": {"id": "1"}},
             "REMOTE.INPUT_INVALID"),
        ):  # fmt: skip
            with pytest.raises(errors.KomboAtsError) as caught:
                kombo.ats.create_application(**told)
            assert caught.value.data.error.code == code
    assert "`source.id`" in caught.value.data.error.message
    assert site.open_writes() == []


def test_sources_are_learned_from_applications(site: Site) -> None:
    """A channel that some synced application came by is known by its name, without anybody entering it."""
    channel = next(a["channel"] for a in site.company.truth()["applications"] if a["channel"])
    body = somebody(74, source={"name": channel["name"].upper()})
    assert site.apply(body).status_code == 200
    assert site.written()[-1]["written"]["recruiting_channel_id"] == int(channel["id"])
