"""Companies and mirrors for end-to-end tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from personio_simulator.options import Options
from tests.end_to_end.world import Company, Mirror

SMALL = Options(jobs=8, applications=40, seed=11, knobs={"rate_limits": "report"})


@pytest.fixture
def company() -> Iterator[Company]:
    """A small company."""
    with Company(SMALL) as company:
        yield company


@pytest.fixture
def mirror(company: Company, tmp_path: Path) -> Iterator[Mirror]:
    """A server with one integration of the small company, not synced yet."""
    with Mirror(company, f"sqlite:///{tmp_path}/atsume.db", tmp_path) as mirror:
        yield mirror
