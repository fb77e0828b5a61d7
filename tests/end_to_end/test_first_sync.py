"""A first sync brings everything, and the same again brings nothing."""

from pathlib import Path

import pytest

from atsume.model.integration import SyncState
from personio_simulator.options import Options
from tests.end_to_end.compare import assert_mirrors
from tests.end_to_end.world import Company, Mirror


@pytest.mark.parametrize(
    ("jobs", "applications", "seed"), [(0, 0, 1), (1, 1, 2), (8, 40, 11), (40, 650, 7), (50, 3000, 3), (50, 3000, 18)]
)
def test_every_value_is_what_the_company_says(jobs, applications, seed, tmp_path: Path) -> None:
    """Mirror == remote after one sync: every record of all lists, every covered field."""
    options = Options(jobs=jobs, applications=applications, seed=seed, knobs={"rate_limits": "report"})
    with Company(options) as company, Mirror(company, f"sqlite:///{tmp_path}/atsume.db", tmp_path) as mirror:
        run = mirror.sync()
        assert (run.state, run.error, run.warnings) == (SyncState.SUCCEEDED, None, [])
        assert_mirrors(mirror, company.truth())


def test_the_same_pages_twice_change_nothing(company: Company, mirror: Mirror) -> None:
    """An unchanged company: no record is written, no change time moves."""
    mirror.sync()
    before = {m: mirror.records(m) for m in ("ats_jobs", "ats_candidates", "ats_applications")}
    run = mirror.sync()
    assert run.state is SyncState.SUCCEEDED
    assert [(s.model, s.created, s.updated, s.deleted) for s in run.streams if s.created + s.updated + s.deleted] == []
    assert {m: mirror.records(m) for m in before} == before
