"""The API as `atsume serve` runs it, beside a route of static bytes: `python -m benchmarks.serve_pages URL PORT`."""

import sys

import uvicorn
from litestar import get
from litestar.response.base import ASGIResponse

from atsume import clock
from atsume.api.app import create_app
from atsume.api.deps import Deps
from atsume.serve import open_server
from benchmarks.mirror import config

BYTES: dict[int, bytes] = {}


@get("/static/{size:int}")
async def static(size: int) -> ASGIResponse:
    """Answer with that many bytes: all that a server of this kind could reach."""
    body = BYTES.setdefault(size, b"x" * size) if size not in BYTES else BYTES[size]
    return ASGIResponse(body=body, media_type="application/json", status_code=200)


def main(database_url: str, port: str) -> None:
    """Serve until told to stop."""
    server = open_server(config("http://127.0.0.1:9", database_url))
    deps = Deps(
        store=server.store, config=server.config, connectors=server.connectors, now=clock.now, wake=lambda: None
    )
    uvicorn.run(create_app(deps, [static]), port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
