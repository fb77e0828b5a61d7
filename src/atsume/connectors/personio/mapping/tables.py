"""All mapping tables of Personio, in the order of the coverage grid."""

from typing import Any

from atsume.connectors.mapping import Table
from atsume.connectors.personio.mapping.applications import APPLICATIONS
from atsume.connectors.personio.mapping.candidates import CANDIDATES
from atsume.connectors.personio.mapping.jobs import JOBS
from atsume.connectors.personio.mapping.screening_questions import JOB_QUESTIONS, QUESTIONS
from atsume.connectors.personio.mapping.stages import JOB_STAGES, STAGES
from atsume.connectors.personio.mapping.users import HIRING_TEAM, USERS

TABLES: tuple[Table[Any, Any], ...] = (
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
MAPPING_VERSION = 1
"""Raise it whenever a table or rule changes: every record is then mapped again at its next full sync."""


def grid() -> str:
    """Return the coverage grid as Markdown: every unified field, where it comes from, and why some are empty."""
    lines: list[str] = []
    for table in TABLES:
        lines += [f"### {table.label} (`{table.model}`)", "", "| field | from | note |", "| --- | --- | --- |"]
        lines += [f"| `{row.field}` | {row.origin} | {row.note} |" for row in table.rows]
        lines.append("")
    return "\n".join(lines)
