"""Which held records came in this run, as one bit each: a million records cost 125 kB."""

from collections.abc import Iterable, Iterator

from atsume.store.rows import Held


class Seen:
    """A set of sequence numbers up to a high-water mark. Rows written later in the run lie above it: not missing."""

    def __init__(self, high_water: int) -> None:
        self.high_water = high_water
        self._bits = bytearray(high_water // 8 + 1)

    def add(self, held: Iterable[Held]) -> None:
        """Remember that these came."""
        bits, top = self._bits, self.high_water
        for one in held:
            if one.seq <= top:
                bits[one.seq >> 3] |= 1 << (one.seq & 7)

    def lacking(self, rows: Iterable[tuple[int, str, str]]) -> Iterator[tuple[str, str]]:
        """Return (id, remote id) of those rows (seq, id, remote id) that did not come."""
        bits = self._bits
        return ((our_id, remote_id) for seq, our_id, remote_id in rows if not bits[seq >> 3] & (1 << (seq & 7)))
