"""The Custom Field Explorer: a few live records of each model and their fields, without waiting for a sync."""

import itertools
from collections.abc import Callable, Collection, Sequence
from typing import Any

from msgspec import Struct

from atsume.connectors.base import Mirror, Session, Stream
from atsume.errors import AtsumeError, Code
from atsume.model import paths
from atsume.model.fields import CUSTOMISABLE, FieldBook
from atsume.model.record import Record
from atsume.model.scope import Scope, allows
from atsume.sync.fields import examples

LIMIT = 25
"""Live records looked at, by model."""
PAGES = 20
"""Pages looked through for a single record."""


class Sample(Struct, frozen=True):
    """A live record."""

    model: str
    remote_id: str
    remote: dict[str, Any]
    record: Record
    """As the connector maps it."""


class Explored(Struct, frozen=True):
    """A field as found on live records."""

    model: str
    key: str
    label: str | None
    type: str
    seen: int
    filled: int
    examples: tuple[str, ...]
    """Empty unless the environment allows them."""
    is_withheld: bool
    """Whether the scope leaves no way to its value."""


class Live(Struct, frozen=True):
    """What was fetched."""

    samples: list[Sample]
    faults: dict[str, str]
    """Model → why nothing of it could be fetched."""


def fetch(session: Session, mirror: Mirror, scope: Scope, *, limit: int = LIMIT, models: Collection[str] = ()) -> Live:
    """Fetch a few live records of each model that has fields. One request a model, the feed besides."""
    samples: list[Sample] = []
    faults: dict[str, str] = {}
    for stream in session.streams():
        if stream.remote is None or stream.model not in (models or CUSTOMISABLE) or not allows(scope, stream.model):
            continue
        try:
            samples += _first(stream, stream.remote, mirror, limit)
        except AtsumeError as fault:
            faults[stream.model] = fault.message
    return Live(samples, faults)


def _first(stream: Stream, remote: Callable[..., dict[str, Any]], mirror: Mirror, limit: int) -> list[Sample]:
    pages = stream.fetch()
    try:
        came = next((found for page in pages if (found := stream.decode(page))), [])
    finally:
        getattr(pages, "close", lambda: None)()
    chosen = [one for one in came if not one.keep][:limit]
    records = [stream.map(parts) for parts in stream.assemble(chosen, mirror)]
    return [
        Sample(stream.model, one.remote_id, remote(one), record) for one, record in zip(chosen, records, strict=True)
    ]


def look(session: Session, model: str, remote_id: str) -> dict[str, Any] | None:
    """Return what the tool says about one record now; None when it does not come.

    Where the tool cannot be asked for single records, its first pages are looked through. Raises AtsumeError.
    """
    try:
        stream = next((one for one in session.streams() if one.model == model), None)
        if stream is None or stream.remote is None:
            raise AtsumeError(Code.MODEL_NOT_AVAILABLE, "This is a record that the connector makes from others.")
        pages = stream.some([remote_id]) if stream.some is not None else stream.fetch()
        for page in itertools.islice(pages, PAGES):
            for one in stream.decode(page):
                if one.remote_id == remote_id:
                    return stream.remote(one)
        return None
    finally:
        session.close()


def explored(samples: Sequence[Sample], book: FieldBook, scope: Scope, *, with_examples: bool) -> list[Explored]:
    """Return the fields of live records, by model and key."""
    found: list[Explored] = []
    for model in dict.fromkeys(one.model for one in samples):
        mine = [one for one in samples if one.model == model]
        withheld = book.withheld(model, scope)
        values: dict[str, list[Any]] = {}
        for one in mine:
            for key, value in paths.leaves(one.remote).items():
                values.setdefault(key, []).append(value)
        for key, met in sorted(values.items()):
            kind = book.kind(model, key)
            filled = [value for value in met if value not in (None, "", [], {})]
            shown = examples(filled) if with_examples and key not in withheld else ()
            found.append(Explored(model, key, kind.label, kind.type, len(mine), len(filled), shown, key in withheld))
    return found
