"""Generated companies: the same everywhere, believable, and quick at any size."""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import msgspec
import pytest

from personio_simulator import seed, server
from personio_simulator.options import Options
from personio_simulator.order import ROW_MASK, TOP
from personio_simulator.render import Renderer

PRINT = (
    "from personio_simulator import seed; from personio_simulator.options import Options;"
    "print(seed.fingerprint(seed.company(Options(applications=2000))))"
)


def test_the_same_options_give_the_same_bytes() -> None:
    """Rule: neither the process nor hash randomisation changes a generated company; the seed does."""
    prints = [_printed(str(salt)) for salt in (1, 2)]
    assert prints[0] == prints[1] == seed.fingerprint(seed.company(Options(applications=2000)))
    assert prints[0] != seed.fingerprint(seed.company(Options(applications=2000, seed=8)))


def _printed(salt: str) -> str:
    env = {**os.environ, "PYTHONHASHSEED": salt, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, "-c", PRINT], env=env, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_believable() -> None:
    """Rule: the odd things of a real company occur: scripts, blanks, teams, languages, salaries."""
    company = seed.company(Options(jobs=200, applications=3000))
    names = {company.identity(row).first_name for row in range(company.seeded_candidates)}
    assert {"Mara", "Łukasz", "Светлана", "Ελένη", "محمد", "נועה", "伟", "陽子", "अमित", "Lily 🌸", None} <= names
    jobs = company.jobs()
    assert 0.05 < sum(job.salary is not None for job in jobs) / len(jobs) < 0.25
    assert any(not job.hiring_team for job in jobs)
    assert any(len({m.person_id for m in job.hiring_team}) < len(job.hiring_team) for job in jobs)
    assert any(not job.ever_published for job in jobs)
    assert any(len(company.applications_of(row)) == 3 for row in range(company.seeded_candidates))
    emails = [company.identity(row).email for row in range(company.seeded_candidates)]
    assert len(set(emails)) < len([email for email in emails if email])


@pytest.mark.parametrize("size", [0, 1, 2, 200, 201, 401])
def test_any_size(size: int) -> None:
    """Rule: exactly as many applications as asked for."""
    company = seed.company(Options(jobs=3, applications=size))
    assert company.applications.count() == size == len(company.applications.rows())


def test_twenty_thousand_in_seconds() -> None:
    """Rule: building and rendering all of 20,000 applications stays within a few seconds."""
    began = time.monotonic()
    company = seed.company(Options(jobs=100, applications=20000))
    render, upper, seen = Renderer(company, "http://127.0.0.1"), TOP, 0
    while keys := company.applications.below(upper, 0, 200):
        records = render.applications([key & ROW_MASK for key in keys])
        seen, upper = seen + len(records), keys[-1]
    msgspec.json.decode(records[-1])
    assert seen == 20000
    assert time.monotonic() - began < 10


def test_the_command_prints_how_to_connect(tmp_path: Path) -> None:
    """Rule: one JSON line on stdout when ready, the same in the ready file; --no-control hides the control API."""
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "personio_simulator", "--port", "0", "--no-control", "--ready-file", str(ready)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
        process.communicate()
    assert msgspec.json.decode(line) == msgspec.json.decode(ready.read_bytes())
    keys = {"url", "company", "company_id", "recruiting_token", "client_id", "client_secret", "career_url"}
    assert set(msgspec.json.decode(line)) == keys


def test_cached_pages_are_never_stale() -> None:
    """Rule: with a page cache, a change is seen at once."""
    world = server.build(Options(knobs={"rate_limits": "report"}), cache_bytes=10_000_000)
    with server.start(world) as handle, httpx.Client(base_url=handle.url) as http:
        client = handle.company.clients[0]
        form = {"grant_type": "client_credentials", "client_id": client.id, "client_secret": client.secret}
        token = http.post("/v2/auth/token", data=form).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        first = http.get("/v2/recruiting/applications", headers=headers)
        assert http.get("/v2/recruiting/applications", headers=headers).content == first.content
        newest = first.json()["_data"][5]["id"]
        http.post(f"/_control/companies/acme/applications/{newest}/touch")
        assert http.get("/v2/recruiting/applications", headers=headers).json()["_data"][0]["id"] == newest
