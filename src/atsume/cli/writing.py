"""`atsume integrations channels …` and `… applications`: what writes need to know, and what is kept."""

import click

from atsume.cli.output import as_json, opened, say, show


@click.group()
def channels() -> None:
    """Sources that created applications can carry."""


@channels.command("add")
@click.argument("integration_id")
@click.argument("number")
@click.argument("name")
@click.option("--unified-key", help="What callers may send as `source.unified_key`.")
@as_json
def add_channel(integration_id: str, number: str, name: str, unified_key: str | None, json_: bool) -> None:
    """Name a source of the tool by its number there. Replaces what was known of that number."""
    from atsume.cli.syncing import known
    from atsume.store.tracked import Source

    server = opened()
    integration = known(server, integration_id)
    if not (number.isascii() and number.isdigit()):
        raise click.ClickException(f"{number!r} is no number; Personio shows it in Settings, Recruiting, Channels.")
    source = Source(remote_id=number, name=name.strip(), unified_key=unified_key, is_configured=True)
    server.store.configure_source(integration.no, source)
    show({"integration_id": integration.id, "number": number, "name": source.name, "unified_key": unified_key}, json_)


@channels.command("list")
@click.argument("integration_id")
@as_json
def list_channels(integration_id: str, json_: bool) -> None:
    """List the sources that are known: those entered, and those learned from synced applications."""
    from atsume.cli.syncing import known

    server = opened()
    rows = server.store.sources(known(server, integration_id).no)
    show(rows, json_, ("remote_id", "name", "unified_key", "is_configured"))


@channels.command("remove")
@click.argument("integration_id")
@click.argument("number")
@as_json
def remove_channel(integration_id: str, number: str, json_: bool) -> None:
    """Forget a source. One that applications come with is learned again at the next sync."""
    from atsume.cli.syncing import known

    server = opened()
    if not server.store.forget_source(known(server, integration_id).no, number):
        raise click.ClickException(f"No channel {number}; see `atsume integrations channels list`.")
    show({"integration_id": integration_id, "number": number, "removed": True}, json_)


@click.command("applications")
@click.argument("integration_id")
@click.argument("which", type=click.Choice(["created", "all"]))
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
def applications(integration_id: str, which: str, yes: bool, json_: bool) -> None:
    """Mirror only the applications created through this server, or all of them."""
    from atsume import clock
    from atsume.cli.syncing import known
    from atsume.model.environment import overridden
    from atsume.model.integration import SyncType
    from atsume.sync.tracked import untracked

    server = opened()
    integration = known(server, integration_id)
    gone, people = untracked(server.store, integration) if which == "created" else ([], [])
    if which == "created":
        say(
            f"The next sync will mark {len(gone)} applications and {len(people)} candidates deleted: they were not "
            "created through this server. Their data is erased later, as that of all deleted records."
        )
    else:
        say("The next sync will mirror all applications and candidates of the tool.")
    if not yes:
        click.confirm("Go on?", abort=True, err=True)
    after = overridden(integration.overrides, {"only_created_applications": which == "created"})
    server.store.update_overrides(integration.id, after)
    run, _ = server.store.queue_sync(integration.id, SyncType.FULL, clock.now())
    told = {"integration_id": integration.id, "applications": which, "sync_id": run.id}
    show({**told, "to_delete": {"ats_applications": len(gone), "ats_candidates": len(people)}}, json_)
