"""Changes to records through the control API: what people would do inside Personio.

`POST …/{kind}` creates, `PATCH …/{kind}/{id}` updates, `DELETE …/{kind}/{id}` deletes and
`POST …/{kind}/{id}/{action}` does the rest. Kinds: jobs, applications, candidates, persons, stages.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from personio_simulator import mutate
from personio_simulator.control import company_of, decoded, refuse
from personio_simulator.http import Answer, Request, as_json
from personio_simulator.model import (
    APPLICATION_ID,
    CANDIDATE_ID,
    JOB_ID,
    PERSON_ID,
    SYSTEM_STAGES,
    Job,
    Member,
    Person,
)
from personio_simulator.names import Identity
from personio_simulator.state import NO_CHANNEL, Company


class NewApplication(msgspec.Struct, forbid_unknown_fields=True):
    """An application to `job_id` of `candidate_id`, or of a new candidate with the given texts."""

    job_id: int
    candidate_id: int | None = None
    candidate: Identity | None = None
    stage: str | int | None = None
    channel_id: int | None = None
    application_date: str | None = None


class ApplicationChange(msgspec.Struct, forbid_unknown_fields=True):
    """Changes of an application; every one given is applied and bumps `updated_at`."""

    stage: str | int | None = None
    job_id: int | None = None
    channel_id: int | msgspec.UnsetType | None = msgspec.UNSET
    application_date: str | None = None
    hiring_team: list[Member] | None = None


def _now(request: Request) -> float:
    return request.world.now()


def _number(request: Request) -> int:
    text = request.params["id"]
    if not text.isdigit():
        raise refuse(404, "no such record")
    return int(text)


def job_index(company: Company, job_id: int) -> int:
    """Return the index of a job, or refuse."""
    if job_id not in company.job_index:
        raise refuse(404, "no such job")
    return company.job_index[job_id]


def stage_code(company: Company, stage: str | int) -> int:
    """Return the code of a system key or a custom stage id."""
    if stage in SYSTEM_STAGES:
        return SYSTEM_STAGES.index(str(stage))
    code = company.stage_code(int(stage)) if str(stage).isdigit() else None
    if code is None:
        raise refuse(404, "no such stage")
    return code


def _channel(company: Company, channel_id: int | None) -> int:
    if channel_id is None:
        return NO_CHANNEL
    index = company.channel_index(channel_id)
    if index is None:
        raise refuse(404, "no such channel")
    return index


def _application(request: Request, company: Company) -> int:
    row = company.application_row(request.params["id"])
    if row is None:
        raise refuse(404, "no such application")
    return row


def _candidate(request: Request, company: Company) -> int:
    row = company.candidate_row(request.params["id"])
    if row is None:
        raise refuse(404, "no such candidate")
    return row


def create_job(request: Request, company: Company) -> Answer:
    """Add a job; `id`, `created_at` and `updated_at` may be left out."""
    now, given = int(_now(request)), decoded(request, dict[str, Any])
    top = max([JOB_ID - 1, *company.job_index])
    job = _converted({"id": top + 1, "created_at": now, "updated_at": now, "name": "Job", **given}, Job)
    if job.id in company.job_index:
        raise refuse(400, "this job exists")
    mutate.add_job(company, job)
    return as_json({"id": str(job.id)}, 201)


def update_job(request: Request, company: Company) -> Answer:
    """Change fields of a job, `published` and `hiring_team` too; bumps `updated_at`."""
    old = company.job_list[job_index(company, _number(request))]
    given = {"updated_at": int(_now(request)), **decoded(request, dict[str, Any])}
    job = _converted({**msgspec.to_builtins(old), **given}, Job)
    mutate.add_job(company, job)
    return as_json({"id": str(job.id)})


def _converted(values: dict[str, Any], kind: Any) -> Any:
    try:
        return msgspec.convert(values, kind)
    except (msgspec.ValidationError, TypeError) as error:
        raise refuse(400, str(error)) from error


def delete_job(request: Request, company: Company) -> Answer:
    """Delete a job and the applications to it."""
    job = company.job_list[job_index(company, _number(request))]
    if job is not None:
        mutate.delete_job(company, job)
    return Answer(204)


def publish(request: Request, company: Company, published: bool) -> Answer:
    """Show a job on the career site, or take it off."""
    job = company.job_list[job_index(company, _number(request))]
    if job is not None:
        mutate.publish(company, job, published, _now(request))
    return Answer(204)


def create_application(request: Request, company: Company) -> Answer:
    """Add an application, readable at once."""
    given, now = decoded(request, NewApplication), _now(request)
    index, stage = job_index(company, given.job_id), stage_code(company, given.stage or "unassigned")
    channel = _channel(company, given.channel_id)
    if given.candidate_id is None:
        row = mutate.add_candidate(company, given.candidate or Identity("Ada", "Example", "ada@example.org"), now)
    else:
        known = company.candidate_row(str(given.candidate_id))
        if known is None:
            raise refuse(404, "no such candidate")
        row = known
    application = mutate.add_application(company, row, index, stage, now, channel)
    if given.application_date:
        company.application_date[application] = given.application_date
    return as_json({"id": str(APPLICATION_ID + application), "candidate_id": str(CANDIDATE_ID + row)}, 201)


def update_application(request: Request, company: Company) -> Answer:
    """Move the stage, change the job, channel, date or team of an application."""
    row, change, now = _application(request, company), decoded(request, ApplicationChange), _now(request)
    if change.channel_id is not msgspec.UNSET:
        company.rows.channel[row] = _channel(company, change.channel_id)
    if change.application_date is not None:
        company.application_date[row] = change.application_date
    if change.hiring_team is not None:
        company.application_team[row] = change.hiring_team
    if change.job_id is not None:
        mutate.change_job(company, row, job_index(company, change.job_id), now)
    if change.stage is not None:
        mutate.move_stage(company, row, stage_code(company, change.stage), now)
    else:
        mutate.touch_application(company, row, now)
    return as_json({"id": request.params["id"]})


def anonymise(request: Request, company: Company) -> Answer:
    """Blank the personal data of an application."""
    mutate.anonymise(company, _application(request, company), _now(request))
    return Answer(204)


def touch(request: Request, company: Company) -> Answer:
    """Bump `updated_at` of an application and change nothing."""
    mutate.touch_application(company, _application(request, company), _now(request))
    return Answer(204)


def delete_application(request: Request, company: Company) -> Answer:
    """Delete an application."""
    mutate.delete_application(company, _application(request, company))
    return Answer(204)


def update_candidate(request: Request, company: Company) -> Answer:
    """Change texts of a candidate."""
    row, changes = _candidate(request, company), decoded(request, dict[str, str | None])
    unknown = set(changes) - set(Identity.__struct_fields__)
    if unknown:
        raise refuse(400, f"no such field: {', '.join(sorted(unknown))}")
    mutate.update_candidate(company, row, changes, _now(request))
    return as_json({"id": request.params["id"]})


def delete_candidate(request: Request, company: Company) -> Answer:
    """Delete a candidate and all its applications."""
    mutate.delete_candidate(company, _candidate(request, company))
    return Answer(204)


def create_person(request: Request, company: Company) -> Answer:
    """Add a person."""
    now, given = int(_now(request)), decoded(request, dict[str, Any])
    blank = {"first_name": None, "last_name": None, "email": None, "created_at": now, "updated_at": now}
    person = _converted({"id": max([PERSON_ID - 1, *company.persons]) + 1, **blank, **given}, Person)
    company.persons[person.id] = person
    return as_json({"id": str(person.id)}, 201)


def update_person(request: Request, company: Company) -> Answer:
    """Change fields of a person."""
    old = company.persons.get(_number(request))
    if old is None:
        raise refuse(404, "no such person")
    given = {"updated_at": int(_now(request)), **decoded(request, dict[str, Any])}
    person = _converted({**msgspec.to_builtins(old), **given, "id": old.id}, Person)
    company.persons[person.id] = person
    return as_json({"id": str(person.id)})


def delete_person(request: Request, company: Company) -> Answer:
    """Delete a person; hiring teams still name the id."""
    if company.persons.pop(_number(request), None) is None:
        raise refuse(404, "no such person")
    return Answer(204)


def delete_stage(request: Request, company: Company) -> Answer:
    """Remove a custom stage from every category; its applications become unassigned."""
    mutate.remove_stage(company, _number(request), _now(request))
    return Answer(204)


Change = Callable[[Request, Company], Answer]
CREATE: dict[str, Change] = {"jobs": create_job, "applications": create_application, "persons": create_person}
UPDATE: dict[str, Change] = {
    "jobs": update_job,
    "applications": update_application,
    "candidates": update_candidate,
    "persons": update_person,
}
DELETE: dict[str, Change] = {
    "jobs": delete_job,
    "applications": delete_application,
    "candidates": delete_candidate,
    "persons": delete_person,
    "stages": delete_stage,
}
ACTIONS: dict[tuple[str, str], Change] = {
    ("jobs", "publish"): lambda request, company: publish(request, company, True),
    ("jobs", "unpublish"): lambda request, company: publish(request, company, False),
    ("applications", "anonymise"): anonymise,
    ("applications", "touch"): touch,
}


def _done(request: Request, change: Change | None) -> Answer:
    company = company_of(request)
    if change is None:
        raise refuse(404, "no such change")
    return change(request, company)


def create(request: Request) -> Answer:
    """`POST /_control/companies/{company}/{kind}`."""
    return _done(request, CREATE.get(request.params["kind"]))


def update(request: Request) -> Answer:
    """`PATCH /_control/companies/{company}/{kind}/{id}`."""
    return _done(request, UPDATE.get(request.params["kind"]))


def delete(request: Request) -> Answer:
    """`DELETE /_control/companies/{company}/{kind}/{id}`."""
    return _done(request, DELETE.get(request.params["kind"]))


def act(request: Request) -> Answer:
    """`POST /_control/companies/{company}/{kind}/{id}/{action}`."""
    return _done(request, ACTIONS.get((request.params["kind"], request.params["action"])))
