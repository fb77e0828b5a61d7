"""The OpenAPI document against the server: no input may bring a 500, and every answer is as documented."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from atsume.api.contents import ENDPOINTS
from atsume.api.endpoints import Endpoint
from tests.api.world import World, open_world, settle

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


REQUESTS = int(os.environ.get("ATSUME_SOAK_REQUESTS", "40"))
"""Made up for each endpoint that has a success."""


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world with a few records."""
    world = open_world(tmp_path_factory.mktemp("fuzzed") / "atsume.db")
    settle(world, world.integrate(), 12)
    yield world
    world.store.close()


@pytest.fixture(scope="module")
def document(fuzzed: World) -> Any:
    """The document, as the server gives it."""
    return schemathesis.openapi.from_asgi("/docs/openapi.json", fuzzed.app(requests_per_minute=0))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: f"{e.method} {e.path}")
def test_answers_are_as_documented(document: Any, fuzzed: World, endpoint: Endpoint) -> None:
    """Whatever is asked."""
    integration = fuzzed.store.integrations()[0]
    sent = fuzzed.headers(integration if endpoint.of_integration else None)

    @given(document["/v1" + endpoint.path][endpoint.method].as_strategy())
    @settings(
        max_examples=REQUESTS if endpoint.result else max(REQUESTS // 10, 1),
        deadline=None,
        derandomize=REQUESTS <= 40,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        case.call_and_validate(headers=sent, checks=CHECKS)

    ask()
