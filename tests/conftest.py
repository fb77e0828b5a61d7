"""What every test may use, and the closing line about parts that this machine lacks."""

import logging
import os

import pytest
import structlog

from tests import parts
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

pytest.register_assert_rewrite("tests.end_to_end.compare", "tests.end_to_end.world")


structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


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
