"""The how-to on the console: its commands are run, and whoever they add can sign in to what the page tells of."""

import io
import re
import shlex
from pathlib import Path

import pytest

from atsume import clock
from atsume.cli.main import main
from atsume.operators import Door
from atsume.store.store import Store
from tests.cli.conftest import _same_log_afterwards as same_log_afterwards
from tests.console.world import PASSWORD

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "console.md"
COMMANDS = re.findall(r"^\$ (atsume .*)$", PAGE.read_text("utf-8"), re.MULTILINE)

__all__ = ["same_log_afterwards"]


def test_console_md(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command succeeds, in the order of the page; the admin that is left can sign in."""
    monkeypatch.setenv("ATSUME_DATABASE_URL", f"sqlite:///{tmp_path}/a.db")
    main(["environments", "create", "Development"])
    store = Store.open(f"sqlite:///{tmp_path}/a.db")
    environment = store.environments()[0].id
    assert len(COMMANDS) == 7
    for command in COMMANDS:
        monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
        main(shlex.split(command.replace("$ENVIRONMENT", environment))[1:])
    told = capsys.readouterr()
    assert PASSWORD not in told.out + told.err
    assert "/console" in told.err
    assert "operator.removed" in told.out
    assert [one.name for one in store.operators()] == ["ada"]
    assert Door(store, clock.now).operator("ada", PASSWORD, "") is not None
