"""The schedule of one integration: what it goes by, and how a run moves it."""

import datetime as dt
import random
from collections.abc import Mapping

from atsume.connectors.base import Connector
from atsume.model.integration import USABLE, Integration, State, SyncState, SyncType
from atsume.store.rows import Schedule, SyncRun
from atsume.store.store import Store
from atsume.sync import schedule
from atsume.sync.run import Outcome

Connectors = Mapping[str, Connector]


def plan(
    store: Store, connectors: Connectors, integration: Integration, held: Schedule, now: dt.datetime
) -> tuple[SyncType | None, dt.datetime]:
    """Return the run that an integration is due for, and when it is due again should that run never end."""
    rule = _rule(store, connectors, integration)
    again = schedule.next_due(rule, None, now, random.random())  # noqa: S311 - spreads load
    is_early = held.next_due_at is not None and held.next_due_at > now  # found because the clock has stepped back
    if is_early or integration.state is not State.ACTIVE:
        return None, again
    return SyncType.FULL if _needs_all(integration) else schedule.kind(rule, _past(held), now), again


def wanted(
    store: Store, connectors: Connectors, integration: Integration, asked: SyncType, now: dt.datetime
) -> SyncType:
    """Return the kind of run that somebody gets who asks for one: a delta only where it would find all that changed."""
    can = _has_delta(connectors, integration) and schedule.can_delta(_past(store.schedule(integration.no)), now)
    return asked if can and not _needs_all(integration) else SyncType.FULL


def since(store: Store, integration: Integration, claimed: SyncRun) -> dict[str, dt.datetime] | None:
    """Return from when a run asks for changes, by model; None: it reads everything."""
    return None if claimed.type is SyncType.FULL else store.schedule(integration.no).watermarks


def move(
    store: Store,
    connectors: Connectors,
    integration: Integration,
    claimed: SyncRun,
    ended: tuple[SyncState, Outcome],
    now: dt.datetime,
) -> None:
    """Set when an integration is due again after a run, and from when the next delta asks. Twice is once.

    What was read by id has no such moment: a delta that is to bring everybody reads everybody.
    """
    state, outcome = ended
    began = claimed.started_at or claimed.queued_at
    walked = {s.model: began if s.model in outcome.whole else None for s in outcome.streams if s.state == "complete"}
    store.plan_next(
        integration.no,
        schedule.next_due(_rule(store, connectors, integration), state, now, random.random()),  # noqa: S311
        now,
        full_at=began if claimed.type is SyncType.FULL and state in USABLE else None,
        watermarks=walked,
    )


def _needs_all(integration: Integration) -> bool:
    """Tell whether everything must be read because what is kept was changed."""
    return integration.data_expired_at is not None


def _rule(store: Store, connectors: Connectors, integration: Integration) -> schedule.Cadence:
    return schedule.cadence(store.in_force(integration), has_delta=_has_delta(connectors, integration))


def _has_delta(connectors: Connectors, integration: Integration) -> bool:
    connector = connectors.get(integration.tool)
    return connector is not None and connector.has_delta


def _past(held: Schedule) -> schedule.Past:
    return schedule.Past(full_at=held.full_at, watermarks=held.watermarks)
