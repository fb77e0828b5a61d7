"""`/logs/{id}`: the failed request that a `log_url` points at. The unguessable id is the permission to see it.

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
from atsume.model.record import timestamp
from atsume.store.rows import LoggedExchange
from atsume.store.store import Store

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


def routes(store: Store) -> Sequence[ControllerRouterHandler]:
    """Return the page's route."""

    @get("/logs/{exchange_id:str}", sync_to_thread=True, name="log")
    def log(request: Request[Any, Any, Any], exchange_id: FromPath[str]) -> Response[Any]:
        found = store.exchange(exchange_id) if _is_id(exchange_id) else None
        status = 404 if found is None else 200
        if "text/html" in request.headers.get("accept", ""):
            page = _pages.get_template("log.html").render(style=_STYLE, exchange=found and shown(found))
            return Response(page, media_type=MediaType.HTML, headers=HEADERS, status_code=status)
        body = msgspec.json.encode({"exchange": found and shown(found)})
        return Response(body, media_type=MediaType.JSON, headers=HEADERS, status_code=status)

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


def _is_id(text: str) -> bool:
    return len(text) == LENGTH and set(text) <= _LETTERS
