"""Reference pages made from the code. `make docs` writes them, a test compares them."""

from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from atsume.cli.main import COMMANDS, cli
from atsume.config import PREFIX, SECRET, Config
from atsume.connectors.personio.mapping.tables import grid
from atsume.errors import Code
from atsume.model.catalogue import MODELS

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
    with click.Context(cli, info_name="atsume") as top:
        for name in COMMANDS:
            command = cli.get_command(top, name)
            assert command is not None
            lines += _command(command, f"atsume {name}", top)
    return "\n".join(lines).rstrip() + "\n"


def _command(command: click.Command, path: str, parent: click.Context) -> list[str]:
    context = click.Context(command, info_name=path.rpartition(" ")[2], parent=parent)
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


PROOF = """Each row is proved three times: the tables' own laws and golden pages (`tests/connectors`), the whole road
against the simulated company's state (`tests/end_to_end/test_first_sync.py::test_every_value_is_what_the_company_says`
and the law in `test_law.py`), and both official SDKs as readers (`tests/wire`). Rows without an origin keep the wire
key as null, and say why."""


def coverage(_root: Path) -> str:
    """Return the grid of every unified field and the remote field behind it."""
    return "\n".join(["# Coverage: Personio", "", NOTE.strip(), "", PROOF, "", grid().strip(), ""])


PAGES: dict[str, Callable[[Path], str]] = {
    "docs/reference/errors.md": errors,
    "docs/reference/settings.md": settings,
    "docs/reference/commands.md": commands,
    "docs/reference/models.md": models,
    "docs/reference/coverage.md": coverage,
}


def main() -> None:
    """Write all pages."""
    root = Path(__file__).parent.parent
    for page, make in PAGES.items():
        (root / page).parent.mkdir(parents=True, exist_ok=True)
        (root / page).write_text(make(root))


if __name__ == "__main__":
    main()
