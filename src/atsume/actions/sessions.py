"""Sessions kept open for writes: one per integration, so that its token and connections are used again."""

import datetime as dt
import threading
from typing import Any

from msgspec import Struct

from atsume.connectors.base import Session
from atsume.connectors.writing import Action, Writer
from atsume.errors import PermissionMissing
from atsume.model.integration import Integration
from atsume.sync.access import opened
from atsume.sync.execute import Executor, open_session

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
        sealed, credentials = self._credentials(integration)
        lacking = action.lacks(credentials)
        company = action.company(credentials)
        if lacking is not None or company is None:
            raise PermissionMissing(lacking or "This integration cannot write.")
        session = self._session(integration, sealed)
        return Opened(session=session, action=action, writer=action.writer(session), company=company)

    def _credentials(self, integration: Integration) -> tuple[bytes, Any]:
        executor = self._executor
        sealed = executor.store.sealed_credentials(integration.id)
        found = opened(sealed, executor.connectors, executor.encryption_key, integration)
        return sealed or b"", found.credentials

    def session(self, integration: Integration) -> Session:
        """Return the kept session, unless credentials or settings have changed since."""
        return self._session(integration, self._executor.store.sealed_credentials(integration.id) or b"")

    def _session(self, integration: Integration, sealed: bytes) -> Session:
        executor, now = self._executor, self._executor.now()
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
