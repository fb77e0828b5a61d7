"""What goes wrong at Personio's end: the right word for it, and nothing lost."""

from pathlib import Path
from typing import Any

import pytest

from atsume.model.integration import SyncState
from personio_simulator.options import Options
from tests.end_to_end.compare import MODELS, assert_mirrors
from tests.end_to_end.world import Company, Facts, Mirror

EVER = {"count": None}


def held(mirror: Mirror) -> dict[str, list[Facts]]:
    """Return everything the lists say, tombstones included."""
    return {name: mirror.records(model, include_deleted=True) for name, model in MODELS.items()}


@pytest.mark.parametrize(
    ("settings", "state", "sentence"),
    [
        ({"client_secret": "wrong"}, SyncState.AUTHENTICATION_FAILED, "client id and client secret"),
        ({"client_id": "papi-nobody"}, SyncState.AUTHENTICATION_FAILED, "client id and client secret"),
        ({"company": "nobody"}, SyncState.PARTIALLY_FAILED, "career"),
    ],
)
def test_wrong_input_is_named(company: Company, tmp_path: Path, settings: dict[str, Any], state, sentence) -> None:
    """Wrong credentials end the run, an unknown career site its part; the text says which it was, never the secret."""
    with Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path, **settings) as mirror:
        run = mirror.sync()
        told = " ".join([run.error or "", *run.warnings])
        assert run.state is state
        assert sentence in told.lower()
        assert "wrong" not in told or "client_secret" not in settings
        assert str(company.facts["client_secret"]) not in told


def test_an_unknown_host_is_named(company: Company, tmp_path: Path) -> None:
    """An address where nobody answers fails the run in a sentence that names it; nothing is stored."""
    company.url = "http://nobody.invalid"
    with Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path) as mirror:
        run = mirror.sync()
        assert run.state is SyncState.FAILED
        assert "nobody.invalid" in (run.error or "")
        assert held(mirror) == {name: [] for name in MODELS}


@pytest.mark.parametrize(
    ("scopes", "state", "lost"),
    [
        (["personio:recruiting:read"], SyncState.SUCCEEDED, "names of users"),
        (["personio:persons:read"], SyncState.FAILED, "everything but the feed"),
    ],
)
def test_a_missing_right_is_named(company: Company, mirror: Mirror, scopes: list[str], state, lost) -> None:
    """Without persons, users keep their ids and a warning says what to tick; without recruiting the run says so."""
    clients = [dict(company.facts["clients"][0], scopes=scopes)]
    company.change("PATCH", "", {"clients": clients})
    run = mirror.sync()
    told = " ".join([run.error or "", *run.warnings]).lower()
    if lost == "names of users":
        assert run.state is state
        assert "persons" in told
        users = mirror.records("ats_users")
        assert users
        assert {u["first_name"] for u in users} == {None}
    else:
        assert run.state in (SyncState.FAILED, SyncState.PARTIALLY_FAILED)
        assert "recruiting" in told
        assert mirror.records("ats_applications") == []


FEED_FAULTS = [
    {"feed": "off"},
    {"feed": "off", "feed_off": "marketing"},
    {"feed": "off", "feed_off": "not_found"},
    {"career_failure": "challenge"},
    {"career_failure": "too_many"},
    {"career_failure": "server_error"},
    {"career_failure": "truncated"},
]


@pytest.mark.parametrize("knobs", FEED_FAULTS, ids=lambda k: "-".join(k.values()))
def test_a_failed_feed_closes_no_jobs(company: Company, mirror: Mirror, knobs: dict[str, str]) -> None:
    """Whatever the career site answers instead of the feed: jobs stay as they are, and the run says it was partial."""
    mirror.sync()
    before = held(mirror)
    company.knobs(**knobs)
    run = mirror.sync()
    assert run.state is SyncState.PARTIALLY_FAILED
    assert any("feed" in warning.lower() or "career" in warning.lower() for warning in run.warnings)
    assert held(mirror) == before
    company.knobs(feed="on", career_failure="none")
    assert mirror.sync().state is SyncState.SUCCEEDED
    assert held(mirror) == before


@pytest.mark.parametrize("knobs", FEED_FAULTS[:1] + FEED_FAULTS[-1:], ids=lambda k: "-".join(k.values()))
def test_a_failed_feed_holds_up_nothing_else(company: Company, mirror: Mirror, knobs: dict[str, str]) -> None:
    """New jobs come without a status, all else comes whole, deletions are seen; the next feed tells the rest."""
    published = next(j for j in company.truth()["jobs"] if j["published"])
    company.change("POST", f"/jobs/{published['id']}/unpublish")
    mirror.sync()
    held_jobs = mirror.by_remote_id("ats_jobs")
    company.knobs(**knobs)
    made = company.change("POST", "/jobs", {"name": "Night nurse", "published": True})
    gone = company.truth()["applications"][0]["id"]
    company.change("DELETE", f"/applications/{gone}")
    run = mirror.sync()
    assert run.state is SyncState.PARTIALLY_FAILED
    assert [s.model for s in run.streams if s.state == "failed" and s.model in MODELS.values()] == ["ats_jobs"]
    jobs = mirror.by_remote_id("ats_jobs")
    fresh = jobs.pop(str(made["id"]))
    assert (fresh["name"], fresh["status"], fresh["visibility"]) == ("Night nurse", None, None)
    assert jobs == held_jobs
    assert gone not in mirror.by_remote_id("ats_applications")
    company.knobs(feed="on", career_failure="none")
    assert mirror.sync().state is SyncState.SUCCEEDED
    truth = company.truth()
    for job in truth["jobs"]:
        job["seen_published"] = False
    assert_mirrors(mirror, truth)


def test_a_first_sync_without_the_feed_tells_no_status(company: Company, mirror: Mirror) -> None:
    """Before any feed was read nothing is known of a job but what v2 says; stages and teams come all the same."""
    company.knobs(feed="off")
    assert mirror.sync().state is SyncState.PARTIALLY_FAILED
    truth = company.truth()
    jobs = mirror.by_remote_id("ats_jobs")
    assert set(jobs) == {j["id"] for j in truth["jobs"]}
    assert {j["status"] for j in jobs.values()} == {None}
    assert all(jobs[j["id"]]["stages"] and len(jobs[j["id"]]["hiring_team"]) for j in truth["jobs"] if j["hiring_team"])
    company.knobs(feed="on")
    assert mirror.sync().state is SyncState.SUCCEEDED
    assert_mirrors(mirror, truth)


@pytest.mark.parametrize("status", [403, 404])
def test_categories_that_were_never_readable_cost_only_the_order(company: Company, mirror: Mirror, status: int) -> None:
    """Without the right to read categories jobs have the stages of their applications, without a place; none is wrong.

    When the right comes the places come; when it goes again they stay, and the run says that it is partial.
    """
    refused = {"route": "categories", "kind": "status", "status": status}
    company.fault(**refused, **EVER)
    run = mirror.sync()
    assert (run.state, len(run.warnings)) == (SyncState.SUCCEEDED, 1)
    assert "order" in run.warnings[0]
    truth = company.truth()
    used = {(a["job_id"], a["stage"]) for a in truth["applications"] if a["job_id"]}
    stages = [(j["remote_id"], s["remote_id"], s["index"]) for j in mirror.records("ats_jobs") for s in j["stages"]]
    assert {(job, stage) for job, stage, _ in stages} == used
    assert {index for *_, index in stages} == {None}
    company.clear_faults()
    assert mirror.sync().state is SyncState.SUCCEEDED
    assert_mirrors(mirror, truth)
    before = held(mirror)
    company.fault(**refused, **EVER)
    assert mirror.sync().state is SyncState.PARTIALLY_FAILED
    assert held(mirror) == before


def test_a_form_is_read_once_a_day(company: Company, mirror: Mirror) -> None:
    """The second run asks for no form at all, and the questions stay; a job whose entry changed is asked for again."""
    mirror.sync()
    before = held(mirror)
    company.control("DELETE", "/log")
    assert mirror.sync().state is SyncState.SUCCEEDED
    assert (held(mirror), _forms_asked(company)) == (before, [])
    changed = next(j["id"] for j in company.truth()["jobs"] if j["published"])
    company.change("PATCH", f"/jobs/{changed}", {"office": "Bremen"})
    assert mirror.sync().state is SyncState.SUCCEEDED
    assert {path.partition("/jobs/")[2].partition("/")[0] for path in _forms_asked(company)} == {changed}
    assert_mirrors(mirror, company.truth())


def _forms_asked(company: Company) -> list[str]:
    """Return the addresses of application forms that were asked for since the log was cleared."""
    return [r["path"] for r in company.control("GET", "/log?path=/career") if "application-form" in r["path"]]


@pytest.mark.parametrize("route", ["jobs", "applications", "candidates", "categories", "xml"])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 503},
        {"kind": "html_502"},
        {"kind": "reset"},
        {"kind": "truncate"},
        {"kind": "cut_body"},
        {"kind": "not_found"},
        {"kind": "content_type", "text": "text/html"},
    ],
    ids=lambda fault: fault["kind"],
)
def test_a_fault_that_stays_loses_nothing(company: Company, mirror: Mirror, route: str, fault: dict) -> None:
    """A surface that is broken for good: no row is changed, none is tombstoned, and afterwards all is as before."""
    mirror.sync()
    before = held(mirror)
    company.fault(route=route, **fault, **EVER)
    run = mirror.sync()
    assert run.state in (SyncState.PARTIALLY_FAILED, SyncState.SUCCEEDED, SyncState.FAILED)
    assert held(mirror) == before
    company.clear_faults()
    assert mirror.sync().state is SyncState.SUCCEEDED
    assert held(mirror) == before


@pytest.mark.parametrize("kind", ["status", "html_502", "reset", "cut_body", "not_found", "bare_429"])
def test_a_fault_that_passes_is_not_seen(company: Company, mirror: Mirror, kind: str) -> None:
    """One bad answer is asked for again; the run is as good as any."""
    status = {"status": 500} if kind == "status" else {}
    for route in ("applications", "candidates", "jobs"):
        company.fault(kind=kind, route=route, count=1, **status)
    run = mirror.sync()
    assert (run.state, run.error) == (SyncState.SUCCEEDED, None)
    assert_mirrors(mirror, company.truth())


@pytest.mark.parametrize(
    "knobs",
    [
        {"beta": "required"},
        {"trailing_empty_page": True},
        {"relative_next": True},
        {"next_includes_filters": True},
        {"named_system_stages": True},
        {"timestamp_form": "date_time"},
        {"timestamp_form": "bare_utc"},
        {"unauthorized_body": "message"},
    ],
    ids=lambda k: "-".join(f"{n}={v}" for n, v in k.items()),
)
def test_every_way_personio_may_answer(company: Company, mirror: Mirror, knobs: dict[str, Any]) -> None:
    """The variants that sources report, or leave open, all end in the same mirror."""
    company.knobs(**knobs)
    run = mirror.sync()
    assert (run.state, run.error) == (SyncState.SUCCEEDED, None)
    assert_mirrors(mirror, company.truth())


@pytest.mark.parametrize("knobs", [{"self_loop_next": True}, {"foreign_next": "http://127.0.0.1:9"}], ids=str)
def test_a_walk_that_cannot_end_is_no_walk(tmp_path: Path, knobs: dict[str, Any]) -> None:
    """A page that names itself or another host as the next one: the stream fails, nothing is tombstoned."""
    options = Options(jobs=3, applications=450, seed=4, knobs={"rate_limits": "report"})
    with Company(options) as company, Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path) as mirror:
        mirror.sync()
        before = held(mirror)
        company.knobs(**knobs)
        run = mirror.sync()
        assert run.state in (SyncState.PARTIALLY_FAILED, SyncState.FAILED)
        assert held(mirror) == before


def test_a_feed_alone_is_enough(company: Company, tmp_path: Path) -> None:
    """A connection without credentials mirrors the published jobs."""
    nothing = dict.fromkeys(("company_id", "recruiting_token", "client_id", "client_secret"))
    with Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path, **nothing) as mirror:
        assert mirror.sync().state is SyncState.SUCCEEDED
        published = {j["id"] for j in company.truth()["jobs"] if j["published"]}
        jobs = mirror.by_remote_id("ats_jobs")
        assert set(jobs) == published
        assert {j["status"] for j in jobs.values()} == {"OPEN"}
        gone = sorted(published)[0]
        company.change("POST", f"/jobs/{gone}/unpublish")
        assert mirror.sync().state is SyncState.SUCCEEDED
        assert set(mirror.by_remote_id("ats_jobs")) == published - {gone}


def test_an_empty_board_is_no_failure(company: Company, mirror: Mirror) -> None:
    """A feed with no position in it is true: the jobs are closed."""
    mirror.sync()
    for job in company.truth()["jobs"]:
        if job["published"]:
            company.change("POST", f"/jobs/{job['id']}/unpublish")
    assert mirror.sync().state is SyncState.SUCCEEDED
    assert {j["status"] for j in mirror.records("ats_jobs")} <= {"CLOSED", "DRAFT"}


def test_an_expired_token_is_renewed(company: Company, mirror: Mirror) -> None:
    """A token that dies between runs, or within one, costs one request."""
    mirror.sync()
    company.control("DELETE", "/tokens")
    assert mirror.sync().state is SyncState.SUCCEEDED


def test_anonymised_people_are_blank_here_too(company: Company, mirror: Mirror) -> None:
    """Names and addresses of somebody anonymised in Personio are gone from the mirror; the application stays."""
    mirror.sync()
    truth = company.truth()
    once = {c["id"] for c in truth["candidates"] if len(c["application_ids"]) == 1}
    remote = next(a for a in truth["applications"] if not a["is_anonymized"] and a["candidate_id"] in once)
    person = mirror.by_remote_id("ats_candidates")[remote["candidate_id"]]
    company.change("POST", f"/applications/{remote['id']}/anonymise")
    mirror.sync()
    assert_mirrors(mirror, company.truth())
    assert remote["id"] in mirror.by_remote_id("ats_applications")
    if person["last_name"]:
        candidate = mirror.by_remote_id("ats_candidates")[remote["candidate_id"]]
        assert candidate["last_name"] is None
