"""The sync history of an integration, with charts, and one run as it goes on or went."""

import datetime as dt
from collections.abc import Callable, Sequence

from msgspec import Struct

from atsume.model.catalogue import MODELS
from atsume.model.integration import SyncState
from atsume.model.operator import Role
from atsume.store.rows import StreamProgress, SyncRun
from atsume.web.console.charts import Chart, Measured, chart
from atsume.web.console.pages.integration import RUN
from atsume.web.console.pages.integrations import SHOW
from atsume.web.console.visit import Fragment, Page, Row, Visit
from atsume.web.shown import number, span

HISTORY = SHOW + "/syncs"
PAGE = 40
WATCHED_SECONDS = 5
ACTIVE = frozenset({SyncState.QUEUED, SyncState.RUNNING})
TONES = {
    SyncState.SUCCEEDED: "good",
    SyncState.PARTIALLY_FAILED: "warn",
    SyncState.QUEUED: "idle",
    SyncState.CANCELLED: "idle",
    SyncState.RUNNING: "busy",
}


class Told(Struct, frozen=True, kw_only=True):
    """A run in the history."""

    path: str
    type: str
    state: str
    queued_at: dt.datetime
    started_at: dt.datetime | None
    seconds: float | None
    records: int
    changes: int
    """Created, updated and deleted."""
    requests: int
    waited_seconds: float
    error: str


class HistoryPage(Struct, frozen=True, kw_only=True):
    """The history."""

    runs: list[Told]
    charts: list[Chart]
    first: str | None
    next: str | None
    now: dt.datetime


class RunPage(Struct, frozen=True, kw_only=True):
    """One run."""

    told: Told
    id: str
    streams: list[tuple[str, StreamProgress]]
    """With the model's name for people."""
    warnings: list[str]
    timings: list[tuple[str, float]]
    """Seconds of our own work by station, the longest first."""
    ended_at: dt.datetime | None
    is_active: bool
    live: str
    log: str
    now: dt.datetime


def history(visit: Visit) -> Page:
    """List the runs of an integration, newest first."""
    before = visit.query.get("before", "")
    found = visit.around.store.sync_runs(visit.integration.id, limit=PAGE + 1, before=before or None)
    runs, more = [_told(visit, run) for run in found[:PAGE]], len(found) > PAGE
    body = HistoryPage(
        runs=runs,
        charts=_charts(found[:PAGE][::-1], runs[::-1]),
        first=visit.url(HISTORY) if before else None,
        next=visit.address_of(HISTORY, before=found[PAGE - 1].id) if more else None,
        now=visit.around.now(),
    )
    return Page(template="syncs.html", title="Syncs", body=body)


def run(visit: Visit) -> Page:
    """Show a run; while it goes on, the page keeps up with it."""
    body = _page(visit)
    return Page(
        template="run.html",
        title="Full sync" if body.told.type == "FULL" else "Delta sync",
        body=body,
        refresh_seconds=WATCHED_SECONDS if body.is_active else None,
    )


def live(visit: Visit) -> Fragment:
    """Return the part of the page that changes while the run goes on."""
    return Fragment("run_live.html", _page(visit))


def _page(visit: Visit) -> RunPage:
    found: SyncRun = visit.found["run"]
    return RunPage(
        told=_told(visit, found),
        id=found.id,
        streams=[(MODELS[stream.model].label, stream) for stream in found.streams],
        warnings=found.warnings,
        timings=sorted(found.timings.items(), key=lambda one: -one[1]),
        ended_at=found.ended_at,
        is_active=found.state in ACTIVE,
        live=visit.url(RUN) + "/live",
        log=f"/logs/{found.id}",
        now=visit.around.now(),
    )


def _told(visit: Visit, run: SyncRun) -> Told:
    def summed(*names: str) -> int:
        return sum(getattr(stream, name) for stream in run.streams for name in names)

    end = run.ended_at or visit.around.now()
    return Told(
        path=visit.url(RUN, run=run.id),
        type=run.type.value,
        state=run.state.value,
        queued_at=run.queued_at,
        started_at=run.started_at,
        seconds=max((end - run.started_at).total_seconds(), 0) if run.started_at else None,
        records=summed("records"),
        changes=summed("created", "updated", "deleted"),
        requests=summed("requests"),
        waited_seconds=sum(stream.waited_seconds for stream in run.streams),
        error=run.error or "",
    )


MEASURES: tuple[tuple[str, Callable[[Told], float], Callable[[float], str]], ...] = (
    ("Duration", lambda one: one.seconds or 0.0, span),
    ("Records", lambda one: float(one.records), number),
    ("Requests", lambda one: float(one.requests), number),
    ("Waiting for the tool", lambda one: one.waited_seconds, span),
)


def _charts(runs: Sequence[SyncRun], told: Sequence[Told]) -> list[Chart]:
    """Return one chart a measure, over runs from the oldest to the newest."""

    def measured(value: Callable[[Told], float]) -> list[Measured]:
        return [
            Measured(value(one), TONES.get(run.state, "bad"), f"{one.type.lower()} {one.queued_at:%Y-%m-%d %H:%M}")
            for run, one in zip(runs, told, strict=True)
        ]

    return [chart(title, measured(value), words) for title, value, words in MEASURES] if len(runs) > 1 else []


ROWS = (
    Row(method="GET", path=HISTORY, role=Role.VIEWER, view=history, tab="Syncs"),
    Row(method="GET", path=RUN, role=Role.VIEWER, view=run),
    Row(method="GET", path=RUN + "/live", role=Role.VIEWER, view=live),
)
