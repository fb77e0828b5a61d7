"""Scope configs against a company: what is off is never stored, what is switched off later goes."""

from pathlib import Path

import pytest

from atsume import clock
from atsume.integrations.scopes import change, checked, give
from atsume.model.integration import SyncState
from personio_simulator.options import Options
from tests.end_to_end.world import Company, Mirror

OFF = {"ats_users": "DISABLED", "ats_jobs.description": "DISABLED", "ats_candidates.source": "DISABLED"}


def _stored(folder: Path) -> bytes:
    """Return every byte of the database."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("a.db*")) if not path.name.endswith(".key"))


@pytest.fixture(scope="module")
def company():
    """A small company."""
    with Company(Options(company="acme", jobs=6, applications=30, knobs={"rate_limits": "report"})) as company:
        yield company


def test_what_is_off_never_reaches_the_database(company: Company, tmp_path: Path) -> None:
    """Not even in its write-ahead log; with everything on, the same words are there."""
    truth = company.truth()
    emails = {p["email"].lower() for p in truth["persons"] if p["email"]}
    heading = next(d[0][0] for j in truth["jobs"] if j["published"] for d in j["descriptions"].values() if d)
    for settings, found in ((OFF, False), ({}, True)):
        folder = tmp_path / ("off" if settings else "on")
        folder.mkdir()
        with Mirror(company, f"sqlite:///{folder}/a.db", folder, remote_data=True) as mirror:
            store, integration = mirror.server.store, mirror.integration
            config = store.add_scope_config(integration.environment_id, "some", checked(settings), clock.now())
            store.set_scope(integration.id, config.id, (), None)
            assert mirror.sync().state is SyncState.SUCCEEDED
            assert bool(mirror.records("ats_users")) is found
            assert any(c["source"] for c in mirror.records("ats_candidates")) is found
            assert all(bool(j["hiring_team"]) <= found for j in mirror.records("ats_jobs"))
            kept = _stored(folder)
            assert any(email.encode() in kept.lower() for email in emails) is found
            assert (heading.encode() in kept) is found


def test_a_changed_scope_changes_what_is_held(company: Company, tmp_path: Path) -> None:
    """Models go at once, fields with the next sync, which also brings back what is allowed again."""
    with Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path) as mirror:
        store = mirror.server.store
        settings = checked({"ats_users": "OPTIONAL", "ats_jobs": "OPTIONAL"})
        config = store.add_scope_config(mirror.integration.environment_id, "some", settings, clock.now())
        store.set_scope(mirror.integration.id, config.id, (), None)
        mirror.sync()
        users, jobs = mirror.records("ats_users"), mirror.records("ats_jobs")
        assert users
        assert any(j["description"] for j in jobs)

        chosen = {"config_id": config.id, "opted_out": ("ats_users", "ats_jobs.description")}
        assert give(store, mirror.integration, **chosen, now=clock.now)
        assert not give(store, mirror.integration, **chosen, now=clock.now)  # nothing new
        assert mirror.records("ats_users") == []
        assert all(u["remote_deleted_at"] for u in mirror.records("ats_users", include_deleted=True))
        assert mirror.integration.data_expired_at is not None
        mirror.sync()
        assert mirror.integration.data_expired_at is None
        assert [j["description"] for j in mirror.records("ats_jobs")] == [None] * len(jobs)
        assert not any(j["hiring_team"] for j in mirror.records("ats_jobs"))

        assert change(store, config, checked({}), clock.now) == [mirror.integration.id]
        mirror.sync()
        same = [{k: v for k, v in j.items() if k != "changed_at"} for j in mirror.records("ats_jobs")]
        assert same == [{k: v for k, v in j.items() if k != "changed_at"} for j in jobs]
        assert {u["id"] for u in mirror.records("ats_users")} == {u["id"] for u in users}
