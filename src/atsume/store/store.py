"""The store: everything the server keeps. One class, one promise, two engines.

Thread-safe. Times are passed in. What fails raises StoreError, with a sentence, or the database's own error.
"""

from typing import Self

from atsume.store.audit import Audit
from atsume.store.checkpoints import Checkpoints
from atsume.store.connect_links import ConnectLinks
from atsume.store.database import Database, StoreError
from atsume.store.deliveries import Deliveries
from atsume.store.endpoints import Endpoints
from atsume.store.erasure import Erasure
from atsume.store.exchanges import Exchanges
from atsume.store.explore import Explore
from atsume.store.feed import Feed
from atsume.store.fields import Fields
from atsume.store.given_ids import GivenIds
from atsume.store.integrations import Integrations
from atsume.store.keys import Keys
from atsume.store.lifecycle import Lifecycles
from atsume.store.operators import Operators
from atsume.store.overview import Overview
from atsume.store.paces import Paces
from atsume.store.reads import Reads
from atsume.store.related import RelatedOf
from atsume.store.remotes import Remotes
from atsume.store.replicas import Replicas
from atsume.store.retention import Retention
from atsume.store.rotation import Rotation
from atsume.store.schedules import Schedules
from atsume.store.scopes import Scopes
from atsume.store.statistics import Statistics
from atsume.store.sync_runs import SyncRuns
from atsume.store.window import Window
from atsume.store.writes import WriteJournal
from atsume.store.written import Written

__all__ = ["Store", "StoreError"]


class Store(
    Keys,
    Integrations,
    Lifecycles,
    SyncRuns,
    Schedules,
    Checkpoints,
    Replicas,
    Written,
    Reads,
    Exchanges,
    ConnectLinks,
    Scopes,
    Audit,
    Rotation,
    Retention,
    Erasure,
    Feed,
    WriteJournal,
    GivenIds,
    Paces,
    Endpoints,
    Deliveries,
    Fields,
    Remotes,
    Statistics,
    Operators,
    Overview,
    Window,
    Explore,
):
    """An open store. Each base holds one topic."""

    def __init__(self, database: Database) -> None:
        self.database, self.related = database, RelatedOf()

    @classmethod
    def open(cls, url: str) -> Self:
        """Connect to `sqlite:///file` or `postgresql://…`. Raises StoreError when that is not possible."""
        database = Database(url)
        try:
            database.check()
        except StoreError:
            database.close()
            raise
        return cls(database)

    def migrate(self) -> None:
        """Bring the schema up to date. Raises StoreError when it is newer than this version knows."""
        from atsume.store.migrate import migrate  # noqa: PLC0415 - loads Alembic, which only this needs

        migrate(self.database)

    def schema_versions(self) -> tuple[str, str]:
        """Return (the version of the schema that is there, the newest that this program knows)."""
        from atsume.store.migrate import versions  # noqa: PLC0415 - loads Alembic, which only this needs

        return versions(self.database)

    def ping(self) -> None:
        """Raise StoreError unless the database answers."""
        self.database.check()

    def close(self) -> None:
        """Close every connection."""
        self.database.close()
