"""What ten thousand integrations cost while none is due, and how long it takes to find one that is."""

import datetime as dt
import os
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from atsume import clock
from atsume.model.integration import EndUser, Integration, SyncType
from atsume.serve import default_environment, open_server
from atsume.store.rows import NewIntegration, Schedule
from atsume.store.schema import integrations, schedules, sync_runs
from atsume.store.store import Store
from benchmarks.databases import Fresh
from benchmarks.mirror import KEY, config
from benchmarks.pages import free_port
from benchmarks.processes import answers, running, wait_until
from benchmarks.report import Row, Table
from benchmarks.sizes import Size
from benchmarks.starting import ATSUME

MANY = 10_000
ROUNDS = 50
DAY = dt.timedelta(days=1)
NOBODY = "http://127.0.0.1:9"


def measure(size: Size, made: dict[str, Fresh]) -> list[Table]:
    """Return the time of a look for due work, and the CPU share of a server with nothing to do."""
    rows: list[Row] = []
    for engine, fresh in made.items():
        url = fresh()
        store = crowd(url)
        idle, due = _looks(store)
        store.close()
        rows.append(Row(f"a look that finds nothing, {engine}", 1000 * median(idle), "≤ 100", "", "ms"))
        rows.append(Row(f"a look that queues the one that is due, {engine}", 1000 * median(due), "≤ 100", "", "ms"))
        share = _idle(url, 5 + 5 * size.rounds)
        rows.append(Row(f"atsume serve with nothing to do, {engine}", 100 * share, "≤ 2", "", "% of a core"))
    return [Table(f"{MANY:,} integrations", rows, "A look happens once a second. CPU of the server alone.")]


def crowd(url: str) -> Store:
    """Return a database with so many integrations, the first of which can be made due; none is for a day."""
    server = open_server(config(NOBODY, url))
    store, now = server.store, clock.now()
    new = NewIntegration(
        id="personio:" + "1" * 24,
        tool="personio",
        category="ATS",
        environment_id=default_environment(server),
        end_user=EndUser("Acme GmbH"),
        settings={"company": "acme"},
        sealed_credentials=b"sealed",
    )
    first = store.add_integration(new, now)
    store.plan_next(first.no, now + DAY, now)
    with store.database.writing() as connection:
        row = connection.execute(sa.select(integrations)).mappings().one()
        due = connection.execute(sa.select(schedules)).mappings().one()
        copies = [{**row, "no": row["no"] + n, "id": f"personio:{n:024d}"} for n in range(1, MANY)]
        connection.execute(sa.insert(integrations), copies)
        connection.execute(sa.insert(schedules), [{**due, "integration_no": one["no"]} for one in copies])
    return store


def _looks(store: Store) -> tuple[list[float], list[float]]:
    """Return the seconds of looks while nothing is due, and while one integration is."""
    integration = store.integrations()[0]

    def plan(_one: Integration, _held: Schedule) -> tuple[SyncType, dt.datetime]:
        return SyncType.DELTA, clock.now() + DAY

    def look(found: int) -> float:
        started = time.perf_counter()
        store.queue_due(clock.now(), 4, plan)
        runs = store.waiting_syncs(4)
        took = time.perf_counter() - started
        assert len(runs) == found, runs
        return took

    idle = [look(0) for _ in range(ROUNDS + 1)][1:]
    due: list[float] = []
    for _ in range(ROUNDS + 1):
        store.plan_next(integration.no, clock.now(), clock.now())
        due.append(look(1))
        with store.database.writing() as connection:
            connection.execute(sa.delete(sync_runs))
    return idle, due[1:]


def _idle(url: str, watched_seconds: float) -> float:
    """Return the share of a core that a server takes that has nothing to do."""
    port = free_port()
    environment = {"ATSUME_DATABASE_URL": url, "ATSUME_ENCRYPTION_KEY": KEY, "PATH": "/usr/bin:/bin"}
    with (
        TemporaryDirectory() as folder,
        running([ATSUME, "serve", "--port", str(port)], env=environment, cwd=folder) as process,
    ):
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), process)
        time.sleep(5)  # the worker has started too
        before, started = _cpu_seconds(process.pid), time.monotonic()
        time.sleep(watched_seconds)
        return (_cpu_seconds(process.pid) - before) / (time.monotonic() - started)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
