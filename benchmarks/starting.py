"""How long the command line and the server take to start."""

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.pages import free_port
from benchmarks.processes import answers, running, wait_until
from benchmarks.report import Row, Table, seconds
from benchmarks.sizes import Size

ATSUME = str(Path(sys.executable).with_name("atsume"))


def measure(size: Size) -> Table:
    """Return seconds, with those of an interpreter that does nothing beside them."""
    helps: list[float] = []
    bare: list[float] = []
    fresh: list[float] = []
    known: list[float] = []
    for _ in range(size.rounds + 2):
        bare.append(_timed([sys.executable, "-c", "pass"]))
        helps.append(_timed([ATSUME, "--help"]))
    for _ in range(size.rounds):
        with TemporaryDirectory() as folder:
            fresh.append(_first_answer(folder))
            known.append(_first_answer(folder))
    return Table(
        "Starting",
        [
            Row("atsume --help", min(helps), "≤ 0.3", f"{seconds(helps)}; bare interpreter {seconds(bare)}", "s"),
            Row("atsume serve to its first answer, new database", min(fresh), "≤ 3", seconds(fresh), "s"),
            Row("atsume serve to its first answer, known database", min(known), "≤ 3", seconds(known), "s"),
        ],
        "The best of the rounds: a start is one moment, and whatever else the machine does only adds to it.",
    )


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def _first_answer(folder: str) -> float:
    port = free_port()
    environment = {"ATSUME_DATABASE_URL": f"sqlite:///{folder}/atsume.db", "PATH": "/usr/bin:/bin"}
    started = time.perf_counter()
    with running([ATSUME, "serve", "--port", str(port)], env=environment, cwd=folder) as process:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), process, pause=0.01)
        return time.perf_counter() - started
