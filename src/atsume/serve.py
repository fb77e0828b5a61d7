"""The composition root: reads the configuration, opens the store, wires everything. The only module that knows all."""

import os
from pathlib import Path

from msgspec import Struct

from atsume import clock, crypto
from atsume.config import Config, ConfigError
from atsume.connectors import registry
from atsume.connectors.base import Connector
from atsume.store.store import Store
from atsume.sync.execute import Executor

DEFAULT_ENVIRONMENT = "Development"


class Server(Struct, frozen=True):
    """An opened server: everything the API, the worker and the command line share."""

    config: Config
    store: Store
    connectors: dict[str, Connector]
    executor: Executor
    encryption_key: bytes


def open_server(config: Config) -> Server:
    """Open the database (migrating it), the keys and the connectors. Raises ConfigError or StoreError."""
    encryption_key = _encryption_key(config)
    store = Store.open(config.database_url)
    store.migrate()
    connectors = registry.tools(config)
    executor = Executor(store=store, connectors=connectors, encryption_key=encryption_key, now=clock.now)
    server = Server(config, store, connectors, executor, encryption_key)
    _bootstrap(server)
    return server


def default_environment(server: Server) -> str:
    """Return the id of the first environment, which always exists."""
    return server.store.environments()[0].id


def new_api_key(server: Server, environment_id: str, name: str, key: str | None = None) -> str:
    """Store a key (a fresh one unless given) and return it; it cannot be shown again."""
    key = key or crypto.new_api_key()
    server.store.add_api_key(environment_id, name, crypto.api_key_hash(key), key[:12], clock.now())
    return key


def _bootstrap(server: Server) -> None:
    store, config = server.store, server.config
    if not store.environments():
        store.create_environment(DEFAULT_ENVIRONMENT, clock.now())
    if config.api_key and store.api_key(crypto.api_key_hash(config.api_key)) is None:
        new_api_key(server, default_environment(server), "from ATSUME_API_KEY", config.api_key)


def _encryption_key(config: Config) -> bytes:
    if config.encryption_key:
        try:
            return crypto.decode_key(config.encryption_key)
        except ValueError as error:
            raise ConfigError(f"ATSUME_ENCRYPTION_KEY: {error}") from error
    if not config.database_url.startswith("sqlite:///"):
        raise ConfigError(
            "ATSUME_ENCRYPTION_KEY is required with PostgreSQL: every process needs the same key. "
            "Make one with `openssl rand -base64 32` and keep it where the database's backups are not."
        )
    return _key_beside(Path(config.database_url.removeprefix("sqlite:///")))


def _key_beside(database: Path) -> bytes:
    """Return the key kept next to a SQLite file, making it once. Mode 0600; never overwritten."""
    path = database.with_name(database.name + ".key")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return crypto.decode_key(path.read_text().strip())
    with os.fdopen(handle, "w") as file:
        key = crypto.new_key()
        file.write(key + "\n")
    return crypto.decode_key(key)
