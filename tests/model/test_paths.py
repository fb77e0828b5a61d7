"""Keys of remote values: what they lead to, and what is left when they are all that is kept or all that is not."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atsume.model.paths import KEY_MOST, leaves, only, steps, value_at, without

NAMES = st.text(st.sampled_from("ab.[]\\é \n"), min_size=1, max_size=3)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=4)
)
JSON = st.recursive(
    SCALARS, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(NAMES, inside, max_size=3), max_leaves=20
)
LAW = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
REMOTE = st.dictionaries(NAMES, JSON, max_size=4)


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ({}, {}),
        ({"a": 1, "b": None}, {"a": 1, "b": None}),
        ({"a": {"b": {"c": "x"}}}, {"a.b.c": "x"}),
        ({"a": {}}, {"a": {}}),
        ({"a": []}, {"a": []}),
        ({"a": ["x", "y"]}, {"a": ["x", "y"]}),
        ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 2}], "a[].b": [1, 2]}),
        ({"a": [{"b": 1}, {"c": {"d": 2}}, 3]}, {"a": [{"b": 1}, {"c": {"d": 2}}, 3], "a[].b": [1], "a[].c.d": [2]}),
        ({"a": [{"b": [{"c": 1}]}]}, {"a": [{"b": [{"c": 1}]}], "a[].b": [[{"c": 1}]], "a[].b[].c": [[1]]}),
        ({"a.b": 1, "c[]": 2, "d\\": 3}, {"a\\.b": 1, "c\\[\\]": 2, "d\\\\": 3}),
        ({"_meta": {"links": 1}, "a": {"_meta": 2, "b": 3}}, {"a.b": 3}),
    ],
)  # fmt: skip
def test_leaves(remote: dict[str, Any], expected: dict[str, Any]) -> None:
    """One row, one case."""
    assert leaves(remote) == expected


@LAW
@given(REMOTE)
def test_a_key_leads_to_its_leaf(remote: dict[str, Any]) -> None:
    """Whatever the tool names things: flattening and looking up are each other's inverse."""
    for key, value in leaves(remote).items():
        assert value_at(remote, key) == value


@LAW
@given(REMOTE, st.data())
def test_only_keeps_what_is_wanted_and_nothing_else(remote: dict[str, Any], data: st.DataObject) -> None:
    """Every wanted value is still there; every leaf that is left was wanted, or lies inside what was."""
    found = leaves(remote)
    wanted = data.draw(st.sets(st.sampled_from(sorted(found)))) if found else set()
    kept = only(remote, wanted)
    for key in wanted:
        assert value_at(kept, key) == value_at(remote, key)
    for key in leaves(kept):
        assert any(_covers(one, key) or _covers(key, one) for one in wanted)
    assert only(kept, wanted) == kept


@LAW
@given(REMOTE, st.data())
def test_without_takes_away_what_is_named_and_nothing_else(remote: dict[str, Any], data: st.DataObject) -> None:
    """No withheld value is left; every other leaf that does not contain one stays as it is."""
    found = leaves(remote)
    withheld = data.draw(st.sets(st.sampled_from(sorted(found)))) if found else set()
    left = without(remote, withheld)
    for key in withheld:
        assert value_at(left, key) is None
    for key, value in found.items():
        if not any(_covers(one, key) or _covers(key, one) for one in withheld):
            assert value_at(left, key) == value


def _covers(outer: str, inner: str) -> bool:
    a, b = steps(outer), steps(inner)
    return b[: len(a)] == a


@pytest.mark.parametrize("key", ["", ".", "a.", ".a", "a..b", "[]", "a[", "a]", "a[0]", "a[].", "a\\"])
def test_what_is_no_key_is_refused(key: str) -> None:
    """With a sentence that shows what a key looks like."""
    with pytest.raises(ValueError, match="not the key of a field"):
        steps(key)


def test_a_record_cannot_drown_us() -> None:
    """Hostile depth, width and names end somewhere."""
    deep: dict[str, Any] = {}
    node = deep
    for _ in range(100):
        node["a"] = {}
        node = node["a"]
    assert len(leaves(deep)) == 1
    assert len(leaves({str(n): n for n in range(10_000)})) == 500
    assert leaves({"x" * (KEY_MOST + 1): 1, "y": 2}) == {"y": 2}
