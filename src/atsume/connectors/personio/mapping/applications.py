"""Applications ← v2."""

from atsume.connectors.mapping import Table, lacks, takes
from atsume.connectors.personio.assemble import ApplicationParts
from atsume.connectors.personio.outcome import outcome
from atsume.connectors.personio.timestamps import day, timestamp
from atsume.model.ats.applications import Application


def _job_id(parts: ApplicationParts) -> str | None:
    return parts.application.job.id if parts.application.job else None


def _candidate_id(parts: ApplicationParts) -> str | None:
    return parts.application.candidate.id if parts.application.candidate else None


def _remote_url(parts: ApplicationParts) -> str | None:
    template = parts.links.application
    if template is None:
        return None
    return (
        template.replace("{app_host}", parts.links.app_host or "")
        .replace("{application_id}", parts.application.id)
        .replace("{candidate_id}", _candidate_id(parts) or "")
        .replace("{job_id}", _job_id(parts) or "")
    )


def _channel(parts: ApplicationParts) -> str | None:
    channel = parts.application.channel
    return channel.name or None if channel else None


APPLICATIONS = Table(
    ApplicationParts,
    Application,
    model="ats_applications",
    label="Applications",
    rows=[
        takes("remote_id", lambda a: a.application.id, "id"),
        takes(
            "outcome", lambda a: outcome(a.stage_key), "current_stage", "system stages only; a custom one is PENDING"
        ),
        lacks("rejection_reason_name", "Personio's API does not tell it."),
        lacks("rejected_at", "Personio's API does not tell it."),
        takes("current_stage_id", lambda a: a.stage_key, "current_stage.id", "system stages: their key"),
        takes("job_id", _job_id, "job.id"),
        takes("candidate_id", _candidate_id, "candidate.id"),
        lacks("screening_question_answers", "Personio's API does not tell answers."),
        takes("custom_fields", lambda _: {}, "field mappings of the caller", "empty until fields are mapped"),
        takes("integration_fields", lambda _: [], "fields passed through", "empty until fields are passed through"),
        takes("remote_url", _remote_url, "template of the settings", "null without: Personio documents no address"),
        takes(
            "remote_created_at",
            lambda a: timestamp(a.application.created_at) or day(a.application.application_date),
            "created_at, else application_date",
        ),
        takes("remote_updated_at", lambda a: timestamp(a.application.updated_at), "updated_at"),
        takes("remote_data", lambda _: None, "v2 object", "off by default"),
        takes("source", _channel, "channel.name", "column only: becomes the candidate's source"),
    ],
)
