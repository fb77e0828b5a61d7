"""The career site's XML feed: published positions in one language. Lenient: only `id` is needed.

Documented (developer.personio.de, retrieving open job positions); employment types and further offices as seen.
"""

from typing import Any
from xml.etree.ElementTree import Element, ParseError  # types only: parsing is defusedxml's

import msgspec
import xxhash
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from msgspec import Struct

ROOT = "workzag-jobs"
_LISTS = frozenset({"additionalOffices", "jobDescriptions"})


class NotAFeed(ValueError):
    """The bytes are not a feed; the message says what they are."""


class Section(Struct):
    """A part of a job description: heading and HTML."""

    name: str
    value: str


class Salary(Struct, omit_defaults=True):
    """What a position pays, as texts."""

    min: str | None = None
    max: str | None = None
    currency_code: str | None = None
    currency_symbol: str | None = None
    type: str | None = None


class Position(Struct, omit_defaults=True):
    """A published job in one language. Texts are stripped; an empty one is None."""

    id: str
    subcompany: str | None = None
    office: str | None = None
    additional_offices: list[str] = []
    department: str | None = None
    recruiting_category: str | None = None
    name: str | None = None
    sections: list[Section] = []
    employment_type: str | None = None
    seniority: str | None = None
    schedule: str | None = None
    years_of_experience: str | None = None
    keywords: str | None = None
    occupation: str | None = None
    occupation_category: str | None = None
    salary: Salary | None = None
    created_at: str | None = None
    digest: int = 0
    """Hash of all that the element says, however it is indented."""
    element: bytes = b"{}"
    """All of it as a JSON object, whatever else Personio puts there."""


def positions(body: bytes) -> list[Position]:
    """Return the feed's positions. Raises NotAFeed with a sentence."""
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise NotAFeed("a web page came instead of XML; is the XML feed switched on?")
    try:
        root = fromstring(body)
    except ParseError:
        known = b"<" + ROOT.encode() in body[:512]
        raise NotAFeed("the XML is cut off or broken" if known else "what came is not XML") from None
    except (DefusedXmlException, ValueError, LookupError):
        raise NotAFeed("the XML is of a kind that is not read") from None
    if root.tag != ROOT:
        raise NotAFeed(f"the XML is about <{root.tag}>, not <{ROOT}>")
    return [position for element in root.iter("position") if (position := _position(element)) is not None]


def _position(element: Element) -> Position | None:
    remote_id = _text(element, "id")
    if remote_id is None:
        return None
    whole = msgspec.json.encode({child.tag: _plain(child) for child in element})
    return Position(
        id=remote_id,
        subcompany=_text(element, "subcompany"),
        office=_text(element, "office"),
        additional_offices=[
            text for o in element.findall("additionalOffices/office") if (text := (o.text or "").strip())
        ],
        department=_text(element, "department"),
        recruiting_category=_text(element, "recruitingCategory"),
        name=_text(element, "name"),
        sections=[
            Section(_text(d, "name") or "", _text(d, "value") or "")
            for d in element.findall("jobDescriptions/jobDescription")
        ],
        employment_type=_text(element, "employmentType"),
        seniority=_text(element, "seniority"),
        schedule=_text(element, "schedule"),
        years_of_experience=_text(element, "yearsOfExperience"),
        keywords=_text(element, "keywords"),
        occupation=_text(element, "occupation"),
        occupation_category=_text(element, "occupationCategory"),
        salary=_salary(element.find("salaryInformation")),
        created_at=_text(element, "createdAt"),
        digest=xxhash.xxh3_64_intdigest(whole),
        element=whole,
    )


def _plain(element: Element) -> Any:
    """Return an element as JSON: a list's as the list of what is in it, a leaf's as its text, empty ones as null."""
    if element.tag in _LISTS:
        return [_plain(child) for child in element]
    if len(element):
        return {child.tag: _plain(child) for child in element}
    return (element.text or "").strip() or None


def _salary(element: Element | None) -> Salary | None:
    if element is None:
        return None
    return Salary(
        min=_text(element, "min"),
        max=_text(element, "max"),
        currency_code=_text(element, "currencyCode"),
        currency_symbol=_text(element, "currencySymbol"),
        type=_text(element, "type"),
    )


def _text(element: Element, path: str) -> str | None:
    found = element.find(path)
    return (found.text or "").strip() or None if found is not None else None
