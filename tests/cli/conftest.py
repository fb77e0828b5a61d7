"""A company to connect to, and the log as it was before a command turned it to its own standard error."""

from collections.abc import Iterator

import pytest
import structlog

from tests.end_to_end.conftest import company

__all__ = ["company"]


@pytest.fixture(autouse=True)
def _same_log_afterwards() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)
