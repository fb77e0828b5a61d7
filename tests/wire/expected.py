"""What the lists must answer for the records of a company, put together without looking at the server's code."""

from typing import Any

import msgspec

from atsume.ids import record_id
from tests.api.world import CHANGED

Json = dict[str, Any]


def _own(record: Any, *leave: str) -> Json:
    fields = msgspec.json.decode(msgspec.json.encode(record))
    return {name: value for name, value in fields.items() if name not in leave}


def _ours(integration_id: str, model: str, remote_id: str) -> Json:
    return {"id": record_id(integration_id, model, remote_id), "changed_at": CHANGED, "remote_deleted_at": None}


def _ref(integration_id: str, model: str, remote_id: str | None) -> str | None:
    return None if remote_id is None else record_id(integration_id, model, remote_id)


class Expected:
    """The five lists of a company."""

    def __init__(self, integration_id: str, company: dict[str, list[Any]]) -> None:
        self._integration = integration_id
        self._by_id = {model: {r.remote_id: r for r in those} for model, those in company.items()}
        self.lists = {
            "jobs": [self.job(r) for r in company["ats_jobs"]],
            "candidates": [self.candidate(r) for r in company["ats_candidates"]],
            "applications": [self.application(r) for r in company["ats_applications"]],
            "application-stages": [self.record("ats_application_stages", r) for r in company["ats_application_stages"]],
            "users": [self.record("ats_users", r) | {"system_roles": []} for r in company["ats_users"]],
        }

    def record(self, model: str, record: Any) -> Json:
        """Return a record's own keys."""
        return _own(record, "was_published") | _ours(self._integration, model, record.remote_id)

    def job(self, job: Any) -> Json:
        """Return a job with what belongs to it."""
        return self.record("ats_jobs", job) | {
            "stages": [self._job_stage(j) for j in self._joins("ats_join_jobs_application_stages", job)],
            "screening_questions": [self._question(j) for j in self._joins("ats_join_jobs_screening_questions", job)],
            "job_postings": [],
            "hiring_team": [self._member(j) for j in self._joins("ats_join_jobs_users", job)],
        }

    def candidate(self, candidate: Any) -> Json:
        """Return a candidate with its applications, the newest first."""
        sent = [a for a in self._by_id["ats_applications"].values() if a.candidate_id == candidate.remote_id]
        sent.sort(key=lambda a: a.remote_created_at, reverse=True)
        inside = [self._sent(a) for a in sent]
        return self.record("ats_candidates", candidate) | {"applications": inside, "tags": []}

    def application(self, application: Any) -> Json:
        """Return an application with its candidate, job and stage."""
        candidate = self._by_id["ats_candidates"][application.candidate_id]
        embedded = _own(candidate)
        keys = [
            "remote_id",
            "first_name",
            "last_name",
            "email_addresses",
            "phone_numbers",
            "social_media",
            "source",
            "remote_url",
        ]
        stage = self._stage(application)
        if stage is not None:
            stage |= {"status": None, "custom_fields": None}
        told = self.record("ats_applications", application)
        del told["source"]
        return told | {
            "candidate_id": _ref(self._integration, "ats_candidates", application.candidate_id),
            "job_id": _ref(self._integration, "ats_jobs", application.job_id),
            "current_stage_id": _ref(self._integration, "ats_application_stages", application.current_stage_id),
            "candidate": {key: embedded[key] for key in keys}
            | {"id": _ref(self._integration, "ats_candidates", candidate.remote_id), "tags": []},
            "current_stage": stage,
            "job": self._job(application),
            "interviews": [],
            "offers": [],
        }

    def _joins(self, model: str, job: Any) -> list[Any]:
        return [j for j in self._by_id[model].values() if j.job_id == job.remote_id]

    def _job(self, application: Any) -> Json | None:
        if application.job_id is None:
            return None
        job = self._by_id["ats_jobs"][application.job_id]
        return {
            "id": _ref(self._integration, "ats_jobs", job.remote_id),
            "remote_id": job.remote_id,
            "name": job.name,
        }

    def _stage(self, application: Any) -> Json | None:
        if application.current_stage_id is None:
            return None
        stage = self._by_id["ats_application_stages"][application.current_stage_id]
        place = self._by_id["ats_join_jobs_application_stages"].get(f"{application.job_id}/{stage.remote_id}")
        return {
            "id": _ref(self._integration, "ats_application_stages", stage.remote_id),
            "remote_id": stage.remote_id,
            "name": stage.name,
            "index": place.index if place else None,
        }

    def _sent(self, application: Any) -> Json:
        keys = "remote_id outcome rejection_reason_name rejected_at remote_url remote_created_at remote_updated_at"
        own = _own(application)
        return {key: own[key] for key in keys.split()} | {
            "id": _ref(self._integration, "ats_applications", application.remote_id),
            "changed_at": CHANGED,
            "current_stage": self._stage(application),
            "job": self._job(application),
        }

    def _job_stage(self, join: Any) -> Json:
        stage = self._by_id["ats_application_stages"][join.stage_id]
        there = _own(stage) | {"id": _ref(self._integration, "ats_application_stages", stage.remote_id)}
        return there | {"index": join.index}

    def _question(self, join: Any) -> Json:
        question = self._by_id["ats_screening_questions"][join.question_id]
        asked = _own(question)
        for option in (asked["format"] or {}).get("options", []):
            which = f"{question.remote_id}/{option['remote_id'] or option['name']}"
            option["id"] = _ref(self._integration, "ats_screening_question_options", which)
        return asked | {
            "id": _ref(self._integration, "ats_screening_questions", question.remote_id),
            "index": join.index,
            "required": join.required,
            "precondition_question_id": None,
            "precondition_options": None,
        }

    def _member(self, join: Any) -> Json:
        own = _own(self._by_id["ats_users"][join.user_id], "status", "remote_data")
        joined = _own(join)
        return own | {
            "id": _ref(self._integration, "ats_users", join.user_id),
            "hiring_team_roles": joined["roles"],
            "job_roles": joined["job_roles"],
        }
