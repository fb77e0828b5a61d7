"""What a write made joins the road of every other record: same streams, same mapping tables, same door."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct

from atsume.connectors.base import Mirror, Session
from atsume.connectors.writing import Found, Prepared, Writer
from atsume.ids import record_id
from atsume.model import scope as scopes
from atsume.model.catalogue import MODELS
from atsume.model.integration import Integration
from atsume.model.record import PENDING, Record, Refer, encode
from atsume.model.scope import Scope
from atsume.store.given_ids import IdsMoved
from atsume.store.rows import Row, Writes
from atsume.store.store import Store, StoreError
from atsume.store.writes import Write
from atsume.store.written import Finish, Given
from atsume.sync.diff import diff
from atsume.sync.ingest import row_maker

APPLICATIONS, CANDIDATES = "ats_applications", "ats_candidates"
TRIES = 20
"""How often a batch is made anew because others wrote meanwhile."""


class Keeper(Struct, frozen=True, kw_only=True):
    """What keeping the records of one integration needs."""

    store: Store
    integration: Integration
    session: Session
    scope: Scope
    now: Callable[[], dt.datetime]


def keep_found(keeper: Keeper, write: Write, found: Found, warnings: list[str]) -> None:
    """Keep what was found, under the ids that were told, and end the write. Raises NotMine."""
    store, integration = keeper.store, keeper.integration
    for _ in range(TRIES):
        ids = store.ids(integration)
        given, gone = _given(keeper, write, found, ids)
        told: dict[tuple[str, str], str] = {(g.model, g.remote_id): g.id for g in given}

        def known(model: str, remote_id: str, told: Mapping[Any, str] = told, ids: Refer = ids) -> str:
            return told.get((model, remote_id)) or ids(model, remote_id)

        batches = [(model, _writes(store, model, [row])) for model, row in _rows(keeper, found, known)]
        for model, our_id in gone:
            batches.append((model, Writes(deleted=[our_id])))
        finish = Finish(
            application_id=known(APPLICATIONS, found.application_remote_id),
            candidate_id=known(CANDIDATES, found.candidate_remote_id),
            remote_id=found.application_remote_id,
            given=tuple(given),
            buried=frozenset(our_id for _, our_id in gone),
            warnings=warnings,
        )
        try:
            store.keep_found(write, integration, batches, finish, keeper.now, ids_version=ids.version)
        except (IdsMoved, StoreError):
            continue  # a sync wrote meanwhile: what is held is looked at again
        return
    raise StoreError("The records of a write could not be kept: others kept writing the same ones.")


def keep_provisional(keeper: Keeper, write: Write, writer: Writer, prepared: Prepared) -> None:
    """Keep what was sent as it will look, so that it can be read at once. Raises NotMine when the write moved on."""
    pending = PENDING + write.id
    batches: list[tuple[str, Writes]] = []
    ids = keeper.store.ids(keeper.integration)
    for model, record in writer.provisional(prepared, pending):
        kept = scopes.apply(keeper.scope, model, record)
        row = row_maker(keeper.integration.id, MODELS[model], ids)(kept, 0)
        if model == APPLICATIONS:
            row = _without_remote_id(row, kept)
        batches.append((model, Writes(created=[row])))
    given = (ids(APPLICATIONS, pending), ids(CANDIDATES, pending))
    keeper.store.keep_provisional(write, keeper.integration, batches, given, keeper.now)


def bury_provisional(keeper: Keeper, write: Write, error: tuple[str, str, float | None]) -> None:
    """Tombstone what was kept for a write that had no effect after all, and end it. Raises NotMine."""
    gone = [(APPLICATIONS, write.application_id), (CANDIDATES, write.candidate_id)]
    batches = [(model, Writes(deleted=[our_id])) for model, our_id in gone if our_id is not None]
    keeper.store.bury_provisional(write, keeper.integration, batches, keeper.now, error)


def _without_remote_id(row: Row, record: Record) -> Row:
    """Return the row of an application as the wire allows it: its remote id may be null, a candidate's may not."""
    setattr(record, "remote_id", None)  # noqa: B010 - typed as text: every other record has one
    body = encode(record)
    embed = MODELS[APPLICATIONS].embed
    row.body, row.embed = body, encode(embed(record, row.id)) if embed else None
    return row


def _writes(store: Store, model: str, rows: list[Row]) -> Writes:
    return diff(store.held(model, [row.id for row in rows]), rows)


def _given(keeper: Keeper, write: Write, found: Found, ids: Refer) -> tuple[list[Given], list[tuple[str, str]]]:
    """Return the ids to tie to the remote ids, and the rows (model, id) that must go.

    What a sync brought of them in the meantime goes: the ids that were told stay. Only a candidate who was known
    before, by another application, keeps the id that callers know already: then the one that was told goes.
    """
    if write.application_id is None or write.candidate_id is None:
        return [], []
    store, integration = keeper.store, keeper.integration
    gone: list[tuple[str, str]] = []
    given = [Given(APPLICATIONS, found.application_remote_id, write.application_id)]
    computed = record_id(integration.id, APPLICATIONS, found.application_remote_id)
    if _is_live(store, APPLICATIONS, computed):
        gone.append((APPLICATIONS, computed))
    candidate = ids(CANDIDATES, found.candidate_remote_id)
    if candidate == write.candidate_id:
        return given, gone
    was_given = candidate != record_id(integration.id, CANDIDATES, found.candidate_remote_id)
    if was_given or store.applies_elsewhere(candidate, (computed, write.application_id)):
        return given, [*gone, (CANDIDATES, write.candidate_id)]
    given.append(Given(CANDIDATES, found.candidate_remote_id, write.candidate_id))
    if _is_live(store, CANDIDATES, candidate):
        gone.append((CANDIDATES, candidate))
    return given, gone


def _is_live(store: Store, model: str, our_id: str) -> bool:
    held = store.held(model, [our_id])
    return our_id in held and not held[our_id].is_deleted


def _rows(keeper: Keeper, found: Found, ids: Refer) -> list[tuple[str, Row]]:
    """Take what was found through stations 2 to 5."""
    streams = {stream.model: stream for stream in keeper.session.streams()}
    mirror: Any = keeper.store.mirror(keeper.integration)
    rows: list[tuple[str, Row]] = []
    for model, page in found.pages:
        stream = streams[model]
        came = stream.decode(page)
        for one, parts in zip(came, stream.assemble(came, mirror), strict=True):
            record = scopes.apply(keeper.scope, model, stream.map(parts))
            source = getattr(record, "source", None)
            if model == APPLICATIONS:
                mirror = _Newest(mirror, found.candidate_remote_id, None if source is UNSET else source)
            make = row_maker(keeper.integration.id, MODELS[model], ids)
            rows.append((model, make(record, one.fingerprint or 0)))
    return rows


class _Newest:
    """The mirror as it will be: the application at hand is its candidate's newest, so its source is the candidate's."""

    def __init__(self, mirror: Mirror, candidate_id: str, source: Any) -> None:
        self._mirror, self._newest = mirror, {candidate_id: source}

    def latest_sources(self, candidate_ids: Sequence[str]) -> Mapping[str, str | None]:
        """Return each candidate's source."""
        return {**self._mirror.latest_sources(candidate_ids), **self._newest}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mirror, name)
