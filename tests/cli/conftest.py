"""A company to connect to."""

from tests.end_to_end.conftest import company

__all__ = ["company"]
