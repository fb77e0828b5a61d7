"""`atsume integrations create TOOL`: options are made from the connector's own settings and credentials structs."""

import sys
from typing import Any, Literal, get_args, get_origin

import click
import msgspec

from atsume.cli.output import as_json, note, opened, say, settings, show
from atsume.cli.output import given as given_values
from atsume.cli.syncing import follow


class CreateGroup(click.Group):
    """One command per tool, made when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the tools."""
        from atsume.connectors import registry

        return list(registry.tools(settings()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a tool. Raises UsageError when there is no such tool."""
        from atsume.connectors import registry

        tools = registry.tools(settings())
        if cmd_name not in tools:
            raise click.UsageError(f"There is no tool {cmd_name!r} here; there are: {', '.join(tools)}.", ctx)
        return _command(tools[cmd_name])


def _command(connector: Any) -> click.Command:
    secrets = _options(connector, connector.credentials, "credential")
    choices = _options(connector, connector.settings, "setting", leave_out=frozenset({"only_created_applications"}))
    command = click.command(connector.id, help=f"Connect {connector.label}.")(
        click.pass_context(lambda ctx, **given: _create(connector, given))
    )
    own = click.Command(
        "own",
        params=[
            click.Option(["--organization"], help="Name of the end user's organisation; the company by default."),
            click.Option(["--email"], help="E-mail of whoever connects."),
            click.Option(["--origin-id"], help="Your own id of the end user."),
            click.Option(["--environment"], help="Environment id; the first one by default."),
            click.Option(["--all-applications"], is_flag=True, help="Mirror all, not only those created through us."),
            click.Option(
                ["--set", "overrides"],
                multiple=True,
                metavar="NAME=VALUE",
                help="Decide otherwise than the environment.",
            ),
            click.Option(["--secrets-stdin"], is_flag=True, help="Read credentials as a JSON object from stdin."),
            click.Option(["--wait"], is_flag=True, help="Return after the first sync."),
        ],
    )
    command.params = [*choices, *secrets, *own.params, *as_json(lambda: None).__click_params__]  # pyright: ignore[reportFunctionMemberAccess]
    return command


def _options(
    connector: Any, struct: type[msgspec.Struct], kind: str, leave_out: frozenset[str] = frozenset()
) -> list[click.Option]:
    return [
        click.Option(
            ["--" + field.name.replace("_", "-")],
            type=_type(field.type),
            envvar=f"ATSUME_{connector.id.upper()}_{field.name.upper()}",
            show_envvar=kind == "credential",
            is_flag=field.type is bool,
            default=None,
            help=connector.help.get(field.name, f"({kind})"),
        )
        for field in msgspec.structs.fields(struct)
        if field.name not in leave_out
    ]


def _type(type_: Any) -> click.ParamType | None:
    """Return how an option is read: words of a closed list and numbers as such, everything else as text."""
    if get_origin(type_) is Literal:
        return click.Choice(list(get_args(type_)))
    return click.INT if type_ in (int, int | None) else None


def _create(connector: Any, given: dict[str, Any]) -> None:
    from atsume import clock
    from atsume.integrations.connect import connect
    from atsume.model.integration import EndUser
    from atsume.model.permission import Finding
    from atsume.serve import default_environment, test_permissions

    server = opened()
    secrets = {k: given[k] for k in connector.credentials.__struct_fields__ if given.get(k) not in (None, False)}
    if given["secrets_stdin"]:
        secrets |= _secrets(sys.stdin.buffer.read())
    chosen = {
        k: _value(given[k]) for k in connector.settings.__struct_fields__ if given.get(k) not in (None, False)
    } | ({"only_created_applications": False} if given["all_applications"] else {})
    connected = connect(
        server.store,
        connector,
        environment_id=given["environment"] or default_environment(server),
        end_user=EndUser(
            given["organization"] or str(chosen.get("company", connector.label)), given["email"], given["origin_id"]
        ),
        settings=chosen,
        credentials=secrets,
        encryption_key=server.encryption_key,
        at=clock.now(),
        overrides=given_values(lambda values: values, given["overrides"]),
    )
    say(f"Connected {connector.label} as {connected.integration.id}.")
    note(server, "integration.connected", connected.integration.id, connected.integration.environment_id)
    for one in test_permissions(server, connected.integration):
        if one.finding is Finding.MISSING:
            say(f"Missing: {one.title}. {one.sentence}")
    state = follow(server, connected.first_sync.id) if given["wait"] else None
    result = {"integration_id": connected.integration.id, "sync_id": connected.first_sync.id}
    if state is not None:
        result["sync_state"] = state.value
    show(result, given["json_"])
    if state is not None and state.value not in ("SUCCEEDED", "PARTIALLY_FAILED"):
        sys.exit(1)


def _value(text: Any) -> Any:
    """Return lists and objects decoded from JSON, everything else as typed in."""
    if isinstance(text, str) and text[:1] in "[{":
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise click.UsageError(f"Not JSON: {error}") from error
    return text


def _secrets(raw: bytes) -> dict[str, str]:
    try:
        return msgspec.json.decode(raw, type=dict[str, str])
    except msgspec.DecodeError as error:
        raise click.UsageError('stdin must hold a JSON object, such as {"client_id": "…"}') from error
