"""Small rules that several rows of the tables need, each one a table with its source."""

import re
from functools import lru_cache

from atsume.connectors.personio.mapping.countries import COUNTRIES
from atsume.connectors.personio.remote.feed import Section
from atsume.model.record import Location

EMPLOYMENT: tuple[tuple[str | None, str | None, str], ...] = (
    ("intern", None, "INTERNSHIP"),
    ("trainee", None, "INTERNSHIP"),
    ("working_student", None, "INTERNSHIP"),
    ("freelance", None, "CONTRACT"),
    ("temporary", None, "CONTRACT"),
    ("permanent", "full-time", "FULL_TIME"),
    ("permanent", "part-time", "PART_TIME"),
    ("permanent", "full-or-part-time", "FULL_TIME"),
    ("", "full-time", "FULL_TIME"),
    ("", "part-time", "PART_TIME"),
    ("", "full-or-part-time", "FULL_TIME"),
)
"""(employmentType, schedule, unified): first hit wins, None matches anything, "" matches absence. Inferred."""

ROLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("HIRING_MANAGER", ("hiring manager", "führungskraft", "fachvorgesetzt")),
    ("COORDINATOR", ("coordinator", "koordin")),
    ("SOURCER", ("sourc",)),
    ("INTERVIEWER", ("interview",)),
    ("RECRUITER", ("recruit", "talent", "personal", "hr")),
)
"""Unified role ← words in the customer's own label (free text, any language). `hr` counts only as a word."""

_WORD = frozenset({"hr"})
_SCRIPT = re.compile(r"<(script|iframe|object|embed|style)\b.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_HANDLER = re.compile(r"""\s+on\w+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_JAVASCRIPT = re.compile(r"""((?:href|src)\s*=\s*["']?)\s*javascript:[^"'\s>]*""", re.IGNORECASE)


def employment_type(kind: str | None, schedule: str | None) -> str | None:
    """Return the unified employment type; an unknown kind as it is."""
    kind, schedule = (kind or "").strip().lower(), (schedule or "").strip().lower()
    for wanted_kind, wanted_schedule, unified in EMPLOYMENT:
        if wanted_kind == kind and wanted_schedule in (None, schedule):
            return unified
    return None if kind in ("", "permanent") else kind


def role(label: str) -> str | None:
    """Return the unified role that a label means, None for: none of ours."""
    lowered = label.lower()
    words = set(re.split(r"\W+", lowered))
    for unified, signs in ROLES:
        if any(sign in words if sign in _WORD else sign in lowered for sign in signs):
            return unified
    return None


def office(text: str | None) -> Location | None:
    """Return a place from an office's name: a city only where it can be nothing else (no comma, no digit)."""
    if not text:
        return None
    is_city = not any(c.isdigit() or c in ",;/" for c in text)
    return Location(city=text if is_city else None, raw=text)


@lru_cache(maxsize=4096)
def place(text: str | None) -> Location | None:
    """Return a candidate's place, shared: `City, Country` is split when there is exactly one comma."""
    text = (text or "").strip()
    if not text:
        return None
    city, comma, country = (part.strip() for part in text.partition(","))
    if not comma or "," in country or not city or not country or any(c.isdigit() for c in text):
        return Location(raw=text)
    return Location(city=city, country=COUNTRIES.get(country.lower(), country), raw=text)


def description(sections: list[Section]) -> str | None:
    """Return a job description as HTML: each heading, then its text; nothing that runs."""
    parts = [(f"<h3>{_escaped(s.name)}</h3>" if s.name else "") + harmless(s.value) for s in sections]
    return "".join(parts).strip() or None


def harmless(html: str) -> str:
    """Return HTML without scripts, frames, event handlers and `javascript:` links. Not a full sanitiser."""
    html = _SCRIPT.sub("", html)
    return _TAG.sub(lambda tag: _JAVASCRIPT.sub(r"\1#", _HANDLER.sub("", tag.group())), html)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
