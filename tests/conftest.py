"""What every test may use, and the closing line about parts that this machine lacks."""

import os

import pytest

from tests import parts

pytest_plugins: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One loud line when something could not be tested here."""
    lacked = sorted({
        report.longrepr[2]
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple) and parts.MARK in report.longrepr[2]
    })  # fmt: skip
    if lacked:
        terminalreporter.write_line(f"NOT TESTED HERE: {'; '.join(lacked)}", red=True, bold=True)


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads the settings of whoever runs it."""
    for name in list(os.environ):
        if name.startswith("ATSUME_"):
            monkeypatch.delenv(name)
