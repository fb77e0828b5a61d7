"""What the logs say: every line of a run names it, and no line a secret."""

from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from atsume.observe import redact
from personio_simulator.options import Options
from tests.end_to_end.world import Company, Mirror


def test_every_line_of_a_run_names_the_run(tmp_path: Path) -> None:
    """Also of its threads, so that one search finds all of it; nothing is left bound when it has ended."""
    options = Options(jobs=1, applications=1, seed=1, knobs={"rate_limits": "report"})
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.BoundLogger)
    try:
        with (
            Company(options) as company,
            Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path) as mirror,
            capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines,
        ):
            run = mirror.sync()
    finally:
        structlog.configure(**before)
    told = [line for line in lines if line["event"] in {"sync started", "sync ended"}]
    assert [line["event"] for line in told] == ["sync started", "sync ended"]
    assert {(line["sync_id"], line["integration_id"]) for line in lines} == {(run.id, run.integration_id)}
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abc.def-123", "abc.def-123"),
        ("client papi-22abcdef refused", "22abcdef"),
        ("key atsume_0123456789abcdef", "0123456789abcdef"),
    ],
)
def test_secrets_are_taken_out(text: str, secret: str) -> None:
    """Whatever looks like one of ours or of the tool's."""
    assert secret not in redact(text)
    assert "[redacted]" in redact(text)
