"""One sync run, from the tool to the mirror: the spine of the server. Each station is one line.

Synchronous: one engine thread walks the streams in order, each stream's pages are fetched ahead by a thread of its own
(`sync/prefetch.py`). There is one writer, so nothing here locks.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial

import msgspec
from msgspec import Struct

from atsume.connectors.base import Came, Incremental, Mirror, Page, Resumable, Session, Stream
from atsume.errors import AtsumeError, CredentialsRefused
from atsume.model import scope as scopes
from atsume.model.catalogue import MODELS, Model
from atsume.model.integration import Integration, SyncState
from atsume.model.record import Record, Timestamp, timestamp
from atsume.model.scope import Scope
from atsume.store.given_ids import Ids, IdsMoved
from atsume.store.rows import Held, Row, StreamProgress
from atsume.store.store import Store
from atsume.sync import missing
from atsume.sync.breaker import OPEN, Breaker, HeldBack
from atsume.sync.diff import diff, must_map
from atsume.sync.fields import NamedFields, RunFields, StreamFields
from atsume.sync.ingest import row_maker
from atsume.sync.journal import ENDED, Journal, place_after
from atsume.sync.plan import plan
from atsume.sync.prefetch import PageQueue, lumps, prefetch
from atsume.sync.progress import Progress, Report
from atsume.sync.seen import Seen
from atsume.sync.shed import salted
from atsume.sync.tracked import TRACKED, tracked_in
from atsume.sync.window import narrowed, take_out

LUMP = 10
"""Pages that go through the stations, and into one transaction, together."""


class Outcome(Struct, frozen=True):
    """How a run ended."""

    state: SyncState
    streams: list[StreamProgress]
    warnings: list[str]
    error: str | None
    timings: dict[str, float]
    whole: frozenset[str] = frozenset()
    """Models of which all that there is was asked for, to the end."""


class Cancelled(Exception):
    """Somebody asked the run to stop."""


class Run(Struct, frozen=True, kw_only=True):
    """All that a run needs."""

    store: Store
    integration: Integration
    session: Session
    scope: Scope
    only_created: bool
    now: Callable[[], dt.datetime]
    report: Report
    should_stop: Callable[[], bool]
    breaker: Breaker = OPEN
    since: Mapping[str, dt.datetime] | None = None
    """From when changes are asked for, by model. None: everything is read."""
    cutoff: dt.datetime | None = None
    """Since when applications must have changed to be wanted. None: all are."""
    journal: Journal = msgspec.field(default_factory=Journal)
    """What was done before, if the run is taken up again."""
    fields: RunFields | None = None
    """What is decided about fields. None: records stay as the connector maps them."""

    def stamp(self) -> Timestamp:
        """Return the present moment as commits keep it."""
        return timestamp(self.now())


def run(job: Run) -> Outcome:
    """Bring the mirror up to date, stream by stream. A fault ends its stream, not the run."""
    tracked = tracked_in(job.store, job.integration) if job.only_created else None
    streams, skipped = plan(_offered(job), job.scope, tracked)
    progress = Progress([s.model for s in streams] + skipped, job.report, job.journal.progress())
    for model in skipped:
        progress.set(model, "skipped")
    queues: dict[str, PageQueue] = {}
    try:
        job.session.authenticate()
        if isinstance(job.session, Resumable):
            job.session.carry(job.journal.carried)
        queues |= {s.model: _ahead(job, s) for s in streams if s.prefetch and not progress.is_over(s.model)}
        broken = _walk_all(job, streams, queues, progress)
        return _outcome(job, progress, _state(progress, broken), None)
    except CredentialsRefused as refused:
        return _outcome(job, progress, SyncState.AUTHENTICATION_FAILED, refused.message)
    except AtsumeError as fault:
        return _outcome(job, progress, SyncState.FAILED, fault.message)
    except Cancelled:
        return _outcome(job, progress, SyncState.CANCELLED, "The run was told to stop.")
    finally:
        for queue in queues.values():
            queue.stop()


def _offered(job: Run) -> Sequence[Stream]:
    """Return the streams of everything, or of what changed; narrowed to what is wanted."""
    if job.since is None or not isinstance(job.session, Incremental):
        offered = job.session.streams()
    else:
        offered = job.session.changes(job.since, job.store.mirror(job.integration))
    if job.cutoff is None:
        return offered
    return narrowed(offered, job.cutoff, job.store, job.integration, job.since)


def _walk_all(job: Run, streams: list[Stream], queues: dict[str, PageQueue], progress: Progress) -> set[str]:
    """Take every stream through all stations, in order. Returns the models whose stream failed."""
    broken: set[str] = set()
    for stream in streams:
        if progress.is_over(stream.model):  # before the run was taken up again
            broken |= {stream.model} if progress.streams[stream.model].state == "failed" else set()
            continue
        lame = broken & stream.after
        whole = not lame or stream.is_whole(lame)
        if not whole and not stream.confirms:  # derived from what is not there: any content would be a guess
            progress.set(stream.model, "failed", f"Left as it was, because {_labels(lame)} failed.")
            broken.add(stream.model)
            continue
        queue = queues.get(stream.model) or _ahead(job, stream)
        queues[stream.model] = queue
        if _walk(job, stream, queue, progress, is_sound=whole) is not None:
            broken.add(stream.model)
    return broken


def _ahead(job: Run, stream: Stream) -> PageQueue:
    """Fetch ahead, from where the stream was."""
    stand = job.journal.stand(stream)
    if stand is None or stream.resume is None:
        return prefetch(stream.fetch, stream.model)
    resume, place = stream.resume, stand.place
    return prefetch(lambda: resume(place) if place else iter(()), stream.model)


def _labels(models: set[str] | frozenset[str]) -> str:
    return " and ".join(sorted(MODELS[model].label.lower() for model in models))


def _walk(job: Run, stream: Stream, queue: PageQueue, progress: Progress, *, is_sound: bool) -> str | None:
    """Take one stream through all stations. Returns why it failed; what came before the fault stays good."""
    progress.set(stream.model, "running")
    try:
        seen = _mirror(job, stream, queue, progress)
        if stream.detects_deletions and is_sound:
            _bury(job, stream, seen, progress)
    except CredentialsRefused:
        raise
    except AtsumeError as fault:
        if isinstance(fault, HeldBack):
            progress.streams[stream.model].held_back = fault.gone
        return _end(job, stream, progress, "failed", fault.message)
    except msgspec.DecodeError as error:
        return _end(job, stream, progress, "failed", f"The tool's answer could not be read: {error}")
    return _end(job, stream, progress, "complete")


def _end(job: Run, stream: Stream, progress: Progress, state: str, error: str | None = None) -> str | None:
    """End a stream and remember that; return why it failed."""
    if error is not None and job.should_stop():  # a fetch that was interrupted is no fault of the tool
        raise Cancelled
    progress.set(stream.model, state, error)
    entry = job.journal.entry(progress.streams[stream.model], ENDED)
    if entry is not None:
        job.store.commit_many(job.integration, [], job.stamp, checkpoint=entry)
    return error


def _mirror(job: Run, stream: Stream, queue: PageQueue, progress: Progress) -> Seen:
    """Stations 1 to 7 for every page of a stream."""
    store, integration, model = job.store, job.integration, MODELS[stream.model]
    seen = _seen(job, stream)
    # Before the first sync has ended nobody can have read anything; only marks for mapping again matter then.
    touch = integration.first_synced_at is not None or any(
        t.remaps and not store.is_empty(t.model, integration.no) for t in model.touches
    )
    mirror, makers = store.mirror(integration), _Makers(job, model)
    carried = job.session.carried if isinstance(job.session, Resumable) else lambda: None
    fields = job.fields.of(stream, is_resumed=job.journal.stand(stream) is not None) if job.fields is not None else None
    for pages in _fetched(job, stream, queue, progress):
        with progress.station("decode"):
            came = salted(job.scope, model.name, [one for page in pages for one in stream.decode(page)])
        with progress.station("fields"):
            came = fields.look(came) if fields is not None else came
        remembered, marks = carried(), b""
        for ids_of, make_row in makers:
            with progress.station("compare"):
                ids = [ids_of(model.name, one.remote_id) for one in came]
                held = store.held(model.name, ids)
                marks += seen.add(held.values())
            with progress.station("assemble and map"):
                rows = _rows(stream, _fresh(came, ids, held), mirror, job.scope, make_row, fields)
            with progress.station("diff"):
                writes = diff(held, rows)
            with progress.station("commit"), suppress(IdsMoved):  # a write gave out ids: these pages once more
                stands = progress.after(model.name, len(came), created=len(writes.created), updated=len(writes.updated))
                place = place_after(stream, pages)
                entry = job.journal.entry(stands, place, seen.high_water, seen=marks, carried=remembered)
                now = {"touch": touch, "checkpoint": entry, "ids_version": ids_of.version}
                done = store.commit(model.name, integration, writes, job.stamp, **now)
                progress.committed(model.name, len(came), done)
                break
    if fields is not None:
        fields.done(is_full=stream.detects_deletions)
    return seen


class _Makers:
    """The ids of records and what makes their rows: first as they are known, then, asked again, as they are now."""

    def __init__(self, job: Run, model: Model) -> None:
        self._job, self._model = job, model
        self._known = self._load()

    def __iter__(self) -> Iterator[tuple[Ids, Callable[[Record, int], Row]]]:
        """Yield them until somebody's batch is taken."""
        while True:
            yield self._known
            self._known = self._load()

    def _load(self) -> tuple[Ids, Callable[[Record, int], Row]]:
        integration = self._job.integration
        ids = self._job.store.ids(integration)
        return ids, row_maker(integration.id, self._model, ids if ids.version else None)


def _seen(job: Run, stream: Stream) -> Seen:
    """Return what came of the stream so far: only where absence will mean something."""
    if not stream.detects_deletions:
        return Seen(0)
    stand = job.journal.stand(stream)
    if stand is not None:
        return Seen(stand.high_water, stand.seen)
    return Seen(job.store.high_water(stream.model, job.integration.no))


def _fetched(job: Run, stream: Stream, queue: PageQueue, progress: Progress):
    iterator = lumps(queue, LUMP)
    while True:
        with progress.station("wait for pages"):
            pages = next(iterator, None)
        if pages is None:
            return
        if job.should_stop():
            raise Cancelled
        _count(progress, stream.model, pages)
        yield pages


def _count(progress: Progress, model: str, pages: list[Page]) -> None:
    progress.fetched(
        model,
        pages=len(pages),
        requests=sum(p.requests for p in pages),
        waited_seconds=sum(p.waited_seconds for p in pages),
        received_bytes=sum(p.received_bytes for p in pages),
    )


def _fresh(came: list[Came], ids: list[str], held: Mapping[str, Held]) -> list[Came]:
    return [one for one, our_id in zip(came, ids, strict=True) if must_map(one, held.get(our_id))]


def _rows(
    stream: Stream,
    fresh: list[Came],
    mirror: Mirror,
    scope: Scope,
    make_row: Callable[..., Row],
    fields: StreamFields | NamedFields | None,
) -> list[Row]:
    if not fresh:
        return []
    keep, unify = partial(scopes.apply, scope, stream.model), stream.map
    together = zip(stream.assemble(fresh, mirror), fresh, strict=True)
    if isinstance(fields, StreamFields) and not fields.is_idle:
        return [fields.row(unify(parts), one, keep, make_row) for parts, one in together]
    return [make_row(keep(unify(parts)), one.fingerprint or 0) for parts, one in together]


def _bury(job: Run, stream: Stream, seen: Seen, progress: Progress) -> None:
    """Take out what left the window, and tombstone what is truly gone."""
    with progress.station("second look"):
        if job.cutoff is not None:
            take_out(job.store, job.integration, stream, job.cutoff, seen, job.session)
        for writes in missing.gone(job.store, job.integration, stream, seen, job.session, job.breaker):
            entry = job.journal.entry(progress.streams[stream.model], place_after(stream, []), seen.high_water)
            done = job.store.commit(stream.model, job.integration, writes, job.stamp, checkpoint=entry)
            progress.committed(stream.model, 0, done)


def _state(progress: Progress, broken: set[str]) -> SyncState:
    if not broken:
        return SyncState.SUCCEEDED
    brought = any(s.held_back or (s.state == "complete" and s.records) for s in progress.streams.values())
    return SyncState.PARTIALLY_FAILED if brought else SyncState.FAILED


def _outcome(job: Run, progress: Progress, state: SyncState, error: str | None) -> Outcome:
    streams = list(progress.streams.values())
    failures = [f"{MODELS[s.model].label}: {s.error}" for s in streams if s.error]
    for stream in streams:
        if stream.state in {"pending", "running"}:
            stream.state, stream.error = "failed", error
    asked_by_id = TRACKED if job.only_created else frozenset[str]()
    whole = frozenset(s.model for s in streams if s.state == "complete") - asked_by_id
    return Outcome(state, streams, [*failures, *job.session.warnings()], error, progress.timings, whole)
