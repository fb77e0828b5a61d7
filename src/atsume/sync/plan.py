"""Which streams a run reads. Pure."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from atsume.connectors.base import Stream
from atsume.model.scope import Scope, allows

Tracked = Mapping[str, Callable[[], Sequence[str]]]
"""Model → remote ids of its tracked records, asked when their stream begins."""


def plan(streams: Sequence[Stream], scope: Scope, tracked: Tracked | None = None) -> tuple[list[Stream], list[str]]:
    """Return (streams to read, in order; models skipped).

    With `tracked`, the models in it are read by id, record by record, and nothing else of them; where a tool cannot do
    that they are left out.
    """
    tracked = tracked or {}
    skipped = [s.model for s in streams if not allows(scope, s.model) or (s.model in tracked and s.some is None)]
    kept = [s for s in streams if s.model not in skipped]
    return [_only(s, tracked[s.model]) if s.model in tracked else s for s in kept], skipped


def _only(stream: Stream, ids: Callable[[], Sequence[str]]) -> Stream:
    some = stream.some
    if some is None:
        return stream
    return msgspec.structs.replace(stream, fetch=lambda: some(ids()), resume=None, prefetch=False)
