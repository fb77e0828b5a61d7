"""Whether a mirror says what its company says it must: field by field, with the ids turned back into remote ids."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from tests.end_to_end import expected
from tests.end_to_end.world import Facts, Mirror

MODELS = {
    "jobs": "ats_jobs",
    "candidates": "ats_candidates",
    "applications": "ats_applications",
    "stages": "ats_application_stages",
    "users": "ats_users",
}


def assert_mirrors(mirror: Mirror, truth: Facts, *, known_users: frozenset[str] = frozenset()) -> None:
    """Fail unless every list holds exactly what the truth says."""
    wire = {name: mirror.by_remote_id(model) for name, model in MODELS.items()}
    remote = {r["id"]: r["remote_id"] for records in wire.values() for r in records.values()}
    career = mirror.company.career
    pairs = {
        "jobs": (
            {i: _with_wall_clock(_job(r)) for i, r in wire["jobs"].items()},
            {i: _with_wall_clock(j) for i, j in expected.jobs(truth, career).items()},
        ),
        "applications": (
            {i: _application(r, remote) for i, r in wire["applications"].items()},
            {i: _with_wall_clock(a) for i, a in expected.applications(truth).items()},
        ),
        "candidates": ({i: _candidate(r) for i, r in wire["candidates"].items()}, expected.candidates(truth)),
        "stages": ({i: {"name": r["name"]} for i, r in wire["stages"].items()}, expected.stages(truth)),
        "users": ({i: _only(r, USER) for i, r in wire["users"].items()}, expected.users(truth, known_users)),
    }
    assert {name: different for name, pair in pairs.items() if (different := _differences(*pair))} == {}
    _assert_embeds(wire)


def _differences(actual: dict[str, Facts], wanted: dict[str, Facts]) -> list[Any]:
    """Return what differs, field by field: (remote id, field, what the mirror says, what it should say)."""
    found: list[Any] = [(i, "is missing") for i in wanted.keys() - actual.keys()]
    found += [(i, "should not be") for i in actual.keys() - wanted.keys()]
    for i in actual.keys() & wanted.keys():
        said = ((field, actual[i].get(field), value) for field, value in wanted[i].items())
        found += [(i, *one) for one in said if one[1] not in (one[2], "in the gap")]
    return found


USER = ("remote_id", "first_name", "last_name", "email", "system_roles")


REFERENCES = ("current_stage_id", "job_id", "candidate_id")


def _only(record: Facts, fields: tuple[str, ...]) -> Facts:
    return {field: record[field] for field in fields}


def _job(job: Facts) -> Facts:
    plain = ("remote_id", "name", "description", "employment_type", "status", "visibility", "category", "department")
    plain += ("post_url", "experience_level", "remote_created_at", "job_postings")
    return _only(job, plain) | {
        "location": job["location"] and job["location"]["raw"],
        "stages": {(s["remote_id"], s["name"], s["index"]) for s in job["stages"]},
        "screening_questions": [_question(q) for q in job["screening_questions"]],
        "hiring_team": {
            m["remote_id"]: (
                frozenset(m["hiring_team_roles"]),
                frozenset(role["remote_label"] for role in m["job_roles"]),
            )
            for m in job["hiring_team"]
        },
    }


def _question(question: Facts) -> Facts:
    options, display = question["format"].get("options", []), question["format"].get("display_type")
    return _only(question, ("remote_id", "title", "description", "required", "index")) | {
        "type": question["format"]["type"],
        "display": None if options else display,
        "options": [(o["remote_id"], o["name"]) for o in options],
    }


BERLIN = ZoneInfo("Europe/Berlin")
GAPS = ("2026-03-29T03:30:00", "2026-03-29T04:30:00")
"""02:30 of that night never was; the company writes it all the same and its truth lacks it. Any reading is fair."""


def wall_clock(timestamp: str | None) -> str | None:
    """Return the company's local time, which is all that Personio says of the doubled hour in October."""
    if timestamp is None:
        return None
    local = dt.datetime.fromisoformat(timestamp).astimezone(BERLIN).replace(tzinfo=None).isoformat(timespec="seconds")
    return "in the gap" if local in GAPS else local


def _application(application: Facts, remote: dict[str, str]) -> Facts:
    references = {
        name: remote.get(application[name], application[name])
        for name in ("current_stage_id", "job_id", "candidate_id")
    }
    plain = ("remote_id", "outcome", "interviews", "offers")
    times = ("remote_created_at", "remote_updated_at")
    return _with_wall_clock(_only(application, (*plain, *times))) | references


def _with_wall_clock(record: Facts) -> Facts:
    times = ("remote_created_at", "remote_updated_at")
    return record | {name: wall_clock(record[name]) for name in times if name in record}


def _candidate(candidate: Facts) -> Facts:
    return _only(candidate, ("remote_id", "first_name", "last_name", "source", "tags")) | {
        "email_addresses": [e["email_address"] for e in candidate["email_addresses"] or []],
        "phone_numbers": [p["phone_number"] for p in candidate["phone_numbers"] or []],
        "social_media": [s["link"] for s in candidate["social_media"] or []],
        "location": candidate["location"] and candidate["location"]["raw"],
        "applications": {a["remote_id"] for a in candidate["applications"]},
    }


def _assert_embeds(wire: dict[str, dict[str, Any]]) -> None:
    """What is embedded says the same as the record itself."""
    own = {r["id"]: r for records in wire.values() for r in records.values()}
    for application in wire["applications"].values():
        for name, key in (("candidate", "candidate_id"), ("job", "job_id"), ("current_stage", "current_stage_id")):
            record = own.get(application[key])
            embedded = application[name]
            assert (embedded is None) == (record is None), (name, application["remote_id"])
            if embedded is not None and record is not None:
                assert {k: v for k, v in embedded.items() if k in record} == {
                    k: record[k] for k in embedded if k in record
                }
