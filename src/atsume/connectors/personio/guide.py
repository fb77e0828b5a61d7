"""The connection guide of Personio: what to do where, what to paste, what cannot be right.

Texts and their translations lie in `connection_guide/`, pictures in `pictures.py`.
"""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from atsume.connectors.guide import Chapter, Field, Found, Guide, Observer, Texts
from atsume.connectors.personio import pictures
from atsume.connectors.personio.probes import FEED, PROBES, READ, USERS, WRITE, probe
from atsume.connectors.personio.settings import Addresses, company_label

CHAPTERS = (
    Chapter(
        id="career",
        needed_for=FEED,
        steps=3,
        pictures={3: "career"},
        fields=(Field(name="company", kind="setting", example="https://acme.jobs.personio.de"),),
    ),
    Chapter(
        id="read",
        needed_for=READ | USERS,
        steps=5,
        pictures={2: "integration", 4: "rights", 5: "client"},
        fields=(
            Field(name="client_id", kind="credential", example="papi-…", pattern=r"papi-[\w-]{8,}"),
            Field(name="client_secret", kind="credential", is_secret=True, example="papi-…", pattern=r"papi-[\w-]{8,}"),
        ),
    ),
    Chapter(
        id="write",
        needed_for=WRITE,
        steps=3,
        pictures={1: "api_keys", 3: "recruiting_key"},
        fields=(
            Field(name="company_id", kind="credential", example="12345", pattern=r"\d{1,12}"),
            Field(name="recruiting_token", kind="credential", is_secret=True, pattern=r"\S{8,}"),
        ),
    ),
)
SOURCE = Chapter(
    id="source",
    needed_for=WRITE,
    steps=3,
    pictures={2: "channels", 3: "channel"},
    fields=(
        Field(
            name="recruiting_channel_id", kind="setting", example="250624", pattern=r"\d{1,12}", is_optional=True
        ),
    ),
)  # fmt: skip
ARTICLES = (
    SOURCE,
    Chapter(id="see_source", needed_for=WRITE, steps=3, pictures={2: "candidate"}, fields=()),
    Chapter(id="trial", needed_for=READ, steps=3, pictures={}, fields=()),
)
PREREQUISITES = ("admin", "plan", "recruiting")


def faults(given: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """Return (field, fault) for what cannot be right, before Personio is asked."""
    found = [(name, fault) for name, text in given.items() if text and (fault := _fault(name, text, given))]
    return [*found, *_swapped(given)]


def _fault(name: str, text: str, given: Mapping[str, str]) -> str | None:
    if name == "company":
        return None if _is_company(text) else "company"
    if name == "company_id":
        return None if re.fullmatch(r"\d{1,12}", text) or given.get("recruiting_token", "").isdigit() else "company_id"
    if name == "recruiting_channel_id":
        return None if re.fullmatch(r"\d{1,12}", text) else "channel_id"
    if name in ("client_id", "client_secret") and re.fullmatch(r"\d+|https?://\S*|\S+@\S+", text):
        return "client"  # no source says that every key begins with papi-, so that alone refuses nothing
    if name == "client_secret" and text == given.get("client_id"):
        return "same_twice"
    return "space" if re.search(r"\s", text) else None


def _swapped(given: Mapping[str, str]) -> list[tuple[str, str]]:
    company_id, token = given.get("company_id", ""), given.get("recruiting_token", "")
    return [("company_id", "swapped")] if token.isdigit() and company_id and not company_id.isdigit() else []


def _is_company(text: str) -> bool:
    try:
        return bool(company_label(text))
    except ValueError:
        return False


@cache
def texts(language: str) -> Texts:
    """Return every text of the guide in one language."""
    source = files("atsume.connectors.personio") / "connection_guide" / f"{language}.toml"
    return flat(tomllib.loads(source.read_text("utf-8")))


def flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return a tree of texts as one table with dotted keys."""
    found: dict[str, str] = {}
    for name, value in table.items():
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return found


def build(addresses: Addresses) -> Guide:
    """Return the guide for a Personio at these addresses."""

    def ask(credentials: Any, settings: Any, observer: Observer, wanted: Collection[str]) -> Sequence[Found]:
        return probe(credentials, settings, observer, addresses, wanted)

    return Guide(
        prerequisites=PREREQUISITES,
        chapters=CHAPTERS,
        source=SOURCE,
        source_setting="recruiting_channel_id",
        articles=ARTICLES,
        texts=texts,
        picture=pictures.draw,
        faults=faults,
        probes=PROBES,
        probe=ask,
    )
