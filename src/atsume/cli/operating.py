"""`atsume environments`, `atsume config`: operating a server."""

import os

import click

from atsume.cli.output import as_json, given, opened, show


@click.group()
def environments() -> None:
    """Sets of integrations and keys."""


@environments.command("create")
@click.argument("name")
@as_json
def create_environment(name: str, json_: bool) -> None:
    """Make an environment."""
    from atsume import clock

    show(opened().store.create_environment(name, clock.now()), json_)


@environments.command("list")
@as_json
def list_environments(json_: bool) -> None:
    """List environments."""
    show(opened().store.environments(), json_, ("id", "name", "created_at", "settings"))


@environments.command("set")
@click.argument("environment_id")
@click.argument("settings", nargs=-1, required=True, metavar="NAME=VALUE...")
@as_json
def set_environment(environment_id: str, settings: tuple[str, ...], json_: bool) -> None:
    """Change settings of an environment; `NAME=` takes one back to its default."""
    from atsume.cli.fields import fieldwork
    from atsume.cli.syncing import tell_window
    from atsume.integrations.fields import settle_environment
    from atsume.model.environment import changed

    server = opened()
    environment = server.store.environment(environment_id)
    if environment is None:
        raise click.ClickException(f"No environment {environment_id}; see `atsume environments list`.")
    after = given(lambda values: changed(environment.settings, values), settings)
    before = {one.id: server.store.in_force(one) for one in server.store.integrations(environment_id)}
    server.store.update_environment_settings(environment_id, after)
    for one in server.store.integrations(environment_id):
        tell_window(server, one, before[one.id])
    settle_environment(fieldwork(server), environment_id)
    show(after, json_)


@click.group()
def config() -> None:
    """Settings and where they come from."""


@config.command("show")
@as_json
def show_config(json_: bool) -> None:
    """Print every setting, its value and origin; secrets masked."""
    from atsume.config import explain

    show(explain(os.environ), json_, ("variable", "value", "origin"))
