"""The composition root: reads the configuration, opens the store, wires everything. The only module that knows all."""

import gc
import os
import random
import socket
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from atsume import clock, crypto
from atsume.actions.passthrough import Passthrough
from atsume.actions.perform import Actions
from atsume.config import Config, ConfigError
from atsume.connectors import registry
from atsume.connectors.base import Connector
from atsume.egress import Egress
from atsume.ids import random_id
from atsume.model.integration import Integration
from atsume.model.work import Kind
from atsume.store.alone import Held, hold
from atsume.store.retention import Keep
from atsume.store.shared_clock import SharedClock
from atsume.store.store import Store
from atsume.sync import permissions
from atsume.sync.access import access
from atsume.sync.execute import Executor, observer
from atsume.sync.permissions import Shown
from atsume.webhooks import due
from atsume.webhooks.deliver import Courier

COLLECT_AFTER = 20_000
"""Objects made and not yet gone before the youngest are looked through; Python's own is 700."""
DEFAULT_ENVIRONMENT = "Development"


class Server(Struct, frozen=True):
    """An opened server: everything the API, the worker and the command line share."""

    config: Config
    store: Store
    connectors: dict[str, Connector]
    executor: Executor
    encryption_key: crypto.Keys
    courier: Courier


def open_server(config: Config) -> Server:
    """Open the database (migrating it), the keys and the connectors. Raises ConfigError or StoreError."""
    _collect_seldom()
    encryption_key = _encryption_key(config)
    store = Store.open(config.database_url)
    store.migrate()
    connectors = registry.tools(config)
    now = SharedClock(store.database, clock.now, clock.monotonic_seconds)
    executor = Executor(
        store=store,
        connectors=connectors,
        encryption_key=encryption_key,
        now=now,
        keep=_keep(config),
        silence_seconds=config.replica_silence_seconds,
    )
    courier = Courier(
        store=store,
        egress=Egress(allow_private=config.allow_private_network),
        encryption_key=encryption_key,
        public_url=config.public_url,
        now=now,
        chance=random.random,
        new_id=random_id,
    )
    server = Server(config, store, connectors, executor, encryption_key, courier)
    _bootstrap(server)
    return server


def kinds(server: Server) -> tuple[Callable[..., Kind], ...]:
    """Return the kinds of work besides syncs, for a worker's table."""
    return tuple(lambda *_, kind=kind: kind for kind in due.kinds(server.courier))


def alone(server: Server) -> Held:
    """Return the name of this process among those that serve the same database.

    Raises StoreError when the database is a SQLite file that another server uses.
    """
    return hold(server.store.database, server.config.replica or socket.gethostname())


def _collect_seldom() -> None:
    """Spare the cyclic collector what it would look through in vain: what is loaded stays, and records hold no cycles.

    Measured: a quarter of a full sync's CPU time and a tenth of a page's went into collections that found nothing.
    """
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)


def write_actions(server: Server) -> Actions:
    """Return what carries out write actions. One for the life of a process."""
    return Actions(server.executor, Egress(allow_private=server.config.allow_private_network))


def passthrough(server: Server) -> Passthrough:
    """Return what sends callers' own requests to tools. One for the life of a process."""
    return Passthrough(server.executor, Egress(allow_private=server.config.allow_private_network))


def default_environment(server: Server) -> str:
    """Return the id of the first environment, which always exists."""
    return server.store.environments()[0].id


def new_api_key(
    server: Server,
    environment_id: str,
    name: str,
    key: str | None = None,
    allowed_addresses: tuple[str, ...] | None = None,
) -> str:
    """Store a key (a fresh one unless given) and return it; it cannot be shown again."""
    key = key or crypto.new_api_key()
    hashed = crypto.api_key_hash(key)
    server.store.add_api_key(environment_id, name, hashed, key[:12], clock.now(), allowed_addresses)
    return key


def _keep(config: Config) -> Keep:
    return Keep(
        tombstones_days=config.keep_tombstones_days,
        deleted_days=config.keep_deleted_days,
        exchanges_days=config.keep_exchanges_days,
        statistics_days=config.keep_statistics_days,
        changes_days=config.keep_changes_days,
    )


def test_permissions(server: Server, integration: Integration) -> list[Shown]:
    """Ask the tool now for every permission that the integration needs, and remember what it says."""
    opened = access(server.store, server.connectors, server.encryption_key, integration)
    seen = observer(server.executor, integration, None)
    return permissions.test(server.store, opened, integration, seen, clock.now())


def _bootstrap(server: Server) -> None:
    store, config = server.store, server.config
    if not store.environments():
        store.create_environment(DEFAULT_ENVIRONMENT, clock.now())
    if config.api_key and store.api_key(crypto.api_key_hash(config.api_key)) is None:
        new_api_key(server, default_environment(server), "from ATSUME_API_KEY", config.api_key)


def _encryption_key(config: Config) -> crypto.Keys:
    """Return the keys: the ones given, else those in the file beside a SQLite database, read anew at each use."""
    if config.encryption_key:
        try:
            return crypto.fixed(_some(crypto.decode_keys(config.encryption_key)))
        except ValueError as error:
            raise ConfigError(f"ATSUME_ENCRYPTION_KEY: {error}") from error
    path = key_file(config)
    if path is None:
        raise ConfigError(
            "ATSUME_ENCRYPTION_KEY is required with PostgreSQL: every process needs the same key. "
            "Make one with `openssl rand -base64 32` and keep it where the database's backups are not."
        )
    _make_key(path)
    keys = crypto.Keys(lambda: _some(crypto.decode_keys(path.read_text())))
    try:
        keys.load()
    except ValueError as error:
        raise ConfigError(f"The encryption key in {path} cannot be used: {error}") from error
    return keys


def _some(keys: list[bytes]) -> list[bytes]:
    if not keys:
        raise ValueError("there is no key in it")
    return keys


def key_file(config: Config) -> Path | None:
    """Return where the keys are kept: beside a SQLite file. None: in the configuration."""
    if config.encryption_key or not config.database_url.startswith("sqlite:///"):
        return None
    database = Path(config.database_url.removeprefix("sqlite:///"))
    return database.with_name(database.name + ".key")


def add_key(path: Path) -> None:
    """Put a fresh key before those in the file: it seals from now on, the others open what they sealed."""
    _replace(path, [crypto.new_key(), *path.read_text().split()])


def drop_old_keys(path: Path) -> None:
    """Keep the first key of the file only."""
    _replace(path, path.read_text().split()[:1])


def _replace(path: Path, keys: list[str]) -> None:
    """Write the file whole or not at all, and make sure it is on the disk before anything is sealed with it."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(keys) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _make_key(path: Path) -> None:
    """Make the first key, once and whole. Mode 0600; never overwritten."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(crypto.new_key() + "\n")
    try:
        os.link(fresh, path)
    except FileExistsError:  # another process was first
        pass
    finally:
        fresh.unlink()
