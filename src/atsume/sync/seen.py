"""Which held records came in this run, as one bit each: a million records cost 125 kB."""

from array import array
from collections.abc import Iterable, Iterator

from atsume.store.rows import Held


class Seen:
    """A set of sequence numbers up to a high-water mark. Rows written later in the run lie above it: not missing."""

    def __init__(self, high_water: int, marks: Iterable[bytes] = ()) -> None:
        self.high_water = high_water
        self._bits = bytearray(high_water // 8 + 1)
        for one in marks:
            self._mark(array("Q", one))

    def add(self, held: Iterable[Held]) -> bytes:
        """Remember that these came, and return that: handed to a new set, it knows as much."""
        top = self.high_water
        if not top:
            return b""
        came = array("Q", [one.seq for one in held if one.seq <= top])
        self._mark(came)
        return came.tobytes()

    def _mark(self, seqs: Iterable[int]) -> None:
        bits = self._bits
        for seq in seqs:
            bits[seq >> 3] |= 1 << (seq & 7)

    def lacking(self, rows: Iterable[tuple[int, str, str]]) -> Iterator[tuple[str, str]]:
        """Return (id, remote id) of those rows (seq, id, remote id) that did not come."""
        bits = self._bits
        return ((our_id, remote_id) for seq, our_id, remote_id in rows if not bits[seq >> 3] & (1 << (seq & 7)))
