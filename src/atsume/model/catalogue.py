"""One row per model: wire name, struct, how it is embedded, which columns its row carries, whom its changes touch.

The engine and the store walk this table; neither knows a model by name. A *join* (a stage of a job, a member of a
hiring team) is a model like the others, so it has its own fingerprint, change time and tombstone.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

from msgspec import UNSET, Struct

from atsume.model.ats import applications, candidates, jobs, screening_questions, stages, users
from atsume.model.record import Record, Refer


class Kind(Enum):
    """The type of a row's column."""

    TEXT = "text"
    FLAG = "flag"
    INTEGER = "integer"


class Column(Struct, frozen=True):
    """A value kept beside the record's bytes, for filters, order and joins."""

    name: str
    value: Callable[[Any], object]
    kind: Kind = Kind.TEXT
    indexed: bool = False


class Touch(Struct, frozen=True, kw_only=True):
    """A change of this model's record counts for `updated_after` of another record. Exactly one way to find it."""

    model: str
    """The model that is touched."""
    ours: str | None = None
    """Column of *our* row that holds the touched record's id."""
    theirs: str | None = None
    """Column of the touched row that holds *our* id."""
    through: tuple[str, str, str] | None = None
    """(join model, its column with our id, its column with the touched record's id)."""
    remaps: bool = False
    """Whether the touched record must also be mapped again, because it is made from this one too."""


class Model(Struct, frozen=True):
    """A model: a kind of record."""

    name: str
    """As on the wire: `ats_jobs`, in read models and `data-changed`."""
    label: str
    record: type[Record]
    columns: tuple[Column, ...] = ()
    embed: Callable[[Any, str], Struct] | None = None
    refer: Callable[[Any, Refer], None] | None = None
    hidden: tuple[str, ...] = ()
    """Fields of the record that feed columns and are taken off before encoding."""
    touches: tuple[Touch, ...] = ()
    is_join: bool = False


def _lower(text: str | None) -> str | None:
    return text.lower() if text is not None else None


def _known(value: Any) -> Any:
    return None if value is UNSET else value


USERS = Model(
    name="ats_users",
    label="Users",
    record=users.User,
    embed=users.embed,
    columns=(Column("email", lambda u: _lower(u.email), indexed=True),),
)
JOBS = Model(
    name="ats_jobs",
    label="Jobs",
    record=jobs.Job,
    embed=jobs.embed,
    refer=jobs.refer,
    hidden=("was_published",),
    columns=(
        Column("status", lambda j: j.status),
        Column("employment_type", lambda j: j.employment_type),
        Column("visibility", lambda j: j.visibility),
        Column("post_url", lambda j: j.post_url),
        Column("job_code", lambda j: j.job_code),
        Column("name_lower", lambda j: _lower(j.name)),
        Column("remote_created_at", lambda j: j.remote_created_at),
        Column("was_published", lambda j: _known(j.was_published), Kind.FLAG),
    ),
)
CANDIDATES = Model(
    name="ats_candidates",
    label="Candidates",
    record=candidates.Candidate,
    embed=candidates.embed,
    columns=(
        Column("first_name_lower", lambda c: _lower(c.first_name)),
        Column("last_name_lower", lambda c: _lower(c.last_name), indexed=True),
        Column("emails", candidates.emails),
    ),
    touches=(Touch(model="ats_applications", theirs="candidate_id"),),
)
STAGES = Model(
    name="ats_application_stages",
    label="Application stages",
    record=stages.Stage,
    embed=stages.embed,
)
APPLICATIONS = Model(
    name="ats_applications",
    label="Applications",
    record=applications.Application,
    embed=applications.embed,
    refer=applications.refer,
    hidden=("source",),
    columns=(
        Column("candidate_id", lambda a: a.candidate_id, indexed=True),
        Column("job_id", lambda a: a.job_id, indexed=True),
        Column("current_stage_id", lambda a: a.current_stage_id),
        Column("outcome", lambda a: a.outcome),
        Column("remote_created_at", lambda a: a.remote_created_at),
        Column("source", lambda a: _known(a.source)),
    ),
    touches=(Touch(model="ats_candidates", ours="candidate_id", remaps=True),),
)
QUESTIONS = Model(
    name="ats_screening_questions",
    label="Screening questions",
    record=screening_questions.Question,
    embed=screening_questions.embed,
    refer=screening_questions.refer,
    touches=(Touch(model="ats_jobs", through=("ats_join_jobs_screening_questions", "question_id", "job_id")),),
)
JOB_STAGES = Model(
    name="ats_join_jobs_application_stages",
    label="Job-specific application stages",
    record=stages.JobStage,
    refer=stages.refer_job_stage,
    is_join=True,
    columns=(
        Column("job_id", lambda j: j.job_id, indexed=True),
        Column("stage_id", lambda j: j.stage_id),
        Column("position", lambda j: j.index, Kind.INTEGER),
    ),
    touches=(Touch(model="ats_jobs", ours="job_id"),),
)
JOB_QUESTIONS = Model(
    name="ats_join_jobs_screening_questions",
    label="Job-specific screening questions",
    record=screening_questions.JobQuestion,
    refer=screening_questions.refer_job_question,
    is_join=True,
    columns=(
        Column("job_id", lambda j: j.job_id, indexed=True),
        Column("question_id", lambda j: j.question_id, indexed=True),
        Column("position", lambda j: j.index, Kind.INTEGER),
    ),
    touches=(Touch(model="ats_jobs", ours="job_id"),),
)
HIRING_TEAM = Model(
    name="ats_join_jobs_users",
    label="Job hiring team members",
    record=users.HiringTeamMember,
    refer=users.refer_member,
    is_join=True,
    columns=(
        Column("job_id", lambda m: m.job_id, indexed=True),
        Column("user_id", lambda m: m.user_id),
    ),
    touches=(Touch(model="ats_jobs", ours="job_id"),),
)

MODELS: dict[str, Model] = {
    m.name: m
    for m in (
        USERS,
        JOBS,
        CANDIDATES,
        STAGES,
        APPLICATIONS,
        QUESTIONS,
        JOB_STAGES,
        JOB_QUESTIONS,
        HIRING_TEAM,
    )
}
"""All models, by wire name."""
