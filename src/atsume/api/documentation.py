"""`/docs`: the OpenAPI 3.1 document, and a page of our own that lists it without asking any other server."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape

import msgspec
from litestar import MediaType, Response, get
from litestar.types import ControllerRouterHandler

from atsume.api.contents import ENDPOINTS
from atsume.api.deps import Deps
from atsume.api.endpoints import PREFIX, Endpoint, Family
from atsume.api.openapi import document

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code{font-family:ui-monospace,monospace}td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}"
    "summary{cursor:pointer;padding:.35rem 0}.m{display:inline-block;min-width:4.5rem;font-weight:600}"
    ".s{opacity:.75}details>*:not(summary){margin-left:4.5rem}h2{margin-top:2rem}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def routes(deps: Deps) -> Sequence[ControllerRouterHandler]:
    """Return the page and the document."""
    described = msgspec.json.encode(document(ENDPOINTS, deps.config.public_url))
    page = _page(ENDPOINTS)

    @get("/docs", sync_to_thread=False, name="docs")
    def docs() -> Response[str]:
        return Response(page, media_type=MediaType.HTML, headers=_HEADERS)

    @get("/docs/openapi.json", sync_to_thread=False, name="openapi")
    def openapi() -> Response[bytes]:
        return Response(described, media_type=MediaType.JSON, headers={"x-content-type-options": "nosniff"})

    return [docs, openapi]


def _page(endpoints: Sequence[Endpoint]) -> str:
    groups = "".join(
        f"<h2>{escape(family.value)}</h2>" + "".join(_entry(e) for e in endpoints if e.family is family)
        for family in Family
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Atsume API</title><style>{_STYLE}</style></head><body><h1>Atsume API</h1>"
        "<p>Every request needs <code>Authorization: Bearer &lt;API key&gt;</code>; those marked ◆ also "
        "<code>X-Integration-Id</code>. The whole contract, with all schemas: "
        f'<a href="/docs/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>{groups}</body></html>'
    )


def _entry(endpoint: Endpoint) -> str:
    mark = " ◆" if endpoint.of_integration else ""
    rows = "".join(
        f"<tr><td><code>{escape(p.name)}</code><td>{escape(p.description)}"
        + (f" <code>{escape(', '.join(p.schema['enum']))}</code>" if "enum" in p.schema else "")
        for p in endpoint.parameters
    )
    table = f"<table><tr><th>Parameter<th>Meaning</tr>{rows}</table>" if rows else "<p>No parameters of its own.</p>"
    return (
        f'<details id="{escape(endpoint.name)}"><summary><span class="m">{endpoint.method}</span> '
        f"<code>{PREFIX}{escape(endpoint.path)}</code>{mark} "
        f'<span class="s">{escape(endpoint.summary)}</span></summary>'
        f"{table}</details>"
    )
