"""`atsume demo`: the simulator with a realistic company, the server, a connection and a first sync, in one command."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from atsume.cli.output import say

LISTS = ("jobs", "candidates", "applications", "application-stages", "users")
PATIENCE_SECONDS = 60.0


@click.command()
@click.option("--oneshot", is_flag=True, help="Check that the five lists answer, print their counts and exit.")
@click.option("--port", default=8000, show_default=True, help="Port of the server.")
@click.option("--simulator-port", default=9100, show_default=True, help="Port of the simulator.")
@click.option("--jobs", default=40, show_default=True, help="Jobs of the simulated company.")
@click.option("--applications", default=600, show_default=True, help="Applications of the simulated company.")
@click.option("--folder", default=".demo", show_default=True, help="Where the demo's database lives; made anew.")
def demo(oneshot: bool, port: int, simulator_port: int, jobs: int, applications: int, folder: str) -> None:
    """Everything at once: simulator, server, a first sync."""
    home = _fresh(Path(folder))
    size = ["--jobs", str(jobs), "--applications", str(applications)]
    say(f"Starting a simulated Personio with {jobs:,} jobs and {applications:,} applications …")
    with _process("simulator", home, [*_python("personio_simulator"), "--port", str(simulator_port), *size]) as sim:
        company = _first_line(sim, home)
        environ = _environ(home, company, port)
        say("Starting the server …")
        with _process("server", home, [*_atsume(), "serve", "--port", str(port)], environ) as server:
            _wait_for(f"{environ['ATSUME_PUBLIC_URL']}/docs/openapi.json", server, home)
            say("Connecting the company and syncing it for the first time …")
            connected = _connect(company, environ)
            base, key = environ["ATSUME_PUBLIC_URL"] + "/v1", environ["ATSUME_API_KEY"]
            counts = {name: _count(base, key, connected, name) for name in LISTS}
            _tell(base, key, connected, counts)
            if oneshot:
                if not all(counts.values()):
                    raise click.ClickException("A list is empty; see the logs in " + str(home))
                click.echo(msgspec.json.encode(counts).decode())
                return
            say("Everything is running, and stops with Ctrl-C.")
            server.wait()


def _fresh(home: Path) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    for left in home.glob("demo.*"):
        left.unlink()
    return home


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]


def _atsume() -> list[str]:
    return [sys.executable, "-c", "from atsume.cli.main import main; main()"]


@contextmanager
def _process(
    name: str, home: Path, command: list[str], environ: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    with (home / f"demo.{name}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own programs
            command, stdout=subprocess.PIPE, stderr=log, env=environ or dict(os.environ)
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _first_line(process: subprocess.Popen[bytes], home: Path) -> dict[str, Any]:
    """Return what the simulator says when it is ready: its address and a company's credentials."""
    line = process.stdout.readline() if process.stdout else b""
    if not line:
        raise click.ClickException(f"The simulator did not start; see {home}/demo.simulator.log (is the port taken?).")
    return msgspec.json.decode(line)


def _environ(home: Path, company: dict[str, Any], port: int) -> dict[str, str]:
    from atsume.crypto import new_api_key

    return dict(os.environ) | {
        "ATSUME_DATABASE_URL": f"sqlite:///{home}/demo.db",
        "ATSUME_API_KEY": new_api_key(),
        "ATSUME_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ATSUME_PERSONIO_API_URL": company["url"],
        "ATSUME_PERSONIO_CAREER_URL": company["career_url"],
        "ATSUME_PERSONIO_FORM_INTERVAL_SECONDS": "0",
        "ATSUME_ALLOW_PRIVATE_NETWORK": "1",
    }


def _connect(company: dict[str, Any], environ: dict[str, str]) -> str:
    """Connect the company and follow its first sync. Returns the integration id."""
    secrets = {k: str(company[k]) for k in ("company_id", "recruiting_token", "client_id", "client_secret")}
    options = ["--company", company["company"], "--screening-questions", "career_site", "--organization", "Acme GmbH"]
    options += ["--all-applications", "--secrets-stdin", "--wait", "--json"]
    done = subprocess.run(  # noqa: S603 - our own program
        [*_atsume(), "integrations", "create", "personio", *options],
        input=msgspec.json.encode(secrets),
        stdout=subprocess.PIPE,
        env=environ,
        check=False,
    )
    if done.returncode:
        raise click.ClickException("The first sync failed; the lines above say why.")
    return msgspec.json.decode(done.stdout)["integration_id"]


def _wait_for(url: str, process: subprocess.Popen[bytes], home: Path) -> None:
    for _ in range(int(PATIENCE_SECONDS / 0.1)):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise click.ClickException(f"The server did not start; see {home}/demo.server.log (is the port taken?).")


def _count(base: str, key: str, integration_id: str, name: str) -> int:
    count, cursor = 0, ""
    while cursor is not None:
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{base}/ats/{name}?page_size=250" + (f"&cursor={cursor}" if cursor else ""),
            headers={"Authorization": f"Bearer {key}", "X-Integration-Id": integration_id},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            page = msgspec.json.decode(answer.read())["data"]
        count, cursor = count + len(page["results"]), page["next"]
    return count


def _tell(base: str, key: str, integration_id: str, counts: dict[str, int]) -> None:
    """Say what there is, and how to read it. What can be pasted stands at the left edge, in lines of its own."""
    listed = ", ".join(f"{count:,} {name.replace('-', ' ')}" for name, count in counts.items())
    say(f"""
Mirrored: {listed}.

  API          {base}
  Documented   {base.removesuffix("/v1")}/docs
  API key      {key}
  Integration  {integration_id}

With curl:

curl -H 'Authorization: Bearer {key}' \\
  -H 'X-Integration-Id: {integration_id}' \\
  '{base}/ats/jobs?page_size=2'

With the official SDK of Kombo, in .venv/bin/python or after `pip install kombo`:

from kombo import Kombo
kombo = Kombo(server_url="{base}", api_key="{key}",
              integration_id="{integration_id}")
for job in kombo.ats.get_jobs(page_size=5).result.data.results:
    print(job.name, job.status, [s.name for s in job.stages], [q.title for q in job.screening_questions], sep="\\n  ")

""")
