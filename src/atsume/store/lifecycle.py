"""The life of an integration: its states, refusals, quality checks, deletion. Each change is noted where it is made."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from atsume.model.integration import Integration, State
from atsume.model.lifecycle import Standing, Trigger, after, is_refused_for_long
from atsume.store.database import Database
from atsume.store.integrations import SHOWN, as_integration, note_state
from atsume.store.schema import integrations
from atsume.store.sync_runs import cancel_active

WHY_CANCELLED = {
    Trigger.DISABLED: "The integration was disabled.",
    Trigger.IDLED: "The integration was disabled, because nobody asked for its records for two weeks.",
}


class Lifecycles:
    """Changes of integrations' states."""

    database: Database

    def transition(self, integration_id: str, trigger: Trigger, at: dt.datetime) -> Integration | None:
        """Let something happen to an integration; return how it stands afterwards, None when there is none.

        What the table does not know changes nothing and is not noted.
        """
        with self.database.writing() as connection:
            return self._transition(connection, integration_id, trigger, at)

    def decide_quality(
        self, integration_id: str, trigger: Trigger, at: dt.datetime, findings: Sequence[str]
    ) -> Integration | None:
        """Let an operator accept or reject the first records; the quality checks have no say any more."""
        with self.database.writing() as connection:
            _update(connection, integration_id, qa_findings=_json(findings), qa_decided_at=at)
            return self._transition(connection, integration_id, trigger, at)

    def credentials_refused(self, integration_id: str, at: dt.datetime) -> Integration | None:
        """Remember a refusal; after three days of nothing else the integration is INVALID."""
        first = sa.func.coalesce(
            integrations.c.refused_since, sa.bindparam(None, at, integrations.c.refused_since.type)
        )
        with self.database.writing() as connection:
            _update(connection, integration_id, refused_since=first)
            held = _locked(connection, integration_id)
            if held is None or not is_refused_for_long(held.refused_since, at):
                return held
            return self._transition(connection, integration_id, Trigger.REFUSED_FOR_LONG, at)

    def relinked(self, integration_id: str, at: dt.datetime, sealed_credentials: bytes) -> Integration | None:
        """Replace the credentials; what was refused before is forgotten."""
        with self.database.writing() as connection:
            _update(connection, integration_id, sealed_credentials=sealed_credentials, refused_since=None)
            return self._transition(connection, integration_id, Trigger.RELINKED, at)

    def synced(
        self, integration_id: str, at: dt.datetime, quality: Trigger | None, findings: Sequence[str] = ()
    ) -> Integration | None:
        """Remember a run that ended with usable records, and what the quality checks say of them, if they were asked.

        Reads are answered from the same moment on as the verdict is known.
        """
        moment = sa.bindparam(None, at, integrations.c.first_synced_at.type)
        with self.database.writing() as connection:
            values: dict[str, Any] = {
                "first_synced_at": sa.func.coalesce(integrations.c.first_synced_at, moment),
                "last_synced_at": at,
                "refused_since": None,
            }
            if quality is not None:
                values["qa_findings"] = _json(findings)
                self._transition(connection, integration_id, quality, at)
            _update(connection, integration_id, **values)
            self._transition(connection, integration_id, Trigger.ACCEPTED, at)
            return self._transition(connection, integration_id, Trigger.SYNCED, at)

    def allow_deletions(self, integration_id: str, at: dt.datetime | None) -> None:
        """Let the next run bury however much is gone; None takes it back."""
        with self.database.writing() as connection:
            _update(connection, integration_id, deletions_allowed_at=at)

    def mark_used(self, integration_id: str, at: dt.datetime) -> None:
        """Remember that a caller asked for an integration."""
        with self.database.writing() as connection:
            _update(connection, integration_id, used_at=at)

    def idle_integrations(self, before: dt.datetime) -> list[Integration]:
        """Return the active integrations that nobody has asked for since then, whatever their environment says."""
        last = sa.func.coalesce(integrations.c.used_at, integrations.c.created_at)
        query = sa.select(*SHOWN).where(
            integrations.c.deleted_at.is_(None),
            integrations.c.state == State.ACTIVE.value,
            last < sa.bindparam(None, before, integrations.c.created_at.type),
        )
        with self.database.looking() as connection:
            return [as_integration(row) for row in connection.execute(query.order_by(integrations.c.no))]

    def hide_integration(self, integration_id: str, at: dt.datetime) -> bool:
        """Delete an integration: nobody finds it any more, its credentials are gone, its data waits to be erased.

        Tells whether there was one.
        """
        with self.database.writing() as connection:
            held = _locked(connection, integration_id)
            if held is None:
                return False
            _update(connection, integration_id, deleted_at=at, sealed_credentials=b"")
            cancel_active(connection, integration_id, at, "The integration was deleted.")
            note_state(connection, "integration_deleted", held, at)
        return True

    def _transition(
        self, connection: sa.Connection, integration_id: str, trigger: Trigger, at: dt.datetime
    ) -> Integration | None:
        held = _locked(connection, integration_id)
        if held is None:
            return None
        before = Standing(held.state, held.setup_status, held.qa_status)
        now = after(before, trigger)
        if now == before:
            return held
        _update(
            connection,
            integration_id,
            state=now.state.value,
            setup_status=now.setup_status.value,
            qa_status=now.qa_status.value,
            state_changed_at=at,
        )
        if (why := WHY_CANCELLED.get(trigger)) is not None:
            cancel_active(connection, integration_id, at, why)
        moved = msgspec.structs.replace(
            held, state=now.state, setup_status=now.setup_status, qa_status=now.qa_status, state_changed_at=at
        )
        note_state(connection, "integration_state_changed", moved, at)
        return moved


def _locked(connection: sa.Connection, integration_id: str) -> Integration | None:
    query = sa.select(*SHOWN).where(integrations.c.id == integration_id, integrations.c.deleted_at.is_(None))
    row = connection.execute(query.with_for_update()).first()
    return None if row is None else as_integration(row)


def _update(connection: sa.Connection, integration_id: str, **values: Any) -> None:
    connection.execute(sa.update(integrations).values(values).where(integrations.c.id == integration_id))


def _json(findings: Sequence[str]) -> str:
    return msgspec.json.encode(list(findings)).decode()
