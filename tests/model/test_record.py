"""Ids, cursors, timestamps, scope: the small laws everything stands on."""

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atsume.ids import Cursor, bind, decode_cursor, encode_cursor, integration_id, random_id, record_id
from atsume.model.ats.jobs import Job
from atsume.model.catalogue import MODELS
from atsume.model.email import email
from atsume.model.record import join_id, timestamp
from atsume.model.scope import Scope, apply

WIRE_ID = re.compile(r"^[1-9A-HJ-NP-Za-km-z]{24}$")


@given(st.text(), st.text(), st.text())
def test_ids_are_stable_and_well_formed(integration, model, remote_id) -> None:
    """The same three facts give the same id, in the wire's alphabet and length."""
    one = record_id(integration, model, remote_id)
    assert WIRE_ID.match(one)
    assert one == record_id(integration, model, remote_id)


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5)), unique=True, max_size=50))
def test_different_records_have_different_ids(facts) -> None:
    """No two records share an id, not even across models or integrations."""
    plain = [fact for fact in facts if not any("\0" in part for part in fact)]
    assert len({record_id(*fact) for fact in plain}) == len(plain)


def test_fresh_ids_are_well_formed() -> None:
    """Random ids look like all others; integration ids carry the tool."""
    assert WIRE_ID.match(random_id())
    tool, _, rest = integration_id("personio").partition(":")
    assert tool == "personio"
    assert WIRE_ID.match(rest)


@given(st.text(max_size=20), st.integers(0, 2**62), st.none() | st.text(max_size=24))
def test_cursors_round_trip(bound_to, seq, touched_at) -> None:
    """What was written is read back; the text needs no escaping in a query."""
    cursor = Cursor(bound_to, seq, touched_at)
    assert decode_cursor(encode_cursor(cursor)) == cursor
    assert re.fullmatch(r"[\w-]+", encode_cursor(cursor))


@given(st.text(max_size=40))
def test_garbage_is_no_cursor(text) -> None:
    """Nothing but our own text is a cursor."""
    cursor = decode_cursor(text)
    assert cursor is None or encode_cursor(cursor) == text


def test_binding_tells_requests_apart() -> None:
    """A cursor made for one request does not fit another."""
    assert bind("jobs", "personio:x", ["OPEN"]) == bind("jobs", "personio:x", ["OPEN"])
    assert bind("jobs", "personio:x", ["OPEN"]) != bind("jobs", "personio:y", ["OPEN"])


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (dt.datetime(2026, 1, 2, 3, 4, 5, 678901, dt.UTC), "2026-01-02T03:04:05.678Z"),
        (dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.timezone(dt.timedelta(hours=2))), "2026-01-02T01:04:05.000Z"),
        (dt.datetime(1, 1, 1, tzinfo=dt.UTC), "0001-01-01T00:00:00.000Z"),
    ],
)
def test_timestamps_are_utc_with_milliseconds(moment, expected) -> None:
    """`YYYY-MM-DDTHH:mm:ss.sssZ`, whatever the zone; four digits of year, so that text sorts as time."""
    assert timestamp(moment) == expected


@given(st.lists(st.text(max_size=6), min_size=2, max_size=2), st.lists(st.text(max_size=6), min_size=2, max_size=2))
def test_join_ids_tell_their_parts_apart(left, right) -> None:
    """Two joins have the same remote id only if they join the same records."""
    assert (join_id(*left) == join_id(*right)) == (left == right)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@b.co", "a@b.co"),
        (" a.b+c@sub.example.org ", "a.b+c@sub.example.org"),
        ("O'Neil@Example.COM", "O'Neil@Example.COM"),
        ("a@b", None), ("a b@c.de", None), (".a@b.de", None), ("a..b@c.de", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_only_valid_addresses_pass(text, expected) -> None:
    """Invalid e-mail addresses never reach the wire."""
    assert email(text) == expected


def test_scope_takes_fields_off() -> None:
    """A disabled field goes back to null, a list to empty; the remote id always stays."""
    scope = Scope(disabled_fields=frozenset({("ats_jobs", "name"), ("ats_jobs", "remote_id"), ("ats_users", "email")}))
    job = apply(scope, "ats_jobs", Job(remote_id="1", name="Baker", department="Kitchen"))
    assert (job.remote_id, job.name, job.department) == ("1", None, "Kitchen")


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda m: m.name)
def test_catalogue_rows_fit_together(model) -> None:
    """Touches name models and columns that exist; hidden fields are fields of the record."""
    columns = {m.name: {c.name for c in m.columns} for m in MODELS.values()}
    for touch in model.touches:
        assert touch.model in MODELS
        assert sum(way is not None for way in (touch.ours, touch.theirs, touch.through)) == 1
        assert touch.ours is None or touch.ours in columns[model.name]
        assert touch.theirs is None or touch.theirs in columns[touch.model]
        if touch.through:
            join, with_ours, with_theirs = touch.through
            assert {with_ours, with_theirs} <= columns[join]
    assert set(model.hidden) <= set(model.record.__struct_fields__)
