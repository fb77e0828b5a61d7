"""What works with Personio: models from the mapping tables, write actions, features."""

from atsume.connectors.personio.mapping.tables import TABLES
from atsume.model.coverage import Coverage, Feature, FieldCoverage, Status, ToolCoverage

WRITING = Status.SUPPORTED
INPUTS = (
    "candidate.first_name",
    "candidate.last_name",
    "candidate.email_address",
    "candidate.phone_number",
    "candidate.location.city",
    "candidate.location.country",
    "candidate.gender",
    "candidate.availability_date",
    "candidate.salary_expectations.period",
    "candidate.salary_expectations.amount",
    "application.job_id",
    "application.stage_id",
    "screening_question_answers.question_id",
    "screening_question_answers.answer",
    "attachments.name",
    "attachments.content_type",
    "attachments.data_url",
    "attachments.data",
    "attachments.type",
    "source.name",
    "source.unified_key",
    "source.id",
)
"""Inputs of both write actions: they are the same call."""
FEATURES: tuple[tuple[str, str, Status], ...] = (
    ("automatic_source_writing", "Automatic Source Writing", Status.SUPPORTED),
    ("sync_only_created_applications", "Sync Only Created Applications", Status.SUPPORTED),
    ("connection_guide", "Connection Guide", Status.SUPPORTED),
    ("prerequisites", "Prerequisites", Status.SUPPORTED),
    ("create_credentials", "Create credentials", Status.SUPPORTED),
    ("candidate_source_tracking", "Candidate source tracking", Status.SUPPORTED),
    ("api_passthrough", "API Passthrough", Status.SUPPORTED),
    ("scope_testing", "Scope Testing", Status.SUPPORTED),
    ("custom_field_explorer", "Custom Field Explorer", Status.SUPPORTED),
    ("jobs", "Jobs", Status.SUPPORTED),
)


def _action(action_id: str, label: str) -> Coverage:
    return Coverage(action_id, label, WRITING, tuple(FieldCoverage(name, WRITING) for name in INPUTS))


COVERAGE = ToolCoverage(
    read_models=tuple(table.coverage() for table in TABLES),
    write_actions=(
        _action("ats_create_candidate", "Create candidate"),
        _action("ats_create_application", "Create application"),
    ),
    features=tuple(Feature(*row) for row in FEATURES),
)
