"""The one HTTP client towards tools: retries, pacing, limits, every exchange reported.

Synchronous, one libcurl handle per thread, kept alive. libcurl because it costs a third of what httpx and less than
urllib3 cost per page; `Transport` is the whole of what the rest knows about it.
No redirect is ever followed: a redirect of a tool is an answer to look at, and following it could leak a token.
"""

import copy
import random
import threading
import time
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

import pycurl
from msgspec import Struct

from atsume.authorities import AUTHORITIES
from atsume.connectors.base import Exchange, Observer
from atsume.connectors.pacing import Pacer
from atsume.errors import RemoteFault

USER_AGENT = "Atsume/0.1 (+https://github.com/atsume/atsume)"
MAX_BYTES = 64 * 1024 * 1024
"""No single answer of a tool may be larger, unpacked."""
CONNECT_SECONDS, TOTAL_SECONDS = 10, 60
RETRIES = 3
"""Repetitions after connection faults and 5xx."""
PATIENCE = 8
"""Repetitions after 429: about three minutes in all."""
PASSING = frozenset({500, 502, 503, 504})
"""Statuses of faults that tend to pass."""
SHOWN = frozenset({"limit", "language"})
"""Query parameters whose values may be shown; others may be personal or secret."""
_TRACE = ("x-personio-trace-id", "x-trace-id", "x-request-id")


class FilePart(Struct, frozen=True, kw_only=True):
    """The one part of a multipart form."""

    name: str
    filename: str
    content_type: str
    content: bytes


class Request(Struct, frozen=True, kw_only=True):
    """What is asked."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    file: FilePart | None = None
    """Sent as multipart/form-data instead of `body`."""
    fresh_connection: bool = False
    """For what must not be sent twice: libcurl itself repeats a request on a kept connection that turns out closed."""
    max_bytes: int = MAX_BYTES
    timeout_seconds: float = TOTAL_SECONDS


class Response(Struct):
    """What was answered, whatever the status."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    requests: int = 1
    """Tries it took."""
    waited_seconds: float = 0.0
    """Time spent waiting for the tool's limits and between tries."""


class NoAnswer(RemoteFault):
    """The tool could not be reached, or stopped answering midway."""

    def __init__(self, message: str, *, nothing_sent: bool = False) -> None:
        super().__init__(message)
        self.nothing_sent = nothing_sent
        """The connection was never made, so the request can have had no effect."""


class TooLarge(RemoteFault):
    """The answer is larger than anything the tool should say."""


class Stopped(RemoteFault):
    """The session was closed while something was under way."""


class Transport(Protocol):
    """One exchange, no more. Raises NoAnswer or TooLarge."""

    def __call__(self, request: Request) -> Response:
        """Return the answer."""
        ...


class Http:
    """Sends requests for one session. Thread-safe."""

    def __init__(
        self,
        observer: Observer,
        *,
        transport: Transport | None = None,
        sleep: Callable[[float], None] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        should_stop: Callable[[], bool] | None = None,
        repeats: bool = True,
    ) -> None:
        self._repeats = repeats
        self._observer, self._monotonic, self._jitter = observer, monotonic, jitter
        self._transport = transport or Curl()
        self._closed = threading.Event()
        self._sleep = sleep or self._interruptible
        self._should_stop = should_stop
        self.pacer = Pacer(monotonic)

    def get(
        self, url: str, headers: Mapping[str, str] | None = None, *, paced: bool = False, max_bytes: int = MAX_BYTES
    ) -> Response:
        """Return the answer to a GET, repeated while the fault looks passing. Raises NoAnswer or TooLarge."""
        return self.send(Request(method="GET", url=url, headers=headers or {}, max_bytes=max_bytes), paced=paced)

    def send(self, request: Request, *, paced: bool = False, repeatable: bool = True) -> Response:
        """Return the answer. Without `repeatable` it is sent once, whatever happens."""
        tries, waited = 0, 0.0
        while True:
            waited += self.wait(self.pacer.take(request.url, hurried=not self._repeats)) if paced else 0.0
            self._check()
            tries += 1
            answer = self._answer(request)
            response = answer if isinstance(answer, Response) else None
            if response is not None:
                self.pacer.learn(request.url, response.headers)
            else:
                self.pacer.lost(request.url)
            pause = self._pause(response, tries) if repeatable and self._repeats else None
            if pause is not None:
                waited += self.wait(pause)
            elif isinstance(answer, Response):
                answer.requests, answer.waited_seconds = tries, waited
                return answer
            else:
                raise answer

    def hasty(self) -> "Http":
        """Return the same client, over the same connections, that never repeats a request."""
        twin = copy.copy(self)
        twin._repeats = False
        return twin

    def wait(self, seconds: float) -> float:
        """Wait and return how long. Raises Stopped when the session is closed meanwhile."""
        if seconds > 0:
            self._check()
            self._sleep(seconds)
        return max(seconds, 0.0)

    def close(self) -> None:
        """Release the connection of this thread and make other threads give up at their next request or wait."""
        self._closed.set()
        if isinstance(self._transport, Curl):
            self._transport.close()

    def _pause(self, response: Response | None, tries: int) -> float | None:
        """Return how long to wait before trying again, None for: not again."""
        status = response.status if response else None
        if status == 429 and tries <= PATIENCE:  # v2 names no time (personio: no Retry-After), so double from 1 s
            backoff = min(60.0, 2.0 ** (tries - 1) * (1 + self._jitter() / 2))
        elif (status is None or status in PASSING) and tries <= RETRIES:
            backoff = 0.25 * 2.0 ** (tries - 1) * (1 + self._jitter())
        else:
            return None
        return max(backoff, retry_after(response.headers) if response else 0.0)

    def _answer(self, request: Request) -> Response | NoAnswer:
        try:
            return self._observed(request)
        except NoAnswer as fault:
            return fault

    def _observed(self, request: Request) -> Response:
        start, response, error = self._monotonic(), None, None
        try:
            response = self._transport(request)
            return response
        except RemoteFault as fault:
            error = fault.message
            raise
        finally:
            self._observer(
                Exchange(
                    method=request.method,
                    url=redacted(request.url),
                    status=response.status if response else None,
                    duration_seconds=self._monotonic() - start,
                    request_bytes=len(request.file.content if request.file else request.body or b""),
                    response_bytes=len(response.body) if response else 0,
                    error=error,
                    remote_trace_id=_trace_id(response.headers) if response else None,
                )
            )

    def _check(self) -> None:
        if self._closed.is_set() or (self._should_stop is not None and self._should_stop()):
            raise Stopped("The session was closed.")

    def _interruptible(self, seconds: float) -> None:
        deadline = self._monotonic() + seconds
        while (left := deadline - self._monotonic()) > 0:
            if self._closed.wait(min(left, 0.5)):
                break
            self._check()
        self._check()


class Curl:
    """Transport over libcurl. One handle per thread, so connections are reused and nothing is shared."""

    def __init__(self) -> None:
        self._threads = threading.local()

    def __call__(self, request: Request) -> Response:
        """Return the answer. Raises NoAnswer or TooLarge."""
        curl, body, lines = self._handle(), BytesIO(), []
        room = request.max_bytes

        def write(chunk: bytes) -> int | None:
            nonlocal room
            room -= len(chunk)
            if room < 0:
                return -1
            body.write(chunk)
            return None

        curl.setopt(pycurl.URL, request.url)
        curl.unsetopt(pycurl.HTTPHEADER)  # an empty list alone would leave the last request's token on the handle
        curl.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in request.headers.items()])
        curl.setopt(pycurl.FRESH_CONNECT, int(request.fresh_connection))
        curl.setopt(pycurl.TIMEOUT_MS, int(request.timeout_seconds * 1000))
        curl.setopt(pycurl.WRITEFUNCTION, write)
        curl.setopt(pycurl.HEADERFUNCTION, lines.append)
        _set_method(curl, request)
        try:
            curl.perform()
        except pycurl.error as error:
            if room < 0:
                raise TooLarge(f"{_host(request.url)} sent more than {request.max_bytes} bytes.") from None
            nothing_sent = curl.getinfo(pycurl.PRETRANSFER_TIME) == 0
            raise NoAnswer(
                f"{_host(request.url)} did not answer: {error.args[-1]}.", nothing_sent=nothing_sent
            ) from None
        return Response(curl.getinfo(pycurl.RESPONSE_CODE), _headers(lines), body.getvalue())

    def close(self) -> None:
        """Close this thread's handle. Those of other threads end with their threads."""
        curl = getattr(self._threads, "curl", None)
        if curl is not None:
            curl.close()
            del self._threads.curl

    def _handle(self) -> pycurl.Curl:
        curl = getattr(self._threads, "curl", None)
        if curl is None:
            curl = self._threads.curl = pycurl.Curl()
            for option, value in _OPTIONS:
                curl.setopt(option, value)
            if AUTHORITIES:
                curl.setopt(pycurl.CAINFO, AUTHORITIES)
        return curl


def redacted(url: str) -> str:
    """Return the URL with the values of its query hidden, save harmless ones."""
    parts = urlsplit(url)
    query = "&".join(f"{k}={v if k in SHOWN else '…'}" for k, v in parse_qsl(parts.query, keep_blank_values=True))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" + (f"?{query}" if query else "")


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds that a Retry-After header asks for, at most ten minutes; 0 when it does not say seconds."""
    text = headers.get("retry-after", "").strip()
    return min(float(text), 600.0) if text.isascii() and text.isdigit() else 0.0


def _set_method(curl: pycurl.Curl, request: Request) -> None:
    if request.method == "GET" and request.body is None:
        curl.setopt(pycurl.HTTPGET, 1)
        curl.unsetopt(pycurl.CUSTOMREQUEST)
    elif request.file is not None:
        form = pycurl.CurlMime(curl)
        part = form.addpart()
        part.name(request.file.name)
        part.filename(request.file.filename)
        part.type(request.file.content_type)
        part.data(request.file.content)
        curl.setopt(pycurl.MIMEPOST, form)
        curl.setopt(pycurl.CUSTOMREQUEST, request.method)
    else:
        curl.setopt(pycurl.POSTFIELDS, request.body or b"")
        curl.setopt(pycurl.CUSTOMREQUEST, request.method)


def _headers(lines: list[bytes]) -> dict[str, str]:
    """Return the headers of the last answer in the lines (a `100 Continue` may come before it)."""
    headers: dict[str, str] = {}
    for line in lines:
        if line.startswith(b"HTTP/"):
            headers = {}
        name, colon, value = line.partition(b":")
        if colon:
            headers[name.decode("latin-1").lower()] = value.strip().decode("latin-1")
    return headers


def _host(url: str) -> str:
    return urlsplit(url).hostname or "The tool"


def _trace_id(headers: Mapping[str, str]) -> str | None:
    return next((headers[name] for name in _TRACE if name in headers), None)


_OPTIONS = (
    (pycurl.NOSIGNAL, 1),
    (pycurl.FOLLOWLOCATION, 0),
    (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
    (pycurl.SSL_VERIFYPEER, 1),
    (pycurl.SSL_VERIFYHOST, 2),
    (pycurl.CONNECTTIMEOUT, CONNECT_SECONDS),
    (pycurl.TCP_KEEPALIVE, 1),
    (pycurl.ACCEPT_ENCODING, ""),  # all that this libcurl can unpack
    (pycurl.USERAGENT, USER_AGENT),
)
