"""What a run brings, from canned pages: streams, their order, and what happens when a surface fails."""

from pathlib import Path

import msgspec
import pytest

from atsume.connectors.base import Look
from atsume.connectors.personio.session import PersonioSession
from atsume.connectors.personio.settings import AskedQuestion, Settings
from atsume.connectors.personio.shared import CATEGORIES
from atsume.errors import AtsumeError, CredentialsRefused
from tests.connectors.canned import Line, answer, page
from tests.connectors.personio.opened import NOBODY, Empty, Notebook, opened, read

PAGES = Path(__file__).parent / "pages"


def body(name: str) -> bytes:
    return (PAGES / name).read_bytes()


def answers() -> dict:
    return {
        "/v2/recruiting/jobs": answer(200, body("jobs.json")),
        "/v2/recruiting/applications": answer(200, body("applications.json")),
        "/v2/recruiting/candidates": answer(200, body("candidates.json")),
        "/v2/recruiting/categories": answer(200, body("categories.json")),
        "/v2/persons": answer(200, body("persons.json")),
        "/xml": lambda a: answer(200, body(f"feed.{a.query['language']}.xml")),
        "/job/710001/apply": answer(200, body("apply.html")),
    }


FULL = Settings(company="acme", app_host="acme.app.personio.com", screening_questions="career_site")


def test_golden():
    """All canned pages → all unified records. Reviewed by eye when it changes."""
    mirror = Empty({"810001": "Example Board"}, published=["710002"])
    run = read(opened(Line(answers()), FULL), mirror)
    golden = PAGES.parent / "golden" / "records.json"
    written = msgspec.json.format(msgspec.json.encode(run.records), indent=1)
    assert golden.read_bytes() == written + b"\n"
    assert run.faults == {}


def test_the_order_of_streams_satisfies_after():
    """A stream comes after everything it builds on."""
    seen: set[str] = set()
    for stream in opened(Line({}), FULL).streams():
        assert stream.after <= seen
        seen.add(stream.model)
    assert len(seen) == 9


def test_the_same_pages_give_the_same_fingerprints():
    """Otherwise every run would map everything again; 0 means something else."""
    first, second = (read(opened(Line(answers()), FULL)).came for _ in range(2))
    told = {m: [(c.remote_id, c.fingerprint) for c in came] for m, came in first.items()}
    assert told == {m: [(c.remote_id, c.fingerprint) for c in came] for m, came in second.items()}
    assert all(c.fingerprint and -(2**63) <= c.fingerprint < 2**63 for came in first.values() for c in came)


@pytest.mark.parametrize(
    ("changed", "models"),
    [
        ({"language": "de"}, {"ats_jobs", "ats_applications"}),
        ({"app_host": "other.example"}, {"ats_jobs"}),
    ],
)
def test_settings_that_mapping_depends_on_are_in_every_fingerprint(changed, models):
    """So that a changed setting reaches records that did not change."""
    before, after = (
        {(m, c.remote_id): c.fingerprint for m, came in read(opened(Line(answers()), s)).came.items() for c in came}
        for s in (FULL, msgspec.structs.replace(FULL, **changed))
    )
    assert all(after[key] != before[key] for key in before if key[0] in models)


def test_a_job_is_told_apart_by_its_feed_too():
    """A text that changes in a fallback language, or a job that leaves the feed, changes the fingerprint."""
    changed = answers() | {
        "/xml": lambda a: answer(200, body(f"feed.{a.query['language']}.xml").replace(b"Ablage", b"Kaffee"))
    }
    gone = answers() | {"/xml": answer(200, b"<workzag-jobs/>")}
    one, two, three = (
        {c.remote_id: c.fingerprint for c in read(opened(Line(a), FULL), only=["ats_jobs"]).came["ats_jobs"]}
        for a in (answers(), changed, gone)
    )
    assert one["710009"] != two["710009"]
    assert one["710001"] == two["710001"]
    assert one["710001"] != three["710001"]


@pytest.mark.parametrize(
    ("feed", "published", "expected"),
    [
        ("read", [], {"710001": "OPEN", "710002": "DRAFT", "710003": "DRAFT", "710009": "OPEN"}),
        ("read", ["710002"], {"710001": "OPEN", "710002": "CLOSED", "710003": "DRAFT", "710009": "OPEN"}),
        ("none", ["710002"], {"710001": None, "710002": None, "710003": None}),
    ],
)
@pytest.mark.belief
def test_e12_a_jobs_status_is_its_place_in_the_feed(feed, published, expected):
    """E12: v2 lists jobs without a status; without a feed nothing is concluded."""
    settings = FULL if feed == "read" else Settings()
    jobs = read(opened(Line(answers()), settings), Empty(published=published), only=["ats_jobs"]).records["ats_jobs"]
    assert {i: j.get("status") for i, j in jobs.items()} == expected


def test_e20_a_failed_feed_keeps_every_job_as_it_is():
    """Known jobs stay untouched, the stream fails at the end, so nothing is closed or deleted."""
    run = read(opened(Line(answers() | {"/xml": answer(500)}), FULL))
    assert [c.keep for c in run.came["ats_jobs"]] == [True, True, True]
    assert "500" in run.faults["ats_jobs"]
    assert {"ats_screening_questions", "ats_join_jobs_screening_questions"} <= set(run.faults)
    assert "ats_applications" not in run.faults


def test_only_the_feed():
    """Without credentials the published jobs are all there is; the feed proves the connection."""
    session = opened(Line(answers()), FULL, NOBODY)
    session.authenticate()
    run = read(session)
    assert set(run.records) == {"ats_jobs", "ats_screening_questions", "ats_join_jobs_screening_questions"}
    assert set(run.records["ats_jobs"]) == {"710001", "710009"}
    assert run.faults == {}


def test_nothing_configured_is_said():
    """A connection without any surface cannot be."""
    with pytest.raises(AtsumeError, match="career site"):
        opened(Line({}), Settings(), NOBODY).authenticate()


def test_refused_credentials_are_raised_at_once():
    """Before any stream starts."""
    with pytest.raises(CredentialsRefused):
        opened(Line({"/v2/auth/token": answer(400, {"error": "invalid_client"})}), FULL).authenticate()


def test_e8_an_anonymised_application_loses_the_person_not_the_outcome():
    """E8: personal fields come blank; the outcome stays."""
    run = read(opened(Line(answers()), FULL))
    assert run.records["ats_candidates"]["810002"] == {"remote_id": "810002"}
    assert run.records["ats_applications"]["910002"]["outcome"] == "DECLINED"


def test_e10_a_moved_application_has_its_new_job():
    """E10: the job is written anew with every change."""
    moved = body("applications.json").replace(b'"job":{"id":"710002"', b'"job":{"id":"710003"')
    run = read(opened(Line(answers() | {"/v2/recruiting/applications": answer(200, moved)}), FULL))
    assert run.records["ats_applications"]["910002"]["job_id"] == "710003"


def test_e18_an_empty_text_falls_back_on_another_language():
    """E18: English says nothing about this job, German does."""
    job = read(opened(Line(answers()), FULL), only=["ats_jobs"]).records["ats_jobs"]["710009"]
    assert job["description"] == "<h3>Aufgaben</h3><p>Ablage</p>"


@pytest.mark.parametrize(
    ("source", "stages"),
    [
        ("both", {"unassigned", "rejected", "withdrawn", "offer", "accepted", "4400", "4401", "4999"}),
        ("categories", {"unassigned", "rejected", "withdrawn", "offer", "accepted", "4400", "4401"}),
        ("applications", {"4401", "rejected", "4999"}),
    ],
)
def test_where_stages_come_from(source, stages):
    """`applications` is the literal rule: only stages that an application stands in."""
    run = read(opened(Line(answers()), msgspec.structs.replace(FULL, stage_source=source)))
    assert set(run.records["ats_application_stages"]) == stages
    assert run.faults == {}


def test_categories_that_go_away_are_a_fault():
    """A 404 on a collection is no proof that there is none (E1, E6): applications tell theirs, nothing is deleted."""
    session = opened(Line(answers() | {"/v2/recruiting/categories": answer(404)}), FULL)
    session.shared.notes = Notebook()
    session.shared.notes.write(CATEGORIES, "", b"")
    run = read(session)
    assert {"4401", "4999", "offer"} <= set(run.records["ats_application_stages"])
    assert {"ats_application_stages", "ats_join_jobs_application_stages"} <= set(run.faults)


def test_categories_that_never_came_are_done_without():
    """Stages and stages of jobs are those of applications, without a place, and a warning says what is missing."""
    run = read(opened(Line(answers() | {"/v2/recruiting/categories": answer(404)}), FULL))
    assert {"4401", "4999", "offer"} <= set(run.records["ats_application_stages"])
    places = run.records["ats_join_jobs_application_stages"]
    assert (run.faults, {"index" in place for place in places.values()}) == ({}, {False})
    assert any("without their order" in warning for warning in run.warnings)


def test_categories_that_fail_bring_what_applications_tell_and_then_the_fault():
    """So that nothing is missing for applications, and nothing is deleted."""
    run = read(opened(Line(answers() | {"/v2/recruiting/categories": answer(500)}), FULL))
    assert {"4401", "4999", "offer"} <= set(run.records["ats_application_stages"])
    assert {"ats_application_stages", "ats_join_jobs_application_stages"} <= set(run.faults)


def test_users_are_only_those_whom_a_hiring_team_names():
    """even when the server ignores the filter; who cannot be found comes without a name."""
    line = Line(answers())
    run = read(opened(line, FULL))
    assert set(run.records["ats_users"]) == {"510001", "510002", "510003"}
    assert run.records["ats_users"]["510003"] == {"remote_id": "510003"}
    assert next(a for a in line.tool.asked if a.path == "/v2/persons").query == {
        "id": "510001,510002,510003",
        "limit": "50",
    }


def test_all_users_when_asked_for():
    """The setting widens it."""
    run = read(opened(Line(answers()), msgspec.structs.replace(FULL, users="all")))
    assert set(run.records["ats_users"]) == {"510001", "510002", "510777"}


def test_e2_without_the_persons_right_users_have_no_names():
    """E2: 401 there, although recruiting works: a warning, no failure, and hiring teams keep their users."""
    run = read(
        opened(Line(answers() | {"/v2/persons": answer(401, {"error": {"message": "Unauthorized Request"}})}), FULL)
    )
    assert run.faults == {}
    assert run.records["ats_users"]["510001"] == {"remote_id": "510001"}
    assert any("Persons: read" in w for w in run.warnings)


def test_hr_data_never_gets_into_remote_data():
    """Only names, e-mail, status and times of a person are kept."""
    kept = read(opened(Line(answers()), FULL)).remote["ats_users"]["510001"]["/v2/persons"]
    assert "custom_attributes" not in kept
    assert "gender" not in kept
    assert kept["email"] == "ada@example.com"


def test_remote_data_is_keyed_by_where_it_came_from():
    """The tool's own objects; the feed's element as it came, whatever it holds."""
    run = read(opened(Line(answers()), FULL))
    assert "remote_data" not in run.records["ats_applications"]["910001"]
    assert run.remote["ats_applications"]["910001"]["/v2/recruiting/applications"]["id"] == "910001"
    job = run.remote["ats_jobs"]["710001"]
    assert set(job) == {"/v2/recruiting/jobs", "/xml"}
    assert job["/xml"]["occupationCategory"] == "it_software"
    assert isinstance(job["/xml"]["additionalOffices"], list)


def test_questions_are_off_unless_asked_for():
    """reading the application form is the operator's decision."""
    line = Line(answers())
    run = read(opened(line, Settings(company="acme")))
    assert run.records["ats_screening_questions"] == {}
    assert not any("apply" in p or "application-form" in p for p in line.tool.paths())


def test_a_failed_form_keeps_its_questions():
    """What it may still ask is unknown, what another job no longer asks is gone."""
    session = opened(Line(answers()), FULL)
    run = read(session)
    join = "ats_join_jobs_screening_questions"
    assert any("1 application form" in w for w in run.warnings)
    assert session.look(join, "710009/custom_attribute_1") is Look.UNKNOWN
    assert session.look(join, "710001/custom_attribute_1") is Look.GONE
    assert session.look("ats_screening_questions", "custom_attribute_1") is Look.UNKNOWN


def test_e27_entered_questions_stand_in_for_forms():
    """E27: the settings let an administrator enter what no API tells."""
    settings = Settings(company="acme", entered_questions=[AskedQuestion(id="custom_attribute_5", title="Visa?")])
    run = read(opened(Line(answers()), settings))
    assert run.records["ats_screening_questions"]["custom_attribute_5"]["title"] == "Visa?"
    assert len(run.records["ats_join_jobs_screening_questions"]) == 2


ONE = {"id": "1"}


@pytest.mark.parametrize(
    ("model", "given", "expected"),
    [
        ("ats_applications", answer(200, ONE), Look.EXISTS),
        ("ats_applications", answer(404), Look.GONE),
        ("ats_applications", [answer(404), answer(200, ONE)], Look.EXISTS),
        ("ats_applications", answer(500), Look.UNKNOWN),
        ("ats_applications", answer(403), Look.UNKNOWN),
        ("ats_applications", answer(401), Look.UNKNOWN),
        ("ats_applications", answer(404, {"errors": [{"type": "x#apinot_found"}]}), Look.UNKNOWN),
        ("ats_candidates", answer(404), Look.GONE),
        ("ats_users", answer(404), Look.GONE),
        ("ats_jobs", answer(404), Look.GONE),
        ("ats_application_stages", answer(404), Look.UNKNOWN),
    ],
)
def test_e9_a_look_is_sure_or_unknown(model, given, expected):
    """E6, E9: 404 twice is gone; a fault, a missing right or an unknown address says nothing."""
    paths = ["/v2/recruiting/applications/1", "/v2/recruiting/candidates/1", "/v2/recruiting/jobs/1", "/v2/persons/1"]
    line = Line({p: given for p in paths} | {"/v2/recruiting/jobs": page([]), "/v2/persons": page([])})
    assert opened(line).look(model, "1") is expected


def test_a_job_that_only_the_feed_knows_exists():
    """The feed is asked, once a session."""
    session = opened(Line(answers()), FULL)
    assert session.look("ats_jobs", "710009") is Look.EXISTS
    assert session.look("ats_jobs", "710777") is Look.GONE
    failed = opened(Line(answers() | {"/xml": answer(500)}), FULL)
    assert failed.look("ats_jobs", "710777") is Look.UNKNOWN


@pytest.mark.parametrize("remote_id", ["../persons/1", "1?x=1", "", "1/2"])
def test_an_odd_id_never_changes_the_address(remote_id):
    """Ids come from outside."""
    line = Line({})
    assert opened(line).look("ats_applications", remote_id) is Look.UNKNOWN
    assert line.tool.paths() == []


def test_a_record_without_an_id_fails_its_stream():
    """The format changed: better a failed stream than a record too few."""
    line = Line(answers() | {"/v2/recruiting/candidates": page([{"first_name": "x"}])})
    assert "ats_candidates" in read(opened(line, FULL)).faults


def test_close_releases_the_session():
    """Nothing is sent any more."""
    session: PersonioSession = opened(Line(answers()), FULL)
    session.close()
    with pytest.raises(AtsumeError):
        session.authenticate()


def test_e13_what_personio_adds_one_day_breaks_nothing():
    """E13: custom attributes and tags are invisible today; unknown keys are ignored, and kept in remote data."""
    run = read(opened(Line(answers()), FULL))
    assert run.remote["ats_jobs"]["710003"]["/v2/recruiting/jobs"]["surprise"] == {"a": 1}


def test_a_wrong_type_costs_its_field_not_the_record():
    """Numbers for texts, a text for an object, null for a list: the rest of the record is read."""
    record = read(opened(Line(answers()), FULL)).records["ats_applications"]["910004"]
    assert (record["job_id"], record["candidate_id"]) == ("710001", "810001")
    assert "outcome" not in record


def test_the_feed_is_read_once_a_session():
    """Jobs, questions and looks share it."""
    line = Line(answers())
    session = opened(line, FULL)
    read(session)
    session.look("ats_jobs", "710009")
    assert line.tool.paths().count("/xml") == 2  # en, de
    assert line.tool.paths().count("/v2/recruiting/categories") == 1
