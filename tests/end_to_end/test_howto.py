"""The how-tos on fields and passthrough: every command in them is run, against a simulated company."""

import itertools
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from tests.end_to_end.conftest import SMALL
from tests.end_to_end.mirrored import served
from tests.end_to_end.world import Company, Mirror

HOWTO = Path(__file__).parents[2] / "docs" / "howto"


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """A synced integration, and a command line that works on it."""
    with Company(SMALL) as company, Mirror(company, f"sqlite:///{tmp_path}/atsume.db", tmp_path) as mirror:
        mirror.sync()
        config = mirror.config
        for name in ("database_url", "encryption_key", "personio_api_url", "personio_career_url"):
            monkeypatch.setenv(f"ATSUME_{name.upper()}", str(getattr(config, name)))
        monkeypatch.setenv("ATSUME_PERSONIO_FORM_INTERVAL_SECONDS", "0")
        monkeypatch.chdir(tmp_path)
        yield mirror


def _commands(page: str, values: dict[str, str]) -> list[list[str]]:
    found = re.findall(r"^\$ (.+)$", (HOWTO / page).read_text("utf-8"), re.MULTILINE)
    for name, value in values.items():
        found = [line.replace(f"${name}", value) for line in found]
    return [shlex.split(line) for line in found]


RUN = """
import sys, msgspec
from click.testing import CliRunner
from atsume.cli.main import cli
for program, *arguments in msgspec.json.decode(sys.stdin.buffer.read()):
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    if program != "atsume" or done.exit_code:
        sys.exit(f"{program} {arguments}: {done.output}")
"""
"""All commands in one process of their own: starting Python for each would take longer than they do."""


def _carry_out(commands: list[list[str]]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN], input=msgspec.json.encode(commands), capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]


def test_custom_fields(mirror: Mirror) -> None:
    """Each command of the page succeeds, in its order; at the end the records show what the page promises."""
    names = {"INTEGRATION": mirror.integration.id, "ENVIRONMENT": mirror.integration.environment_id}
    commands = _commands("custom-fields.md", names)
    assert len(commands) > 12
    _carry_out(commands)
    mirror.sync()
    levels = {job["custom_fields"].get("seniority") for job in mirror.records("ats_jobs")}
    assert len(levels) > 1
    assert all("birth" in one["custom_fields"] for one in mirror.records("ats_candidates"))
    assert all(
        [f["key"] for f in one["integration_fields"]] == ["channel.name"] for one in mirror.records("ats_applications")
    )


def test_passthrough(mirror: Mirror) -> None:
    """The switch is turned by the command, and both requests are answered by the tool."""
    with served(mirror) as url:
        names = {
            "INTEGRATION": mirror.integration.id,
            "ENVIRONMENT": mirror.integration.environment_id,
            "URL": url,
            "API_KEY": mirror.api_key,
        }
        switch, *requests = _commands("passthrough.md", names)
        _carry_out([switch])
        assert len(requests) == 2
        for request in requests:
            headers = dict(part.split(": ", 1) for flag, part in itertools.pairwise(request) if flag == "-H")
            answer = httpx.post(request[2], headers=headers, content=request[request.index("-d") + 1], timeout=30)
            told = msgspec.json.decode(answer.content)
            assert (answer.status_code, told["data"]["status"], told["warnings"]) == (200, 200, [])
