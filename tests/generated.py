"""Reference pages made from the code. `make docs` writes them, a test compares them."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from atsume.cli.main import COMMANDS, cli
from atsume.config import PREFIX, SECRET, Config
from atsume.connectors.personio.actions.create_application import INPUTS
from atsume.connectors.personio.actions.refusals import REASONS
from atsume.connectors.personio.mapping.tables import TABLES
from atsume.errors import Code
from atsume.model.catalogue import MODELS
from atsume.model.integration import EndUser
from atsume.webhooks import attempts, payloads
from tests.covered import COVERED, PROOF
from tests.end_to_end import fault_matrix

NOTE = "<!-- Made by `make docs`; edit the code instead. -->\n\n"


def errors(_root: Path) -> str:
    """Return the page of all error codes."""
    lines = ["# Errors", "", NOTE.strip(), ""]
    lines += [
        'Every answer that is not a success is `{"status": "error", "error": {code, title, message, log_url}}`.',
        "Branch on `code`; `message` says what happened and what to do; `log_url` opens the recorded exchange.",
        "General endpoints send `code: null` instead of an `INTEGRATION.*`, `REMOTE.*` or `ATS.*` code, which their",
        "clients do not know.",
        "",
        "| code | title | status | who can fix it |",
        "| --- | --- | --- | --- |",
    ]  # fmt: skip
    lines += [f"| `{c.wire}` | {c.title} | {c.status} | {c.fixer.value.replace('_', ' ')} |" for c in Code]
    return "\n".join(lines) + "\n"


def settings(_root: Path) -> str:
    """Return the page of all settings."""
    lines = ["# Settings", "", NOTE.strip(), ""]
    lines += ["Read from the environment, then `.env`. `atsume config show` prints what is in force.", ""]
    lines += ["| variable | default | secret |", "| --- | --- | --- |"]
    for field in msgspec.structs.fields(Config):
        default = "–" if field.default is None else f"`{field.default}`"
        lines.append(f"| `{PREFIX}{field.name.upper()}` | {default} | {'yes' if field.name in SECRET else ''} |")
    return "\n".join(lines) + "\n"


def commands(_root: Path) -> str:
    """Return the page of all commands."""
    lines = ["# Commands", "", NOTE.strip(), ""]
    # As the command itself makes it: Click keeps a command's help option from whichever context was first.
    with cli.make_context("atsume", [], resilient_parsing=True) as top:
        for name in COMMANDS:
            command = cli.get_command(top, name)
            assert command is not None
            lines += _command(command, f"atsume {name}", top)
    return "\n".join(lines).rstrip() + "\n"


def webhooks(_root: Path) -> str:
    """Return the page of all events."""
    lines = ["# Webhooks", "", NOTE.strip(), ""]
    lines += [
        "Each request is a POST of `{id, type, data}`. [How to receive them](../howto/webhooks.md).", "",
        "| header | value |", "| --- | --- |",
        "| `X-Kombo-Signature` | base64url without padding of HMAC-SHA256(secret, raw body) |",
        "| `webhook-id` | the event's id, the same in every attempt and replay |",
        "| `webhook-timestamp` | seconds since 1970, of this attempt |",
        "| `webhook-signature` | `v1,` and base64 of HMAC-SHA256(decoded secret, `id.timestamp.body`), per secret |",
        "", "Attempts: the first at once, then after "
        + ", ".join(_duration(wait) for wait in attempts.WAITS)
        + f", each up to a tenth sooner or later; {attempts.ATTEMPTS} in all.", "",
    ]  # fmt: skip
    for kind, struct in PAYLOADS.items():
        lines += [f"## {kind}", "", (struct.__doc__ or "").strip(), "", "| key of `data` | type |", "| --- | --- |"]
        for field in msgspec.structs.fields(struct):
            lines.append(f"| `{field.name}` | {_type_name(field.type)} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


PAYLOADS = {
    "data-changed": payloads.DataChanged,
    "sync-finished": payloads.SyncFinished,
    "integration-created": payloads.IntegrationCreated,
    "integration-deleted": payloads.IntegrationDeleted,
    "integration-state-changed": payloads.IntegrationStateChanged,
    "connection-flow-failed": payloads.ConnectionFlowFailed,
}


def _duration(wait: dt.timedelta) -> str:
    seconds = int(wait.total_seconds())
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min" if seconds < 3600 else f"{seconds // 3600} h"


def _type_name(kind: object) -> str:
    if kind is EndUser:
        return "object: `organization_name`, `creator_email` or null, `origin_id` or null"
    return {str: "string", int: "integer"}.get(kind, "array of objects: `name`")  # pyright: ignore[reportCallIssue, reportArgumentType]


def _command(command: click.Command, path: str, parent: click.Context) -> list[str]:
    context = click.Context(command, info_name=path.rpartition(" ")[2], parent=parent)
    command._help_option = None  # Click keeps it from whichever context was first, which may have been a test's
    lines = [f"## {path}", "", "```", command.get_help(context), "```", ""]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            lines += _command(child, f"{path} {name}", context)
    return lines


def models(_root: Path) -> str:
    """Return the page of all models and what counts as a change of them."""
    lines = ["# Models", "", NOTE.strip(), "", "| model | what | its change also counts for |", "| --- | --- | --- |"]
    for model in MODELS.values():
        touched = ", ".join(f"`{t.model}`" for t in model.touches) or "–"
        lines.append(f"| `{model.name}` | {model.label} | {touched} |")
    return "\n".join(lines) + "\n"


ABOUT = f"""One row per model and field that callers may rely on. Each has a test of its own: a simulated company with
everything in it is mirrored, lives on for a day and is mirrored again; then that field is compared with the company's
own state, on every record. The last column stands in the brackets of

    .venv/bin/python -m pytest "{PROOF}[…]"

`tests/end_to_end/test_coverage_can_fail.py` spoils each mapping in turn and sees that row, and no other, fail. Besides,
all tables have laws (`tests/connectors/test_tables.py`) and golden pages
(`tests/connectors/personio/test_streams.py::test_golden`), and both official SDKs read every value (`tests/wire`)."""
FROM_US = {
    "id": ("computed from integration, model and remote id", "the same after every sync"),
    "changed_at": ("ours", "time of the commit that changed one of the record's own fields"),
    "remote_deleted_at": ("ours", "time of the commit that found it gone; else null"),
}


def coverage(_root: Path) -> str:
    """Return one row per model and field of the coverage: where it comes from, which test proves it; then the rest."""
    lines = ["# Coverage: Personio", "", NOTE.strip(), "", ABOUT, ""]
    for table in TABLES:
        sources = FROM_US | {row.field: (row.origin, row.note) for row in table.rows}
        lines += [
            f"### {table.label} (`{table.model}`)",
            "",
            "| field | from | note | test |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| `{field}` | {sources[field][0]} | {sources[field][1]} | `{table.model}-{field}` |"
            for field in COVERED[table.model]
        ]
        lines.append("")
    lines += ["## Keys that stay empty", "", "The wire has them, Personio does not, or nobody asked for them.", ""]
    lines += ["| model | key | why |", "| --- | --- | --- |"]
    lines += [
        f"| `{table.model}` | `{row.field}` | {row.note} |"
        for table in TABLES
        for row in table.rows
        if row.take is None
    ]
    return "\n".join(lines) + "\n"


def faults(_root: Path) -> str:
    """Return what a sync makes of every fault, as recorded."""
    return "\n".join(["# Faults", "", NOTE.strip(), "", fault_matrix.ABOUT.strip(), "", fault_matrix.page(), ""])


def actions(_root: Path) -> str:
    """Return the page of all inputs of the write actions."""
    lines = ["# Actions: Personio", "", NOTE.strip(), ""]
    lines += [
        "Create candidate and create application are one request to Personio, so they take the same inputs. The table",
        "is the one that the code is made of; each row names the test that proves it. An input that Personio cannot",
        "take is left out, and a warning of the answer says so.",
        "",
        "| input | becomes in Personio | note | covered | proof |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in INPUTS:
        becomes = f"`{row.becomes}`" if row.becomes else "– (warning)"
        covered = "yes" if row.covered else ""
        lines.append(f"| `{row.field}` | {becomes} | {row.note} | {covered} | `{row.proof}` |")
    lines += ["", "## What a refusal of Personio becomes", "", "| reason | code | message |", "| --- | --- | --- |"]
    lines += [f"| `{reason}` | `{code.wire}` | {text} |" for reason, (code, text) in REASONS.items()]
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[Path], str]] = {
    "docs/reference/errors.md": errors,
    "docs/reference/webhooks.md": webhooks,
    "docs/reference/settings.md": settings,
    "docs/reference/commands.md": commands,
    "docs/reference/models.md": models,
    "docs/reference/coverage.md": coverage,
    "docs/reference/faults.md": faults,
    "docs/reference/actions.md": actions,
}


def main() -> None:
    """Write all pages."""
    root = Path(__file__).parent.parent
    for page, make in PAGES.items():
        (root / page).parent.mkdir(parents=True, exist_ok=True)
        (root / page).write_text(make(root))


if __name__ == "__main__":
    main()
