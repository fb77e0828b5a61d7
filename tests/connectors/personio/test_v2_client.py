"""Token and pages of the v2 API."""

import datetime as dt
import threading

import pytest

from atsume.connectors.http import Http
from atsume.connectors.personio.clients.v2 import V2
from atsume.connectors.personio.errors import NotOffered
from atsume.errors import CredentialsRefused, PermissionMissing, RemoteFault
from tests.connectors.canned import DEAD, TOKEN, Line, answer, page
from tests.connectors.personio.opened import READER

JOBS = "/v2/recruiting/jobs"
BASE = "https://api.personio.de"
DOING = "listing jobs"


def client(line: Line) -> V2:
    return V2(line.http, BASE, READER, monotonic=line.clock)


def walked(line: Line) -> list[bytes]:
    return [p.body for p in client(line).pages(JOBS, DOING, limit=200)]


def tokens(line: Line) -> int:
    return sum(a.path == "/v2/auth/token" for a in line.tool.asked)


def test_the_token_is_asked_for_with_a_form():
    """JSON is refused; secrets travel in the body alone."""
    line = Line({})
    assert client(line).token() == "papi-t1"
    asked = line.tool.asked[0]
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert asked.body == b"grant_type=client_credentials&client_id=papi-id&client_secret=papi-secret"
    assert "papi-secret" not in str(line.exchanges)


def test_e1_every_request_carries_beta_and_who_we_are():
    """E1: without `Beta: true` the gateway used to answer 404."""
    line = Line({JOBS: page([{"id": "1"}])})
    walked(line)
    headers = line.tool.asked[-1].headers
    assert headers["Beta"] == "true"
    assert headers["Authorization"] == "Bearer papi-t1"
    assert {"X-Personio-Partner-ID", "X-Personio-App-ID"} <= set(headers)


def test_a_token_is_kept_until_a_minute_before_its_end():
    """One token serves all requests of a day."""
    line = Line({})
    v2 = client(line)
    for at, asked in ((0, 1), (86339, 1), (86341, 2)):
        line.clock.now = float(at)
        v2.token()
        assert tokens(line) == asked


def test_threads_share_one_token_request():
    """Single flight: whoever comes meanwhile waits for the same token."""
    line = Line({})
    v2 = client(line)
    threads = [threading.Thread(target=v2.token) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tokens(line) == 1


def test_an_unexpected_401_fetches_a_token_once():
    """A token may die early: drop it, fetch one, try once more."""
    line = Line({JOBS: [answer(401), page([{"id": "1"}])]})
    assert len(walked(line)) == 1
    assert tokens(line) == 2


@pytest.mark.parametrize(
    ("recruiting", "persons", "target", "raised"),
    [
        (401, 401, JOBS, CredentialsRefused),
        (401, 200, JOBS, PermissionMissing),
        (403, 200, JOBS, PermissionMissing),
        (200, 401, "/v2/persons", PermissionMissing),
        (401, 401, "/v2/persons", CredentialsRefused),
    ],
)
def test_e2_a_401_where_others_say_403(recruiting, persons, target, raised):
    """E2: 401 although another endpoint works is a missing right; nothing works: bad credentials."""
    line = Line({JOBS: answer(recruiting, b"{}"), "/v2/persons": answer(persons, b"{}")})
    with pytest.raises(raised) as caught:
        client(line).get(target, "asking")
    if raised is PermissionMissing:
        assert ("Persons: read" if "persons" in target else "Recruiting: read") in caught.value.message


@pytest.mark.parametrize(
    ("given", "raised"),
    [
        (answer(400, {"error": "invalid_client", "trace_id": "t"}), CredentialsRefused),
        (answer(400, {"error": "unauthorized_client"}), CredentialsRefused),
        (answer(401), CredentialsRefused),
        (answer(400, {"error": "server_error"}), RemoteFault),
        (answer(400, {"error": "temporarily_unavailable"}), RemoteFault),
        (answer(500), RemoteFault),
        (answer(200, b"<html>"), RemoteFault),
        (DEAD, RemoteFault),
    ],
)
def test_what_a_refused_token_means(given, raised):
    """OAuth errors come as 400, even for a wrong secret; a fault of Personio is not the customer's."""
    with pytest.raises(RemoteFault if raised is RemoteFault else CredentialsRefused) as caught:
        client(Line({"/v2/auth/token": given})).token()
    assert "papi-secret" not in caught.value.message


FULL = [{"id": str(i), "filler": "x" * 100} for i in range(60)]
"""Over four kilobytes, so that only the page's end is decoded."""


@pytest.mark.parametrize(
    ("pages", "count"),
    [
        ([page([])], 1),
        ([page([{"id": "1"}])], 1),
        ([page([{"id": "1"}], f"{BASE}{JOBS}?cursor=2"), page([{"id": "2"}])], 2),
        ([page(FULL, f"{BASE}{JOBS}?cursor=2"), page(FULL)], 2),
        ([page(FULL, f"{BASE}{JOBS}?cursor=2"), page([], f"{BASE}{JOBS}?cursor=3")], 2),
        ([page(FULL, f"{JOBS}?cursor=2"), page([{"id": "2"}])], 2),
        ([page(FULL, "?cursor=2"), page([{"id": "2"}])], 2),
    ],
    ids=["empty", "one", "two", "big", "e21 trailing empty page", "e21 relative next", "e21 only a query"],
)
def test_walks(pages, count):
    """C.2, E21: the end is no `next`, or an empty page that still has one; a relative `next` is resolved."""
    line = Line({JOBS: pages})
    assert len(walked(line)) == count
    assert line.tool.asked[1].query == {"limit": "200"}
    if count == 2:
        assert line.tool.asked[2].query == {"cursor": "2"}


@pytest.mark.parametrize(
    "next_",
    [f"{BASE}{JOBS}?limit=200", f"{JOBS}?cursor=2", "https://evil.example/v2", "http://api.personio.de/v2",
     "//evil.example/x"],
    ids=["e21 itself", "e21 a loop", "foreign host", "other scheme", "foreign host without scheme"],
)  # fmt: skip
def test_e21_a_bad_next_ends_the_walk_as_incomplete(next_):
    """E21: never loop, and never send the token elsewhere; the pages that came stay good."""
    line = Line({JOBS: page([{"id": "1"}], next_)})
    walk = client(line).pages(JOBS, DOING, limit=200)
    assert next(walk).body
    with pytest.raises(RemoteFault, match="incomplete"):
        list(walk)
    assert {a.host for a in line.tool.asked} == {"api.personio.de"}


def test_a_meta_that_is_not_last_is_still_found():
    """The short cut over the page's tail may only ever cost time."""
    body = {
        "_meta": {"links": {"next": {"href": f"{BASE}{JOBS}?cursor=9"}}},
        "_data": [{"id": str(i), "x": {"_meta": {"links": {"next": {"href": "wrong"}}}}} for i in range(100)],
    }
    line = Line({JOBS: [answer(200, body), page([])]})
    assert len(walked(line)) == 2


def test_e6_a_single_404_on_a_collection_is_asked_again():
    """E6: sporadic 404s pass."""
    assert len(walked(Line({JOBS: [answer(404), page([{"id": "1"}])]}))) == 1


def test_e1_a_lasting_404_on_a_collection_is_a_missing_feature():
    """E1: never a deletion."""
    with pytest.raises(NotOffered):
        walked(Line({JOBS: answer(404)}))


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b"", b"[]", b'{"_data":'])
def test_a_page_that_cannot_be_read_is_a_fault(body):
    """200 is not enough."""
    with pytest.raises(RemoteFault):
        walked(Line({JOBS: answer(200, body)}))


def test_e9_a_record_is_gone_only_if_a_second_look_agrees():
    """E6, E9: the pause between the looks is a second."""
    line = Line({f"{JOBS}/1": [answer(404), answer(200, {"id": "1"})], f"{JOBS}/2": answer(404)})
    v2 = client(line)
    assert v2.exists(f"{JOBS}/1", DOING)
    assert not v2.exists(f"{JOBS}/2", DOING)
    assert line.clock.slept.count(1.0) == 2


SINCE = dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC)


@pytest.mark.belief
def test_e3_e4_a_refused_form_of_a_time_is_replaced_and_remembered():
    """E4: zone-less first, `Z` when that is refused; E3: never both bounds."""
    bad = answer(400, {"errors": [{"type": "x#common.bad_request"}]})

    def only_z(asked):
        return page([]) if asked.query["updated_at.gt"].endswith("Z") else bad

    line = Line({JOBS: only_z})
    v2 = client(line)
    for _ in range(2):
        list(v2.changed(JOBS, DOING, limit=200, since=SINCE))
    asked = [a.query["updated_at.gt"] for a in line.tool.asked if a.path == JOBS]
    assert asked == ["2026-03-01T08:00:00", "2026-03-01T08:00:00Z", "2026-03-01T08:00:00Z"]


def test_e5_a_429_without_retry_after_backs_off():
    """E5: v2 names no time; wait a second, then twice as long."""
    line = Line({JOBS: [answer(429), answer(429), page([])]})
    walked(line)
    assert [s for s in line.clock.slept if s >= 1] == [1.0, 2.0]


def test_a_page_counts_its_requests_and_waits():
    """Statistics of a run."""
    line = Line({JOBS: [answer(429), page([])]})
    first = next(client(line).pages(JOBS, DOING, limit=200))
    assert (first.requests, first.waited_seconds) == (2, pytest.approx(1.0, abs=0.6))


def test_tokens_come_from_the_configured_base():
    """A simulator may stand in, below any path."""
    line = Line({"/personio/v2/auth/token": TOKEN})
    assert V2(line.http, "http://127.0.0.1:9100/personio/", READER).token() == "papi-t1"
    assert isinstance(line.http, Http)
