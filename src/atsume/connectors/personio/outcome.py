"""One rule: which stage is which. Personio's system stages are known by key, custom stages by id.

What `kind` and `type` really say is not documented, so a system stage is recognised by words in
any of its fields. A custom stage (it has an id that is no system key) is never taken for an outcome by its name: the
customer may call it what they like.
"""

from collections.abc import Mapping
from functools import lru_cache

from atsume.connectors.personio.remote.v2 import Stage

SYSTEM: Mapping[str, str] = {
    "unassigned": "Unassigned",
    "rejected": "Rejected",
    "withdrawn": "Withdrawn",
    "offer": "Offer",
    "accepted": "Accepted",
}
"""The five predefined stages: key → name. Nobody can rename or remove them."""

WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("rejected", ("reject", "abgelehnt")),
    ("withdrawn", ("withdraw", "zurückgezogen")),
    ("accepted", ("accept", "hired", "eingestellt", "angenommen")),
    ("offer", ("offer", "angebot")),
    ("unassigned", ("unassigned", "nicht zugeordnet")),
)
"""System key ← words in `kind`, `type`, `name` or `id`; first hit wins."""

OUTCOMES: Mapping[str, str] = {"accepted": "HIRED", "rejected": "DECLINED", "withdrawn": "DECLINED"}
"""System key → outcome; every other stage is PENDING."""


def stage_key(stage: Stage | None) -> str | None:
    """Return the stage's remote id: a custom stage's own, a system stage's key; None when it cannot be told."""
    return _key(stage.id, stage.kind, stage.type, stage.name) if stage is not None else None


@lru_cache(maxsize=4096)
def _key(stage_id: str | None, kind: str | None, type_: str | None, name: str | None) -> str | None:
    own = (stage_id or "").strip()
    if own:
        return own.lower() if own.lower() in SYSTEM else _numbered(own, kind, type_, name)
    for text in (kind, type_, name):
        key = _system(text)
        if key is not None:
            return key
    return None


def stage_name(stage: Stage, key: str) -> str | None:
    """Return the stage's name; system stages have a fixed one."""
    return SYSTEM.get(key) or (stage.name or "").strip() or None


def outcome(key: str | None) -> str | None:
    """Return the outcome that standing in a stage means; None when the stage is unknown."""
    return OUTCOMES.get(key, "PENDING") if key is not None else None


def _numbered(own: str, kind: str | None, type_: str | None, name: str | None) -> str:
    """Return the key of a stage with an id: a system stage may have one too, if it says so itself."""
    if (type_ or "").strip().upper() == "SYSTEM":
        return _system(kind) or _system(name) or own
    return own


def _system(text: str | None) -> str | None:
    lowered = (text or "").strip().lower()
    return next((key for key, words in WORDS if any(word in lowered for word in words)), None) if lowered else None
