"""`atsume integrations …`: connect tools, look at them, sync them."""

import sys

import click

from atsume.cli.connecting import CreateGroup
from atsume.cli.output import as_json, given, note, opened, say, show, tell_permissions
from atsume.cli.syncing import queue_and_wait
from atsume.cli.writing import applications, channels


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
            "qa_status": integration.qa_status,
            "qa_findings": integration.qa_findings,
            "refused_since": integration.refused_since,
            "last_synced_at": integration.last_synced_at,
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
    from atsume.cli.fields import fieldwork
    from atsume.cli.syncing import known, tell_window
    from atsume.model.environment import overridden

    server = opened()
    integration = known(server, integration_id)
    after = given(lambda values: overridden(integration.overrides, values), settings)
    before = server.store.in_force(integration)
    server.store.update_overrides(integration.id, after)
    tell_window(server, known(server, integration_id), before)
    fieldwork(server).settle(known(server, integration_id))
    show({"overrides": after, "in_force": server.store.in_force(known(server, integration_id))}, json_)


@integrations.command("sync")
@click.argument("integration_id")
@click.option("--wait", is_flag=True, help="Return when the run has ended.")
@click.option("--allow-deletions", is_flag=True, help="Let this run delete however much is gone in the tool.")
@as_json
def sync(integration_id: str, wait: bool, allow_deletions: bool, json_: bool) -> None:
    """Queue a sync; with --wait, follow it to its end."""
    from atsume import clock
    from atsume.cli.syncing import known

    server = opened()
    known(server, integration_id)
    if allow_deletions:
        server.store.allow_deletions(integration_id, clock.now())
    queue_and_wait(server, integration_id, wait=wait, json_=json_)


@integrations.command("test")
@click.argument("integration_id")
@as_json
def test(integration_id: str, json_: bool) -> None:
    """Ask the tool for every permission that is needed; say how to grant what is missing."""
    from atsume.cli.syncing import known
    from atsume.serve import test_permissions

    server = opened()
    found = test_permissions(server, known(server, integration_id))
    tell_permissions(found, json_)
    if any(one.is_blocking for one in found):
        sys.exit(1)


@integrations.command("explore")
@click.argument("integration_id")
@click.option("--model", "models", multiple=True, help="Only of this model.")
@click.option("--limit", default=25, show_default=True, help="Live records looked at, by model.")
@as_json
def explore(integration_id: str, models: tuple[str, ...], limit: int, json_: bool) -> None:
    """List the fields of a few live records, without waiting for a sync."""
    from atsume.cli.syncing import known
    from atsume.integrations.explorer import explored, fetch
    from atsume.sync.execute import open_session

    server = opened()
    integration = known(server, integration_id)
    scope = server.store.scope(integration)
    session = open_session(server.executor, integration, None)
    try:
        live = fetch(session, server.store.mirror(integration), scope, limit=limit, models=models)
    finally:
        session.close()
    for model, fault in live.faults.items():
        say(f"{model}: {fault}")
    book, may_show = server.connectors[integration.tool].fields, server.store.in_force(integration).field_examples
    found = explored(live.samples, book, scope, with_examples=may_show)
    show(found, json_, ("model", "key", "label", "type", "seen", "filled", "examples"))


@integrations.command("disable")
@click.argument("integration_id")
@as_json
def disable(integration_id: str, json_: bool) -> None:
    """Stop syncing; reads answer INTEGRATION.INACTIVE until it is enabled."""
    _change(integration_id, "disable", json_)


@integrations.command("enable")
@click.argument("integration_id")
@as_json
def enable(integration_id: str, json_: bool) -> None:
    """Let a disabled integration sync again."""
    _change(integration_id, "enable", json_)


@integrations.command("accept")
@click.argument("integration_id")
@as_json
def accept(integration_id: str, json_: bool) -> None:
    """Let its records be read though the quality checks found something."""
    _change(integration_id, "accept", json_)


@integrations.command("reject")
@click.argument("integration_id")
@click.option("--why", required=True, help="What is wrong with its records; whoever looks at it reads this.")
@as_json
def reject(integration_id: str, why: str, json_: bool) -> None:
    """Keep its records from being read; reads answer INTEGRATION.QA_FAILED until it is accepted."""
    _change(integration_id, "reject", json_, why=why)


@integrations.command("delete")
@click.argument("integration_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
def delete(integration_id: str, yes: bool, json_: bool) -> None:
    """Delete an integration. Nobody finds it any more; its data is erased after 14 days, or by `atsume erase`."""
    from atsume import clock
    from atsume.cli.syncing import known
    from atsume.integrations import lifecycle

    server = opened()
    known(server, integration_id)
    if not yes:
        click.confirm(f"Delete {integration_id} and all of its records?", abort=True, err=True)
    lifecycle.delete(server.store, integration_id, clock.now())
    note(server, "integration.deleted", integration_id)
    show({"id": integration_id, "deleted": True}, json_)


def _change(integration_id: str, what: str, json_: bool, **more: str) -> None:
    from atsume import clock
    from atsume.cli.syncing import known
    from atsume.integrations import lifecycle

    server = opened()
    known(server, integration_id)
    after = getattr(lifecycle, what)(server.store, integration_id, clock.now(), **more)
    note(server, f"integration.{what}", integration_id, after.environment_id)
    show(
        {
            "id": after.id,
            "state": after.state,
            "setup_status": after.setup_status,
            "qa_status": after.qa_status,
            "qa_findings": after.qa_findings,
        },
        json_,
    )


integrations.add_command(channels)
integrations.add_command(applications)
