"""The order "last updated, newest first" for a million rows that rarely change.

The order is a sorted array of keys `second << 24 | row` built once, plus a short sorted list for rows that changed
since. A changed row is looked up in `moved`; its old key in the array is skipped.
"""

from array import array
from bisect import bisect_left, insort

ROW_BITS = 24
ROW_MASK = (1 << ROW_BITS) - 1
TOP = 1 << 62


def key_of(updated_at: int, row: int) -> int:
    """Return the position of a row: newer is larger, then the larger row."""
    return updated_at << ROW_BITS | row


class UpdatedOrder:
    """Rows in order of change."""

    def __init__(self, updated: "array[int]") -> None:
        self.base = array("Q", sorted([at << ROW_BITS | row for row, at in enumerate(updated)]))
        self.size = len(self.base)
        self.extra: list[int] = []
        self.moved: dict[int, int | None] = {}

    def has(self, row: int) -> bool:
        """Tell whether the row can be read."""
        if row in self.moved:
            return self.moved[row] is not None
        return 0 <= row < self.size

    def put(self, row: int, updated_at: int) -> None:
        """Place the row at `updated_at`, wherever it was before."""
        self.drop(row)
        key = key_of(updated_at, row)
        insort(self.extra, key)
        self.moved[row] = key

    def drop(self, row: int) -> None:
        """Make the row unreadable."""
        old = self.moved.get(row)
        if old is not None:
            del self.extra[bisect_left(self.extra, old)]
        self.moved[row] = None

    def below(self, upper: int, lower: int, count: int) -> list[int]:
        """Return up to `count` keys k with lower <= k < upper, largest first."""
        base, extra, moved = self.base, self.extra, self.moved
        at, more = bisect_left(base, upper) - 1, bisect_left(extra, upper) - 1
        found: list[int] = []
        while len(found) < count and (at >= 0 or more >= 0):
            if more >= 0 and (at < 0 or extra[more] > base[at]):
                key = extra[more]
                more -= 1
            else:
                key = base[at]
                at -= 1
                if moved and key & ROW_MASK in moved:
                    continue
            if key < lower:
                break
            found.append(key)
        return found

    def count(self) -> int:
        """Return how many rows can be read."""
        gone = sum(1 for row, key in self.moved.items() if key is None and row < self.size)
        return self.size - gone + sum(1 for row, key in self.moved.items() if key is not None and row >= self.size)

    def rows(self) -> list[int]:
        """Return every readable row, newest first."""
        return [key & ROW_MASK for key in self.below(TOP, 0, self.size + len(self.extra))]
