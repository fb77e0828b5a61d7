"""The how-tos are run as they stand, and none is left out."""

import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actions.world import Site
from tests.howtos import BLOCK, PAGES, ROOT, run

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
COMPARE = "compare_answers.py"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A served and synced integration."""
    with Site(tmp_path_factory.mktemp("howtos")) as made:
        made.mirror.sync()
        yield made


def _names(site: Site) -> dict[str, str]:
    """Return what the pages call the server, its key, its integration, and what the command line needs."""
    config = site.mirror.config
    return {
        "SERVER": site.url, "KEY": site.mirror.api_key, "INTEGRATION": site.mirror.integration.id,
        "ENVIRONMENT": site.mirror.integration.environment_id,
        "ATSUME_DATABASE_URL": config.database_url, "ATSUME_ENCRYPTION_KEY": config.encryption_key or "",
        "ATSUME_PERSONIO_API_URL": config.personio_api_url, "ATSUME_PERSONIO_CAREER_URL": config.personio_career_url,
    }  # fmt: skip


def _left(site: Site) -> dict[str, str]:
    """Return what the comparing script calls one of its sides."""
    return {
        "LEFT_URL": site.url + "/v1", "LEFT_KEY": site.mirror.api_key, "LEFT_INTEGRATION": site.mirror.integration.id
    }  # fmt: skip


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("job-board.md", r"\d+ jobs on the board"),
        ("tracking-hires.md", r"applications to look at; ask again after \d+"),
        ("upgrading.md", r"version"),
        ("schedules.md", r"sync_timeout_hours"),
        ("scopes.md", r"No people"),
    ],
)
def test_a_page_runs(site: Site, tmp_path: Path, page: str, says: str) -> None:
    """Every command of it succeeds, in its order, and says what the page tells of."""
    assert re.search(says, run(page, tmp_path, _names(site)))


def test_moving_from_kombo(site: Site, tmp_path: Path) -> None:
    """Two servers of one account answer alike; the script says so, and says what differs when something does."""
    shutil.copy(ROOT / "examples" / COMPARE, tmp_path)
    left = {
        "LEFT_URL": site.url + "/v1",
        "LEFT_KEY": site.mirror.api_key,
        "LEFT_INTEGRATION": site.mirror.integration.id,
    }
    said = run("moving-from-kombo.md", tmp_path, _names(site) | left)
    assert re.search(r"applications: [1-9]\d* on both, 0 left only, 0 right only", said)
    with Site(tmp_path) as other:
        other.company.change("PATCH", f"/jobs/{other.published()}", {"names": {"en": "Renamed"}})
        other.mirror.sync()
        with pytest.raises(AssertionError, match=r"name: 1 differ"):
            run("moving-from-kombo.md", tmp_path, _names(site) | _left(other))


def test_a_backup_is_the_server(tmp_path: Path) -> None:
    """What was backed up while it was served is what a restored server has, and a sync finds nothing to do."""
    folder = tmp_path / "there"
    folder.mkdir()
    with Site(folder) as site:
        site.mirror.sync()
        lists = {model: site.mirror.records(model) for model in ("ats_jobs", "ats_candidates", "ats_applications")}
        names = _names(site)
        site.store.close()
        run("backup.md", folder, names | {"ATSUME_DATABASE_URL": "sqlite:///atsume.db"})
        assert (folder / "backup.db").exists()
        assert {model: site.mirror.records(model) for model in lists} == lists
        again = site.mirror.sync()
        assert sum(stream.created + stream.updated + stream.deleted for stream in again.streams) == 0


@pytest.mark.postgres
def test_replicas(postgres_url: str, tmp_path: Path) -> None:
    """A server and two workers on PostgreSQL come up, say that they are well, and end when they are asked to."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    names = {"ATSUME_DATABASE_URL": postgres_url, "ATSUME_ENCRYPTION_KEY": KEY, "PORT": port}
    said = run("replicas.md", tmp_path, names)
    assert said.count("worker, heard of") == 2, said


TESTS = "\n".join(p.read_text("utf-8") for p in (ROOT / "tests").rglob("test_howto*.py"))


@pytest.mark.parametrize("page", sorted(p.name for p in PAGES.glob("*.md")))
def test_every_page_is_run(page: str) -> None:
    """A how-to with commands is named by a test that runs them."""
    text = (PAGES / page).read_text("utf-8")
    has_commands = bool(BLOCK.search(text) or re.search(r"^\$ ", text, re.MULTILINE))
    assert not has_commands or page in TESTS, f"nobody runs {page}"
