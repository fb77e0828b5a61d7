"""An integration's life against the simulated company: refused for days, relinked, looked at, idle, gone."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient
from msgspec import structs

from atsume.cli.serving import application
from atsume.crypto import seal
from atsume.integrations import lifecycle
from atsume.integrations.erase import erase_person
from atsume.model.integration import QaStatus, State, SyncState
from personio_simulator.options import Options
from tests.end_to_end.world import Company, Mirror

NOON = dt.datetime(2030, 5, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def at(mirror: Mirror, moment: dt.datetime) -> Mirror:
    """Set the mirror's clock."""
    executor = structs.replace(mirror.server.executor, now=lambda: moment)
    mirror.server = structs.replace(mirror.server, executor=executor)
    return mirror


@contextmanager
def api(mirror: Mirror) -> Iterator[Any]:
    """Yield a function from a path to (status, code) of the API's answer."""
    headers = {"Authorization": f"Bearer {mirror.api_key}", "X-Integration-Id": mirror.connected.integration.id}
    with TestClient(application(mirror.server, None)) as client:

        def get(path: str) -> tuple[int, str | None]:
            answer = client.get(path, headers=headers)
            return answer.status_code, answer.json().get("error", {}).get("code")

        yield get


def test_refused_for_three_days(company: Company, mirror: Mirror) -> None:
    """Asked before each sync; INVALID after three days of nothing but no; still readable; a relink mends it."""
    assert at(mirror, NOON).sync().state is SyncState.SUCCEEDED
    before = mirror.records("ats_jobs")
    clients = company.facts["clients"]
    company.change("PATCH", "", {"clients": [dict(clients[0], secret="rotated")]})
    states = []
    for days in (0.1, 1, 2, 3, 3.2):
        run = at(mirror, NOON + days * DAY).sync()
        assert (run.state, [s.requests for s in run.streams]) == (
            SyncState.AUTHENTICATION_FAILED,
            [0] * len(run.streams),
        )
        states.append(mirror.integration.state)
    assert states == [State.ACTIVE] * 4 + [State.INVALID]
    with api(mirror) as get:
        assert get("/v1/ats/jobs") == (200, None)
    assert mirror.records("ats_jobs") == before
    secrets = {name: company.facts[name] for name in ("company_id", "recruiting_token", "client_id")}
    sealed = seal(
        mirror.server.encryption_key,
        msgspec.json.encode(secrets | {"client_secret": "rotated"}),
        mirror.integration.id,
    )
    relinked = lifecycle.relink(mirror.server.store, mirror.integration.id, NOON + 4 * DAY, sealed)
    assert relinked is not None
    assert (relinked.state, relinked.refused_since) == (State.ACTIVE, None)
    assert at(mirror, NOON + 4 * DAY).sync().state is SyncState.SUCCEEDED


def test_a_tool_that_is_down_is_not_one_that_refuses(company: Company, mirror: Mirror) -> None:
    """However long: only the tool's no to the credentials counts."""
    company.fault(kind="status", route="token", status=503, count=None)
    for days in (0, 2, 4):
        assert at(mirror, NOON + days * DAY).sync().state in (SyncState.FAILED, SyncState.PARTIALLY_FAILED)
        assert (mirror.integration.state, mirror.integration.refused_since) == (State.ACTIVE, None)


@pytest.mark.parametrize("gate", [True, False])
def test_first_records_that_look_wrong_wait_for_somebody(tmp_path: Path, gate: bool) -> None:
    """An empty company: reads answer QA_FAILED until an operator accepts, or the gate is off."""
    options = Options(jobs=0, applications=0, seed=1, knobs={"rate_limits": "report"})
    with Company(options) as company, Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path) as mirror:
        store, ident = mirror.server.store, mirror.integration.id
        if not gate:
            store.update_overrides(ident, {"qa_gate": False})
        with api(mirror) as get:
            assert get("/v1/ats/jobs") == (409, "INTEGRATION.SETUP_SYNC_PENDING")
            mirror.sync()
            assert get("/v1/ats/jobs") == ((409, "INTEGRATION.QA_FAILED") if gate else (200, None))
            if not gate:
                return
            assert "Nothing came" in mirror.integration.qa_findings[0]
            mirror.sync()
            assert get("/v1/ats/jobs") == (409, "INTEGRATION.QA_FAILED")
            lifecycle.accept(store, ident, NOON)
            assert get("/v1/ats/jobs") == (200, None)
            lifecycle.reject(store, ident, NOON, "Not their company.")
            mirror.sync()
            assert mirror.integration.qa_findings == ["Not their company."]


def test_what_looks_right_later_passes_by_itself(tmp_path: Path) -> None:
    """Nobody has to accept what mends itself."""
    options = Options(jobs=0, applications=0, seed=1, knobs={"rate_limits": "report"})
    with Company(options) as company, Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path) as mirror:
        mirror.sync()
        assert mirror.integration.qa_status is QaStatus.FAILED
        company.change("POST", "/jobs", {"name": "Engineer", "published": True})
        mirror.sync()
        assert (mirror.integration.qa_status, mirror.integration.qa_findings) == (QaStatus.PASSED, [])


def test_a_company_that_loses_nearly_everything_keeps_it_here(company: Company, mirror: Mirror) -> None:
    """The breaker: nothing is buried, the run says so and how to let it happen; allowed once, it happens once."""
    mirror.sync()
    held = set(mirror.by_remote_id("ats_applications"))
    for one in sorted(held)[:30]:
        company.change("DELETE", f"/applications/{one}")
    run = mirror.sync()
    assert run.state is SyncState.PARTIALLY_FAILED
    assert any("--allow-deletions" in warning for warning in run.warnings)
    assert set(mirror.by_remote_id("ats_applications")) == held
    store, ident = mirror.server.store, mirror.integration.id
    store.allow_deletions(ident, NOON)
    assert mirror.sync().state is SyncState.SUCCEEDED
    assert set(mirror.by_remote_id("ats_applications")) == set(sorted(held)[30:])
    assert mirror.integration.deletions_allowed_at is None


def test_an_anonymised_person_is_in_no_table(company: Company, mirror: Mirror) -> None:
    """Records, columns, logs: after the next sync nothing names somebody whom the tool anonymised."""
    mirror.sync()
    truth = company.truth()
    once = {c["id"]: c for c in truth["candidates"] if len(c["application_ids"]) == 1 and c["email"]}
    remote = next(a for a in truth["applications"] if not a["is_anonymized"] and a["candidate_id"] in once)
    email = once[remote["candidate_id"]]["email"]
    assert mirror.server.store.mentions(email)
    company.change("POST", f"/applications/{remote['id']}/anonymise")
    mirror.sync()
    assert mirror.server.store.mentions(email) == {}
    assert remote["id"] in mirror.by_remote_id("ats_applications")


def test_an_erased_person_does_not_come_back(company: Company, mirror: Mirror) -> None:
    """The tool still shows them; no sync mirrors them again, also when their record changes there."""
    mirror.sync()
    candidate = next(c for c in company.truth()["candidates"] if c["email"] and c["application_ids"])
    store = mirror.server.store
    proof = erase_person(store, candidate["email"], lambda: NOON, dry_run=False)
    assert proof.erased["ats_candidates"] == 1
    company.change("PATCH", f"/candidates/{candidate['id']}", {"last_name": "Changed"})
    assert mirror.sync().state is SyncState.SUCCEEDED
    assert store.mentions(candidate["email"]) == {}
    assert candidate["id"] not in mirror.by_remote_id("ats_candidates")
    assert set(candidate["application_ids"]).isdisjoint(mirror.by_remote_id("ats_applications"))
