"""Pictures of tools: plain marks of our own with the tool's first letter, no trademarks.

Paths: `/assets/tools/{tool}-logo.svg`, `{tool}-icon.svg`, `{tool}-icon-black.svg`.
"""

from collections.abc import Sequence
from html import escape

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from atsume.api.deps import Deps

_HEADERS = {
    "cache-control": "public, max-age=86400",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
}


def routes(deps: Deps) -> Sequence[ControllerRouterHandler]:
    """Return the route of the pictures."""
    pictures = {
        f"{tool.id}-{kind}.svg": draw(tool.label)
        for tool in deps.connectors.values()
        for kind, draw in (("logo", _logo), ("icon", _icon), ("icon-black", _icon_black))
    }

    @get("/assets/tools/{name:str}", sync_to_thread=False, name="tool_picture")
    def picture(name: FromPath[str]) -> Response[str]:
        if name not in pictures:
            raise NotFoundException
        return Response(pictures[name], media_type="image/svg+xml", headers=_HEADERS)

    return [picture]


def _icon(label: str, fill: str = "#475569") -> str:
    return _svg(64, _mark(label, fill), label)


def _icon_black(label: str) -> str:
    return _icon(label, "#000")


def _logo(label: str) -> str:
    name = (
        f'<text x="76" y="42" font-family="system-ui,sans-serif" font-size="28" font-weight="600" fill="#475569">'
        f"{escape(label)}</text>"
    )
    return _svg(90 + 17 * len(label), _mark(label, "#475569") + name, label)


def _mark(label: str, fill: str) -> str:
    return (
        f'<rect width="64" height="64" rx="14" fill="{fill}"/>'
        f'<text x="32" y="44" text-anchor="middle" font-family="system-ui,sans-serif" font-size="34" '
        f'font-weight="700" fill="#fff">{escape(label[:1].upper())}</text>'
    )


def _svg(width: int, inside: str, label: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 64" width="{width}" height="64" role="img">'
        f"<title>{escape(label)}</title>{inside}</svg>"
    )
