"""The routes of the connection flow.

There is no cookie and no other standing permission: the token of the link, sent in each form, is all that lets somebody
act, so another site has nothing to borrow. Forms of other sites are refused all the same.
All functions are `async`: see `api/app.py` on two methods that share a path.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from atsume.integrations.flow import Surroundings
from atsume.web import render
from atsume.web.connect import forms
from atsume.web.connect.pages import OPEN_HEADERS, Pages
from atsume.web.throttle import Throttle


def routes(around: Surroundings, throttle: Throttle) -> Sequence[ControllerRouterHandler]:
    """Return the routes."""
    pages = Pages(around)
    most = forms.FORM_MOST_BYTES

    paced = partial(_paced, pages, throttle)

    @get("/connect/start", name="connect")
    async def start(request: Request[Any, Any, Any]) -> Response[Any]:
        token, step, language = (request.query_params.get(name, "") for name in ("token", "step", "lang"))
        return await paced(request, token, language, partial(pages.show, token, step, language))

    @post("/connect/start", name="connect_step", status_code=200, request_max_body_size=most)
    async def act(request: Request[Any, Any, Any]) -> Response[Any]:
        form = forms.read(await request.body())
        if not is_ours(request, around.public_url):
            return pages.gone("origin", form["lang"], 403)
        return await paced(request, form["token"], form["lang"], partial(pages.act, form))

    @post("/connect/check", name="connect_check", status_code=200, request_max_body_size=most)
    async def check(request: Request[Any, Any, Any]) -> Response[Any]:
        form = forms.read(await request.body())
        if not is_ours(request, around.public_url):
            return _faults({})
        return await paced(request, form["token"], form["lang"], partial(_checked, pages, form))

    @get("/connect/assets/{name:str}", sync_to_thread=False, name="connect_asset")
    def asset(name: FromPath[str]) -> Response[str]:
        found = render.asset(name)
        if found is None:
            raise NotFoundException
        return found

    return [start, act, check, asset]


async def _paced(
    pages: Pages,
    throttle: Throttle,
    request: Request[Any, Any, Any],
    token: str,
    language: str,
    answer: Callable[[], Response[Any]],
) -> Response[Any]:
    """Return the answer, unless whoever asks has to wait."""
    if seconds := throttle.wait(request, token):
        refused = pages.gone("busy", language, 429)
        refused.headers["retry-after"] = str(seconds)
        return refused
    answered = await sync_to_thread(answer)
    if answered.status_code == 404:
        throttle.missed(request)
    return answered


def _checked(pages: Pages, form: forms.Form) -> Response[bytes]:
    faults = pages.check(form)
    return _faults(faults or {}, 404 if faults is None else 200)


def _faults(faults: dict[str, str], status: int = 200) -> Response[bytes]:
    body = msgspec.json.encode({"faults": faults})
    return Response(body, media_type=MediaType.JSON, headers=OPEN_HEADERS, status_code=status)


def is_ours(request: Request[Any, Any, Any], public_url: str) -> bool:
    """Return whether a form was sent by a page of this server, as far as the browser says."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc in {request.headers.get("host"), urlsplit(public_url).netloc}
