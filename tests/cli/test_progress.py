"""The display of a sync run: a live table for people, JSON lines for programs."""

import io
import re
import time

import msgspec
import pytest

from atsume.cli.progress import SyncDisplay
from atsume.store.rows import StreamProgress


class Terminal(io.StringIO):
    """A terminal that remembers what was written."""

    def isatty(self) -> bool:
        return True

    def text(self) -> str:
        """Return it without colours and movements."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.getvalue())


RUN = [
    StreamProgress("ats_jobs", "complete", pages=2, records=60, created=60),
    StreamProgress("ats_applications", "running", pages=13, records=2600, created=1200, waited_seconds=6.4),
    StreamProgress("ats_candidates"),
    StreamProgress("ats_users", "failed", error="Personio refused reading persons (401). " + "Tick the box. " * 12),
    StreamProgress("ats_screening_questions", "skipped"),
]


def test_a_terminal_shows_every_stream_with_its_counts_and_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stream, pages, records, waits for the rate limit, the sums, and faults as whole sentences."""
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    with SyncDisplay(terminal) as display:
        display(RUN, {})
    shown = terminal.text()
    for row in (
        r"✓ +Jobs +2 +60 +60 +0 +0",
        r". +Applications +13 +2,600 +1,200 +0 +0 +waited 6 s",
        r"· +Candidates *\n",
        r"– +Screening questions *\n",
        r"\d+ s +15 +2,660 +1,260 +0 +0",
    ):
        assert re.search(row, shown), row
    sentence = " ".join(shown[shown.index("✗ Users:") :].split())
    assert sentence.startswith(f"✗ Users: {RUN[3].error}".strip())


def test_a_terminal_tells_speed_only_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records a second while a stream runs; none for a stream that took no time worth measuring."""
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    with SyncDisplay(terminal) as display:
        display([StreamProgress("ats_users", "running"), StreamProgress("ats_jobs", "running", records=500)], {})
        display(
            [StreamProgress("ats_users", "complete", records=9), StreamProgress("ats_jobs", "running", records=500)], {}
        )
        time.sleep(0.7)
    last = terminal.text().rpartition("records/s")[2]
    assert re.search(r"Jobs +0 +500 +0 +0 +0 +\d{1,3} *\n", last)
    assert re.search(r"Users +0 +9 +0 +0 +0 *\n", last)


def test_elsewhere_each_change_is_one_line_of_json() -> None:
    """Nothing is told twice, nothing of streams that have not begun."""
    file = io.StringIO()
    with SyncDisplay(file) as display:
        display(RUN, {})
        display(RUN, {})
        display([StreamProgress("ats_jobs", "complete", pages=2, records=61)], {})
    told = [msgspec.json.decode(line, type=StreamProgress) for line in file.getvalue().splitlines()]
    assert [(s.model, s.records) for s in told] == [
        ("ats_jobs", 60),
        ("ats_applications", 2600),
        ("ats_users", 0),
        ("ats_screening_questions", 0),
        ("ats_jobs", 61),
    ]
