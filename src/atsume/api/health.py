"""/healthz: the process answers. /readyz: so does the database."""

from collections.abc import Sequence

from litestar import MediaType, Response, get
from litestar.types import ControllerRouterHandler

from atsume.store.store import Store


def health(store: Store) -> Sequence[ControllerRouterHandler]:
    """Return the two routes."""

    @get("/healthz", sync_to_thread=False, name="healthz")
    def healthz() -> Response[str]:
        return Response("ok\n", media_type=MediaType.TEXT)

    @get("/readyz", sync_to_thread=True, name="readyz")
    def readyz() -> Response[str]:
        try:
            store.ping()
        except Exception:  # whatever it is, this process cannot serve
            return Response("the database does not answer\n", media_type=MediaType.TEXT, status_code=503)
        return Response("ready\n", media_type=MediaType.TEXT)

    return [healthz, readyz]
