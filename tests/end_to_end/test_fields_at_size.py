"""A custom field mapped on many stored records: how long, with what, and what callers see of it.

`ATSUME_FIELDS_RECORDS` says how many; the suite takes few, `make soak` 100,000.
"""

import os
import time
from pathlib import Path

import pytest

from personio_simulator.options import Options
from tests.end_to_end.test_fields import Deciding, postgres_server, postgres_url
from tests.end_to_end.world import Company, Mirror, later

__all__ = ["postgres_server", "postgres_url"]

RECORDS = int(os.environ.get("ATSUME_FIELDS_RECORDS", "200"))
SECONDS_PER_RECORD = 30 / 100_000


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_mapping_reaches_every_stored_record(request: pytest.FixtureRequest, tmp_path: Path, engine: str) -> None:
    """In CPU seconds that grow with the records, without a request to the tool, and told by change time and feed."""
    url = request.getfixturevalue("postgres_url") if engine == "postgresql" else f"sqlite:///{tmp_path}/atsume.db"
    options = Options(jobs=20, applications=RECORDS, seed=4, knobs={"rate_limits": "report"})
    with Company(options) as company, Mirror(company, url, tmp_path) as mirror:
        deciding = Deciding(mirror)
        deciding.switch(keep_remote_records=True)
        mirror.sync()
        custom = deciding.define("ats_applications", "channel")
        no = mirror.integration.no
        before, since = deciding.store.latest(no), later(mirror.records("ats_applications")[-1]["changed_at"], 0.001)
        company.control("DELETE", "/log")
        cpu, wall = time.process_time(), time.monotonic()
        deciding.map(custom, "channel.name")
        assert deciding.work_off() == {"ats_applications": RECORDS}
        cpu, wall = time.process_time() - cpu, time.monotonic() - wall
        print(f"{engine}: {RECORDS} records made anew in {wall:.1f} s, {cpu:.1f} s of our CPU")
        assert company.control("GET", "/log") in ([], {"requests": []})
        assert deciding.store.latest(no) - before == RECORDS
        assert cpu < 2 + RECORDS * SECONDS_PER_RECORD
        page = mirror.records("ats_applications", updated_after=since)
        assert len(page) == RECORDS
        assert all("channel" in one["custom_fields"] for one in page)
