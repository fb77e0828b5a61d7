"""One rule, one table of cases (README, E23)."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atsume.connectors.personio.timestamps import Moment, day, timestamp

BERLIN = "Europe/Berlin"
YEARS = (dt.datetime.fromisoformat("1990-01-01"), dt.datetime.fromisoformat("2040-01-01"))


def wrapped(text: str | None, zone: str | None = BERLIN) -> Moment:
    return Moment(date_time=text, timezone=zone)


@pytest.mark.parametrize(
    ("value",                                            "expected"),
    [
        (None,                                               None),
        ("",                                                 None),
        ("yesterday",                                        None),
        ("2026-06-01T10:00:00Z",                             "2026-06-01T10:00:00.000Z"),
        ("2026-06-01T10:00:00.123456Z",                      "2026-06-01T10:00:00.123Z"),
        ("2026-06-01T10:00:00+02:00",                        "2026-06-01T08:00:00.000Z"),
        ("2026-06-01T10:00:00+0200",                         "2026-06-01T08:00:00.000Z"),
        ("2026-06-01T10:00:00",                              "2026-06-01T10:00:00.000Z"),
        ("2026-06-01",                                       "2026-06-01T00:00:00.000Z"),
        (wrapped("2026-06-01T10:00:00"),                     "2026-06-01T08:00:00.000Z"),
        (wrapped("2026-12-01T10:00:00"),                     "2026-12-01T09:00:00.000Z"),
        (wrapped("2026-01-01T00:30:00"),                     "2025-12-31T23:30:00.000Z"),
        (wrapped("2026-06-01T10:00:00Z"),                    "2026-06-01T10:00:00.000Z"),
        (wrapped("2026-06-01T10:00:00.5"),                   "2026-06-01T08:00:00.500Z"),
        (wrapped("2026-06-01T10:00:00", None),               "2026-06-01T10:00:00.000Z"),
        (wrapped("2026-06-01T10:00:00", "Nowhere/Atlantis"), "2026-06-01T10:00:00.000Z"),
        (wrapped("2026-06-01T10:00:00", "../../etc/passwd"), "2026-06-01T10:00:00.000Z"),
        (wrapped("2026-06-01T10:00:00", "Asia/Kolkata"),     "2026-06-01T04:30:00.000Z"),
        (Moment(underscored="2026-06-01T10:00:00", timezone=BERLIN), "2026-06-01T08:00:00.000Z"),
        (Moment(date="2026-06-01", timezone=BERLIN),         "2026-05-31T22:00:00.000Z"),
        (Moment(timezone=BERLIN),                            None),
        # the hour that does not exist: clocks go from 02:00 to 03:00
        (wrapped("2026-03-29T01:59:59"),                     "2026-03-29T00:59:59.000Z"),
        (wrapped("2026-03-29T02:30:00"),                     "2026-03-29T01:30:00.000Z"),
        (wrapped("2026-03-29T03:00:00"),                     "2026-03-29T01:00:00.000Z"),
        # the hour that exists twice: the first is meant
        (wrapped("2026-10-25T02:30:00"),                     "2026-10-25T00:30:00.000Z"),
        (wrapped("2026-10-25T03:00:00"),                     "2026-10-25T02:00:00.000Z"),
        (wrapped("0001-01-01T00:00:00"),                     None),
        (wrapped("2026-02-30T00:00:00"),                     None),
    ],
)  # fmt: skip
@pytest.mark.belief
def test_e23_timestamp(value, expected):
    """A zone-less time is local to the zone beside it (H3: unproven); an offset is taken at its word."""
    assert timestamp(value) == expected


@given(st.text(max_size=30), st.none() | st.text(max_size=12) | st.just(BERLIN))
def test_timestamp_is_total(text, zone):
    """No text breaks it."""
    for value in (text, wrapped(text, zone)):
        assert timestamp(value) is None or len(timestamp(value) or "") == 24


@given(st.datetimes(*YEARS), st.sampled_from([BERLIN, "America/New_York"]))
def test_the_fast_path_agrees_with_the_library(moment, zone):
    """The cache of whole-day offsets changes nothing."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    utc = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    assert timestamp(wrapped(moment.isoformat(), zone)) == utc.isoformat(timespec="milliseconds")[:23] + "Z"


def test_a_day_is_its_first_moment_in_utc():
    """An application date has no zone."""
    assert (day("2026-03-01"), day(None)) == ("2026-03-01T00:00:00.000Z", None)
