"""The commands of the how-to, run one after the other against a connected company."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from string import Template

import msgspec
import pytest
import structlog

from atsume import config
from atsume.cli.main import main
from atsume.store.store import Store
from personio_simulator.options import Options
from tests.end_to_end.world import Company, Mirror

PAGE = Path(__file__).parent.parent / "docs/howto/operating.md"
COMMANDS = re.findall(r"^\$ (atsume .*)$", PAGE.read_text(), re.MULTILINE)


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """What the page's variables stand for: a synced integration of a small company."""
    url, logs = f"sqlite:///{tmp_path}/a.db", structlog.get_config()
    with (
        Company(Options(jobs=2, applications=4, seed=3, knobs={"rate_limits": "report"})) as company,
        Mirror(company, url, tmp_path) as mirror,
    ):
        mirror.sync()
        monkeypatch.setenv("ATSUME_DATABASE_URL", url)
        monkeypatch.setenv("ATSUME_ENCRYPTION_KEY", mirror.config.encryption_key or "")
        email = next(c["email"] for c in company.truth()["candidates"] if c["email"])
        yield {
            "URL": url,
            "INTEGRATION": mirror.integration.id,
            "ENVIRONMENT": mirror.integration.environment_id,
            "EMAIL": email,
        }
    structlog.configure(**logs)  # the commands set up logs of their own


def test_every_command_of_the_page_does_what_it_says(names: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """None fails, in the order of the page; the state they leave is the one the page tells of."""
    assert len(COMMANDS) >= 14
    said: dict[str, str] = {}
    out: dict[str, str] = {}
    for command in COMMANDS:
        main(shlex.split(Template(command).substitute(names))[1:])
        out[command], talk = capsys.readouterr()
        said[command] = out[command] + talk
    show, erase = said['atsume integrations show "$INTEGRATION"'], said['atsume erase person "$EMAIL" --yes']
    assert "ACTIVE" in show
    assert "Nothing needs anybody" not in said["atsume status"]  # no worker runs here
    assert "Start `atsume worker`" in said["atsume status"]
    assert '"qa_status": "FAILED"' not in said['atsume integrations accept "$INTEGRATION"']
    assert "ats_candidates" in erase
    assert "erase them there too" in erase
    dry_run = msgspec.json.decode(out['atsume erase integration "$INTEGRATION" --dry-run --json'])
    assert dry_run["dry_run"] is True
    assert dry_run["erased"]["integrations"] == 1
    store = Store.open(names["URL"])
    assert store.known_integration(names["INTEGRATION"]) is None
    assert store.mentions(names["EMAIL"]) == {}
    store.close()


def test_the_page_names_only_settings_that_exist() -> None:
    """Variables, settings of environments and files."""
    text = PAGE.read_text()
    known = {config.PREFIX + name.upper() for name in config.Config.__struct_fields__}
    assert set(re.findall(r"ATSUME_[A-Z_]+", text)) <= known
    for path in re.findall(r"`(deploy/[\w.\-]+)`", text):
        assert (PAGE.parent.parent.parent / path).is_file()
    defaults = config.Config()
    assert (defaults.keep_tombstones_days, defaults.keep_deleted_days) == (14, 14)
    assert (defaults.keep_exchanges_days, defaults.keep_statistics_days, defaults.keep_changes_days) == (7, 60, 60)
