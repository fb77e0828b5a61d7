"""`atsume operators`: who may sign in to the console. The first admin is added here, by whoever runs the server."""

import sys
from typing import TYPE_CHECKING

import click

from atsume.cli.output import as_json, note, opened, say, show

if TYPE_CHECKING:
    from atsume.model.operator import Operator
    from atsume.serve import Server

ROLE = click.Choice(["viewer", "operator", "admin"])
STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from stdin instead of asking for it.")


@click.group()
def operators() -> None:
    """Who may sign in to the console."""


@operators.command("add")
@click.argument("name")
@click.option("--role", type=ROLE, default="viewer", show_default=True, help="What it may do.")
@click.option("--environment", "environments", multiple=True, help="The only environment it may see; repeatable.")
@STDIN
@as_json
def add(name: str, role: str, environments: tuple[str, ...], password_stdin: bool, json_: bool) -> None:
    """Add an operator. The password is asked for, never an argument."""
    from atsume import clock
    from atsume import operators as accounts
    from atsume.model.operator import Role

    server = opened()
    for one in environments:
        if server.store.environment(one) is None:
            raise click.ClickException(f"No environment {one}; see `atsume environments list`.")
    made = accounts.add(server.store, clock.now(), name, _password(password_stdin), Role(role), environments or None)
    note(server, "operator.added", made.id, details=f"{made.name}, {role}")
    say(f"{made.name} can sign in at {server.config.public_url.rstrip('/')}/console.")
    show({"id": made.id, "name": made.name, "role": role, "environments": made.environments}, json_)


@operators.command("list")
@as_json
def list_operators(json_: bool) -> None:
    """List operators."""
    show(opened().store.operators(), json_, ("name", "role", "environments", "created_at", "id"))


@operators.command("password")
@click.argument("name")
@STDIN
@as_json
def password(name: str, password_stdin: bool, json_: bool) -> None:
    """Give an operator another password; it is signed out everywhere."""
    from atsume import operators as accounts

    server = opened()
    operator = _known(server, name)
    accounts.set_password(server.store, operator, _password(password_stdin))
    note(server, "operator.password_changed", operator.id, details=operator.name)
    show({"name": operator.name, "password": "changed"}, json_)


@operators.command("role")
@click.argument("name")
@click.argument("role", type=ROLE)
@as_json
def role(name: str, role: str, json_: bool) -> None:
    """Give an operator another role; it is signed out everywhere."""
    from atsume.model.operator import Role

    server = opened()
    operator = _known(server, name)
    server.store.change_operator(operator.id, role=Role(role))
    note(server, "operator.role_changed", operator.id, details=f"{operator.name}, {role}")
    show({"name": operator.name, "role": role}, json_)


@operators.command("remove")
@click.argument("name")
@as_json
def remove(name: str, json_: bool) -> None:
    """Remove an operator; it is signed out everywhere. What it did stays in the audit log."""
    server = opened()
    operator = _known(server, name)
    server.store.remove_operator(operator.id)
    note(server, "operator.removed", operator.id, details=operator.name)
    show({"name": operator.name, "removed": True}, json_)


def _known(server: "Server", name: str) -> "Operator":
    operator = server.store.operator(name.strip().lower())
    if operator is None:
        raise click.ClickException(f"No operator {name}; see `atsume operators list`.")
    return operator


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
