"""One request, from the API key to the bytes of the answer: the same road for every endpoint.

key → integration → quota → answer; whatever fails on the way becomes the one error envelope.
"""

import time
import traceback
from collections.abc import Mapping
from functools import partial
from math import ceil
from typing import Any
from urllib.parse import unquote

from litestar import Request
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send
from msgspec import Struct

from atsume.api import envelope, gate
from atsume.api.auth import KeyRing, check_address
from atsume.api.compress import squeezed
from atsume.api.deps import Deps
from atsume.api.endpoints import Call, Endpoint
from atsume.api.exchanges import ExchangeLog, Failed
from atsume.api.metrics import Requests
from atsume.api.used import Used
from atsume.errors import AtsumeError, Code
from atsume.model.integration import Integration
from atsume.observe import log, redact
from atsume.quota import UNLIMITED, Header, Quota, Standing
from atsume.store.rows import ApiKey

HEADERS: list[Header] = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"vary", b"accept-encoding"),
    (b"x-content-type-options", b"nosniff"),
]
"""On every answer: it may hold personal data, so nobody keeps it."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Any other is counted as one."""

SECRET_PARAMETERS = frozenset({"token"})


class Answer(ASGIResponse):
    """Status, headers and body as they go out. The framework's own response spends more time on headers than we do."""

    def __init__(self, status: int, headers: list[Header], body: bytes) -> None:
        self._start = status, [*headers, (b"content-length", str(len(body)).encode())]
        self._body = body

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._start[0]

    def add(self, headers: Mapping[str, str]) -> None:
        """Add headers."""
        self._start[1].extend(
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        status, headers = self._start
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": self._body, "more_body": False})


class Refusal(Struct, frozen=True):
    """An error as it goes out."""

    code: str | None
    title: str
    message: str
    status: int
    retry_after: float | None = None
    """Seconds, where they are known."""


class Visit(Struct):
    """What is known of a request so far; more as it goes on."""

    started: float
    key: ApiKey | None = None
    integration: Integration | None = None
    standing: Standing = UNLIMITED
    extra: list[Header] = []
    """What the endpoint adds to the headers."""


class Responder:
    """Answers requests. One for the life of the app, used by many threads."""

    def __init__(self, deps: Deps, requests: Requests) -> None:
        self._deps, self._requests = deps, requests
        self._keys = KeyRing(deps.store)
        self._recent = gate.Recent(deps.store)
        self._quota = Quota(deps.config.requests_per_minute)
        self._exchanges = ExchangeLog(deps)
        self._used = Used(deps.store, deps.now)

    def respond(self, endpoint: Endpoint, request: Request[Any, Any, Any], body: bytes = b"") -> Answer:
        """Return the answer of an endpoint to a request; never raises."""
        visit = Visit(time.perf_counter())
        answer = self._answer(endpoint, visit, request, body)
        seconds = time.perf_counter() - visit.started
        self._requests.answered(endpoint.path, endpoint.method, answer.status, seconds)
        return answer

    def _answer(self, endpoint: Endpoint, visit: Visit, request: Request[Any, Any, Any], body: bytes) -> Answer:
        headers = request.scope["headers"]
        try:
            call = self._admit(endpoint, visit, request, body)
            answer = endpoint.answer(call)
        except Exception as error:  # the last resort: nothing but an envelope may leave
            refusal = _refusal(error, is_general=endpoint.family.is_general)
            path = _told_path(request)
            return self.refuse(refusal, request.method, path, request.scope["query_string"], visit)
        answer, encoding = squeezed(answer, _header(headers, b"accept-encoding"))
        sent = [*HEADERS, *visit.standing.headers(), *visit.extra]
        if encoding is not None:
            sent.append((b"content-encoding", encoding.encode()))
        return Answer(200, sent, answer)

    def count_stray(self, method: str, status: int) -> None:
        """Count an answer to what is no endpoint of the API."""
        self._requests.answered("none", method if method in METHODS else "other", status, 0.0)

    def refuse(self, refusal: Refusal, method: str, path: str, query: bytes, visit: Visit) -> Answer:
        """Return the error envelope, after writing the exchange down."""
        log_url = self._exchanges.write(
            Failed(
                method=method,
                path=path,
                query=query,
                status=refusal.status,
                code=refusal.code,
                message=refusal.message,
                duration_seconds=time.perf_counter() - visit.started,
                environment_id=visit.key.environment_id if visit.key else None,
                integration_id=visit.integration.id if visit.integration else None,
            )
        )
        sent = [*HEADERS, *visit.standing.headers(), *visit.extra]
        if refusal.status == Code.AUTHENTICATION_INVALID.status:
            sent.append((b"www-authenticate", b"Bearer"))
        if refusal.status == Code.RATE_LIMIT_EXCEEDED.status:
            seconds = visit.standing.reset_seconds if refusal.retry_after is None else ceil(refusal.retry_after)
            sent.append((b"retry-after", str(max(seconds, 1)).encode()))
        body = envelope.error(refusal.code, refusal.title, refusal.message, log_url)
        return Answer(refusal.status, sent, body)

    def _admit(self, endpoint: Endpoint, visit: Visit, request: Request[Any, Any, Any], body: bytes) -> Call:
        deps, headers = self._deps, request.scope["headers"]
        visit.key = key = self._keys.owner(_header(headers, b"authorization"))
        check_address(key, (request.scope["client"] or (None,))[0])
        try:
            if endpoint.of_integration:
                visit.integration = gate.named(self._recent.integration, key, _header(headers, b"x-integration-id"))
        finally:
            about = visit.integration.id if visit.integration else ""
            if about:
                self._used.saw(about)
            visit.standing = self._quota.take(key.id, about, deps.now())
        if visit.standing.is_exceeded:
            raise AtsumeError(
                Code.RATE_LIMIT_EXCEEDED,
                f"More than {visit.standing.limit} requests in a minute with this API key and integration. "
                f"Try again in {visit.standing.reset_seconds} seconds.",
            )
        return Call(
            deps=deps,
            key=key,
            named=visit.integration,
            query=request.scope["query_string"],
            path={name: unquote(value) for name, value in request.scope["path_params"].items()},
            body=body,
            header=partial(_header, headers),
            extra=visit.extra,
        )


def _header(headers: Any, name: bytes) -> str | None:
    for key, value in headers:
        if key == name:
            return value.decode("latin-1")
    return None


def _told_path(request: Request[Any, Any, Any]) -> str:
    path: str = request.scope["path"]
    for name, value in request.scope["path_params"].items():
        if name in SECRET_PARAMETERS:
            path = path.replace(value, "…")
    return unquote(path)


def _refusal(error: Exception, *, is_general: bool) -> Refusal:
    if isinstance(error, AtsumeError):
        code = error.code
        wire = code.wire if code.is_general or not is_general else None
        return Refusal(wire, code.title, error.message, code.status, error.retry_after_seconds)
    return unexpected(error)


def unexpected(error: Exception) -> Refusal:
    """Log a defect of ours, without the values of variables, and return what is told of it: that there is one."""
    log.error("a request failed unexpectedly", traceback=redact("".join(traceback.format_exception(error))))
    code = Code.UNKNOWN_ERROR
    return Refusal(code.wire, code.title, "An unexpected error. The operator finds it in the server's log.", 500)
