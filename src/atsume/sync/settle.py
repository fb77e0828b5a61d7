"""What changed decisions about fields make due: stored records made anew, or a full sync that brings more values."""

import datetime as dt

from msgspec import Struct

from atsume.model.fields import CUSTOMISABLE, FieldBook
from atsume.model.integration import Integration, SyncType
from atsume.store.fields import FieldState
from atsume.store.store import Store
from atsume.sync.fields import apply_rules, decided


class Settled(Struct, frozen=True):
    """What became due."""

    remade: tuple[str, ...] = ()
    """Models whose stored records will be made anew, without the tool."""
    waiting: tuple[str, ...] = ()
    """Models for which values are needed that are not held."""
    sync_id: str | None = None
    """The full sync that brings them."""


def settle_fields(store: Store, integration: Integration, book: FieldBook, at: dt.datetime) -> Settled:
    """Make due what decisions about an integration's fields ask for."""
    known = decided(store, integration, book)
    if apply_rules(store, known, at):
        known = decided(store, integration, book)
    states = store.field_states(integration.no)
    remade: list[str] = []
    waiting: list[str] = []
    for model in CUSTOMISABLE:
        plan, state = known.plan(model), states.get(model, FieldState())
        if state.applied == plan.digest:
            continue
        if store.is_empty(model, integration.no):
            store.fields_applied(integration.no, model, plan.digest, plan.holds)
        elif plan.can_use(state.holds):
            remade.append(model)
        else:
            waiting.append(model)
    store.make_fields_due(integration.no, remade, at)
    sync_id = store.queue_sync(integration.id, SyncType.FULL, at)[0].id if waiting else None
    return Settled(tuple(remade), tuple(waiting), sync_id)
