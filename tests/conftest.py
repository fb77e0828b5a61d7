"""What every test may use, and the closing line about parts that this machine lacks."""

import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from tests import parts, sentinels
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

pytest.register_assert_rewrite("tests.end_to_end.compare", "tests.end_to_end.world")


def _listen_to_logs() -> None:
    debug = structlog.make_filtering_bound_logger(logging.DEBUG)
    structlog.configure(wrapper_class=debug, processors=[sentinels.logged])


_listen_to_logs()


@pytest.fixture(scope="session", autouse=True)
def _secrets_stay_secret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """When all is done, no credentials of a company are anywhere in the open."""
    yield
    sentinels.look_at_files(tmp_path_factory.getbasetemp())
    assert sentinels.hits == []


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real Chromium; one for all, because Playwright allows no second one in a thread."""
    from tests.connect.browser import chromium  # noqa: PLC0415 - most tests need none

    with chromium() as opened:
        yield opened


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Look at what a test printed. Tests of the simulator are clients of it and may say what they sent."""
    if report.nodeid.startswith("tests/simulator/"):
        return
    for title, text in report.sections:
        sentinels.look(f"{title} of {report.nodeid}", text.encode())


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
    """No test reads the settings of whoever runs it, or keeps how another one logged."""
    _listen_to_logs()
    for name in list(os.environ):
        if name.startswith("ATSUME_"):
            monkeypatch.delenv(name)
