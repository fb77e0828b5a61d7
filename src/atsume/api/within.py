"""Asking an endpoint from inside this process: the console does what callers do, through the same door."""

from collections.abc import Callable, Mapping

from atsume.api.contents import ENDPOINTS
from atsume.api.deps import Deps
from atsume.api.endpoints import Call
from atsume.model.integration import Integration
from atsume.store.rows import ApiKey

NAME = "console"
"""What stands for an API key: there is none, an operator was admitted by the console."""


def asking(deps: Deps) -> Callable[[Integration, str, Mapping[str, str], bytes, bytes, str | None], bytes]:
    """Return what asks an endpoint of the API about an integration. It raises AtsumeError."""
    endpoints = {endpoint.name: endpoint for endpoint in ENDPOINTS}

    def ask(
        integration: Integration, name: str, path: Mapping[str, str], query: bytes, body: bytes, key: str | None
    ) -> bytes:
        headers = {b"idempotency-key": key}
        call = Call(
            deps=deps,
            key=ApiKey(NAME, integration.environment_id, NAME, NAME, deps.now()),
            named=integration,
            query=query,
            path=dict(path),
            body=body,
            header=headers.get,
        )
        return endpoints[name].answer(call)

    return ask
