"""The HTTP application: routes, and the envelope for what never reaches an endpoint.

Endpoints are synchronous and run in worker threads, so that a slow database never stops the event loop. Reads share a
few threads of their own: the store lets go of the interpreter while the database works, but more threads than cores
only wait for each other (measured on 2 cores with SQLite, pages of 100 a second: 2 threads 806, 4 threads 747, 40
threads 664, none 722), and a write that waits for its turn must not hold up reads.
The functions are `async` because Litestar 2.25 wraps a `sync_to_thread` function twice when two methods share a path.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from litestar import HttpMethod, Litestar, Request, Response
from litestar.concurrency import sync_to_thread
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from litestar.types import (
    ControllerRouterHandler,
    LifeSpanReceive,
    LifeSpanScope,
    LifeSpanSend,
    Receive,
    Scope,
    Send,
)

from atsume.api import assets, documentation, metrics
from atsume.api.contents import ENDPOINTS
from atsume.api.deps import Deps
from atsume.api.endpoints import PREFIX, Endpoint
from atsume.api.health import health
from atsume.api.respond import Refusal, Responder, Visit, unexpected
from atsume.errors import Code

READERS = max(4, os.cpu_count() or 1)
"""Threads that answer GET requests."""
ACTORS = ThreadPoolExecutor(128, thread_name_prefix="action")
"""Threads that answer actions: they mostly wait for the tool, and nothing else shall wait for them."""
BODY_MOST_BYTES = 32 * 1024 * 1024
"""Attachments come inside JSON, as base64."""


class App(Litestar):
    """Litestar, routing on the path as it was sent: `%2F` inside an id is not a separator."""

    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        """Serve one connection."""
        if scope["type"] == "http" and scope.get("raw_path"):
            scope["path"] = scope["raw_path"].partition(b"?")[0].decode("latin-1")
        await super().__call__(scope, receive, send)


def create_app(deps: Deps, pages: Sequence[ControllerRouterHandler] = ()) -> Litestar:
    """Return the application; `pages` are routes of others to serve beside the API."""
    registry, requests = metrics.registry_of(deps.store, deps.now)
    responder = Responder(deps, requests)
    readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
    return App(
        route_handlers=[
            *(_route(responder, readers, endpoint) for endpoint in ENDPOINTS),
            *assets.routes(deps),
            *documentation.routes(deps),
            *health(deps.store, deps.now),
            *metrics.routes(registry, deps),
            *pages,
        ],
        exception_handlers={Exception: _outside(responder)},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=BODY_MOST_BYTES,
    )


def _route(responder: Responder, readers: ThreadPoolExecutor, endpoint: Endpoint) -> HTTPRouteHandler:
    async def without_body(request: Request[Any, Any, Any]) -> ASGIResponse:
        return await asyncio.get_running_loop().run_in_executor(readers, responder.respond, endpoint, request)

    async def with_body(request: Request[Any, Any, Any]) -> ASGIResponse:
        body = await request.body()
        if endpoint.is_action:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(ACTORS, responder.respond, endpoint, request, body)
        return await sync_to_thread(responder.respond, endpoint, request, body)

    path = PREFIX + endpoint.path.replace("}", ":str}")
    decorated = HTTPRouteHandler(path, http_method=HttpMethod(endpoint.method), status_code=200, name=endpoint.name)
    return decorated(without_body if endpoint.method == "GET" else with_body)


class _Written(Response[None]):
    """An error that is written down, in a thread, before it is sent."""

    def __init__(self, responder: Responder, refusal: Refusal, headers: dict[str, str]) -> None:
        super().__init__(None)
        self._responder, self._refusal, self._headers = responder, refusal, headers

    def to_asgi_response(self, *_: Any, request: Request[Any, Any, Any], **__: Any) -> Any:
        """Return what sends it."""
        scope = request.scope

        async def send_it(scope: Scope = scope, receive: Receive = request.receive, send: Send = request.send) -> None:
            response = await sync_to_thread(
                self._responder.refuse,
                self._refusal,
                request.method,
                scope["path"],
                scope["query_string"],
                Visit(time.perf_counter()),
            )
            response.add(self._headers)
            self._responder.count_stray(request.method, response.status)
            await response(scope, receive, send)

        return send_it


def _outside(responder: Responder) -> Any:
    def envelope(_request: Request[Any, Any, Any], error: Exception) -> Response[None]:
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        return _Written(responder, _refusal(error), headers)

    return envelope


def _refusal(error: Exception) -> Refusal:
    """Return the envelope of an error that the framework raised before any endpoint."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        return Refusal(None, "Not found", "There is nothing at this path. /docs lists what there is.", status)
    if status == 405:
        return Refusal(None, "Method not allowed", "This path does not take this method. See the Allow header.", status)
    if status == 413:
        code = Code.INPUT_INVALID
        return Refusal(code.wire, code.title, f"The body is larger than {BODY_MOST_BYTES} bytes.", status)
    if status < 500:
        code = Code.INPUT_INVALID
        return Refusal(code.wire, code.title, "The request cannot be read. Check its path, headers and body.", status)
    return unexpected(error)
