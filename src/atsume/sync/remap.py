"""Records made anew from what is held, when decisions about fields change: no request to the tool.

Each batch is read when no other writer can change the integration's records any more, and written in the same
transaction, so nothing that a sync brings meanwhile is overwritten with something older.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from atsume.model import scope as scopes
from atsume.model.catalogue import MODELS, Kind
from atsume.model.fields import CUSTOMISABLE, FieldBook, FieldPlan, Kept, Station, unshown
from atsume.model.integration import Integration
from atsume.model.record import Record, timestamp
from atsume.store.remotes import Stored, packed, unpacked
from atsume.store.rows import Row, Writes
from atsume.store.store import Store
from atsume.sync.fields import Decided, apply_rules, decided
from atsume.sync.ingest import row_maker

BATCH = 1000
"""Records in one transaction."""


class Remapped(Struct, frozen=True):
    """What applying decisions did."""

    updated: dict[str, int]
    """Records whose own properties changed, by model."""
    waiting: tuple[str, ...]
    """Models for which values are needed that are not held: only a full sync brings them."""


def apply_decisions(
    store: Store, integration: Integration, book: FieldBook, now: Callable[[], dt.datetime]
) -> Remapped:
    """Bring stored records in line with what is decided, as far as what is held allows. Twice is once."""
    known = decided(store, integration, book)
    if apply_rules(store, known, now()):
        known = decided(store, integration, book)
    updated: dict[str, int] = {}
    waiting: list[str] = []
    states = store.field_states(integration.no)
    for model in CUSTOMISABLE:
        plan, state = known.plan(model), states.get(model)
        applied = state.applied if state is not None else ""
        if applied != plan.digest:
            if not plan.can_use(state.holds if state is not None else ()):
                waiting.append(model)
                continue
            updated[model] = _apply(store, known, model, plan, applied, now)
            store.fields_applied(integration.no, model, plan.digest, plan.holds)
        elif state is not None and state.is_due:
            store.fields_applied(integration.no, model, applied, state.holds)
    if any(updated.values()):
        store.settle(integration.no, lambda: timestamp(now()))
    return Remapped(updated, tuple(waiting))


def _apply(
    store: Store, known: Decided, model: str, plan: FieldPlan, applied: str, now: Callable[[], dt.datetime]
) -> int:
    remake = Remaker(known, model, plan, applied)
    updated, after = 0, 0
    while True:
        read: list[Stored] = []

        def batch(after: int = after, read: list[Stored] = read) -> Sequence[tuple[str, Writes]]:
            read += store.stored(model, known.integration.no, after, BATCH)
            return [(model, remake.writes(read))]

        done = store.commit_many(known.integration, batch, lambda: timestamp(now()), touch=remake.moves_embeds)
        updated += done[0].updated
        if not read:
            return updated
        after = read[-1].seq


def _to_keep(one: Stored, kept: Kept, still_kept: Kept | None) -> bytes | None:
    """Return what to write beside a record: None for what is there already, which is most of it mostly."""
    if still_kept is None:
        return b"" if one.kept else None
    return None if one.kept and still_kept == kept else packed(still_kept)


class Remaker:
    """Makes stored records of one model anew."""

    def __init__(self, known: Decided, model: str, plan: FieldPlan, applied: str) -> None:
        self._model, self._scope = MODELS[model], known.scope
        self._surfaces = known.book.surfaces.get(model, {})
        self._station = Station(model, plan, self._surfaces)
        self._salt = (int(plan.digest or "0", 16) >> 1) ^ (int(applied or "0", 16) >> 1)
        self._id = ""
        self._make = row_maker(known.integration.id, self._model, lambda _model, _remote_id: self._id, refers=False)
        self._decode = msgspec.json.Decoder(self._model.record).decode
        self._types = {field.name: field.type for field in msgspec.structs.fields(self._model.record)}
        self.moves_embeds = bool(plan.remapped)
        """Whether a change may show inside other records too."""

    def writes(self, stored: Sequence[Stored]) -> Writes:
        """Return what must be written of a batch."""
        writes = Writes()
        for one in stored:
            row = self.row(one)
            if row.fingerprint != one.fingerprint:
                writes.updated.append(row)
            elif row.remote_fingerprint != one.remote_fingerprint or row.remote is not None:
                writes.quiet.append(row)
        return writes

    def row(self, one: Stored) -> Row:
        """Return a record as it is with the plan."""
        record: Any = self._decode(one.body)
        kept = unpacked(one.kept) if one.kept else Kept({})
        remote = unshown(record.remote_data, self._surfaces) if record.remote_data else kept.remote
        self._restore(record, kept, one)
        self._keep(record)
        still_kept = self._station(record, remote)
        self._keep(record)
        self._id = one.id
        row = self._make(record, 0)
        row.remote_fingerprint = one.remote_fingerprint and (one.remote_fingerprint ^ self._salt or 1)
        row.remote = _to_keep(one, kept, still_kept)
        return row

    def _keep(self, record: Record) -> None:
        scopes.apply(self._scope, self._model.name, record)

    def _restore(self, record: Any, kept: Kept, one: Stored) -> None:
        """Take off what the plan before had put on, and put back what only the row's columns remember."""
        for name, value in kept.plain.items():
            setattr(record, name, msgspec.convert(value, self._types[name]))
        record.custom_fields, record.integration_fields, record.remote_data = {}, [], None
        for column, value in zip(self._model.columns, one.columns, strict=True):
            if column.name in self._model.hidden:
                setattr(record, column.name, bool(value) if column.kind is Kind.FLAG and value is not None else value)
