"""What the connector says about itself."""

import re
import tomllib
from pathlib import Path

import pytest

from atsume.config import load
from atsume.connectors import registry
from atsume.connectors.personio import connector
from atsume.connectors.personio.coverage import COVERAGE, FEATURES, INPUTS
from atsume.connectors.personio.mapping.tables import grid
from atsume.model.coverage import Status
from tests.covered import COVERED

HERE = Path(connector.__file__).parent
README = (HERE / "README.md").read_text()
TESTS = "\n".join(p.read_text() for p in Path(__file__).parents[2].rglob("test_*.py"))


@pytest.mark.parametrize("model", COVERAGE.read_models, ids=lambda m: m.id)
def test_every_promised_field_is_supported(model):
    """No more and no less, save for `job_roles`, which the wire has beside `roles`."""
    told = {f.id for f in model.fields if f.coverage_status is Status.SUPPORTED}
    ours = {"id", "remote_id", "changed_at", "remote_deleted_at"}
    assert told - ours - {"job_roles"} == set(COVERED[model.id]) - ours


def test_actions_and_features_are_told():
    """Two actions with the same 22 inputs, ten features."""
    assert [a.id for a in COVERAGE.write_actions] == ["ats_create_candidate", "ats_create_application"]
    assert all(len(a.fields) == len(INPUTS) == 22 for a in COVERAGE.write_actions)
    assert len(COVERAGE.features) == len(FEATURES) == 10


def test_the_readme_shows_the_tables():
    """The grid is written from the tables: run `grid()` and put it between the marks."""
    shown = README.partition("<!-- grid -->\n")[2].partition("<!-- /grid -->")[0]
    assert shown.strip() == grid().strip()


@pytest.mark.parametrize("quirk", re.findall(r"^\| (E\d+) ", README, re.MULTILINE))
def test_every_quirk_has_a_test(quirk):
    """A quirk nobody tests is a rumour."""
    assert re.search(rf"def test_\w*{quirk.lower()}_|\"\"\".*\({quirk}\)", TESTS), quirk


def test_quality_rules_are_answered():
    """done, todo, or exempt with a reason."""
    rules = tomllib.loads((HERE / "quality.toml").read_text())["rules"]
    assert all(r in ("done", "todo") or r["exempt"] for r in rules.values())


def test_the_registry_gives_the_configured_addresses():
    """Personio's own unless the configuration says otherwise; opening sends nothing."""
    config = load({"ATSUME_PERSONIO_API_URL": "http://127.0.0.1:9100"}, None)
    personio = registry.tools(config)["personio"]
    session = personio.open(personio.credentials(), personio.settings(company="acme"), lambda _: None)
    assert next(iter(session.streams())).model == "ats_jobs"
    assert set(registry.TOOLS) == set(registry.tools(config))
    session.close()
