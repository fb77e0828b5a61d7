"""`atsume scopes`: what integrations may keep and do, per model, field and action."""

from typing import TYPE_CHECKING

import click

from atsume.cli.output import as_json, note, opened, say, show

if TYPE_CHECKING:
    from atsume.model.scope import ScopeConfig
    from atsume.serve import Server


@click.group()
def scopes() -> None:
    """What integrations may keep and do: per model, field and action."""


@scopes.command("list")
@as_json
def list_scopes(json_: bool) -> None:
    """List scope configs and their settings."""
    from atsume.store.scopes import built_in

    store = opened().store
    found = [*store.scope_configs(), *(built_in(environment.id) for environment in store.environments())]
    show(found, json_, ("id", "environment_id", "name", "is_default", "settings"))


@scopes.command("create")
@click.argument("name")
@click.argument("settings", nargs=-1, metavar="NAME=SETTING...")
@click.option("--environment", help="Environment id; the first one by default.")
@click.option("--default", "is_default", is_flag=True, help="Use it where no other is named.")
@as_json
def create_scope(name: str, settings: tuple[str, ...], environment: str | None, is_default: bool, json_: bool) -> None:
    """Make a scope config, such as `ats_users=OPTIONAL ats_jobs.description=DISABLED`. The rest is ENABLED."""
    from atsume import clock
    from atsume.integrations.scopes import checked
    from atsume.serve import default_environment

    server = opened()
    environment = environment or default_environment(server)
    if server.store.environment(environment) is None:
        raise click.ClickException(f"No environment {environment}; see `atsume environments list`.")
    chosen = checked(_pairs(settings))
    made = server.store.add_scope_config(environment, name, chosen, clock.now(), is_default=is_default)
    note(server, "scope_config.created", made.id, environment)
    show(made, json_)


@scopes.command("set")
@click.argument("config_id")
@click.argument("settings", nargs=-1, required=True, metavar="NAME=SETTING...")
@as_json
def set_scope(config_id: str, settings: tuple[str, ...], json_: bool) -> None:
    """Change settings of a scope config. Integrations that go by it lose what they may not keep any more."""
    from atsume.integrations.scopes import change, checked

    server = opened()
    config = _known(server, config_id)
    merged = dict(config.settings) | checked(_pairs(settings))
    concerned = change(server.store, config, merged, server.executor.now)
    note(server, "scope_config.changed", config.id, config.environment_id, " ".join(settings))
    if not json_:
        say(f"{len(concerned)} integration(s) keep other data from now on.")
    show({"id": config.id, "settings": merged, "integrations": concerned}, json_)


@scopes.command("default")
@click.argument("config_id")
@as_json
def default_scope(config_id: str, json_: bool) -> None:
    """Make a scope config the default of its environment, for integrations that are connected from now on."""
    server = opened()
    config = _known(server, config_id)
    server.store.make_default(config)
    note(server, "scope_config.made_default", config_id, config.environment_id)
    show({"id": config_id, "is_default": True}, json_)


def _known(server: "Server", config_id: str) -> "ScopeConfig":
    config = server.store.scope_config(config_id)
    if config is None:
        raise click.ClickException(f"No scope config {config_id} that could be changed; see `atsume scopes list`.")
    return config


def _pairs(settings: tuple[str, ...]) -> dict[str, str]:
    if wrong := [pair for pair in settings if "=" not in pair]:
        raise click.UsageError(f"{wrong[0]!r} is not NAME=SETTING.")
    return dict(pair.split("=", 1) for pair in settings)
