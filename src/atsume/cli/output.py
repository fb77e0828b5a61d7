"""How commands print: a table for people, JSON for programs. Data goes to stdout, talk to stderr."""

import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from atsume import config as configuration

if TYPE_CHECKING:
    from atsume.serve import Server
    from atsume.sync.permissions import Shown

T = TypeVar("T")

as_json = click.option("--json", "json_", is_flag=True, help="Print JSON.")


def settings() -> configuration.Config:
    """Return the configuration of this process. Raises ConfigError."""
    return configuration.load(os.environ)


def opened(*, level: int = logging.WARNING) -> "Server":
    """Open the database, keys and connectors; logs go to stderr. Raises ConfigError or StoreError."""
    from atsume.observe import configure
    from atsume.serve import open_server

    configure(as_json=not sys.stderr.isatty(), level=level)
    return open_server(settings())


def given(change: Callable[[dict[str, str | None]], T], pairs: Sequence[str]) -> T:
    """Return what `change` makes of NAME=VALUE arguments; an empty value is None. What cannot be set is said."""
    from atsume.model.environment import UnknownSetting

    if wrong := [pair for pair in pairs if "=" not in pair]:
        raise click.UsageError(f"{wrong[0]!r} is not NAME=VALUE.")
    try:
        return change({name: value or None for name, _, value in (pair.partition("=") for pair in pairs)})
    except UnknownSetting as error:
        raise click.ClickException(str(error)) from error


def note(
    server: "Server", action: str, subject: str | None, environment_id: str | None = None, details: str | None = None
) -> None:
    """Write into the audit log what was done on the command line."""
    from atsume import clock
    from atsume.store.rows import AuditEntry

    entry = AuditEntry(
        at=clock.now(),
        actor="command line",
        action=action,
        environment_id=environment_id,
        subject=subject,
        details=details,
    )
    server.store.note_audit(entry)


def say(text: str) -> None:
    """Talk to a person, on stderr."""
    click.echo(text, err=True)


def show(data: Any, json_: bool, columns: Sequence[str] = ()) -> None:
    """Print data: as JSON, as a table when it is a list, else one `name  value` line each."""
    plain = msgspec.to_builtins(data)
    if json_:
        click.echo(msgspec.json.format(msgspec.json.encode(plain), indent=2))
    elif isinstance(plain, list):
        _table(plain, columns)
    else:
        for name, value in plain.items():
            click.echo(f"{name:<24}{_cell(value)}")


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    cells = [[_cell(row.get(name)) for name in columns] for row in rows]
    widths = [max([len(name), *(len(line[i]) for line in cells)]) for i, name in enumerate(columns)]
    for line in [list(columns), *cells]:
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def tell_permissions(found: "Sequence[Shown]", json_: bool) -> None:
    """Print what scope testing found: one line each, and below it how to grant what is missing."""
    if json_:
        show(list(found), json_)
        return
    for one in found:
        mark = {"PASSED": "✓", "MISSING": "✗", "INCONCLUSIVE": "?"}[one.finding.value]
        needed = " (required)" if one.is_blocking else ""
        click.echo(f"{mark} {one.title}{needed}")
        if one.finding.value != "PASSED":
            click.echo(f"    {one.sentence}")
