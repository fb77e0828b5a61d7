"""The ASGI application: finds the route, lets faults strike, answers, and writes the log.

One coroutine a request on one event loop; handlers are plain functions, so a company is never changed by two
requests at once.
"""

import asyncio
from typing import Any

import msgspec

from personio_simulator import delivery, errors
from personio_simulator.access import beta_missing, metered
from personio_simulator.faults import BEFORE, Fault
from personio_simulator.http import Answer, RefusedError, Request, as_json
from personio_simulator.urls import ROUTES, Route, Router
from personio_simulator.world import Logged, World

NOTED = ("authorization", "beta", "user-agent", "content-type", "accept", "accept-encoding", "x-company-id", "host")
TWEAKS = ("duplicate_item", "update_midwalk")
CACHED = ("applications", "candidates")


class Application:
    """Answers every surface from one `World`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.router = Router([item for item in ROUTES if world.control or item.surface != "control"])

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Speak ASGI."""
        if scope["type"] == "lifespan":
            await delivery.lifespan(receive, send)
            return
        body = await delivery.whole_body(receive)
        request = Request(scope, body, self.world)
        _career_host(request)
        self.world.requests += 1
        found = self.router.find(request.method, request.path)
        if found is not None and found[0].surface == "control":
            await delivery.deliver(_handled(request, *found), [], request, scope, send)
            return
        faults = self.world.faults.strike(request.method, found[0].name if found else "", request.path)
        answer = self._answer(request, found, faults)
        self._note(request, answer)
        wait = answer.delay + self.world.knobs.latency
        if wait:
            await asyncio.sleep(wait)
        await delivery.deliver(answer, faults, request, scope, send)

    def _answer(self, request: Request, found: tuple[Route, dict[str, str]] | None, faults: list[Fault]) -> Answer:
        if found is None:
            return self._no_route(request)
        route, params = found
        headers, allowed = metered(request, route.name) if request.path.startswith("/v2/") else ({}, True)
        early = next((fault for fault in faults if fault.kind in BEFORE), None)
        if early is not None:
            answer = delivery.fault_answer(early, self.world, request.path)
        elif not allowed:
            answer = errors.problem(429, self.world.now(), self.world.trace())
        elif route.surface == "recruiting" and beta_missing(request):
            answer = errors.endpoint_not_found(self.world.now(), self.world.trace(), request.path)
        else:
            request.tweaks = frozenset(fault.kind for fault in faults if fault.kind in TWEAKS)
            answer = self._cached(request, route, params) if self.world.cache else _handled(request, route, params)
        answer.headers = {**answer.headers, **headers}
        return answer

    def _no_route(self, request: Request) -> Answer:
        world = self.world
        if request.path.startswith("/v2/"):
            return errors.endpoint_not_found(world.now(), world.trace(), request.path)
        return as_json({"error": {"message": "Not Found"}}, 404)

    def _cached(self, request: Request, route: Route, params: dict[str, str]) -> Answer:
        cache, token = self.world.cache, self.world.tokens.live(request.bearer(), self.world.now())
        if cache is None or token is None or route.name not in CACHED or request.tweaks:
            return _handled(request, route, params)
        token.company.settle(self.world.now())
        state = tuple((item.label, item.version) for item in self.world.companies.values())
        key = (request.path, request.query_text, request.base_url, token.client.id, *token.scopes)
        body = cache.get(state, key)
        if body is not None:
            return Answer(200, body)
        answer = _handled(request, route, params)
        if answer.status == 200:
            cache.put(key, answer.body)
        return answer

    def _note(self, request: Request, answer: Answer) -> None:
        if not self.world.control:
            return
        headers = {k: v for k, v in request.headers.items() if k in NOTED or k.startswith("x-personio-")}
        body: msgspec.Raw | str | None = None
        if request.path == "/v1/recruiting/applications":
            body = request.body.decode("utf-8", "replace")
        self.world.log.append(
            Logged(self.world.now(), request.method, request.path, request.query_text, answer.status, headers, body)
        )


def _handled(request: Request, route: Route, params: dict[str, str]) -> Answer:
    request.params = params
    try:
        return route.handler(request)
    except RefusedError as refused:
        return refused.answer


def _career_host(request: Request) -> None:
    """A host `{company}.jobs.…` is the career site; without such names the path `/career/{company}` is."""
    labels = request.headers.get("host", "").partition(":")[0].split(".")
    if len(labels) > 2 and labels[1] == "jobs":
        request.path = f"/career/{labels[0]}{request.path}".rstrip("/")
