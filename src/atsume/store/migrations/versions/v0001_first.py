"""The first schema: records, integrations, keys, sync runs, exchanges."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = {"text": TEXT, "flag": sa.SmallInteger(), "integer": sa.Integer()}

RECORDS: tuple[tuple[str, dict[str, str], dict[str, list[str]]], ...] = (
    ("ats_users", {"email": "text"}, {"email": ["email"]}),
    (
        "ats_jobs",
        {
            "status": "text",
            "employment_type": "text",
            "visibility": "text",
            "post_url": "text",
            "job_code": "text",
            "name_lower": "text",
            "remote_created_at": "text",
            "was_published": "flag",
        },
        {},
    ),
    (
        "ats_candidates",
        {"first_name_lower": "text", "last_name_lower": "text", "emails": "text"},
        {"last_name_lower": ["last_name_lower"]},
    ),
    ("ats_application_stages", {}, {}),
    (
        "ats_applications",
        {
            "candidate_id": "text",
            "job_id": "text",
            "current_stage_id": "text",
            "outcome": "text",
            "remote_created_at": "text",
            "source": "text",
        },
        {"candidate_id": ["candidate_id"], "job_id": ["job_id", "current_stage_id", "deleted_at"]},
    ),
    ("ats_screening_questions", {}, {}),
    (
        "ats_join_jobs_application_stages",
        {"job_id": "text", "stage_id": "text", "position": "integer"},
        {"job_id": ["job_id", "stage_id"]},
    ),
    (
        "ats_join_jobs_screening_questions",
        {"job_id": "text", "question_id": "text", "position": "integer"},
        {"job_id": ["job_id"], "question_id": ["question_id"]},
    ),
    ("ats_join_jobs_users", {"job_id": "text", "user_id": "text"}, {"job_id": ["job_id"]}),
)
"""Model, its columns and its indexes, as they were then."""


def upgrade() -> None:
    """Make all tables."""
    for model, columns, indexes in RECORDS:
        _records(model, columns, indexes)
    _environments()
    _integrations()
    _sync_runs()
    op.create_table(
        "exchanges",
        _text("id", primary_key=True),
        _text("at"),
        _text("integration_id", nullable=True),
        _text("content"),
    )
    op.create_index("ix_exchanges_at", "exchanges", ["at"])
    op.create_index("ix_exchanges_integration_id", "exchanges", ["integration_id"])


def _text(name: str, *, nullable: bool = False, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=nullable, primary_key=primary_key)


def _records(model: str, columns: dict[str, str], indexes: dict[str, list[str]]) -> None:
    op.create_table(
        model,
        sa.Column("seq", SEQ, primary_key=True, autoincrement=False),
        _text("id"),
        sa.Column("integration_no", sa.Integer, nullable=False),
        _text("remote_id"),
        sa.Column("remote_fingerprint", sa.BigInteger, nullable=False),
        sa.Column("fingerprint", sa.BigInteger, nullable=False),
        _text("changed_at"),
        _text("touched_at"),
        _text("deleted_at", nullable=True),
        *(sa.Column(name, KINDS[kind]) for name, kind in columns.items()),
    )
    op.create_index(f"ix_{model}_id", model, ["id"], unique=True)
    op.create_index(f"ix_{model}_touched", model, ["integration_no", "touched_at", "seq"])
    for name, indexed in indexes.items():
        op.create_index(f"ix_{model}_{name}", model, indexed)
    op.create_table(
        f"{model}_fragments",
        sa.Column("seq", SEQ, primary_key=True, autoincrement=False),
        _text("body"),
        _text("embed", nullable=True),
        _text("brief", nullable=True),
    )


def _environments() -> None:
    op.create_table("environments", _text("id", primary_key=True), _text("name"), _text("created_at"))
    op.create_table(
        "api_keys",
        _text("id", primary_key=True),
        sa.Column("environment_id", TEXT, sa.ForeignKey("environments.id"), nullable=False),
        _text("name"),
        _text("key_hash"),
        _text("prefix"),
        _text("created_at"),
        _text("revoked_at", nullable=True),
    )
    op.create_index("ix_api_keys_key_hash", "api_keys", ["key_hash"], unique=True)


def _integrations() -> None:
    op.create_table(
        "integrations",
        sa.Column("no", sa.Integer, primary_key=True, autoincrement=True),
        _text("id"),
        _text("tool"),
        _text("category"),
        sa.Column("environment_id", TEXT, sa.ForeignKey("environments.id"), nullable=False),
        _text("organization_name"),
        _text("creator_email", nullable=True),
        _text("origin_id", nullable=True),
        _text("state"),
        _text("setup_status"),
        _text("qa_status"),
        _text("settings"),
        sa.Column("sealed_credentials", sa.LargeBinary, nullable=False),
        _text("created_at"),
        _text("first_synced_at", nullable=True),
        _text("data_expired_at", nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_integrations_id", "integrations", ["id"], unique=True)
    op.create_index("ix_integrations_environment_id", "integrations", ["environment_id"])


def _sync_runs() -> None:
    op.create_table(
        "sync_runs",
        sa.Column("no", SEQ, primary_key=True, autoincrement=True),
        _text("id"),
        sa.Column("integration_no", sa.Integer, sa.ForeignKey("integrations.no"), nullable=False),
        _text("integration_id"),
        _text("type"),
        _text("state"),
        _text("queued_at"),
        _text("started_at", nullable=True),
        _text("beat_at", nullable=True),
        _text("ended_at", nullable=True),
        _text("streams"),
        _text("warnings"),
        _text("error", nullable=True),
        _text("timings"),
    )
    op.create_index("ix_sync_runs_id", "sync_runs", ["id"], unique=True)
    op.create_index("ix_sync_runs_integration", "sync_runs", ["integration_no", "no"])
    for name, columns, unique, where in (
        ("uq_sync_runs_active", ["integration_no", "type"], True, "state IN ('QUEUED', 'RUNNING')"),
        ("uq_sync_runs_running", ["integration_no"], True, "state = 'RUNNING'"),
        ("ix_sync_runs_queued", ["no"], False, "state = 'QUEUED'"),
    ):
        part = sa.text(where)
        op.create_index(name, "sync_runs", columns, unique=unique, sqlite_where=part, postgresql_where=part)
