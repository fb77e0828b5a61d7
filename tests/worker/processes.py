"""Server processes that tests start and kill."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.end_to_end.world import Company

PROGRAM = [
    sys.executable,
    "-c",
    "import faulthandler, signal; faulthandler.register(signal.SIGUSR1); from atsume.cli.main import main; main()",
]
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
PATIENCE_SECONDS = 120.0


def until(true: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for something, not for ever."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


class Process:
    """One `atsume serve` or `atsume worker`."""

    def __init__(self, company: Company, database_url: str, log: Path, *, command: str = "serve", **settings: str):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("ATSUME_")} | {
            "ATSUME_DATABASE_URL": database_url,
            "ATSUME_ENCRYPTION_KEY": KEY,
            "ATSUME_PERSONIO_API_URL": company.url,
            "ATSUME_PERSONIO_CAREER_URL": company.url + "/career/{company}",
            "ATSUME_PERSONIO_FORM_INTERVAL_SECONDS": "0",
        }
        environ |= {f"ATSUME_{name.upper()}": value for name, value in settings.items()}
        arguments = ["--port", str(self.port)] if command == "serve" else []
        with log.open("ab") as stderr:
            self._process = subprocess.Popen([*PROGRAM, command, *arguments], env=environ, stderr=stderr)
        self.pid = self._process.pid

    def tell_stacks(self) -> None:
        """Let it write into its log what each of its threads is at."""
        self._process.send_signal(signal.SIGUSR1)
        time.sleep(1)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(30)

    def exit_code(self) -> int:
        """Wait for its own end."""
        return self._process.wait(30)

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Ask it to end."""
        self._process.terminate()
        self._process.wait(30)

    @property
    def cpu_seconds(self) -> float:
        """What it has cost so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
