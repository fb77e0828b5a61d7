"""The official TypeScript SDK, unchanged, pointed at this server."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests import parts
from tests.end_to_end.oracle import comparable
from tests.wire.conftest import Mirrored, Served

pytestmark = pytest.mark.sdk

HERE = Path(__file__).parent / "typescript"
CACHE = Path(__file__).parents[2] / ".cache" / "node"
NOT_IN_SDK = {"integration_fields", "remote_data"}
SIZES = (1, 7, 100, 250)


def _tool(name: str) -> str:
    beside = Path(sys.executable).parent / name
    found = shutil.which(name) or (str(beside) if beside.exists() else None)
    if found is None:
        parts.lacking("The TypeScript SDK", f"there is no {name}")
    return found


def _environment() -> dict[str, str]:
    """Return the environment with node's folder on the path, which npm needs to find it."""
    return os.environ | {"PATH": f"{Path(_tool('node')).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


@pytest.fixture(scope="module")
def scripts() -> Path:
    """The folder with our scripts and the SDK installed beside them, once for all runs."""
    CACHE.mkdir(parents=True, exist_ok=True)
    wanted, installed = (HERE / "package.json").read_text(), CACHE / "installed.json"
    if not installed.exists() or installed.read_text() != wanted:
        (CACHE / "package.json").write_text(wanted)
        command = [_tool("npm"), "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
        done = subprocess.run(command, cwd=CACHE, env=_environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            parts.lacking("The TypeScript SDK", "npm cannot install it")
        installed.write_text(wanted)
    for script in HERE.glob("*.mjs"):
        shutil.copy(script, CACHE)
    return CACHE


def _lines(scripts: Path, script: str, *arguments: str) -> list[Any]:
    command = [_tool("node"), script, *arguments]
    done = subprocess.run(
        command, cwd=scripts, env=_environment(), capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [msgspec.json.decode(line) for line in done.stdout.strip().split("\n")]


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _known(inside) for name, inside in value.items() if name not in NOT_IN_SDK}
    if isinstance(value, list):
        return [_known(inside) for inside in value]
    return value


def _stages(path: str, record: dict[str, Any]) -> list[dict[str, Any]]:
    if path == "application-stages":
        return [record]
    current = [record["current_stage"]] if record.get("current_stage") else []
    return [*record.get("stages", []), *current]


def _for_the_sdk(path: str, record: dict[str, Any]) -> dict[str, Any]:
    """Return what the SDK keeps of a record: 1.1.3 is older than two keys of stages."""
    told = _known(record)
    for stage in _stages(path, told):
        del stage["status"], stage["custom_fields"]
    return told


def test_every_value_is_what_the_company_says(mirrored: Mirrored, scripts: Path) -> None:
    """Simulator, sync, server, SDK: all lists at all page sizes, value by value, as the simulator's own state says."""
    arguments = (f"{mirrored.url}/v1", mirrored.key, mirrored.integration_id, *map(str, SIZES))
    lists = _lines(scripts, "lists.mjs", *arguments)
    assert [(one["path"], one["size"]) for one in lists] == [(path, size) for size in SIZES for path in mirrored.lists]
    for one in lists:
        wanted = {i: _for_the_sdk(one["path"], r) for i, r in mirrored.lists[one["path"]].items()}
        assert len(one["records"]) == len(wanted) > 1, (one["path"], one["size"])
        got = {record["id"]: comparable(record) for record in one["records"]}
        assert {i: (r, got.get(i)) for i, r in wanted.items() if r != got.get(i)} == {}, (one["path"], one["size"])


def test_every_seeded_value(served: Served, scripts: Path) -> None:
    """Records that no simulated company has, such as those full of nulls, in the order of the server."""
    lists = _lines(scripts, "lists.mjs", f"{served.url}/v1", served.world.key, served.integration.id, "100")
    assert [one["path"] for one in lists] == list(served.lists)
    for one in lists:
        wanted = [_for_the_sdk(one["path"], record) for record in served.lists[one["path"]]]
        assert len(one["records"]) == len(wanted), one["path"]
        for got, should in zip(one["records"], wanted, strict=True):
            differing = {name for name in got.keys() | should.keys() if got.get(name) != should.get(name)}
            assert {name: (got.get(name), should.get(name)) for name in differing} == {}, one["path"]


def test_errors_are_typed(served: Served, scripts: Path) -> None:
    """Each error arrives as the SDK's own, with its code."""
    told = _lines(scripts, "errors.mjs", f"{served.url}/v1", served.world.key, served.integration.id, served.pending.id)
    thrown = {one["name"]: (one["thrown"], one["code"]) for one in told[:-1]}
    assert thrown == {
        "model": ("KomboAtsError", "INTEGRATION.MODEL_NOT_AVAILABLE"),
        "input": ("KomboAtsError", "PLATFORM.INPUT_INVALID"),
        "cursor": ("KomboAtsError", "PLATFORM.INPUT_INVALID"),
        "key": ("KomboAtsError", "PLATFORM.AUTHENTICATION_INVALID"),
        "unknown": ("KomboAtsError", "PLATFORM.INTEGRATION_NOT_FOUND"),
        "pending": ("KomboAtsError", "INTEGRATION.SETUP_SYNC_PENDING"),
        "action": ("KomboAtsError", "INTEGRATION.ACTION_NOT_AVAILABLE"),
        "general": ("KomboGeneralError", "PLATFORM.INTEGRATION_NOT_FOUND"),
        "token": ("KomboGeneralError", "PLATFORM.INPUT_INVALID"),
    }
    assert all(one["log_url"] for one in told[:-1])
    assert told[-1] == {"id": served.integration.id, "tools": 1, "checked": "success"}
