"""The image and the compose file, read as Docker would read them: what they copy is there, what they run exists."""

import re
import shlex
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest
import yaml

from atsume.cli.main import COMMANDS, cli
from atsume.config import PREFIX, Config

ROOT = Path(__file__).parent.parent


def instructions() -> list[tuple[str, str]]:
    """Return (instruction, rest) of the image's definition, continued lines joined, comments left out."""
    text = "\n".join(line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.startswith("#"))
    lines = text.replace("\\\n", " ").splitlines()
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in lines if line.strip()]


def stages() -> list[list[tuple[str, str]]]:
    """Return the instructions of each stage."""
    found: list[list[tuple[str, str]]] = []
    for one in instructions():
        if one[0] == "FROM":
            found.append([])
        found[-1].append(one)
    return found


def words(rest: str) -> list[str]:
    """Return an instruction's words, in either of its two forms."""
    return msgspec.json.decode(rest, type=list[str]) if rest.startswith("[") else shlex.split(rest)


def is_in_context(path: str) -> bool:
    """Return whether a file reaches the build at all, by `.dockerignore`: the last rule that fits decides."""
    is_in = True
    for rule in (ROOT / ".dockerignore").read_text().split():
        pattern = rule.removeprefix("!")
        if fnmatch(path, pattern) or path.startswith(pattern + "/") or pattern == "*":
            is_in = rule.startswith("!")
    return is_in


def named(arguments: list[str]) -> click.Command:
    """Return the command that these arguments call; fails when it takes other options."""
    command: click.Command = cli
    with click.Context(cli, info_name="atsume") as context:
        while isinstance(command, click.Group):
            found = command.get_command(context, arguments[0])
            assert found is not None, arguments[0]
            command, arguments = found, arguments[1:]
        command.make_context("atsume", list(arguments), resilient_parsing=False)
    return command


def test_what_is_copied_is_there() -> None:
    """Every path exists and gets past `.dockerignore`; secrets, databases and the repository's history do not."""
    copied = [
        source
        for kind, rest in instructions()
        if kind == "COPY" and "--from" not in rest
        for source in words(rest)[:-1]
    ]
    assert {"src", "pyproject.toml", "requirements/demo.lock"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists(), source
        assert is_in_context(source), source
    for kept_out in (".git/config", ".env", "atsume.db", "atsume.db.key", "tests/conftest.py", ".venv/bin/python"):
        assert not is_in_context(kept_out), kept_out


def test_what_is_installed_is_locked() -> None:
    """Hashes are required, the lock is the repository's, and the same uv as everywhere makes the environment."""
    text = (ROOT / "Dockerfile").read_text()
    (lock,) = re.findall(r"--require-hashes -r (\S+)", text)
    assert "--hash=sha256:" in (ROOT / lock).read_text()
    makefile = (ROOT / "Makefile").read_text()
    assert re.findall(r"uv==(\S+)", text) == re.findall(r"UV_VERSION := (\S+)", makefile)
    python = {rest.split()[0] for kind, rest in instructions() if kind == "FROM" and "python" in rest}
    assert python == {"python:3.11-slim"}


def test_what_runs_is_nobody_in_particular() -> None:
    """The last stage runs as a numbered user who is not root, and holds no tools to install with."""
    last = stages()[-1]
    users = [rest for kind, rest in last if kind == "USER"]
    assert users == ["10001:10001"]
    after = last[[kind for kind, _ in last].index("USER") :]
    assert "RUN" not in [kind for kind, _ in after]
    assert not any(tool in rest for _, rest in last for tool in ("apt-get", "pip install", "uv "))


def test_what_runs_exists() -> None:
    """Entry point and command are a real command with real options; the settings and the port are ours."""
    last = dict(stages()[-1])
    assert words(last["ENTRYPOINT"]) == ["atsume"]
    assert named(words(last["CMD"])).name == "serve"
    assert last["EXPOSE"] == "8000"
    assert "127.0.0.1:8000/readyz" in last["HEALTHCHECK"]
    assert "--host 0.0.0.0" in " ".join(words(last["CMD"]))
    settings = re.findall(r"ATSUME_[A-Z_]+", (ROOT / "Dockerfile").read_text())
    assert settings
    assert {name.removeprefix(PREFIX).lower() for name in settings} <= set(Config.__struct_fields__)


@pytest.fixture
def services() -> dict[str, Any]:
    """The services of the compose file."""
    return yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def test_compose_runs_a_server_and_two_workers_on_postgresql(services: dict[str, Any]) -> None:
    """One server that leaves the work to two workers, all on one PostgreSQL that must be up first."""
    assert set(services) == {"postgres", "server", "worker"}
    assert named(services["server"]["command"]).name == "serve"
    assert "--no-worker" in services["server"]["command"]
    assert named(services["worker"]["command"]).name == "worker"
    assert services["worker"]["deploy"]["replicas"] == 2
    for name in ("server", "worker"):
        one = services[name]
        assert one["depends_on"]["postgres"]["condition"] == "service_healthy"
        assert one["environment"]["ATSUME_DATABASE_URL"].startswith("postgresql://")
        known = {PREFIX + field.upper() for field in Config.__struct_fields__}
        assert set(one["environment"]) <= known
        assert (one["cap_drop"], one["read_only"]) == (["ALL"], True)


def test_compose_holds_no_secret(services: dict[str, Any]) -> None:
    """Passwords and keys come from outside, and a missing one stops it with a sentence."""
    text = (ROOT / "compose.yaml").read_text()
    assert set(re.findall(r"\$\{(\w+):\?", text)) == {"POSTGRES_PASSWORD", "ATSUME_ENCRYPTION_KEY"}
    assert services["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith("${")
    ports = [port for one in services.values() for port in one.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)  # a proxy with TLS stands before it


def test_every_command_that_alerts_advise_exists() -> None:
    """What an alert tells to run can be run."""
    text = (ROOT / "deploy/alerts.yml").read_text()
    advised = re.findall(r"`atsume ([^`]+)`", text)
    assert advised
    for line in advised:
        assert line.split()[0] in COMMANDS
        named(line.split())
