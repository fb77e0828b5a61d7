"""What a server costs that has nothing to do. `ATSUME_SOAK_IDLE_SECONDS` says how long it is watched."""

import os
import time
from pathlib import Path

import sqlalchemy as sa

from atsume.model.integration import SyncState
from atsume.store.schema import integrations, schedules
from personio_simulator.options import Options
from tests.end_to_end.world import Company, Mirror
from tests.worker.processes import Process, until

SECONDS = float(os.environ.get("ATSUME_SOAK_IDLE_SECONDS", "5"))
OPTIONS = Options(jobs=4, applications=15, seed=13, knobs={"rate_limits": "report"})


def test_idle_with_ten_thousand_integrations(tmp_path: Path) -> None:
    """Less than two percent of one core: nothing is read of integrations that are not due."""
    url = f"sqlite:///{tmp_path}/a.db"
    with Company(OPTIONS) as company, Mirror(company, url, tmp_path) as mirror:
        store = mirror.server.store
        with store.database.writing() as connection:
            row = connection.execute(sa.select(integrations)).mappings().one()
            due = connection.execute(sa.select(schedules)).mappings().one()
            copies = [{**row, "no": row["no"] + n, "id": f"personio:{n:024d}"} for n in range(1, 10_000)]
            connection.execute(sa.insert(integrations), copies)
            connection.execute(sa.insert(schedules), [{**due, "integration_no": one["no"]} for one in copies])
        server = Process(company, url, tmp_path / "log")
        try:
            run_id = mirror.connected.first_sync.id
            until(lambda: store.sync_run(run_id).state is SyncState.SUCCEEDED, "the first sync")
            time.sleep(2)
            before = server.cpu_seconds
            time.sleep(SECONDS)
            share = (server.cpu_seconds - before) / SECONDS
            print(f"\nidle with 10,000 integrations: {100 * share:.2f} % of a core over {SECONDS:.0f} s")
            assert share < 0.03
        finally:
            server.kill()
