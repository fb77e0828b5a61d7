"""Templates to answers, with the security headers that belong to each kind of page."""

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Response

from atsume.web.shown import FILTERS
from atsume.web.texts import Translator

ASSETS = {
    "connect.css": "text/css",
    "connect.js": "text/javascript",
    "console.css": "text/css",
    "console.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


def _body(name: str) -> str:
    """Return an asset; every style sheet begins with the colours that all pages share."""
    folder = files("atsume.web") / "static"
    text = (folder / name).read_text("utf-8")
    return (folder / "tokens.css").read_text("utf-8") + text if name.endswith(".css") else text


_BODIES = {name: _body(name) for name in ASSETS}
VERSION = hashlib.sha256("".join(_BODIES.values()).encode()).hexdigest()[:12]
"""In the address of assets, so that they can be kept for ever."""

_pages = Environment(
    loader=PackageLoader("atsume.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_pages.filters |= FILTERS


def headers(*, frame_ancestors: str, scripts: bool = True) -> dict[str, str]:
    """Return the headers of a page. Only the connect page may stand inside others' pages."""
    policy = [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'" if scripts else "script-src 'none'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        f"frame-ancestors {frame_ancestors}",
    ]
    told = {
        "cache-control": "no-store",
        "content-security-policy": "; ".join(policy),
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        # Not `no-referrer`: browsers would send `Origin: null` with our own forms.
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex, nofollow",
    }
    return told | ({"x-frame-options": "DENY"} if frame_ancestors == "'none'" else {})


def page(template: str, context: Any, texts: Translator, sent: dict[str, str], status: int = 200) -> Response[str]:
    """Return a rendered page."""
    body = _pages.get_template(template).render(page=context, t=texts, language=texts.language, version=VERSION)
    return Response(body, media_type=MediaType.HTML, headers=sent, status_code=status)


def asset(name: str) -> Response[str] | None:
    """Return a style sheet or a script."""
    if name not in ASSETS:
        return None
    sent = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}
    return Response(_BODIES[name], media_type=f"{ASSETS[name]}; charset=utf-8", headers=sent)


def ancestors(origins: Sequence[str]) -> str:
    """Return who may frame the connect page: the listed origins, or anybody where none is listed."""
    return " ".join(origins) if origins else "*"
