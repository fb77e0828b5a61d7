"""The other processes of a measurement: the simulated Personio, helpers of ours, and their answers."""

import contextlib
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pycurl

from benchmarks.client import Client

START_SECONDS = 300
STAGES = ("rejected", "withdrawn", "offer", "accepted")


class Remote:
    """A simulated Personio in a process of its own, with its finished pages kept."""

    def __init__(self, facts: dict[str, str]) -> None:
        self.facts, self.url = facts, facts["url"]
        self._client = Client()

    def control(self, method: str, path: str, body: Any) -> None:
        """Change the company or the simulator; what does not exist is left out."""
        self._client.send(method, f"{self.url}/_control{path}", msgspec.json.encode(body))

    def latency(self, seconds: float) -> None:
        """Let every answer take that much longer."""
        self.control("PATCH", "/knobs", {"latency": seconds})

    def change(self, count: int, turn: int) -> None:
        """Change one of a hundred applications and candidates; another value every turn."""
        for at in range(turn, count, 100):
            self._change("applications", 40000001 + at, {"stage": STAGES[turn % len(STAGES)]})
            self._change("candidates", 20000001 + at, {"phone": f"+49 30 {turn:03d}{at:07d}"})

    def _change(self, kind: str, number: int, values: dict[str, Any]) -> None:
        self.control("PATCH", f"/companies/{self.facts['company']}/{kind}/{number}", values)


@contextlib.contextmanager
def simulator(applications: int, jobs: int) -> Iterator[Remote]:
    """Run a simulator with one company."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder, "ready.json")
        size = ["--applications", str(applications), "--jobs", str(jobs), "--cache-megabytes", "4096"]
        manner = ["--port", "0", "--rate-limits", "report", "--cache-pages", "--ready-file", str(ready)]
        with running([sys.executable, "-m", "personio_simulator", *size, *manner]) as process:
            wait_until(ready.exists, process)
            yield Remote(msgspec.json.decode(ready.read_bytes(), type=dict[str, str]))


@contextlib.contextmanager
def running(command: list[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a quiet process for as long as the block lasts."""
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **(quiet | options))
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(condition: Any, process: subprocess.Popen[bytes], pause: float = 0.05) -> None:
    """Wait until the condition holds. Fails when the process ends before."""
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args} did not become ready.")
        time.sleep(pause)


def answers(url: str) -> bool:
    """Return whether anything listens there."""
    try:
        return Client().get(url) is not None
    except pycurl.error:
        return False


def told(module: str, *arguments: str) -> Any:
    """Run a module of this package in a fresh process and return the JSON value that it prints last."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"benchmarks.{module} failed:\n{done.stderr.decode()[-3000:]}")
    return msgspec.json.decode(done.stdout.strip().splitlines()[-1])
