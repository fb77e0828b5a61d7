"""A tool that answers from a script, at the transport's place, and a clock that never really waits."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import Struct

from atsume.connectors.base import Exchange
from atsume.connectors.http import Http, NoAnswer, Request, Response


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Asked(Struct):
    """A request as it came."""

    method: str
    host: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


Answer = Response | Exception | Callable[[Asked], Response]


def answer(status: int = 200, body: object = b"", **headers: str) -> Response:
    """Return a response; anything but bytes becomes JSON."""
    text = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Response(status, {k.replace("_", "-"): v for k, v in headers.items()}, text)


def page(records: list[object], next_: str | None = None) -> Response:
    """Return a page of v2 as documented, with the headers of its gateway."""
    links = {"self": {"href": "https://api.personio.de/v2/x"}} | ({"next": {"href": next_}} if next_ else {})
    return answer(200, {"_data": records, "_meta": {"links": links}}, **LIMITS)


LIMITS = {
    "x_ratelimit_replenish_rate": "30",
    "x_ratelimit_burst_capacity": "100",
    "x_ratelimit_requested_tokens": "1",
    "x_ratelimit_remaining": "99",
}
TOKEN = answer(200, {"access_token": "papi-t1", "token_type": "Bearer", "expires_in": 86400, "scope": "x"})


class Canned:
    """Answers by path: a single answer for ever, or a list of which the last stays."""

    def __init__(self, answers: dict[str, Answer | list[Answer]]) -> None:
        self.answers = {"/v2/auth/token": TOKEN, **answers}
        self.asked: list[Asked] = []

    def __call__(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        query = {k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
        asked = Asked(request.method, parts.netloc, parts.path, query, dict(request.headers), request.body or b"")
        self.asked.append(asked)
        found = self.answers.get(f"{parts.netloc}{parts.path}", self.answers.get(parts.path))
        if found is None:
            return answer(404, {"errors": [{"title": "Not Found", "type": "x#common.resource_not_found"}]})
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(found, Exception):
            raise found
        given = found if isinstance(found, Response) else found(asked)
        return Response(given.status, given.headers, given.body)

    def paths(self) -> list[str]:
        """Return the paths asked for, tokens left out."""
        return [a.path for a in self.asked if a.path != "/v2/auth/token"]


class Line:
    """A client on a canned tool, with everything it reported."""

    def __init__(self, answers: dict[str, Answer | list[Answer]]) -> None:
        self.clock, self.tool, self.exchanges = Clock(), Canned(answers), list[Exchange]()
        self.http = Http(
            self.exchanges.append,
            transport=self.tool,
            sleep=self.clock.sleep,
            monotonic=self.clock,
            jitter=lambda: 0.0,
        )


DEAD = NoAnswer("Connection reset.")
