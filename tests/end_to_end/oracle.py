"""The whole wire record of everything in a simulated company, worked out from its own state.

`expected.py` says what each value must be; this adds the shapes of the wire, the references and the embedded records.
Neither looks at the connector. Lists are dictionaries by our id; nested records that have no order come sorted.
"""

import copy
import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from atsume.ids import record_id
from tests.end_to_end import expected
from tests.end_to_end.expected import Facts

BERLIN = ZoneInfo("Europe/Berlin")
COUNTRIES = {"Germany": "DE", "Deutschland": "DE", "Österreich": "AT", "France": "FR", "España": "ES", "Brasil": "BR"}
"""Every country that a simulated candidate writes."""
SETTINGS = {
    "app_host": "acme.app.personio.com",
    "candidate_url": "https://{app_host}/candidates/{candidate_id}",
    "application_url": "https://{app_host}/candidates/{candidate_id}/{job_id}/{application_id}",
}
NOWHERE = dict.fromkeys(("city", "country", "raw", "state", "street_1", "street_2", "zip_code"))
NULL_OF_JOBS = (
    *("job_code", "confidential", "weekly_hours", "remote_work_status", "opened_at", "closed_at", "contact_id"),
    *("salary_amount", "salary_amount_from", "salary_amount_to", "salary_currency", "salary_period"),
    *("remote_updated_at", "remote_data"),
)
NULL_OF_CANDIDATES = ["company", "title", "confidential", "remote_created_at", "remote_updated_at", "remote_data"]


class Oracle:
    """A company at one moment, mirrored by an integration with `SETTINGS`; every record has the same change time."""

    def __init__(
        self, truth: Facts, career: str, integration_id: str, changed_at: str, known_users: frozenset[str] = frozenset()
    ) -> None:
        self.integration_id, self.changed_at = integration_id, changed_at
        self.jobs, self.candidates = expected.jobs(truth, career), expected.candidates(truth)
        self.applications, self.stages = expected.applications(truth), expected.stages(truth)
        self.users = expected.users(truth, known_users)
        self._places = {i: {s: place for s, _, place in job["stages"]} for i, job in self.jobs.items()}

    def lists(self) -> dict[str, dict[str, Facts]]:
        """Return the five lists, by list and our id."""
        found = {
            "jobs": [self._job(j) for j in self.jobs.values()],
            "candidates": [self._candidate(c) for c in self.candidates.values()],
            "applications": [self._application(a) for a in self.applications.values()],
            "application-stages": [self._stage(s) for s in self.stages],
            "users": [self._user(u) for u in self.users.values()],
        }
        return {name: {r["id"]: r for r in records} for name, records in found.items()}

    def _ours(self, model: str, remote_id: str) -> Facts:
        known = {"id": self.id(model, remote_id), "remote_id": remote_id}
        return known | {"changed_at": self.changed_at, "remote_deleted_at": None}

    def id(self, model: str, remote_id: str | None) -> Any:
        """Return our id of a record."""
        return None if remote_id is None else record_id(self.integration_id, model, remote_id)

    def _job(self, job: Facts) -> Facts:
        own = {k: v for k, v in job.items() if k not in ("stages", "screening_questions", "hiring_team", "location")}
        return self._ours("ats_jobs", job["remote_id"]) | own | dict.fromkeys(NULL_OF_JOBS) | {
            "location": _office(job["location"]),
            "remote_url": f"https://{SETTINGS['app_host']}/recruiting/position/{job['remote_id']}?tab=job-details",
            "custom_fields": {},
            "integration_fields": [],
            "stages": [self._job_stage(s) for s in _in_order(job["stages"], index=2)],
            "screening_questions": [self._question(q) for q in job["screening_questions"]],
            "hiring_team": [self._member(p, *roles) for p, roles in sorted(job["hiring_team"].items())],
            "job_postings": [],
        }  # fmt: skip

    def _job_stage(self, stage: tuple[str, str, int | None]) -> Facts:
        remote_id, name, index = stage
        embedded = {"id": self.id("ats_application_stages", remote_id), "remote_id": remote_id, "name": name}
        return embedded | {"status": None, "custom_fields": None, "remote_data": None, "index": index}

    def _question(self, question: Facts) -> Facts:
        remote_id = question["remote_id"]
        return {
            "id": self.id("ats_screening_questions", remote_id),
            "remote_id": remote_id,
            "title": question["title"],
            "description": question["description"],
            "category": None,
            "format": self._format(remote_id, question),
            "index": question["index"],
            "required": question["required"],
            "precondition_question_id": None,
            "precondition_options": [],
        }

    def _format(self, question: str, asked: Facts) -> Facts:
        kind, display = asked["type"], asked["display"]
        options = [
            {"id": self.id("ats_screening_question_options", f"{question}/{i}"), "name": name, "remote_id": i}
            for i, name in asked["options"]
        ]
        return {
            "TEXT": {"type": kind, "display_type": display, "max_length": None},
            "SINGLE_SELECT": {"type": kind, "options": options, "display_type": "DROPDOWN"},
            "FILE": {"type": kind, "accepted_mime_types": None, "max_file_size_bytes": None},
        }.get(kind, {"type": kind})

    def _member(self, person: str, roles: frozenset[str], labels: frozenset[str]) -> Facts:
        user = self.users[person]
        told = [
            {"remote_id": None, "remote_label": label, "unified_type": expected.role(label), "scope": "JOB"}
            for label in sorted(labels)
        ]
        own = {"id": self.id("ats_users", person)} | {
            name: user[name] for name in ("remote_id", "first_name", "last_name", "email")
        }
        return own | {"hiring_team_roles": sorted(roles), "job_roles": told}

    def _candidate(self, candidate: Facts) -> Facts:
        sent = [self.applications[i] for i in sorted(candidate["applications"])]
        own = self._ours("ats_candidates", candidate["remote_id"]) | self._person(candidate)
        return own | dict.fromkeys(NULL_OF_CANDIDATES) | {
            "location": _place(candidate["location"]),
            "custom_fields": {},
            "integration_fields": [],
            "applications": [self._sent(a) for a in sent],
        }  # fmt: skip

    def _person(self, candidate: Facts) -> Facts:
        link = SETTINGS["candidate_url"].format(candidate_id=candidate["remote_id"], app_host=SETTINGS["app_host"])
        return {
            "id": self.id("ats_candidates", candidate["remote_id"]),
            "remote_id": candidate["remote_id"],
            "first_name": candidate["first_name"],
            "last_name": candidate["last_name"],
            "source": candidate["source"],
            "email_addresses": [{"email_address": e, "type": None} for e in candidate["email_addresses"]],
            "phone_numbers": [{"phone_number": p, "type": None} for p in candidate["phone_numbers"]],
            "social_media": [
                {"link": s, "type": "LINKEDIN", "username": s.rpartition("/in/")[2]} for s in candidate["social_media"]
            ],
            "remote_url": link,
            "tags": [],
        }

    def _about(self, application: Facts) -> Facts:
        """Return what an application says of itself wherever it stands."""
        link = SETTINGS["application_url"].format(
            application_id=application["remote_id"],
            candidate_id=application["candidate_id"],
            job_id=application["job_id"] or "",
            app_host=SETTINGS["app_host"],
        )
        return {
            "outcome": application["outcome"],
            "rejection_reason_name": None,
            "rejected_at": None,
            "remote_url": link,
            "remote_created_at": self._written(application["remote_created_at"]),
            "remote_updated_at": self._written(application["remote_updated_at"]),
            "job": self._applied_job(application["job_id"]),
        }

    def _written(self, timestamp: str) -> str:
        """Return a moment as Personio writes it: local, without an offset, so that a doubled hour is the first one."""
        local = dt.datetime.fromisoformat(timestamp).astimezone(BERLIN).replace(fold=0)
        return local.astimezone(dt.UTC).isoformat(timespec="milliseconds")[:23] + "Z"

    def _sent(self, application: Facts) -> Facts:
        ours = self._ours("ats_applications", application["remote_id"])
        del ours["remote_deleted_at"]
        standing = self._standing(application)
        short = {key: standing[key] for key in ("id", "remote_id", "name", "index")}
        return ours | self._about(application) | {"current_stage": short}

    def _application(self, application: Facts) -> Facts:
        candidate = self.candidates[application["candidate_id"]]
        return self._ours("ats_applications", application["remote_id"]) | self._about(application) | {
            "current_stage_id": self.id("ats_application_stages", application["current_stage_id"]),
            "job_id": self.id("ats_jobs", application["job_id"]),
            "candidate_id": self.id("ats_candidates", application["candidate_id"]),
            "screening_question_answers": [],
            "custom_fields": {},
            "integration_fields": [],
            "remote_data": None,
            "candidate": self._person(candidate),
            "current_stage": self._standing(application),
            "interviews": [],
            "offers": [],
        }  # fmt: skip

    def _standing(self, application: Facts) -> Facts:
        stage, job_id = application["current_stage_id"], application["job_id"]
        place = self._places[job_id].get(stage) if job_id else None
        found = self._job_stage((stage, self.stages[stage]["name"], place))
        del found["remote_data"]
        return found

    def _applied_job(self, job_id: str | None) -> Facts | None:
        if job_id is None:
            return None
        return {"id": self.id("ats_jobs", job_id), "remote_id": job_id, "name": self.jobs[job_id]["name"]}

    def _stage(self, remote_id: str) -> Facts:
        name = self.stages[remote_id]["name"]
        nulls = {"status": None, "custom_fields": None, "remote_data": None}
        return self._ours("ats_application_stages", remote_id) | {"name": name} | nulls

    def _user(self, user: Facts) -> Facts:
        return self._ours("ats_users", user["remote_id"]) | user | {"status": None, "remote_data": None}


def comparable(record: Facts) -> Facts:
    """Return a copy whose nested records without an order of their own are sorted. Stages must come in order."""
    told = copy.deepcopy(record)
    if "stages" in told:
        places = [s["index"] for s in told["stages"]]
        assert places == [p for p in places if p is not None] + [None] * places.count(None) == _in_order(places)
        told["stages"].sort(key=lambda s: (s["index"] is None, s["index"], s["remote_id"]))
        told["hiring_team"].sort(key=lambda m: m["remote_id"])
        for member in told["hiring_team"]:
            member["hiring_team_roles"].sort()
            member["job_roles"].sort(key=lambda role: role["remote_label"])
    if "applications" in told:
        sent = [a["remote_created_at"] or "" for a in told["applications"]]
        assert sent == sorted(sent, reverse=True), "the newest application comes first"
        told["applications"].sort(key=lambda a: a["remote_id"])
    return told


def _in_order(things: Any, index: int | None = None) -> list[Any]:
    """Return what has a place by its place, then the rest."""

    def key(thing: Any) -> Any:
        place = thing if index is None else thing[index]
        return (place is None, place or 0, "" if index is None else thing[0])

    return sorted(things, key=key)


def _office(text: str | None) -> Facts | None:
    if text is None:
        return None
    return NOWHERE | {"raw": text, "city": None if "," in text or any(c.isdigit() for c in text) else text}


def _place(text: str | None) -> Facts | None:
    if text is None:
        return None
    city, comma, country = text.partition(", ")
    return NOWHERE | {"raw": text} | ({"city": city, "country": COUNTRIES[country]} if comma else {})
