"""/healthz: the process answers. /readyz: it can serve, and how the work behind it stands.

Only what keeps this process from answering callers makes /readyz fail: the database and its schema. A worker that is
silent or a queue that grows is told in the same answer, and fails it with `?work=1`, for whoever watches the workers:
taking healthy servers out of rotation because a worker died would make one fault two.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Literal

from litestar import MediaType, Request, Response, get
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from atsume.store.store import Store

Standing = Literal["ok", "late", "failed"]

SILENCE = dt.timedelta(seconds=60)
"""Workers beat every few seconds."""
WAIT = dt.timedelta(minutes=15)
"""So long may the first in the queue wait."""


class Check(Struct, frozen=True):
    """One thing that was looked at."""

    standing: Standing
    message: str


class Readiness(Struct, frozen=True, kw_only=True):
    """All of them."""

    database: Check
    migrations: Check
    workers: Check
    queue: Check

    def is_ready(self, *, with_work: bool) -> bool:
        """Return whether callers can be served; `with_work`: and whether the work behind is done in time."""
        decisive = [self.database, self.migrations, *([self.workers, self.queue] if with_work else [])]
        return all(check.standing == "ok" for check in decisive)


def readiness(store: Store, now: dt.datetime) -> Readiness:
    """Return how everything stands. Raises nothing."""
    database = _database(store)
    unknown = Check("failed", "not looked at, because the database does not answer")
    if database.standing == "failed":
        return Readiness(database=database, migrations=unknown, workers=unknown, queue=unknown)
    try:
        return Readiness(
            database=database, migrations=_migrations(store), workers=_workers(store, now), queue=_queue(store, now)
        )
    except Exception:  # it went away between two looks
        gone = Check("failed", "the database stopped answering")
        return Readiness(database=gone, migrations=unknown, workers=unknown, queue=unknown)


def _database(store: Store) -> Check:
    try:
        store.ping()
    except Exception:  # whatever it is, this process cannot serve
        return Check("failed", "the database does not answer")
    return Check("ok", "the database answers")


def _migrations(store: Store) -> Check:
    held, newest = store.schema_versions()
    if held == newest:
        return Check("ok", f"schema {newest}")
    return Check("failed", f"schema {held or 'none'}; this version needs {newest}: start `atsume serve` to migrate")


def _workers(store: Store, now: dt.datetime) -> Check:
    replicas = store.replicas()
    heard = [one for one in replicas if now - one.beat_at < SILENCE]
    if heard:
        return Check("ok", f"{len(heard)} at work")
    if not replicas:
        return Check("late", "no worker has ever been heard of: start `atsume worker`")
    silent = max(now - max(one.beat_at for one in replicas), dt.timedelta(0))
    return Check("late", f"the last worker was heard of {int(silent.total_seconds())} s ago")


def _queue(store: Store, now: dt.datetime) -> Check:
    oldest = store.queue().oldest_at
    waited = dt.timedelta(0) if oldest is None else max(now - oldest, dt.timedelta(0))
    told = f"the first in the queue has waited {int(waited.total_seconds())} s" if oldest else "nothing waits"
    return Check("late" if waited > WAIT else "ok", told)


def health(store: Store, now: Callable[[], dt.datetime]) -> Sequence[ControllerRouterHandler]:
    """Return the two routes."""

    @get("/healthz", sync_to_thread=False, name="healthz")
    def healthz() -> Response[str]:
        return Response("ok\n", media_type=MediaType.TEXT)

    @get("/readyz", sync_to_thread=True, name="readyz")
    def readyz(request: Request) -> Response[Readiness]:  # pyright: ignore[reportMissingTypeArgument]
        found = readiness(store, now())
        with_work = request.query_params.get("work", "0") not in {"0", ""}
        return Response(found, status_code=200 if found.is_ready(with_work=with_work) else 503)

    return [healthz, readyz]
