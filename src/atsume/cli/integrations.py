"""`atsume integrations …`: connect tools, look at them, sync them."""

import click

from atsume.cli.connecting import CreateGroup
from atsume.cli.output import as_json, given, opened, say, show
from atsume.cli.syncing import queue_and_wait


@click.group()
def integrations() -> None:
    """Connect tools, look at them, sync them."""


@integrations.group("create", cls=CreateGroup)
def create() -> None:
    """Connect a tool without a browser."""


@integrations.command("list")
@as_json
def list_integrations(json_: bool) -> None:
    """List integrations."""
    rows = [
        {"id": i.id, "tool": i.tool, "state": i.state, "organization": i.end_user.organization_name,
         "first_synced_at": i.first_synced_at}
        for i in opened().store.integrations()
    ]  # fmt: skip
    show(rows, json_, ("id", "tool", "state", "organization", "first_synced_at"))


@integrations.command("show")
@click.argument("integration_id")
@as_json
def show_integration(integration_id: str, json_: bool) -> None:
    """Print an integration, its records and its last runs."""
    from atsume.cli.syncing import known

    server = opened()
    integration = known(server, integration_id)
    show(
        {
            "id": integration.id,
            "tool": integration.tool,
            "environment_id": integration.environment_id,
            "end_user": integration.end_user,
            "state": integration.state,
            "setup_status": integration.setup_status,
            "created_at": integration.created_at,
            "first_synced_at": integration.first_synced_at,
            "settings": integration.settings,
            "overrides": integration.overrides,
            "records": server.store.counts(integration.no),
            "syncs": server.store.sync_runs(integration.id, limit=5),
        },
        json_,
    )


@integrations.command("set")
@click.argument("integration_id")
@click.argument("settings", nargs=-1, required=True, metavar="NAME=VALUE...")
@as_json
def set_integration(integration_id: str, settings: tuple[str, ...], json_: bool) -> None:
    """Decide otherwise than the environment; `NAME=` follows it again."""
    from atsume.cli.syncing import known
    from atsume.model.environment import overridden

    server = opened()
    integration = known(server, integration_id)
    after = given(lambda values: overridden(integration.overrides, values), settings)
    server.store.update_overrides(integration.id, after)
    show({"overrides": after, "in_force": server.store.in_force(known(server, integration_id))}, json_)


@integrations.command("sync")
@click.argument("integration_id")
@click.option("--wait", is_flag=True, help="Return when the run has ended.")
@as_json
def sync(integration_id: str, wait: bool, json_: bool) -> None:
    """Queue a sync; with --wait, follow it to its end."""
    from atsume.cli.syncing import known

    server = opened()
    known(server, integration_id)
    queue_and_wait(server, integration_id, wait=wait, json_=json_)


@integrations.command("test")
@click.argument("integration_id")
@as_json
def test(integration_id: str, json_: bool) -> None:
    """Prove that the credentials still work."""
    from atsume.cli.syncing import known
    from atsume.sync.execute import open_session

    server = opened()
    session = open_session(server.executor, known(server, integration_id), None)
    try:
        session.authenticate()
    finally:
        session.close()
    show({"integration_id": integration_id, "authentication": "ok"}, json_)


@integrations.command("disable")
@click.argument("integration_id")
def disable(integration_id: str) -> None:
    """Stop syncing; reads answer INTEGRATION.INACTIVE until it is enabled again."""
    _set_state(integration_id, "INACTIVE")
    say("Disabled.")


@integrations.command("enable")
@click.argument("integration_id")
def enable(integration_id: str) -> None:
    """Let a disabled integration sync again."""
    _set_state(integration_id, "ACTIVE")
    say("Enabled.")


@integrations.command("delete")
@click.argument("integration_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(integration_id: str, yes: bool) -> None:
    """Delete an integration with everything mirrored from it. Cannot be undone."""
    from atsume import clock
    from atsume.cli.syncing import known

    server = opened()
    known(server, integration_id)
    if not yes:
        click.confirm(f"Delete {integration_id} and all of its records?", abort=True, err=True)
    server.store.delete_integration(integration_id, clock.now())
    say("Deleted.")


def _set_state(integration_id: str, state: str) -> None:
    from atsume import clock
    from atsume.cli.syncing import known
    from atsume.model.integration import State

    server = opened()
    known(server, integration_id)
    server.store.set_state(integration_id, State(state), clock.now())
