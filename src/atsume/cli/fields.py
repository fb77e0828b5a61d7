"""`atsume fields …`: what there is to map, and what is mapped. Every change can be previewed on live records."""

from typing import TYPE_CHECKING, Any

import click

from atsume.cli.output import as_json, opened, say, show

if TYPE_CHECKING:
    from atsume.integrations.explorer import Live
    from atsume.integrations.fields import Fieldwork
    from atsume.model.fields import CustomField, IntegrationField
    from atsume.model.integration import Integration
    from atsume.serve import Server
    from atsume.sync.settle import Settled

preview = click.option("--preview", is_flag=True, help="Show what it would make of live records; change nothing.")


def fieldwork(server: "Server") -> "Fieldwork":
    """Return what deciding about fields needs."""
    from atsume import clock
    from atsume.integrations.fields import Fieldwork

    return Fieldwork(store=server.store, connectors=server.connectors, now=clock.now)


@click.group()
def fields() -> None:
    """Custom fields, and the tool's own fields that feed them."""


@fields.command("define")
@click.argument("model")
@click.argument("key")
@click.option("--label", help="What people call it.")
@click.option("--description", help="What it is for.")
@click.option("--alias", "aliases", multiple=True, help="Another name it may have in a tool; `*` stands for anything.")
@click.option("--by-hand", is_flag=True, help="Never map it by itself.")
@click.option("--environment", help="Environment id; the first one by default.")
@as_json
def define_field(
    model: str,
    key: str,
    label: str | None,
    description: str | None,
    aliases: tuple[str, ...],
    by_hand: bool,
    environment: str | None,
    json_: bool,
) -> None:
    """Define a custom field of MODEL. It is mapped by itself where one field of a tool has its key, label or alias."""
    from atsume.integrations.fields import define
    from atsume.serve import default_environment

    server = opened()
    made = define(
        fieldwork(server),
        environment or default_environment(server),
        model=model,
        key=key,
        label=label,
        description=description,
        aliases=aliases,
        is_automatic=not by_hand,
    )
    show(made, json_)


@fields.command("list")
@click.option("--environment", help="Environment id; the first one by default.")
@as_json
def list_custom_fields(environment: str | None, json_: bool) -> None:
    """List the custom fields of an environment."""
    from atsume.serve import default_environment

    server = opened()
    found = server.store.custom_fields(environment or default_environment(server))
    show(found, json_, ("model", "key", "label", "aliases", "id"))


@fields.command("remove")
@click.argument("model")
@click.argument("key")
@click.option("--environment", help="Environment id; the first one by default.")
def remove_field(model: str, key: str, environment: str | None) -> None:
    """Remove a custom field; its values leave the records."""
    from atsume.integrations.fields import remove
    from atsume.serve import default_environment

    server = opened()
    remove(fieldwork(server), _custom(server, environment or default_environment(server), model, key))
    say("Removed.")


@fields.command("found")
@click.argument("integration_id")
@click.option("--model", help="Only of this model.")
@as_json
def list_found(integration_id: str, model: str | None, json_: bool) -> None:
    """List the fields that were found in the tool, and in how many of the records looked at they had a value."""
    from atsume.cli.syncing import known

    server = opened()
    found = server.store.integration_fields(known(server, integration_id).no, model)
    show(found, json_, ("model", "key", "label", "type", "seen", "filled", "is_passthrough_enabled", "examples"))


@fields.command("mapped")
@click.argument("integration_id")
@as_json
def list_mapped(integration_id: str, json_: bool) -> None:
    """List what an integration's custom fields are mapped to, and its remappings."""
    from atsume.cli.syncing import known

    server = opened()
    integration = known(server, integration_id)
    mapped = server.store.field_mappings(integration.no)
    found = {one.id: one.key for one in server.store.integration_fields(integration.no)}
    rows: list[dict[str, Any]] = [
        {
            "model": one.model,
            "field": f"custom_fields.{one.key}",
            "fed_by": found.get((mapped[one.id].integration_field_id or "") if one.id in mapped else ""),
            "decided_by": mapped[one.id].decided_by if one.id in mapped else None,
        }
        for one in server.store.custom_fields(integration.environment_id)
    ]
    rows += [
        {"model": model, "field": one.field, "fed_by": list(one.keys), "decided_by": "person"}
        for model, remappings in server.store.remappings(integration.no).items()
        for one in remappings
    ]
    show(rows, json_, ("model", "field", "fed_by", "decided_by"))


@fields.command("map")
@click.argument("integration_id")
@click.argument("model")
@click.argument("custom_key")
@click.argument("field_key", required=False)
@preview
@as_json
def map_field(
    integration_id: str, model: str, custom_key: str, field_key: str | None, preview: bool, json_: bool
) -> None:
    """Map a custom field to a field of the tool; without FIELD_KEY, to none."""
    from atsume.cli.syncing import known
    from atsume.integrations import fields

    server = opened()
    integration, work = known(server, integration_id), fieldwork(server)
    custom = _custom(server, integration.environment_id, model, custom_key)
    target = _found(server, integration, model, field_key) if field_key else None
    if preview:
        live = _live(server, integration, model)
        show(fields.preview_mapping(work, integration, custom, target, live.samples), json_, _PREVIEW)
        return
    _tell(fields.map_custom_field(work, integration, custom, target), json_)


@fields.command("pass")
@click.argument("integration_id")
@click.argument("model")
@click.argument("field_key")
@click.option("--off", is_flag=True, help="Stop passing it through.")
@as_json
def pass_field(integration_id: str, model: str, field_key: str, off: bool, json_: bool) -> None:
    """Pass a field of the tool through, into `integration_fields` of records."""
    from atsume.cli.syncing import known
    from atsume.integrations.fields import pass_through

    server = opened()
    integration = known(server, integration_id)
    field = _found(server, integration, model, field_key)
    _tell(pass_through(fieldwork(server), integration, field, enabled=not off), json_)


@fields.command("remap")
@click.argument("integration_id")
@click.argument("model")
@click.argument("field")
@click.argument("keys", nargs=-1)
@click.option("--append", is_flag=True, help="Add to the connector's list instead of replacing it.")
@click.option("--no-default", is_flag=True, help="Leave the field empty when none of the fields has a value.")
@preview
@as_json
def remap_field(
    integration_id: str,
    model: str,
    field: str,
    keys: tuple[str, ...],
    append: bool,
    no_default: bool,
    preview: bool,
    json_: bool,
) -> None:
    """Feed a standard field from other fields of the tool, the first that has a value; without KEYS, as before."""
    from atsume.cli.syncing import known
    from atsume.integrations import fields
    from atsume.model.remapping import Remapping

    server = opened()
    integration, work = known(server, integration_id), fieldwork(server)
    how = "append" if append else "replace"
    wanted = Remapping(field=field, keys=keys, how=how, keeps_default=not no_default) if keys else None
    if preview and wanted is not None:
        live = _live(server, integration, model)
        show(fields.preview_remapping(work, integration, model, wanted, live.samples), json_, _PREVIEW)
        return
    _tell(fields.remap(work, integration, model, field, wanted), json_)


_PREVIEW = ("remote_id", "before", "after")


def _custom(server: "Server", environment_id: str, model: str, key: str) -> "CustomField":
    for one in server.store.custom_fields(environment_id):
        if (one.model, one.key) == (model, key):
            return one
    raise click.ClickException(f"No custom field {key} of {model}; see `atsume fields list`.")


def _found(server: "Server", integration: "Integration", model: str, key: str) -> "IntegrationField":
    for one in server.store.integration_fields(integration.no, model):
        if one.key == key:
            return one
    raise click.ClickException(f"No field {key} of {model}; see `atsume fields found {integration.id}`.")


def _live(server: "Server", integration: "Integration", model: str) -> "Live":
    from atsume.integrations.explorer import fetch
    from atsume.sync.execute import open_session

    session = open_session(server.executor, integration, None)
    try:
        live = fetch(session, server.store.mirror(integration), server.store.scope(integration), models=[model])
    finally:
        session.close()
    if model in live.faults:
        raise click.ClickException(live.faults[model])
    return live


def _tell(settled: "Settled", json_: bool) -> None:
    if json_:
        show(settled, json_)
    elif settled.waiting:
        say(f"Values of {' and '.join(settled.waiting)} are needed that are not held: full sync {settled.sync_id} is "
            "queued and will bring them.")  # fmt: skip
    else:
        say("Stored records are being made anew." if settled.remade else "Holds for the next records that come.")
