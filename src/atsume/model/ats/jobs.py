"""Jobs: what one applies for. Wire keys in wire order (GET /ats/jobs)."""

from typing import Any

from msgspec import UNSET, Struct

from atsume.model.record import Hidden, IntegrationFieldValue, Location, Record, Refer, Timestamp


class Job(Record):
    """A unified job."""

    name: str | None = None
    job_code: str | None = None
    description: str | None = None
    """HTML."""
    confidential: bool | None = None
    weekly_hours: float | None = None
    employment_type: str | None = None
    """FULL_TIME, PART_TIME, CONTRACT, SEASONAL, INTERNSHIP, or the tool's own word."""
    status: str | None = None
    """OPEN, CLOSED, DRAFT, ARCHIVED, or the tool's own word."""
    visibility: str | None = None
    """PUBLIC, INTERNAL, UNLISTED, CONFIDENTIAL, or the tool's own word."""
    category: str | None = None
    department: str | None = None
    post_url: str | None = None
    experience_level: str | None = None
    remote_work_status: str | None = None
    salary_amount: float | None = None
    salary_amount_from: float | None = None
    salary_amount_to: float | None = None
    salary_currency: str | None = None
    salary_period: str | None = None
    location: Location | None = None
    custom_fields: dict[str, Any] | None = None
    integration_fields: list[IntegrationFieldValue] = []
    remote_url: str | None = None
    opened_at: Timestamp | None = None
    closed_at: Timestamp | None = None
    remote_created_at: Timestamp | None = None
    remote_updated_at: Timestamp | None = None
    contact_id: str | None = None
    remote_data: Any = None
    was_published: Hidden = UNSET
    """Whether the job was ever seen published: tells CLOSED from DRAFT later."""


class JobEmbed(Struct, kw_only=True, gc=False):
    """A job inside an application."""

    id: str
    remote_id: str
    name: str | None


def embed(job: Job, job_id: str) -> JobEmbed:
    """Return the job as it appears inside other records."""
    return JobEmbed(id=job_id, remote_id=job.remote_id, name=job.name)


def refer(job: Job, ids: Refer) -> None:
    """Turn references into our ids."""
    if job.contact_id is not None:
        job.contact_id = ids("ats_users", job.contact_id)
