"""Whoever guesses at addresses of pages is slowed down, and so is whoever hammers one link."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from litestar import Request

from atsume.web.throttle import MISSES, VISITS, Throttle
from tests.connect.world import site

START = dt.datetime(2027, 3, 1, 12, 0, 10, tzinfo=dt.UTC)


def _from(address: str) -> Request[Any, Any, Any]:
    return Request({"type": "http", "client": (address, 1), "headers": []})  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("2001:db8:1:2::3", "2001:db8:1:2:ffff::4", True),
        ("2001:db8:1:2::3", "2001:db8:1:3::3", False),
    ],
)
def test_guesses_are_counted_by_network(one: str, other: str, are_same: bool) -> None:
    """After so many misses in a minute nothing is looked up for whoever made them; with the minute it ends."""
    now = [START]
    throttle = Throttle(lambda: now[0])
    for _ in range(MISSES):
        assert throttle.wait(_from(one)) == 0
        throttle.missed(_from(one))
    assert throttle.wait(_from(one)) == 50
    assert throttle.wait(_from(other)) == (50 if are_same else 0)
    now[0] += dt.timedelta(seconds=50)
    assert throttle.wait(_from(one)) == 0


def test_visits_are_counted_by_link() -> None:
    """However many addresses ask with one link, it is one link; another one is open meanwhile."""
    throttle = Throttle(lambda: START)
    waits = [throttle.wait(_from(f"192.0.2.{n % 200}"), "a link") for n in range(VISITS + 1)]
    assert waits == [0] * VISITS + [50]
    assert throttle.wait(_from("192.0.2.1"), "another") == 0


def test_guessing_stops_being_answered(tmp_path: Path) -> None:
    """On a running server, links, forms, checks and logs count together; a good link has to wait too, and says so."""
    with site(tmp_path) as served:
        link, form, guesses = served.link(), {"token": "none", "do": "next", "step": "data"}, 0
        statuses: set[int] = set()
        while (answer := served.http.get(link)).status_code == 200:
            guesses += 1
            assert guesses <= 2 * MISSES + 2  # twice, because the minute may turn meanwhile
            path = ("connect/start?token=x", "connect/start", "connect/check", f"logs/{guesses}")[guesses % 4]
            is_form = path in ("connect/start", "connect/check")
            guess = served.http.request("POST" if is_form else "GET", f"{served.url}/{path}", data=form)
            statuses.add(guess.status_code)
    assert guesses >= MISSES
    assert statuses == {404}
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
    assert "Too many requests" in answer.text
    assert answer.headers["content-security-policy"]
