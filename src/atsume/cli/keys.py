"""`atsume keys`: API keys of an environment, and the keys that credentials are sealed with."""

import time
from typing import TYPE_CHECKING

import click

from atsume.cli.output import as_json, note, opened, say, show

if TYPE_CHECKING:
    from atsume.integrations.rotation import Rotated
    from atsume.serve import Server

GRACE_SECONDS = 2.0
"""Something that was being sealed with the old key when the rotation began is written by then."""

ALLOW = click.option(
    "--allow", multiple=True, metavar="NETWORK", help="Network it may be used from, such as 203.0.113.0/24; repeatable."
)


@click.group()
def keys() -> None:
    """API keys of an environment, and encryption keys."""


@keys.command("create")
@click.option("--environment", help="Environment id; the first one by default.")
@click.option("--name", default="unnamed", show_default=True, help="What the key is for.")
@ALLOW
@as_json
def create_key(environment: str | None, name: str, allow: tuple[str, ...], json_: bool) -> None:
    """Make a key and print it. It is shown this once."""
    from atsume.serve import default_environment, new_api_key

    server = opened()
    environment = environment or default_environment(server)
    if server.store.environment(environment) is None:
        raise click.ClickException(f"No environment {environment}; see `atsume environments list`.")
    networks = _networks(allow) or None
    key = new_api_key(server, environment, name, allowed_addresses=networks)
    note(server, "key.created", key[:12], environment)
    show({"api_key": key, "environment_id": environment, "name": name, "allowed_addresses": networks}, json_)


@keys.command("list")
@as_json
def list_keys(json_: bool) -> None:
    """List keys: their first characters, never the whole."""
    columns = ("id", "environment_id", "name", "prefix", "allowed_addresses", "created_at", "revoked_at")
    show(opened().store.api_keys(), json_, columns)


@keys.command("revoke")
@click.argument("key_id")
@as_json
def revoke_key(key_id: str, json_: bool) -> None:
    """Make a key worthless, at once."""
    from atsume import clock

    server = opened()
    if not server.store.revoke_api_key(key_id, clock.now()):
        raise click.ClickException(f"No key {key_id}; see `atsume keys list`.")
    note(server, "key.revoked", key_id)
    say("Revoked.") if not json_ else show({"id": key_id, "revoked": True}, json_)


@keys.command("allow")
@click.argument("key_id")
@click.argument("networks", nargs=-1, metavar="NETWORK...")
@as_json
def allow_addresses(key_id: str, networks: tuple[str, ...], json_: bool) -> None:
    """Let a key be used from these networks only; from anywhere when none is given."""
    server = opened()
    chosen = _networks(networks) or None
    if not server.store.allow_addresses(key_id, chosen):
        raise click.ClickException(f"No key {key_id}; see `atsume keys list`.")
    note(server, "key.allowed", key_id, details=", ".join(chosen or ["from anywhere"]))
    show({"id": key_id, "allowed_addresses": chosen}, json_)


@keys.command("rotate-encryption")
@as_json
def rotate_encryption(json_: bool) -> None:
    """Seal all stored credentials anew with a fresh encryption key, while the server works.

    With SQLite the key beside the database is replaced. Otherwise give ATSUME_ENCRYPTION_KEY two keys, the new one
    first, in every process; see docs/howto/keys.md.
    """
    from atsume import serve
    from atsume.integrations.rotation import rotate

    server = opened()
    path = serve.key_file(server.config)
    held = server.encryption_key.load()
    if path is None and len(held) == 1:
        raise click.ClickException(
            "ATSUME_ENCRYPTION_KEY holds one key only. Restart every process with `old,new`, then with `new,old`, and "
            "run this again; docs/howto/keys.md says why."
        )
    if path is not None and len(held) == 1:
        serve.add_key(path)
    rotated = rotate(server.store, server.encryption_key)
    time.sleep(GRACE_SECONDS)
    rotated = _sum(rotated, rotate(server.store, server.encryption_key))
    is_over = not rotated.left and not rotated.lost
    if path is not None and is_over:
        serve.drop_old_keys(path)
    note(server, "encryption_key.rotated", None, details=f"{rotated.resealed} sealed anew")
    _tell(rotated, is_file=path is not None, json_=json_)


def _sum(first: "Rotated", second: "Rotated") -> "Rotated":
    from atsume.integrations.rotation import Rotated

    return Rotated(first.resealed + second.resealed, second.lost, second.left)


def _tell(rotated: "Rotated", *, is_file: bool, json_: bool) -> None:
    for owner in rotated.lost:
        say(f"Warning: no key opens what is sealed for {owner}; its end user has to relink.")
    if rotated.lost:
        say("The old keys are kept, for they may yet be needed.")
    elif not is_file and not json_:
        say("Everything is sealed with the first key. The others can leave ATSUME_ENCRYPTION_KEY now.")
    show(rotated, json_)


def _networks(given: tuple[str, ...]) -> tuple[str, ...]:
    import ipaddress

    try:
        return tuple(str(ipaddress.ip_network(one, strict=False)) for one in given)
    except ValueError as error:
        raise click.UsageError(f"Not a network: {error}. Write 203.0.113.7 or 203.0.113.0/24.") from error


def server_of(environment: str | None) -> "Server":
    """Return the opened server, after looking whether there is such an environment."""
    server = opened()
    if environment is not None and server.store.environment(environment) is None:
        raise click.ClickException(f"No environment {environment}; see `atsume environments list`.")
    return server


@click.command("audit")
@click.option("--environment", help="Environment id; all of them by default.")
@click.option("--limit", default=50, show_default=True, help="How many of the newest.")
@as_json
def audit(environment: str | None, limit: int, json_: bool) -> None:
    """Who did what: keys, links, integrations, scopes. Newest first."""
    entries = server_of(environment).store.audit_entries(environment, limit)
    show(entries, json_, ("at", "actor", "action", "subject", "environment_id", "details"))
