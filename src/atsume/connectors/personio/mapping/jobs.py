"""Jobs ← v2 list × XML feed, joined by id."""

from collections.abc import Callable

from atsume.connectors.mapping import Table, lacks, takes
from atsume.connectors.personio.assemble import JobParts
from atsume.connectors.personio.mapping.rules import description, employment_type, office
from atsume.connectors.personio.remote.feed import Position
from atsume.connectors.personio.timestamps import timestamp
from atsume.model.ats.jobs import Job
from atsume.model.record import Location, Timestamp


def _position(job: JobParts, take: Callable[[Position], str | None]) -> str | None:
    """Return the first language's value that is not empty."""
    return next((value for p in job.positions if (value := take(p))), None)


def _name(job: JobParts) -> str | None:
    return _position(job, lambda p: p.name) or (job.listed.name if job.listed else None)


def _description(job: JobParts) -> str | None:
    return _position(job, lambda p: description(p.sections))


def _employment_type(job: JobParts) -> str | None:
    return employment_type(job.position.employment_type, job.position.schedule) if job.position else None


def _status(job: JobParts) -> str | None:
    if job.position:
        return "OPEN"
    if not job.feed_read:
        return None
    return "CLOSED" if job.was_published else "DRAFT"


def _category(job: JobParts) -> str | None:
    return (job.listed.category_name if job.listed else None) or _position(job, lambda p: p.recruiting_category)


def _department(job: JobParts) -> str | None:
    listed = job.listed.department.name if job.listed and job.listed.department else None
    return listed or _position(job, lambda p: p.department)


def _post_url(job: JobParts) -> str | None:
    return f"{job.site}/job/{job.remote_id}" if job.position and job.site else None


def _location(job: JobParts) -> Location | None:
    return office(_position(job, lambda p: p.office))


def _remote_url(job: JobParts) -> str | None:
    host = job.links.app_host
    return f"https://{host}/recruiting/position/{job.remote_id}?tab=job-details" if host else None


def _created_at(job: JobParts) -> Timestamp | None:
    listed = timestamp(job.listed.created_at) if job.listed else None
    return listed or timestamp(_position(job, lambda p: p.created_at))


JOBS = Table(
    JobParts,
    Job,
    model="ats_jobs",
    label="Jobs",
    rows=[
        takes("remote_id", lambda j: j.remote_id, "v2 id = XML id"),
        takes("name", _name, "XML name, else v2 name", "in the chosen language, then de, en"),
        lacks("job_code", "Personio has no such field."),
        takes("description", _description, "XML jobDescriptions", "published jobs only"),
        lacks("confidential", "Personio has no such field."),
        lacks("weekly_hours", "Personio has no such field."),
        takes("employment_type", _employment_type, "XML employmentType, schedule", "published jobs only"),
        takes("status", _status, "presence in the XML feed", "null while no feed can be read"),
        takes("visibility", lambda j: "PUBLIC" if j.position else None, "presence in the XML feed"),
        takes("category", _category, "v2 category.name, else XML recruitingCategory"),
        takes("department", _department, "v2 department.name, else XML department"),
        takes("post_url", _post_url, "career site + id", "published jobs only"),
        takes("experience_level", lambda j: _position(j, lambda p: p.seniority), "XML seniority", "as it is"),
        lacks("remote_work_status", "Personio tells nobody."),
        lacks("salary_amount", "Not part of the Personio coverage; XML salaryInformation is in remote data."),
        lacks("salary_amount_from", "See salary_amount."),
        lacks("salary_amount_to", "See salary_amount."),
        lacks("salary_currency", "See salary_amount."),
        lacks("salary_period", "See salary_amount."),
        takes("location", _location, "XML office", "city only where it is certain; Personio tells no country"),
        takes("custom_fields", lambda _: {}, "field mappings of the caller", "empty until fields are mapped"),
        takes("integration_fields", lambda _: [], "fields passed through", "empty until fields are passed through"),
        takes("remote_url", _remote_url, "app host + id", "null without app_host"),
        lacks("opened_at", "Personio has no such field."),
        lacks("closed_at", "Personio has no such field."),
        takes("remote_created_at", _created_at, "v2 created_at, else XML createdAt"),
        lacks("remote_updated_at", "Not part of the Personio coverage."),
        lacks("contact_id", "Personio has no such field; see the hiring team."),
        takes("remote_data", lambda _: None, "v2 object, XML element", "off by default"),
        takes("was_published", lambda j: j.was_published or j.position is not None, "ours", "column only"),
    ],
)
