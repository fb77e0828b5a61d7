"""What a run had done when its process died, and how each lump of pages is added to that.

A checkpoint travels in the transaction of the records it speaks of (`store/checkpoints.py`), so the two never
disagree: a run that is taken up goes on at the first page whose records are not there.
"""

from collections.abc import Sequence

from msgspec import Struct

from atsume.connectors.base import Page, Stream
from atsume.store.rows import Checkpoint, StreamProgress

ENDED = ""
"""Place of a stream whose walk has ended; what is gone may still have to be buried."""


class Stand(Struct):
    """How far a stream was."""

    place: str | None
    high_water: int
    progress: StreamProgress
    seen: list[bytes] = []


class Journal:
    """The checkpoints of one run. Without a run nothing is remembered and nothing is written."""

    def __init__(self, run_id: str = "", owner: str = "", checkpoints: Sequence[Checkpoint] = ()) -> None:
        self._run_id, self._owner = run_id, owner
        self._stands: dict[str, Stand] = {}
        self.carried = [one.carried for one in checkpoints if one.carried]
        """What the connector must be told before it goes on, in order."""
        for one in checkpoints:
            self._add(one)

    def _add(self, one: Checkpoint) -> None:
        stand = self._stands.get(one.model)
        if stand is None or one.place is None:
            stand = self._stands[one.model] = Stand(one.place, one.high_water, one.progress)
        stand.place, stand.progress = one.place, one.progress
        if one.seen:
            stand.seen.append(one.seen)

    def stand(self, stream: Stream) -> Stand | None:
        """Return how far a stream was; None when it must start at its beginning."""
        stand = self._stands.get(stream.model)
        return None if stand is None or stand.place is None or stream.resume is None else stand

    def progress(self) -> dict[str, StreamProgress]:
        """Return the statistics of the streams that need not start anew."""
        return {model: stand.progress for model, stand in self._stands.items() if stand.place is not None}

    def entry(
        self,
        progress: StreamProgress,
        place: str | None,
        high_water: int = 0,
        *,
        seen: bytes | None = None,
        carried: bytes | None = None,
    ) -> Checkpoint | None:
        """Return the checkpoint to write with what was just done."""
        if not self._run_id:
            return None
        return Checkpoint(
            run_id=self._run_id,
            owner=self._owner,
            model=progress.model,
            place=place,
            high_water=high_water,
            progress=progress,
            seen=seen or None,
            carried=carried,
        )


def place_after(stream: Stream, pages: Sequence[Page]) -> str | None:
    """Return where a stream goes on after these pages (none: after its last)."""
    if stream.resume is None:
        return None
    return (pages[-1].cursor if pages else None) or ENDED
