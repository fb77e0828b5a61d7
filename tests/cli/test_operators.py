"""`atsume operators`: who may sign in to the console."""

import datetime as dt
import io
from pathlib import Path

import pytest

from atsume import clock
from atsume.store.store import Store
from tests.cli.test_bad_input import run

PASSWORD = "nine-lives-and-a-ladder"


def test_operators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Adds, lists, changes and removes operators, notes it, and never prints a password."""
    monkeypatch.setenv("ATSUME_DATABASE_URL", f"sqlite:///{tmp_path}/cli.db")

    def atsume(*arguments: str, typed: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = run("operators", *arguments)
        told = capsys.readouterr()
        return code, told.out + told.err

    assert atsume("add", "Ada", "--role", "admin", "--password-stdin", typed=PASSWORD + "\n")[0] == 0
    assert "already" in atsume("add", "ada", "--password-stdin", typed=PASSWORD + "\n")[1]
    assert "characters" in atsume("add", "bob", "--password-stdin", typed="short\n")[1]
    assert "environments list" in atsume("add", "bob", "--environment", "x", "--password-stdin", typed=PASSWORD)[1]
    assert atsume("role", "ada", "viewer")[0] == 0
    assert atsume("password", "ada", "--password-stdin", typed="another-" + PASSWORD)[0] == 0
    assert "viewer" in atsume("list")[1]
    assert "operators list" in atsume("remove", "bob")[1]
    assert atsume("remove", "ADA")[0] == 0
    store = Store.open(f"sqlite:///{tmp_path}/cli.db")
    entries = store.audit_entries()
    assert [one.action.partition(".")[2] for one in entries] == ["removed", "password_changed", "role_changed", "added"]
    assert PASSWORD not in repr(entries)
    assert clock.now() - entries[0].at < dt.timedelta(minutes=5)
