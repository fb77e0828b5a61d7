"""When to try again, when to give up."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atsume.webhooks import attempts
from atsume.webhooks.attempts import ATTEMPTS, Verdict

NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
S = dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Verdict.DELIVERED), (201, Verdict.DELIVERED), (204, Verdict.DELIVERED), (299, Verdict.DELIVERED),
        (301, Verdict.AGAIN), (302, Verdict.AGAIN), (304, Verdict.AGAIN), (307, Verdict.AGAIN),
        (400, Verdict.AGAIN), (401, Verdict.AGAIN), (404, Verdict.AGAIN), (409, Verdict.AGAIN), (410, Verdict.GONE),
        (429, Verdict.AGAIN), (500, Verdict.AGAIN), (503, Verdict.AGAIN), (None, Verdict.AGAIN),
    ],
)  # fmt: skip
def test_what_a_status_means(status: int | None, expected: Verdict) -> None:
    """Any 2xx is a success, 410 the end, everything else another try."""
    assert attempts.verdict(status) is expected


def test_ten_attempts_in_about_three_days() -> None:
    """The waits add up, and after the tenth attempt there is none."""
    moments, now = [NOW], NOW
    while (after := attempts.next_try(len(moments), now, 0.5, None)) is not None:
        now = after
        moments.append(now)
    assert len(moments) == ATTEMPTS == 10
    assert dt.timedelta(days=2.9) < moments[-1] - moments[0] < dt.timedelta(days=3.3)
    assert moments[1] - moments[0] == 5 * S


@given(st.integers(1, 30), st.floats(0, 1), st.none() | st.timedeltas(dt.timedelta(), dt.timedelta(days=9)))
def test_the_next_try_lies_where_it_may(tried: int, chance: float, asked: dt.timedelta | None) -> None:
    """Never before the receiver asked for, up to a day; never more than a tenth off the plan otherwise."""
    found = attempts.next_try(tried, NOW, chance, asked)
    if tried >= ATTEMPTS:
        assert found is None
        return
    assert found
    planned, wait = attempts.WAITS[tried - 1], found - NOW
    asked = min(asked or dt.timedelta(), dt.timedelta(days=1))
    assert max(planned * 0.9, asked) - S / 1000 <= wait <= max(planned * 1.1, asked) + S / 1000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120", 120 * S), ("0", 0 * S), ("999999999999", dt.timedelta(days=1)),
        ("Thu, 01 Jan 2026 12:01:00 GMT", 60 * S),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0 * S), ("soon", None), ("", None), ("-5", None), ("1.5", None), ("²", None),
    ],
)  # fmt: skip
def test_retry_after_in_both_forms(text: str, expected: dt.timedelta | None) -> None:
    """Seconds or a date; what is neither is not heard."""
    assert attempts.retry_after({"retry-after": text}, NOW) == expected


@pytest.mark.parametrize(
    ("days", "failing", "hopeless"),
    [
        (None, False, False),
        (0, False, False),
        (0.99, False, False),
        (1, True, False),
        (4.9, True, False),
        (5, True, True),
    ],
)
def test_an_endpoint_is_given_up_after_days(days: float | None, failing: bool, hopeless: bool) -> None:
    """First a warning, then the end."""
    since = None if days is None else NOW - dt.timedelta(days=days)
    assert (attempts.is_failing(since, NOW), attempts.is_hopeless(since, NOW)) == (failing, hopeless)
