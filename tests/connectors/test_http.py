"""The one HTTP client: retries, pacing, reports; and libcurl against a real socket."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from atsume.connectors.http import Http, NoAnswer, Request, Stopped, TooLarge, redacted
from atsume.connectors.pacing import Pacer, endpoint
from atsume.connectors.verdicts import Verdict, verdict
from tests.connectors.canned import DEAD, LIMITS, Clock, Line, answer

FINE = answer(200, b"ok")


@pytest.mark.parametrize(
    ("answers",                                     "status", "slept"),
    [
        ([FINE],                                        200, []),
        ([answer(500), FINE],                           200, [0.25]),
        ([answer(502), answer(503), answer(504), FINE], 200, [0.25, 0.5, 1.0]),
        ([answer(500)],                                 500, [0.25, 0.5, 1.0]),
        ([DEAD, FINE],                                  200, [0.25]),
        ([answer(429), FINE],                           200, [1.0]),
        ([answer(429)] * 3 + [FINE],                    200, [1.0, 2.0, 4.0]),
        ([answer(429)],                                 429, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]),
        ([answer(429, retry_after="7"), FINE],          200, [7.0]),
        ([answer(503, retry_after="3"), FINE],          200, [3.0]),
        ([answer(429, retry_after="soon"), FINE],       200, [1.0]),
        ([answer(400)],                                 400, []),
        ([answer(404)],                                 404, []),
        ([answer(302, location="https://evil/")],       302, []),
    ],
)  # fmt: skip
def test_which_answers_are_asked_again(answers, status, slept):
    """Faults that pass are repeated with growing pauses; everything else is the caller's to judge."""
    line = Line({"/a": answers})
    assert line.http.get("http://x/a").status == status
    assert line.clock.slept == slept


def test_a_dead_line_is_a_fault_in_the_end():
    """No answer after all tries is raised, never taken for an answer."""
    with pytest.raises(NoAnswer):
        Line({"/a": DEAD}).http.get("http://x/a")


def test_what_must_not_be_repeated_is_sent_once():
    """A write whose answer is lost may have been done."""
    line = Line({"/a": DEAD})
    with pytest.raises(NoAnswer):
        line.http.send(Request(method="POST", url="http://x/a", body=b"x"), repeatable=False)
    assert len(line.tool.asked) == 1


def test_waits_and_tries_are_counted():
    """The statistics of a run tell what the tool's limits cost."""
    response = Line({"/a": [answer(429), answer(500), FINE]}).http.get("http://x/a")
    assert (response.requests, response.waited_seconds) == (3, 1.5)


def test_every_exchange_is_reported_without_secrets():
    """What is recorded holds no token, no e-mail address, no cursor."""
    line = Line({"/v2/x": [answer(500), answer(200, b"{}", x_request_id="t-1")]})
    line.http.get("http://u:p@x/v2/x?limit=2&email=a%40b.c&cursor=s3", {"Authorization": "Bearer papi-s3cret"})
    assert [e.status for e in line.exchanges] == [500, 200]
    assert line.exchanges[1].remote_trace_id == "t-1"
    assert {e.url for e in line.exchanges} == {"http://x/v2/x?limit=2&email=…&cursor=…"}
    assert "s3" not in str(line.exchanges)


def test_a_closed_client_gives_up():
    """A session that was closed sends nothing any more."""
    line = Line({"/a": FINE})
    line.http.close()
    with pytest.raises(Stopped):
        line.http.get("http://x/a")


def test_a_wait_ends_when_the_session_is_closed():
    """Nobody waits a minute for a session that is gone."""
    http = Http(lambda _: None, transport=Line({"/a": answer(429, retry_after="60")}).tool)
    threading.Timer(0.05, http.close).start()
    with pytest.raises(Stopped):
        http.get("http://x/a")


def test_pace_before_and_after_the_tool_told_its_limit():
    """two a second until headers are seen, then as fast as they allow."""
    line = Line({"/a": [FINE, FINE, answer(200, b"", **LIMITS)]})
    for _ in range(3):
        line.http.get("http://x/a", paced=True)
    assert sum(line.clock.slept) == pytest.approx(1.0)
    for _ in range(90):
        line.http.get("http://x/a", paced=True)
    assert sum(line.clock.slept) == pytest.approx(1.0)


def test_an_empty_bucket_makes_us_wait():
    """No token left and 30 a second: a thirtieth of a second each, after what is kept for writes has grown again."""
    clock = Clock()
    pacer = Pacer(clock)
    headers = {"x-ratelimit-replenish-rate": "30", "x-ratelimit-burst-capacity": "100", "x-ratelimit-remaining": "0"}
    pacer.learn("http://x/v2/persons", headers)
    assert pacer.take("http://x/v2/persons") == pytest.approx(21 / 30)
    assert pacer.take("http://x/v2/persons") == pytest.approx(22 / 30)
    assert pacer.take("http://x/v2/persons", hurried=True) == pytest.approx(3 / 30)
    clock.now += 10
    assert pacer.take("http://x/v2/persons") == 0


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://h/v2/recruiting/jobs?cursor=1", "h/v2/recruiting/jobs"),
        ("https://h/v2/recruiting/jobs/77",       "h/v2/recruiting/jobs/{id}"),
        ("https://h/v2/a/7/stage-transitions",    "h/v2/a/{id}/stage-transitions"),
        ("https://h/v2/persons",                  "h/v2/persons"),
    ],
)  # fmt: skip
def test_limits_are_counted_per_endpoint(url, key):
    """Ids are collapsed, `v2` is not one."""
    assert endpoint(url) == key


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(200, "FINE"), (201, "FINE"), (400, "OURS"), (401, "CREDENTIALS"), (403, "PERMISSION"), (404, "ABSENT"),
     (418, "OURS"), (429, "WAIT"), (500, "WAIT"), (599, "WAIT"), (301, "WAIT")],
)  # fmt: skip
def test_verdicts(status, meaning):
    """One table; a redirect is never fine."""
    assert verdict(status) is Verdict[meaning]


def test_a_tool_may_override_a_verdict():
    """Its row wins over ours."""
    assert verdict(401, {401: Verdict.PERMISSION}) is Verdict.PERMISSION


def test_redacted_keeps_the_address():
    """Host and path stay, values go."""
    assert redacted("https://h/xml?language=de&x=") == "https://h/xml?language=de&x=…"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = gzip.compress(b"packed") if self.path == "/gzip" else self.headers.get("X-Say", "plain").encode() * 3
        self.send_response(302 if self.path == "/away" else 200)
        if self.path == "/gzip":
            self.send_header("Content-Encoding", "gzip")
        if self.path == "/away":
            self.send_header("Location", "/gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Port", str(self.client_address[1]))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_libcurl_speaks_http(base):
    """One handle: get, post, get again; unpacked, kept alive, redirects not followed."""
    http = Http(lambda _: None)
    first = http.get(base + "/a", {"X-Say": "hi"})
    assert (first.status, first.body) == (200, b"hihihi")
    assert http.get(base + "/gzip").body == b"packed"
    assert http.send(Request(method="POST", url=base + "/p", body=b"abc")).body == b"abc"
    assert http.get(base + "/away").status == 302
    last = http.get(base + "/a")
    assert last.body == b"plain" * 3
    assert last.headers["x-port"] == first.headers["x-port"]
    http.close()


def test_headers_of_one_request_do_not_reach_the_next(base):
    """The token of one host must not go to another: handles are reused, headers are not."""
    http = Http(lambda _: None)
    http.get(base + "/a", {"X-Say": "secret"})
    assert http.get(base + "/a").body == b"plain" * 3
    http.close()


def test_an_answer_that_is_too_large_is_refused(base):
    """The cap holds while reading."""
    http = Http(lambda _: None)
    with pytest.raises(TooLarge):
        http.get(base + "/a", max_bytes=5)
    http.close()


def test_nobody_there_is_a_fault():
    """A refused connection is no answer."""
    clock = Clock()
    http = Http(lambda _: None, sleep=clock.sleep, monotonic=clock)
    with pytest.raises(NoAnswer):
        http.get("http://127.0.0.1:9/")
    http.close()
