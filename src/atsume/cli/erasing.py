"""`atsume erase …`: take away for good, and prove it."""

from typing import TYPE_CHECKING

import click

from atsume.cli.output import as_json, opened, say, show

if TYPE_CHECKING:
    from atsume.integrations.erase import Proof

dry_run = click.option("--dry-run", is_flag=True, help="Count what would go; change nothing.")
yes = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group()
def erase() -> None:
    """Erase an integration, a person or an environment for good, and prove what went."""


@erase.command("integration")
@click.argument("integration_id")
@dry_run
@yes
@as_json
def integration(integration_id: str, dry_run: bool, yes: bool, json_: bool) -> None:
    """Erase an integration and everything of it at once, deleted before or not."""
    from atsume import clock
    from atsume.integrations.erase import erase_integration

    server = opened()
    _ask(f"Erase {integration_id} and everything mirrored from it?", dry_run=dry_run, yes=yes)
    _tell(erase_integration(server.store, integration_id, clock.now(), dry_run=dry_run), "integration", json_)


@erase.command("person")
@click.argument("email")
@click.option("--environment", help="Only in this environment.")
@dry_run
@yes
@as_json
def person(email: str, environment: str | None, dry_run: bool, yes: bool, json_: bool) -> None:
    """Empty every record of whoever has this e-mail address; no later sync fills them again."""
    from atsume.integrations.erase import erase_person

    server = opened()
    if "@" not in email:
        raise click.UsageError("EMAIL must be a whole e-mail address.")
    _ask("Erase every record of this person?", dry_run=dry_run, yes=yes)
    _tell(
        erase_person(server.store, email, server.executor.now, environment_id=environment, dry_run=dry_run),
        "person",
        json_,
    )


@erase.command("environment")
@click.argument("environment_id")
@dry_run
@yes
@as_json
def environment(environment_id: str, dry_run: bool, yes: bool, json_: bool) -> None:
    """Erase an environment with its integrations, keys and settings."""
    from atsume import clock
    from atsume.integrations.erase import erase_environment

    server = opened()
    _ask(f"Erase environment {environment_id}, its keys and all of its integrations?", dry_run=dry_run, yes=yes)
    _tell(erase_environment(server.store, environment_id, clock.now(), dry_run=dry_run), "environment", json_)


def _ask(question: str, *, dry_run: bool, yes: bool) -> None:
    if not dry_run and not yes:
        click.confirm(question, abort=True, err=True)


def _tell(proof: "Proof | None", kind: str, json_: bool) -> None:
    if proof is None:
        raise click.ClickException(f"There is no such {kind}; see `atsume {kind}s list`.")
    if json_:
        show(proof, json_)
        return
    say(f"{'Would be erased' if proof.dry_run else 'Erased'}: {proof.what}")
    show([{"table": table, "rows": rows} for table, rows in sorted(proof.erased.items())], False, ("table", "rows"))
    if proof.remains:
        say("What remains, and why:")
        rows = [{"table": table, "rows": one.rows, "why": one.why} for table, one in sorted(proof.remains.items())]
        show(rows, False, ("table", "rows", "why"))
    if proof.note:
        say(proof.note)
