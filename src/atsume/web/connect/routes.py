"""The routes of the connection flow.

There is no cookie and no other standing permission: the token of the link, sent in each form, is all that lets somebody
act, so another site has nothing to borrow. Forms of other sites are refused all the same.
All functions are `async`: see `api/app.py` on two methods that share a path.
"""

from collections.abc import Sequence
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


def routes(around: Surroundings) -> Sequence[ControllerRouterHandler]:
    """Return the routes."""
    pages = Pages(around)
    most = forms.FORM_MOST_BYTES

    @get("/connect/start", name="connect")
    async def start(request: Request[Any, Any, Any]) -> Response[Any]:
        asked = request.query_params
        return await sync_to_thread(pages.show, asked.get("token", ""), asked.get("step", ""), asked.get("lang", ""))

    @post("/connect/start", name="connect_step", status_code=200, request_max_body_size=most)
    async def act(request: Request[Any, Any, Any]) -> Response[Any]:
        form = forms.read(await request.body())
        if not is_ours(request, around.public_url):
            return pages.gone("origin", form["lang"], 403)
        return await sync_to_thread(pages.act, form)

    @post("/connect/check", name="connect_check", status_code=200, request_max_body_size=most)
    async def check(request: Request[Any, Any, Any]) -> Response[bytes]:
        form = forms.read(await request.body())
        faults = await sync_to_thread(pages.check, form) if is_ours(request, around.public_url) else {}
        body = msgspec.json.encode({"faults": faults})
        return Response(body, media_type=MediaType.JSON, headers=OPEN_HEADERS)

    @get("/connect/assets/{name:str}", sync_to_thread=False, name="connect_asset")
    def asset(name: FromPath[str]) -> Response[str]:
        found = render.asset(name)
        if found is None:
            raise NotFoundException
        return found

    return [start, act, check, asset]


def is_ours(request: Request[Any, Any, Any], public_url: str) -> bool:
    """Return whether a form was sent by a page of this server, as far as the browser says."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc in {request.headers.get("host"), urlsplit(public_url).netloc}
