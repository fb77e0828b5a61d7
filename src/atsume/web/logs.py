"""`/logs/{id}`: the failed request or the sync run that a `log_url` points at. The unguessable id is the permission.

HTML for browsers, JSON for programs. What is shown was redacted before it was stored.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader
from litestar import MediaType, Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from markupsafe import Markup, escape
from msgspec import Struct

from atsume.errors import Code, Fixer
from atsume.ids import ALPHABET, LENGTH
from atsume.model.catalogue import MODELS
from atsume.model.record import timestamp
from atsume.store.rows import LoggedExchange, StreamProgress, SyncRun
from atsume.store.store import Store
from atsume.web.throttle import Throttle

_STYLE = (files("atsume.web") / "templates" / "log.css").read_text("utf-8")
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'",
    "referrer-policy": "no-referrer",
    "vary": "accept",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
}

_pages = Environment(loader=PackageLoader("atsume.web"), autoescape=True)
_pages.filters["prose"] = lambda text: Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704
_LETTERS = frozenset(ALPHABET.decode())


FIXERS = {
    Fixer.CALLER: "whoever wrote the request",
    Fixer.END_USER: "the organisation that connected its tool",
    Fixer.OPERATOR: "whoever runs this server",
    Fixer.WAIT: "time: the same request may work later",
}


class ShownExchange(Struct, frozen=True, kw_only=True):
    """An exchange as the page shows it: all that the template may see."""

    id: str
    direction: str
    at: str
    method: str
    url: str
    status: int | None
    duration_seconds: float
    integration_id: str | None
    sync_id: str | None
    code: str | None
    message: str | None
    title: str | None
    """What the code means, in short."""
    fixer: str | None
    """Who can make it go away, for a sentence."""


class ShownStream(Struct, frozen=True, kw_only=True):
    """How one model fared in a run."""

    model: str
    label: str
    state: str
    pages: int
    requests: int
    records: int
    created: int
    updated: int
    deleted: int
    waited_seconds: float
    error: str | None


class ShownRun(Struct, frozen=True, kw_only=True):
    """A sync run as the page shows it: counts and sentences, no record."""

    id: str
    integration_id: str
    type: str
    state: str
    queued_at: str
    started_at: str | None
    ended_at: str | None
    duration_seconds: float | None
    error: str | None
    warnings: list[str]
    streams: list[ShownStream]


def routes(store: Store, throttle: Throttle) -> Sequence[ControllerRouterHandler]:
    """Return the page's route."""

    @get("/logs/{log_id:str}", sync_to_thread=True, name="log")
    def log(request: Request[Any, Any, Any], log_id: FromPath[str]) -> Response[Any]:
        if seconds := throttle.wait(request):
            return Response("Too many requests.\n", headers=HEADERS | {"retry-after": str(seconds)}, status_code=429)
        exchange = store.exchange(log_id) if _is_id(log_id) else None
        run = store.sync_run(log_id) if _is_id(log_id) and exchange is None else None
        status = 404 if exchange is None and run is None else 200
        if status == 404:
            throttle.missed(request)
        found = {"exchange": exchange and shown(exchange), "sync_run": run and shown_run(run)}
        if "text/html" in request.headers.get("accept", ""):
            page = _pages.get_template("run.html" if run else "log.html").render(style=_STYLE, **found)
            return Response(page, media_type=MediaType.HTML, headers=HEADERS, status_code=status)
        return Response(msgspec.json.encode(found), media_type=MediaType.JSON, headers=HEADERS, status_code=status)

    return [log]


def shown(exchange: LoggedExchange) -> ShownExchange:
    """Return what is shown of an exchange."""
    known = next((code for code in Code if code.wire == exchange.code), None)
    return ShownExchange(
        id=exchange.id,
        direction=exchange.direction,
        at=timestamp(exchange.at),
        method=exchange.method,
        url=exchange.url,
        status=exchange.status,
        duration_seconds=round(exchange.duration_seconds, 4),
        integration_id=exchange.integration_id,
        sync_id=exchange.sync_id,
        code=exchange.code,
        message=exchange.message,
        title=known.title if known else None,
        fixer=FIXERS[known.fixer] if known else None,
    )


def shown_run(run: SyncRun) -> ShownRun:
    """Return what is shown of a sync run."""
    took = (run.ended_at - run.started_at).total_seconds() if run.ended_at and run.started_at else None
    return ShownRun(
        id=run.id,
        integration_id=run.integration_id,
        type=run.type.value,
        state=run.state.value,
        queued_at=timestamp(run.queued_at),
        started_at=timestamp(run.started_at) if run.started_at else None,
        ended_at=timestamp(run.ended_at) if run.ended_at else None,
        duration_seconds=took,
        error=run.error,
        warnings=run.warnings,
        streams=[_shown_stream(stream) for stream in run.streams],
    )


def _shown_stream(stream: StreamProgress) -> ShownStream:
    told = {name: getattr(stream, name) for name in ShownStream.__struct_fields__ if name != "label"}
    return ShownStream(**told, label=MODELS[stream.model].label)


def _is_id(text: str) -> bool:
    return len(text) == LENGTH and set(text) <= _LETTERS
