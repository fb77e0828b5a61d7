"""Application stages and where they stand in a job (GET /ats/application-stages, jobs[].stages)."""

from typing import Any

from msgspec import Struct

from atsume.model.record import Record, Refer


class Stage(Record):
    """A unified application stage."""

    name: str | None = None
    status: str | None = None
    """ACTIVE or INACTIVE (closed enum in the SDKs)."""
    custom_fields: dict[str, Any] | None = None
    remote_data: Any = None


class StageEmbed(Struct, kw_only=True, gc=False):
    """A stage inside a job or an application, without `index`, which belongs to the job."""

    id: str
    remote_id: str | None
    name: str | None
    status: str | None
    custom_fields: dict[str, Any] | None


def embed(stage: Stage, stage_id: str) -> StageEmbed:
    """Return the stage as it appears inside other records."""
    return StageEmbed(
        id=stage_id,
        remote_id=stage.remote_id,
        name=stage.name,
        status=stage.status,
        custom_fields=stage.custom_fields,
    )


class JobStage(Record):
    """A stage of a job: the join `ats_join_jobs_application_stages`. `remote_id` is `job/stage`."""

    job_id: str
    stage_id: str
    index: int | None = None
    """Place in the job's pipeline, from 0; null when the tool does not say."""


def refer_job_stage(join: JobStage, ids: Refer) -> None:
    """Turn the remote ids of job and stage into ours."""
    join.job_id = ids("ats_jobs", join.job_id)
    join.stage_id = ids("ats_application_stages", join.stage_id)
