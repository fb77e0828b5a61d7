"""Applications: what a candidate sends for a job. Wire keys in wire order (GET /ats/applications)."""

from typing import Any

from msgspec import UNSET, Struct

from atsume.model.record import Hidden, IntegrationFieldValue, Record, Refer, Timestamp


class Application(Record):
    """A unified application. The three `…_id` fields hold remote ids until `refer`."""

    outcome: str | None = None
    """PENDING, HIRED or DECLINED (closed enum in the SDKs); null when the tool does not say."""
    rejection_reason_name: str | None = None
    rejected_at: Timestamp | None = None
    current_stage_id: str | None = None
    job_id: str | None = None
    candidate_id: str | None = None
    screening_question_answers: list[Any] = []
    custom_fields: dict[str, Any] | None = None
    integration_fields: list[IntegrationFieldValue] = []
    remote_url: str | None = None
    remote_created_at: Timestamp | None = None
    remote_updated_at: Timestamp | None = None
    remote_data: Any = None
    source: Hidden = UNSET
    """Where this application came from; the newest application's source is the candidate's."""


class ApplicationEmbed(Struct, kw_only=True, gc=False):
    """An application inside a candidate, without `changed_at`, `current_stage` and `job`, which are joined in."""

    id: str
    remote_id: str | None
    outcome: str | None
    rejection_reason_name: str | None
    rejected_at: Timestamp | None
    remote_url: str | None
    remote_created_at: Timestamp | None
    remote_updated_at: Timestamp | None


def embed(application: Application, application_id: str) -> ApplicationEmbed:
    """Return the application's own part as it appears inside a candidate."""
    return ApplicationEmbed(
        id=application_id,
        remote_id=application.remote_id,
        outcome=application.outcome,
        rejection_reason_name=application.rejection_reason_name,
        rejected_at=application.rejected_at,
        remote_url=application.remote_url,
        remote_created_at=application.remote_created_at,
        remote_updated_at=application.remote_updated_at,
    )


def refer(application: Application, ids: Refer) -> None:
    """Turn the remote ids of stage, job and candidate into ours."""
    if application.current_stage_id is not None:
        application.current_stage_id = ids("ats_application_stages", application.current_stage_id)
    if application.job_id is not None:
        application.job_id = ids("ats_jobs", application.job_id)
    if application.candidate_id is not None:
        application.candidate_id = ids("ats_candidates", application.candidate_id)
