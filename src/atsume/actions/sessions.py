"""Sessions kept open for writes: one per integration, so that its token and connections are used again."""

import datetime as dt
import threading

from msgspec import Struct

from atsume.connectors.base import Session
from atsume.connectors.writing import Action, Writer
from atsume.errors import PermissionMissing
from atsume.model.integration import Integration
from atsume.sync.execute import Executor, credentials_of, open_session

KEPT = dt.timedelta(minutes=10)
MOST = 200


class Opened(Struct, frozen=True, kw_only=True):
    """An open session with its writing side."""

    session: Session
    action: Action
    writer: Writer
    company: str
    """Whose counters its requests count on."""


class Sessions:
    """Opens sessions and keeps them a while. Thread-safe."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, bytes, str], tuple[dt.datetime, Session]] = {}

    def open(self, integration: Integration, action: Action) -> Opened:
        """Return a session that can write. Raises PermissionMissing when the connection was never made for that."""
        credentials = credentials_of(self._executor, integration)
        lacking = action.lacks(credentials)
        company = action.company(credentials)
        if lacking is not None or company is None:
            raise PermissionMissing(lacking or "This integration cannot write.")
        session = self.session(integration)
        return Opened(session=session, action=action, writer=action.writer(session), company=company)

    def session(self, integration: Integration) -> Session:
        """Return the kept session, unless credentials or settings have changed since."""
        executor, now = self._executor, self._executor.now()
        sealed = executor.store.sealed_credentials(integration.id) or b""
        key = (integration.id, sealed, repr(integration.settings))
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and now - kept[0] < KEPT:
                return kept[1]
            if len(self._kept) >= MOST:
                self._kept.clear()
            session = open_session(executor, integration, None)
            self._kept[key] = (now, session)
            return session

    def close(self) -> None:
        """Close them all."""
        with self._lock:
            for _, session in self._kept.values():
                session.close()
            self._kept.clear()
