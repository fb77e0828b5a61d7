"""GET /ats/jobs."""

from typing import Literal

from msgspec import Struct

from atsume.api import query
from atsume.api.ats.embeds import CustomFields, Id, IntegrationField, Location, Moment, OnOff, RemoteData
from atsume.api.paging import DATE, TEXT, Listing, Where, words, words_csv
from atsume.model.ats.screening_questions import Format
from atsume.store.rows import Op

_STATUSES = ("OPEN", "CLOSED", "DRAFT", "ARCHIVED")
_EMPLOYMENT_TYPES = ("FULL_TIME", "PART_TIME", "CONTRACT", "SEASONAL", "INTERNSHIP")
_VISIBILITIES = ("PUBLIC", "INTERNAL", "UNLISTED", "CONFIDENTIAL")

TeamRole = Literal["HIRING_MANAGER", "RECRUITER", "COORDINATOR", "SOURCER", "INTERVIEWER"]


class JobStage(Struct, kw_only=True):
    """A stage of a job."""

    id: Id
    remote_id: str | None
    name: str | None
    status: OnOff | None
    custom_fields: CustomFields | None
    remote_data: RemoteData | None
    index: int | None


class ScreeningQuestion(Struct, kw_only=True):
    """A question that a job asks."""

    id: Id
    remote_id: str | None
    title: str | None
    description: str | None
    category: Literal["EEO", "DEMOGRAPHIC"] | None
    format: Format | None
    index: int | None
    required: bool | None
    precondition_question_id: Id | None
    precondition_options: list[str | bool] | None


class JobPosting(Struct, kw_only=True):
    """An advertisement of a job."""

    id: Id
    remote_id: str | None
    title: str | None
    description_html: str | None
    status: Literal["ACTIVE", "INACTIVE", "DRAFT"] | None
    visibility: Literal["PUBLIC", "INTERNAL", "UNLISTED"] | None
    url: str | None
    remote_data: RemoteData | None


class JobRole(Struct, kw_only=True):
    """A role on a job."""

    remote_id: str | None
    remote_label: str | None
    unified_type: TeamRole | Literal["ADMIN"] | None
    scope: Literal["JOB"]


class TeamMember(Struct, kw_only=True):
    """Somebody on the hiring team."""

    id: Id
    remote_id: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    hiring_team_roles: list[TeamRole]
    job_roles: list[JobRole]


class Job(Struct, kw_only=True):
    """What one applies for. Words other than the listed ones may come where the tool has its own."""

    id: Id
    remote_id: str
    name: str | None
    job_code: str | None
    description: str | None
    confidential: bool | None
    weekly_hours: float | None
    employment_type: str | None
    """FULL_TIME, PART_TIME, CONTRACT, SEASONAL, INTERNSHIP or the tool's own word."""
    status: str | None
    """OPEN, CLOSED, DRAFT, ARCHIVED or the tool's own word."""
    visibility: str | None
    """PUBLIC, INTERNAL, UNLISTED, CONFIDENTIAL or the tool's own word."""
    category: str | None
    department: str | None
    post_url: str | None
    experience_level: str | None
    remote_work_status: str | None
    """REMOTE, HYBRID, TEMPORARY, ON_SITE or the tool's own word."""
    salary_amount: float | None
    salary_amount_from: float | None
    salary_amount_to: float | None
    salary_currency: str | None
    salary_period: str | None
    """YEAR, MONTH, TWO_WEEKS, WEEK, DAY, HOUR or the tool's own word."""
    location: Location | None
    custom_fields: CustomFields | None
    integration_fields: list[IntegrationField]
    remote_url: str | None
    opened_at: Moment | None
    closed_at: Moment | None
    remote_created_at: Moment | None
    remote_updated_at: Moment | None
    contact_id: Id | None
    remote_data: RemoteData | None
    changed_at: Moment
    remote_deleted_at: Moment | None
    stages: list[JobStage]
    screening_questions: list[ScreeningQuestion]
    job_postings: list[JobPosting]
    hiring_team: list[TeamMember]


class JobPage(Struct, kw_only=True):
    """Jobs and the cursor of the next page."""

    results: list[Job]
    next: str | None


class JobsAnswer(Struct, kw_only=True):
    """The answer of GET /ats/jobs."""

    status: Literal["success"]
    data: JobPage


def _of(name: str, column: str, allowed: tuple[str, ...]) -> Where:
    return Where(
        name=name,
        column=column,
        read=query.one_of(allowed, several=True),
        field=column,
        schema=words_csv(*allowed),
        description=f"Only jobs with one of these {name.replace('_', ' ')}.",
    )


JOBS = Listing(
    path="/ats/jobs",
    model="ats_jobs",
    name="GetAtsJobs",
    summary="Get jobs",
    page=JobsAnswer,
    filters=(
        Where(
            name="job_codes",
            column="job_code",
            read=query.csv,
            field="job_code",
            description="Only jobs with one of these codes.",
        ),
        Where(
            name="post_url",
            column="post_url",
            read=query.exactly,
            field="post_url",
            schema=TEXT,
            description="Only the job with exactly this public address.",
        ),
        _of("statuses", "status", _STATUSES),
        Where(
            name="status",
            column="status",
            read=query.one_of(_STATUSES, several=False),
            field="status",
            schema=words(*_STATUSES),
            description="Deprecated: use `statuses`.",
        ),
        _of("employment_types", "employment_type", _EMPLOYMENT_TYPES),
        _of("visibilities", "visibility", _VISIBILITIES),
        Where(
            name="remote_created_after",
            column="remote_created_at",
            op=Op.SINCE,
            read=query.since,
            field="remote_created_at",
            schema=DATE,
            description="Only jobs created in the tool at this moment or later.",
        ),
        Where(
            name="name_contains",
            column="name_lower",
            op=Op.CONTAINS,
            read=query.lowered,
            field="name",
            schema=TEXT,
            description="Only jobs whose name contains this text, in any case.",
        ),
    ),
)
