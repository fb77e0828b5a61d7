"""Everything a perfect mirror of a company would hold, with plain field names; for companies of small size.

Times are UTC (`2026-03-02T09:00:00.000Z`). A stage is the system key or the id of the custom stage.
"""

import msgspec

from personio_simulator.career import title
from personio_simulator.career_form import form_fields
from personio_simulator.clock import utc_iso
from personio_simulator.documents import of_application
from personio_simulator.model import APPLICATION_ID, CANDIDATE_ID, SYSTEM_STAGES, Job, Member, Named
from personio_simulator.state import ANONYMISED, NO_CHANNEL, Company


def truth(company: Company) -> dict[str, object]:
    """Return all records; applications still hidden by the read-after-write delay are listed as `pending`."""
    return {
        "jobs": [_job(company, job) for job in company.jobs()],
        "candidates": [_candidate(company, row) for row in company.candidates.rows()],
        "applications": [application(company, row) for row in company.applications.rows()],
        "pending": [application(company, row) for _, row in company.hidden],
        "persons": [_person(item) for item in company.persons.values()],
        "categories": [
            {"id": str(item.id), "name": item.name, "stage_ids": [str(at) for at in item.stage_ids]}
            for item in company.categories
        ],
        "stages": [{"id": str(item.id), "name": item.name} for item in company.stages],
        "system_stages": list(SYSTEM_STAGES),
        "channels": [_named(item) for item in company.channels],
        "departments": [_named(item) for item in company.departments],
        "attributes": msgspec.to_builtins(company.attributes),
        "tags": sorted(company.tags),
    }


def _named(item: Named | None) -> dict[str, object] | None:
    return None if item is None else {"id": str(item.id), "name": item.name}


def _person(person: msgspec.Struct) -> dict[str, object]:
    plain = msgspec.to_builtins(person)
    return {
        **plain,
        "id": str(plain["id"]),
        "created_at": utc_iso(plain["created_at"]),
        "updated_at": utc_iso(plain["updated_at"]),
    }


def _team(members: list[Member]) -> list[dict[str, str]]:
    return [{"person_id": str(item.person_id), "role": item.role} for item in members]


def _job(company: Company, job: Job) -> dict[str, object]:
    category = company.category(job.category_id)
    plain = msgspec.to_builtins(job)
    languages = sorted({*job.names, *job.descriptions, "de"})
    return {
        **plain,
        "id": str(job.id),
        "department": _named(job.department),
        "category_id": None if category is None else str(category.id),
        "category_name": None if category is None else category.name,
        "hiring_team": _team(job.hiring_team),
        "titles": {language: title(job, language) for language in languages},
        "form": form_fields(company, job, "en"),
        "created_at": utc_iso(job.created_at),
        "updated_at": utc_iso(job.updated_at),
    }


def _candidate(company: Company, row: int) -> dict[str, object]:
    rows = company.rows
    return {
        "id": str(CANDIDATE_ID + row),
        **msgspec.to_builtins(company.identity(row)),
        "is_anonymized": bool(rows.c_flags[row] & ANONYMISED),
        "application_ids": [str(APPLICATION_ID + at) for at in company.applications_of(row)],
        "created_at": utc_iso(rows.c_created[row]),
        "updated_at": utc_iso(rows.c_updated[row]),
    }


def application(company: Company, row: int) -> dict[str, object]:
    """Return one application with its transitions, and what the write API was sent for it."""
    rows = company.rows
    job, channel = company.job_list[rows.job[row]], rows.channel[row]
    team = company.application_team.get(row)
    written = company.written.get(row)
    return {
        "id": str(APPLICATION_ID + row),
        "candidate_id": str(CANDIDATE_ID + rows.candidate[row]),
        "job_id": None if job is None else str(job.id),
        "stage": company.stage_name(rows.stage[row]),
        "stage_is_system": rows.stage[row] < 5,
        "channel": None if channel == NO_CHANNEL else _named(company.channels[channel]),
        "hiring_team": _team(team if team is not None else job.hiring_team if job else []),
        "is_anonymized": bool((rows.flags[row] | rows.c_flags[rows.candidate[row]]) & ANONYMISED),
        "application_date": company.date_of(row),
        "transitions": [
            {"at": utc_iso(item.at), "stage": company.stage_name(item.stage)} for item in company.history(row)
        ],
        "documents": [
            {"id": item.id, "name": item.name, "category": item.category, "size": len(item.content)}
            for item in of_application(company, row)
        ],
        "written": None if written is None else written["body"],
        "created_at": utc_iso(rows.created[row]),
        "updated_at": utc_iso(rows.updated[row]),
    }
