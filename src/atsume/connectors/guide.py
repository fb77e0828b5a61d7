"""What a connector promises to the connection flow: guide, form, checks while typing, and probes. Imports no HTTP.

Texts are looked up by key in one of LANGUAGES; a connector brings a whole table for each.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from atsume.model.permission import Finding

LANGUAGES = ("en", "de", "fr", "it", "es")
"""All that the wire knows."""

Texts = Mapping[str, str]
Observer = Callable[[Any], None]
"""Told of every exchange with the tool."""


class Field(Struct, frozen=True, kw_only=True):
    """One input of the connection form. Its label and hint are `field.<name>.label` and `.hint`."""

    name: str
    kind: Literal["credential", "setting"]
    is_secret: bool = False
    example: str = ""
    pattern: str = ""
    """Regular expression of a plausible value, for checks while typing."""
    is_optional: bool = False


class Chapter(Struct, frozen=True, kw_only=True):
    """One step of the guide: what to do in the tool, in pictures, and the values that come of it.

    Texts: `chapter.<id>.title`, `.intro`, `.step.1` and so on.
    """

    id: str
    needed_for: frozenset[str]
    """Models and actions; without any of them in the scope the chapter is left out."""
    steps: int
    pictures: Mapping[int, str]
    """Step → the picture that stands after it."""
    fields: tuple[Field, ...]


class Probe(Struct, frozen=True, kw_only=True):
    """One permission and how to see that it was granted. Texts: `probe.<id>.title`, `.why`, `.<reason>`."""

    id: str
    chapter: str
    """Where the end user grants it."""
    needed_for: frozenset[str]
    is_vital: bool = True
    """Whether the flow must not end without it when something ENABLED needs it."""
    is_cheap: bool = False
    """One request that counts against no tight limit: repeated before each sync."""


class Found(Struct, frozen=True, kw_only=True):
    """What a probe found."""

    probe: str
    finding: Finding
    reason: str
    facts: Mapping[str, str] = {}


class Guide(Struct, frozen=True, kw_only=True):
    """A tool's part of the connection flow."""

    prerequisites: tuple[str, ...]
    """Texts: `prerequisite.<id>`, and `.test`: how to see it."""
    chapters: tuple[Chapter, ...]
    source: Chapter | None
    """How to make a candidate source; only where applications are written."""
    source_setting: str | None
    """The setting that holds the tool's id of that source."""
    articles: tuple[Chapter, ...]
    """Help pages beside the guide."""
    texts: Callable[[str], Texts]
    """Language → every text."""
    picture: Callable[[str, Texts], str]
    """Name, texts → SVG without a script or a style."""
    faults: Callable[[Mapping[str, str]], Sequence[tuple[str, str]]]
    """What was typed in → (field, key of a text `fault.<key>`) for what cannot be right."""
    probes: tuple[Probe, ...]
    probe: Callable[[Any, Any, Observer, Collection[str]], Sequence[Found]]
    """(credentials, settings, observer, ids of probes) → findings. Never raises for what the tool does."""


def sentence(texts: Texts, probe: str, reason: str, facts: Mapping[str, str]) -> str:
    """Return what a finding means and what to do, in the language of the texts."""
    text = texts[f"probe.{probe}.{reason}"]
    for name, value in facts.items():
        text = text.replace("{" + name + "}", value)
    return text
