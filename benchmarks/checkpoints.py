"""What a checkpoint adds to the transaction that it travels in."""

import time
from array import array
from statistics import geometric_mean, median

from atsume import clock
from atsume.ids import integration_id
from atsume.model.ats.users import User
from atsume.model.catalogue import MODELS
from atsume.model.integration import EndUser, Integration, SyncType
from atsume.model.record import timestamp
from atsume.serve import default_environment, open_server
from atsume.store.rows import Checkpoint, NewIntegration, StreamProgress, Writes
from atsume.store.rows import Row as Stored
from atsume.store.store import Store
from atsume.sync.ingest import row_maker
from benchmarks.databases import Fresh
from benchmarks.mirror import config
from benchmarks.report import Row, Table, seconds
from benchmarks.sizes import Size

MODEL, OWNER = "ats_users", "bench"
LUMP = 2_000
"""Records of ten pages, which go into one transaction."""
NOBODY = "http://127.0.0.1:9"


def measure(size: Size, made: dict[str, Fresh]) -> list[Table]:
    """Return how much longer a first load takes with checkpoints, and what one costs where nothing has changed."""
    rows: list[Row] = []
    for engine, fresh in made.items():
        server = open_server(config(NOBODY, fresh()))
        store, environment = server.store, default_environment(server)
        pair = [_integrate(store, environment) for _ in range(2)]
        runs = [_run(store, one) for one in pair]
        lumps = 20 * size.rounds
        bare, marked = _loads(store, pair, runs, lumps)
        name = f"first load with ÷ without, {engine}"
        ratio = geometric_mean([a / b for a, b in zip(marked, bare, strict=True)])
        rows.append(Row(name, ratio, "≤ 1.05", f"{seconds(marked)} ÷ {seconds(bare)} a lump"))
        alone = _unchanged(store, pair[1], runs[1], lumps)
        rows.append(Row(f"a lump of which nothing changed, {engine}", 1000 * median(alone), "", "", "ms"))
        store.close()
    note = f"A lump is {LUMP:,} users; without a checkpoint one of which nothing changed writes nothing."
    return [Table("Checkpoints", rows, note)]


def _integrate(store: Store, environment_id: str) -> Integration:
    new = NewIntegration(
        id=integration_id("personio"),
        tool="personio",
        category="ATS",
        environment_id=environment_id,
        end_user=EndUser("Acme GmbH"),
        settings={},
        sealed_credentials=b"sealed",
    )
    return store.add_integration(new, clock.now())


def _run(store: Store, integration: Integration) -> str:
    run, _ = store.queue_sync(integration.id, SyncType.FULL, clock.now())
    assert store.claim_sync(clock.now(), run.id, OWNER)
    return run.id


def _loads(store: Store, pair: list[Integration], runs: list[str], lumps: int) -> tuple[list[float], list[float]]:
    """Load two integrations side by side, lump by lump, each in turn with a checkpoint. Returns seconds without, with.

    In turn, because rows of the one that was connected last go to the end of the tables, which costs less.
    """
    took: tuple[list[float], list[float]] = ([], [])
    for lump in range(lumps):
        for at in (0, 1) if lump % 2 else (1, 0):
            integration, is_marked = pair[at], (lump // 2 + at) % 2 == 1
            rows = _rows(integration, lump)
            mark = _checkpoint(runs[at], lump, b"") if is_marked else None
            started = time.perf_counter()
            writes = Writes(created=rows)
            store.commit(MODEL, integration, writes, lambda: timestamp(clock.now()), touch=False, checkpoint=mark)
            took[is_marked].append(time.perf_counter() - started)
    return took


def _unchanged(store: Store, integration: Integration, run_id: str, lumps: int) -> list[float]:
    took: list[float] = []
    for lump in range(lumps):
        came = array("Q", range(lump * LUMP, (lump + 1) * LUMP)).tobytes()
        started = time.perf_counter()
        mark = _checkpoint(run_id, lump, came)
        store.commit(MODEL, integration, Writes(), lambda: timestamp(clock.now()), checkpoint=mark)
        took.append(time.perf_counter() - started)
    return took


def _rows(integration: Integration, lump: int) -> list[Stored]:
    make = row_maker(integration.id, MODELS[MODEL], None)
    return [
        make(User(remote_id=str(n), first_name="Ada", last_name="Lang", email=f"ada{n}@acme.example"), n + 1)
        for n in range(lump * LUMP, (lump + 1) * LUMP)
    ]


def _checkpoint(run_id: str, lump: int, seen: bytes) -> Checkpoint:
    return Checkpoint(
        run_id=run_id,
        owner=OWNER,
        model=MODEL,
        place=f"https://api.personio.de/v2/persons?cursor={lump:032d}",
        high_water=0,
        progress=StreamProgress(MODEL, "running", records=lump * LUMP),
        seen=seen or None,
    )
