"""Which streams a run reads. Pure."""

from collections.abc import Sequence

from atsume.connectors.base import Stream
from atsume.model.scope import Scope, allows

PERSONAL = frozenset({"ats_applications", "ats_candidates"})
"""What "sync only created applications" leaves out unless it was created through us."""


def plan(streams: Sequence[Stream], scope: Scope, *, only_created: bool) -> tuple[list[Stream], list[str]]:
    """Return (streams to read, in order; models skipped)."""
    skipped = [s.model for s in streams if not allows(scope, s.model) or (only_created and s.model in PERSONAL)]
    return [s for s in streams if s.model not in skipped], skipped
