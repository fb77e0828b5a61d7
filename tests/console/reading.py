"""What stands on a page, read as a person would: rows of tables, and JSON as it is shown."""

import re
from html import unescape
from typing import Any

import msgspec
from selectolax.lexbor import LexborHTMLParser


def rows(page: str) -> list[list[str]]:
    """Return the texts of all table cells, row by row."""
    found = LexborHTMLParser(page)
    return [[re.sub(r"\s+", " ", cell.text()).strip() for cell in row.css("th, td")] for row in found.css("tbody tr")]


def json(page: str, label: str) -> Any:
    """Return the JSON under a label."""
    return msgspec.json.decode(text(page, label))


def text(page: str, label: str) -> str:
    """Return what stands under a label."""
    found = LexborHTMLParser(page).css_first(f'pre[aria-label="{label}"]')
    assert found is not None, label
    return found.text()


def links(page: str) -> list[str]:
    """Return where a page leads."""
    return [unescape(link) for link in re.findall(r'href="([^"]+)"', page)]
