"""HTTP in and out, without a framework: a request, an answer, and how bodies are read.

Plain ASGI is used so that a page of 200 records costs less than a millisecond, and so that broken answers
(a cut body, a reset connection) can be sent on purpose.
"""

from typing import Any
from urllib.parse import parse_qsl

import msgspec

JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"
HTML_TYPE = "text/html; charset=utf-8"


class Answer:
    """A status, headers and a body; `delay` seconds are waited before it is sent."""

    __slots__ = ("body", "content_type", "delay", "headers", "status")

    def __init__(
        self,
        status: int = 200,
        body: bytes = b"",
        content_type: str = JSON_TYPE,
        headers: dict[str, str] | None = None,
        delay: float = 0.0,
    ) -> None:
        self.status = status
        self.body = body
        self.content_type = content_type if body else ""
        self.headers = headers or {}
        self.delay = delay


class RefusedError(Exception):
    """Ends a request with the answer it carries."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Request:
    """One request as the handlers see it; header names are lower-case, `base_url` is the caller's own."""

    __slots__ = ("base_url", "body", "headers", "method", "params", "path", "query", "query_text", "tweaks", "world")

    def __init__(self, scope: dict[str, Any], body: bytes, world: Any) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        self.query_text: str = scope["query_string"].decode("latin-1")
        self.query: list[tuple[str, str]] = (
            parse_qsl(self.query_text, keep_blank_values=True) if self.query_text else []
        )
        self.body = body
        self.world = world
        self.params: dict[str, str] = {}
        self.tweaks: frozenset[str] = frozenset()
        self.base_url = f"{scope.get('scheme', 'http')}://{self.headers.get('host', 'localhost')}"

    def one(self, name: str) -> str | None:
        """Return the last value of a query parameter."""
        return next((value for key, value in reversed(self.query) if key == name), None)

    def many(self, name: str) -> list[str]:
        """Return every value of a parameter, whether repeated or in a comma list."""
        values = [part for key, value in self.query if key == name for part in value.split(",")]
        return [value.strip() for value in values if value.strip()]

    def media_type(self) -> str:
        """Return the content type without its parameters, lower-case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    def bearer(self) -> str:
        """Return the bearer token, or an empty text."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""

    def form(self) -> dict[str, str]:
        """Return the fields of a url-encoded form; an undecodable body has none."""
        try:
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        except UnicodeDecodeError:
            return {}


def as_json(value: object, status: int = 200, content_type: str = JSON_TYPE) -> Answer:
    """Return an answer with `value` as JSON."""
    return Answer(status, msgspec.json.encode(value), content_type)


def as_html(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """Return an HTML answer."""
    return Answer(status, text.encode(), HTML_TYPE, headers)
