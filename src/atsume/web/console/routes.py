"""The routes of the console, made from its table of contents.

All functions are `async`: see `api/app.py` on two methods that share a path.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote

from litestar import HttpMethod, Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from atsume.web import render
from atsume.web.connect import forms
from atsume.web.connect.routes import is_ours
from atsume.web.console.around import Around
from atsume.web.console.contents import ROWS
from atsume.web.console.desk import COOKIE, Asked, Desk
from atsume.web.console.visit import HOME, Row

THREADS = ThreadPoolExecutor(16, thread_name_prefix="console")
"""Some pages ask the tool, which takes seconds; the API's threads shall not wait for them."""


def routes(around: Around) -> Sequence[ControllerRouterHandler]:
    """Return the routes."""
    desk = Desk(around)

    @get(HOME + "/assets/{name:str}", sync_to_thread=False, name="console_asset")
    def asset(name: FromPath[str]) -> Response[str]:
        found = render.asset(name)
        if found is None:
            raise NotFoundException
        return found

    return [*(_route(desk, row) for row in ROWS), asset]


def _route(desk: Desk, row: Row) -> HTTPRouteHandler:
    async def answer(request: Request[Any, Any, Any]) -> Response[Any]:
        body = await request.body() if row.method == "POST" else b""
        asked = _asked(request, body, desk.around.public_url)
        return await asyncio.get_running_loop().run_in_executor(THREADS, desk.answer, row, asked)

    path = HOME + row.path.replace("}", ":str}")
    decorated = HTTPRouteHandler(
        path,
        http_method=HttpMethod(row.method),
        status_code=200,
        name=f"console {row.method} {row.path}",
        request_max_body_size=forms.FORM_MOST_BYTES,
    )
    return decorated(answer)


def _asked(request: Request[Any, Any, Any], body: bytes, public_url: str) -> Asked:
    query = request.scope["query_string"].decode("latin-1")
    return Asked(
        path={name: unquote(value) for name, value in request.path_params.items()},
        query=dict(request.query_params),
        form=forms.read(body),
        token=request.cookies.get(COOKIE, ""),
        address=(request.scope["client"] or ("",))[0],
        agent=request.headers.get("user-agent", ""),
        is_ours=is_ours(request, public_url),
        whole_path=request.scope["path"] + (f"?{query}" if query else ""),
    )
