"""Seen rows, one bit each."""

from hypothesis import given
from hypothesis import strategies as st

from atsume.store.rows import Held
from atsume.sync.seen import Seen


@given(st.sets(st.integers(1, 400)), st.sets(st.integers(1, 400)), st.integers(0, 400))
def test_lacking_is_set_difference(rows, came, high_water) -> None:
    """Lacking = rows up to the high-water mark that did not come; later rows are never lacking."""
    seen = Seen(high_water)
    seen.add(Held(seq, 1, 1, is_deleted=False) for seq in came)
    asked = [(seq, f"id{seq}", str(seq)) for seq in sorted(rows) if seq <= high_water]
    assert [remote for _, remote in seen.lacking(asked)] == [str(s) for s in sorted(rows - came) if s <= high_water]


def test_a_million_rows_cost_little() -> None:
    """A bit a row, not an object a row."""
    assert len(Seen(1_000_000)._bits) == 125_001
