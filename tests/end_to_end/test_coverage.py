"""Every row of the coverage has a test of its own, named in `docs/reference/coverage.md`.

A company is mirrored, lives on, and is mirrored again a day later; then each field of each model is compared with the
company's own state, on every record. No row passes by being empty or always the same.
"""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from atsume.model.integration import SyncState
from atsume.model.record import join_id
from personio_simulator.options import Options
from tests.covered import COVERED, ROWS
from tests.end_to_end.mirrored import API, Remote, ask, stored_rows
from tests.end_to_end.oracle import SETTINGS, Oracle, comparable
from tests.end_to_end.world import Company, Facts, Mirror

pytestmark = pytest.mark.xdist_group("coverage")

THEN, NOW = "2026-11-02T08:30:00.000Z", "2026-11-03T09:30:00.000Z"
"""The two syncs, more than a day apart: forms are read once a day."""
OURS = ("id", "remote_id", "changed_at", "remote_deleted_at")
ALWAYS: dict[tuple[str, str], Any] = {
    ("ats_jobs", "custom_fields"): {},
    ("ats_jobs", "integration_fields"): [],
    ("ats_candidates", "custom_fields"): {},
    ("ats_candidates", "integration_fields"): [],
    ("ats_applications", "custom_fields"): {},
    ("ats_applications", "integration_fields"): [],
    ("ats_join_jobs_screening_questions", "precondition_question_id"): None,
    ("ats_join_jobs_screening_questions", "precondition_options"): [],
}
"""Rows with one value for all: no field is mapped unless a caller asks, and Personio's forms know no conditions."""
Records = dict[str, dict[str, Facts]]
"""Model → remote id → record."""


class Lived(Struct):
    """What the mirror says of a company that has lived, and what it should say."""

    actual: Records
    wanted: Records


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """One for all rows."""
    return live(tmp_path_factory.mktemp("lived"))


def live(folder: Path) -> Lived:
    """Mirror a company with everything in it, before and after a day of changes."""
    options = Options(jobs=14, applications=120, seed=11, knobs={"rate_limits": "report"})
    with (
        Company(options) as company,
        Mirror(company, f"sqlite:///{folder}/a.db", folder, remote_data=True, **SETTINGS) as mirror,
    ):
        leaving = _before(company)
        published = {j["id"] for j in company.truth()["jobs"] if j["published"]}
        before = _synced(company, mirror, THEN, frozenset(), set())
        _a_day(company, leaving)
        known = frozenset(before["ats_users"]) - {leaving.person}
        after = _synced(company, mirror, NOW, known, published)
        return Lived(_read(mirror), _dated(before, after))


class Leaving(Struct):
    """What is there before the day and gone after it, with all that hangs on it."""

    job: str
    person: str


def _before(company: Company) -> Leaving:
    """Give the company one job of its own kind that will go, with all that hangs on it."""
    truth = company.truth()
    # One wall time of this application never was: any reading of it is fair.
    (odd,) = [a["id"] for a in truth["applications"] if a["updated_at"] == "2026-03-29T00:59:59.000Z"]
    company.change("DELETE", f"/applications/{odd}")
    person = company.change("POST", "/persons", {"first_name": "Ada", "last_name": "Gone", "email": "ada@example.com"})
    settings = _settings(truth)
    settings["attributes"].append({"id": "custom_attribute_9", "type": "text", "labels": {"en": "Why?"}})
    settings["stages"].append({"id": 9, "name": "Rope course"})
    settings["categories"].append({"id": 99, "name": "Circus", "stage_ids": [9]})
    company.change("PATCH", "", settings)
    team, form = [{"person_id": int(person["id"]), "role": "Recruiter"}], [{"name": "custom_attribute_9"}]
    circus = {"name": "Clown", "published": True, "category_id": 99, "hiring_team": team, "form": form}
    job = company.change("POST", "/jobs", circus)
    return Leaving(job["id"], person["id"])


def _settings(truth: Facts) -> Facts:
    """Return the company's settings in the form in which they are changed."""
    categories = [{**c, "id": int(c["id"]), "stage_ids": [int(s) for s in c["stage_ids"]]} for c in truth["categories"]]
    stages = [{"id": int(s["id"]), "name": s["name"]} for s in truth["stages"]]
    return {"categories": categories, "stages": stages, "attributes": truth["attributes"]}


def _a_day(company: Company, leaving: Leaving) -> None:
    """Change one of everything and let one of everything go."""
    truth = company.truth()
    job = next(j for j in truth["jobs"] if j["published"] and j["form"] and j["hiring_team"])
    draft = next(j for j in truth["jobs"] if j["published"] and j["id"] not in (job["id"], leaving.job))
    person, application = truth["persons"][0], truth["applications"][0]
    known = [c for c in truth["candidates"] if not c["is_anonymized"] and c["id"] != application["candidate_id"]]
    company.change("DELETE", f"/jobs/{leaving.job}")
    company.change("DELETE", f"/persons/{leaving.person}")
    company.change("DELETE", "/stages/9")
    company.change("DELETE", f"/candidates/{truth['candidates'][-1]['id']}")
    company.change("POST", f"/jobs/{draft['id']}/unpublish")
    form = [{"name": f["name"], "required": not f["required"]} for f in job["form"]]
    team = [{"person_id": int(m["person_id"]), "role": "Interviewer"} for m in job["hiring_team"]]
    company.change("PATCH", f"/jobs/{job['id']}", {"office": "Bremen", "form": form, "hiring_team": team})
    company.change("PATCH", f"/persons/{person['id']}", {"last_name": "Changed"})
    company.change("PATCH", f"/candidates/{known[0]['id']}", {"last_name": "Changed", "location": "Wien, Österreich"})
    company.change("PATCH", f"/applications/{application['id']}", {"stage": "accepted"})
    settings = _settings(company.truth())
    settings["categories"][0]["stage_ids"].reverse()
    settings["stages"][0]["name"] = "Renamed"
    settings["attributes"][0]["labels"]["en"] = "Relabelled"
    company.change("PATCH", "", settings)


def _synced(company: Company, mirror: Mirror, at: str, known: frozenset[str], once_published: set[str]) -> Records:
    """Sync at a moment; return what the mirror must hold then if all of it changed at that moment."""
    mirror.at(dt.datetime.fromisoformat(at))
    run = mirror.sync()
    assert (run.state, run.error, run.warnings) == (SyncState.SUCCEEDED, None, [])
    truth = company.truth()
    for job in truth["jobs"]:
        job["seen_published"] = job["id"] in once_published
    oracle = Oracle(truth, company.career, mirror.integration.id, at, known)
    with Remote(company) as remote:
        return _wanted(oracle, remote)


def _wanted(oracle: Oracle, remote: Remote) -> Records:
    """Return the records of all nine models: the lists', and what jobs hold as records of their own."""
    lists = {API[name]: {r["remote_id"]: r for r in found.values()} for name, found in oracle.lists().items()}
    for model in ("ats_jobs", "ats_applications", "ats_users"):
        for remote_id, record in lists[model].items():
            record["remote_data"] = remote.data(model, remote_id)
    return lists | {
        model: {i: _join_ours(oracle, model, i) | r for i, r in found.items()}
        for model, found in _inside(lists["ats_jobs"]).items()
    }


def _join_ours(oracle: Oracle, model: str, remote_id: str) -> Facts:
    told = {"id": oracle.id(model, remote_id), "remote_id": remote_id}
    return told | {"changed_at": oracle.changed_at, "remote_deleted_at": None}


INSIDE: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("ats_join_jobs_application_stages", "stages", "stage_id", {"index": "index"}),
    (
        "ats_join_jobs_screening_questions",
        "screening_questions",
        "question_id",
        {n: n for n in ("index", "required", "precondition_question_id", "precondition_options")},
    ),
    ("ats_join_jobs_users", "hiring_team", "user_id", {"roles": "hiring_team_roles"}),
)
"""(model, its place in a job, its reference, field ← key)."""


def _inside(jobs: dict[str, Facts]) -> Records:
    """Return the records that show only inside jobs: joins, and questions, which every job must tell alike."""
    found: Records = {"ats_screening_questions": {}} | {model: {} for model, *_ in INSIDE}
    for job in jobs.values():
        for question in job["screening_questions"]:
            own = {name: question[name] for name in ("title", "description", "format")}
            assert found["ats_screening_questions"].setdefault(question["remote_id"], own) == own
        for model, place, reference, fields in INSIDE:
            for one in job[place]:
                told = {"job_id": job["id"], reference: one["id"]} | {f: one[key] for f, key in fields.items()}
                found[model][join_id(job["remote_id"], one["remote_id"])] = told
    return found


def _read(mirror: Mirror) -> Records:
    """Return what the API answers, tombstones included; what shows only inside jobs is dated by its own row."""
    told = {
        model: {r["remote_id"]: comparable(r) for r in ask(mirror, name, include_deleted="true")}
        for name, model in API.items()
    }
    live = {i: job for i, job in told["ats_jobs"].items() if job["remote_deleted_at"] is None}
    for model, found in _inside(live).items():
        told[model] = {i: ours | found.get(i, {}) for i, ours in stored_rows(mirror, model).items()}
        assert found.keys() == {i for i, r in told[model].items() if r["remote_deleted_at"] is None}
    return told


def _dated(before: Records, after: Records) -> Records:
    """Return what must be there now: what is as it was keeps its change time, what is gone has a tombstone."""
    wanted: Records = {}
    for model, fields in COVERED.items():
        own = [f for f in fields if f not in OURS]
        old, new = before[model], after[model]
        wanted[model] = {
            i: r | {"changed_at": THEN if i in old and all(old[i][f] == r[f] for f in own) else NOW}
            for i, r in new.items()
        } | {i: old[i] | {"changed_at": NOW, "remote_deleted_at": NOW} for i in old.keys() - new.keys()}
    return wanted


@pytest.mark.parametrize(("model", "field"), ROWS, ids=[f"{model}-{field}" for model, field in ROWS])
def test_each_value_is_what_the_company_says(lived: Lived, model: str, field: str) -> None:
    """On every record, and not always the same: a field that is mapped wrongly, or to a constant, fails here."""
    assert differing(lived, model, field) == {}
    wanted = [r[field] for r in lived.wanted[model].values() if _counts(r, field)]
    if (model, field) in ALWAYS:
        assert all(value == ALWAYS[model, field] for value in wanted)
    else:
        assert len({str(value) for value in wanted}) > 1, "the company does not exercise this field"
        assert any(value not in (None, [], {}) for value in wanted), "the company does not exercise this field"


def differing(lived: Lived, model: str, field: str) -> Facts:
    """Return remote id → (what the mirror says, what it should say)."""
    said = {i: r[field] for i, r in lived.actual[model].items() if _counts(r, field)}
    wanted = {i: r[field] for i, r in lived.wanted[model].items() if _counts(r, field)}
    both = {i: (said.get(i, "no record"), wanted.get(i, "no record")) for i in said.keys() | wanted.keys()}
    return {i: pair for i, pair in both.items() if pair[0] != pair[1]}


def _counts(record: Facts, field: str) -> bool:
    """Whether a tombstone has a say: it keeps what is ours of it, the rest is past."""
    return field in OURS or record["remote_deleted_at"] is None
