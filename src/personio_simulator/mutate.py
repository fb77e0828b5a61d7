"""What happens inside the company: created, moved, changed, anonymised and deleted records.

Each function changes the rows and marks what an integration could see as updated at `now` (UTC seconds).
"""

from typing import Any

from personio_simulator.model import Job, Transition
from personio_simulator.names import BLANK, Identity
from personio_simulator.state import ANONYMISED, NO_CHANNEL, Company


def add_candidate(company: Company, who: Identity, now: float, visible: bool = True) -> int:
    """Add a candidate row; the caller adds an application to it."""
    rows, row = company.rows, len(company.rows.c_created)
    for column in (rows.c_created, rows.c_updated):
        column.append(int(now))
    rows.c_flags.append(0)
    rows.bits.append(0)
    company.identities[row] = who
    index_email(company, row)
    if visible:
        company.candidates.put(row, int(now))
    else:
        company.candidates.drop(row)
    company.changed()
    return row


def index_email(company: Company, row: int) -> None:
    """Make a candidate findable by its address."""
    email = company.identities[row].email
    if email:
        company.by_email.setdefault(email.strip().lower(), set()).add(row)


def add_application(
    company: Company, candidate: int, job_index: int, stage: int, now: float, channel: int = NO_CHANNEL,
    readable_at: float | None = None,
) -> int:  # fmt: skip
    """Add an application row; with `readable_at` it can be read only from then on."""
    rows, row = company.rows, len(company.rows.created)
    rows.candidate.append(candidate)
    rows.job.append(job_index)
    rows.stage.append(stage)
    rows.channel.append(channel)
    rows.flags.append(0)
    rows.created.append(int(now))
    rows.updated.append(int(now))
    company.later.setdefault(candidate, []).append(row)
    company.transitions[row] = [Transition(int(now), stage)]
    if readable_at is not None and readable_at > now:
        company.applications.drop(row)
        company.hidden.append((readable_at, row))
    else:
        company.reveal(row)
    return row


def touch_application(company: Company, row: int, now: float) -> None:
    """Mark an application as updated, and its candidate when the knob says so."""
    company.touch(company.applications, row, now)
    if company.knobs.bump_candidate_with_application:
        company.touch(company.candidates, company.rows.candidate[row], now)


def touch_candidate(company: Company, row: int, now: float) -> None:
    """Mark a candidate as updated, and its applications when the knob says so."""
    company.touch(company.candidates, row, now)
    if company.knobs.bump_applications_with_candidate:
        for application in company.applications_of(row):
            company.touch(company.applications, application, now)


def move_stage(company: Company, row: int, stage: int, now: float) -> None:
    """Move an application to a stage code and write the transition."""
    company.transitions[row] = [*company.history(row), Transition(int(now), stage)]
    company.rows.stage[row] = stage
    touch_application(company, row, now)


def change_job(company: Company, row: int, job_index: int, now: float) -> None:
    """Move an application to another job; a stage its category does not have becomes unassigned."""
    company.transitions[row] = company.history(row)
    company.rows.job[row] = job_index
    job, stage = company.job_list[job_index], company.rows.stage[row]
    category = company.category(job.category_id if job else None)
    if stage >= 5 and (category is None or company.stages[stage - 5].id not in category.stage_ids):
        move_stage(company, row, 0, now)
    else:
        touch_application(company, row, now)


def anonymise(company: Company, row: int, now: float) -> None:
    """Blank the personal data of an application; the candidate too once all its applications are blank."""
    rows, candidate = company.rows, company.rows.candidate[row]
    rows.flags[row] |= ANONYMISED
    touch_application(company, row, now)
    if all(rows.flags[at] & ANONYMISED for at in company.applications_of(candidate)):
        rows.c_flags[candidate] |= ANONYMISED
        company.identities[candidate] = BLANK
        touch_candidate(company, candidate, now)


def delete_application(company: Company, row: int) -> None:
    """Delete an application: gone from lists, 404 by id."""
    company.applications.drop(row)
    company.deleted.add(row)
    company.hidden = [item for item in company.hidden if item[1] != row]
    company.changed()


def delete_candidate(company: Company, row: int) -> None:
    """Delete a candidate and all its applications."""
    for application in company.applications_of(row, include_hidden=True):
        delete_application(company, application)
    company.candidates.drop(row)
    company.deleted_candidates.add(row)
    company.changed()


def update_candidate(company: Company, row: int, changes: dict[str, Any], now: float) -> None:
    """Change texts of a candidate (names of `Identity`)."""
    known = company.identity(row)
    company.identities[row] = Identity(**{**{k: getattr(known, k) for k in known.__struct_fields__}, **changes})
    index_email(company, row)
    touch_candidate(company, row, now)


def add_job(company: Company, job: Job) -> None:
    """Add a job or replace the one with the same id."""
    if job.id in company.job_index:
        company.job_list[company.job_index[job.id]] = job
    else:
        company.job_index[job.id] = len(company.job_list)
        company.job_list.append(job)
    job.ever_published = job.ever_published or job.published
    company.changed()


def publish(company: Company, job: Job, published: bool, now: float) -> None:
    """Show a job on the career site, or take it off."""
    job.published, job.updated_at = published, int(now)
    job.ever_published = job.ever_published or published
    company.changed()


def delete_job(company: Company, job: Job) -> None:
    """Delete a job and the applications to it."""
    index = company.job_index.pop(job.id)
    for row, job_index in enumerate(company.rows.job):
        if job_index == index and row not in company.deleted:
            delete_application(company, row)
    company.job_list[index] = None
    company.changed()


def remove_stage(company: Company, stage_id: int, now: float) -> None:
    """Remove a custom stage: its candidates fall back to unassigned. Source: support.personio.de 207150429."""
    code = company.stage_code(stage_id)
    for category in company.categories:
        category.stage_ids = [at for at in category.stage_ids if at != stage_id]
    for row, stage in enumerate(company.rows.stage):
        if stage == code and company.applications.has(row):
            move_stage(company, row, 0, now)
    company.changed()
