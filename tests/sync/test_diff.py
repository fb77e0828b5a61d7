"""Station 6: held × came → writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atsume.connectors.base import Came
from atsume.store.rows import Held, Row
from atsume.sync.diff import diff, must_map


def row(our_id: str, fingerprint: int, body: bytes = b"{}") -> Row:
    return Row(
        id=our_id,
        remote_id=our_id,
        remote_fingerprint=1,
        fingerprint=fingerprint,
        body=body,
        embed=None,
        columns=(),
    )


def held(fingerprint: int, *, remote: int = 1, gone: bool = False) -> Held:
    return Held(seq=1, remote_fingerprint=remote, fingerprint=fingerprint, is_deleted=gone)


@pytest.mark.parametrize(
    ("before", "came", "created", "updated", "quiet"),
    [
        ({},                          [row("a", 1)],              ["a"], [],    []),
        ({"a": held(1)},              [row("a", 2)],              [],    ["a"], []),
        ({"a": held(1)},              [row("a", 1)],              [],    [],    ["a"]),
        ({"a": held(1, gone=True)},   [row("a", 1)],              [],    ["a"], []),     # it came back
        ({"a": held(1)},              [row("a", 1), row("a", 2)], [],    ["a"], []),     # the later one wins
        ({},                          [row("a", 1), row("a", 2)], ["a"], [],    []),
        ({"b": held(1)},              [row("a", 1)],              ["a"], [],    []),     # absence is not decided here
        ({},                          [],                         [],    [],    []),
    ],
)  # fmt: skip
def test_diff(before, came, created, updated, quiet) -> None:
    """One row, one case."""
    writes = diff(before, came)
    assert [r.id for r in writes.created] == created
    assert [r.id for r in writes.updated] == updated
    assert [r.id for r in writes.quiet] == quiet
    assert writes.deleted == []


def test_the_later_of_two_rows_is_the_one_written() -> None:
    """A record that comes twice is written once, with the later body."""
    assert [r.body for r in diff({}, [row("a", 1, b"old"), row("a", 2, b"new")]).created] == [b"new"]


@pytest.mark.parametrize(
    ("came", "before", "expected"),
    [
        (Came("a", 5),            None,                       True),
        (Came("a", 5),            held(1, remote=5),          False),
        (Came("a", 6),            held(1, remote=5),          True),
        (Came("a", 5),            held(1, remote=5, gone=True), True),   # it must come back
        (Came("a", 5),            held(1, remote=0),          True),     # marked: map it again
        (Came("a", None),         held(1, remote=5),          True),     # the connector cannot tell
        (Came("a", 5, keep=True), None,                       True),     # it exists: better known in part than not
        (Came("a", 5, keep=True), held(1, remote=6, gone=True), True),
        (Came("a", 5, keep=True), held(1, remote=6),          False),
        (Came("a", None, keep=True), held(1),                 False),
    ],
)  # fmt: skip
def test_must_map(came, before, expected) -> None:
    """A record is decoded only when its remote bytes differ from those held, or nobody can tell."""
    assert must_map(came, before) is expected


ROWS = st.lists(st.builds(row, st.sampled_from("abcd"), st.integers(1, 3)), max_size=8)
HELD = st.dictionaries(st.sampled_from("abcd"), st.builds(held, st.integers(1, 3), gone=st.booleans()), max_size=4)


@given(HELD, ROWS)
def test_each_record_is_written_once(before, rows) -> None:
    """Every record that came is in exactly one of the lists, whatever the order."""
    writes = diff(before, rows)
    written = [r.id for r in (*writes.created, *writes.updated, *writes.quiet)]
    assert sorted(written) == sorted({r.id for r in rows})
    assert all(r.id not in before for r in writes.created)


@given(HELD, ROWS)
def test_what_was_written_does_not_differ_again(before, rows) -> None:
    """The same rows twice change nothing."""
    after = dict(before) | {r.id: held(r.fingerprint) for r in rows}
    again = diff(after, {r.id: r for r in rows}.values())
    assert (again.created, again.updated) == ([], [])
