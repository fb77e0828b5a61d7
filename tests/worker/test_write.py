"""kill -9 of the serving process while it waits for the tool's answer to a create."""

import contextlib
import datetime as dt
import threading
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from atsume.store.writing_schema import writes
from personio_simulator.options import Options
from tests.end_to_end.world import Company, Mirror
from tests.worker.processes import Process, until

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
OPTIONS = Options(jobs=6, applications=10, seed=4, knobs={"rate_limits": "report", "read_after_write": 0})
BODY = {"candidate": {"first_name": "Mara", "last_name": "Lindqvist", "email_address": "mara@example.org"}}


@pytest.mark.parametrize("fault", ["hang", "hang_after"])
def test_a_write_outlives_its_server(fault: str, tmp_path: Path) -> None:
    """Killed before or after the effect: the next server finds it due and ends it, with exactly one application."""
    with Company(OPTIONS) as company, Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path) as mirror:
        mirror.sync()
        store, job = mirror.server.store, next(j["id"] for j in company.truth()["jobs"] if j["published"])
        company.fault(kind=fault, route="create", seconds=8)
        server = Process(company, mirror.config.database_url, tmp_path / "log", requests_per_minute="0")
        try:
            until(lambda: _answers(server.port), "start")
            asked = threading.Thread(target=_ask, args=(server.port, mirror, f"remote:{job}"))
            asked.start()
            until(lambda: [w for w in store.open_writes() if w.state.value == "sending"], "sending")
            until(lambda: company.control("GET", "/faults")[0]["hits"], "the tool has it")
            server.kill()
            asked.join()
            company.clear_faults()
            with store.database.writing() as connection:  # its lease runs out
                connection.execute(sa.update(writes).values(due_at=LONG_AGO))
            server = Process(company, mirror.config.database_url, tmp_path / "log", requests_per_minute="0")
            until(lambda: not store.open_writes(), "the end of the write")
        finally:
            server.kill()
        truth = company.truth()
        made = [a for a in (*truth["applications"], *truth["pending"]) if a["written"]]
        assert [a["written"]["email"] for a in made] == ["mara@example.org"]
        mirror.sync()
        held = [a for a in mirror.records("ats_applications") if a["remote_id"] == made[0]["id"]]
        assert [a["job"]["remote_id"] for a in held] == [job]


def _answers(port: int) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    return False


def _ask(port: int, mirror: Mirror, job: str) -> None:
    headers = {"Authorization": f"Bearer {mirror.api_key}", "X-Integration-Id": mirror.integration.id}
    with contextlib.suppress(httpx.HTTPError):
        httpx.post(f"http://127.0.0.1:{port}/v1/ats/jobs/{job}/applications", json=BODY, headers=headers, timeout=30)
