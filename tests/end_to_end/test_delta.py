"""Deltas: what changed comes, for a number of requests that does not grow, and a full sync finds nothing to correct."""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from atsume import clock
from atsume.model.integration import SyncState, SyncType
from atsume.store.rows import SyncRun
from atsume.sync.execute import execute
from atsume.sync.planning import wanted
from personio_simulator.options import Options
from tests.end_to_end.compare import assert_mirrors
from tests.end_to_end.world import Company, Mirror

SMALL = Options(jobs=8, applications=60, seed=11, knobs={"rate_limits": "report"})
LARGE = int(os.environ.get("ATSUME_SOAK_APPLICATIONS", "10000"))


def delta(mirror: Mirror) -> SyncRun:
    """Carry out a delta and return how it ended."""
    server, now = mirror.server, clock.now()
    kind = wanted(server.store, server.connectors, mirror.integration, SyncType.DELTA, now)
    assert kind is SyncType.DELTA
    run_id = server.store.queue_sync(mirror.integration.id, kind, now)[0].id
    claimed = server.store.claim_sync(now, run_id)
    assert claimed
    execute(server.executor, claimed, should_stop=lambda: False)
    run = server.store.sync_run(run_id)
    assert run
    return run


def counted(run: SyncRun) -> dict[str, tuple[int, int, int]]:
    """Return what a run created, updated and deleted, where it did."""
    return {s.model: (s.created, s.updated, s.deleted) for s in run.streams if s.created or s.updated or s.deleted}


def log(company: Company) -> list[str]:
    """Return the addresses that were asked since the last time."""
    found = [f"{one['path']}?{one['query']}" for one in company.control("GET", "/log")]
    company.control("DELETE", "/log")
    return found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Company, Mirror]]:
    """A company and its mirror, synced once, long after the company's last change."""
    with Company(SMALL) as company, Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path) as mirror:
        assert mirror.sync().state is SyncState.SUCCEEDED
        log(company)
        yield company, mirror


def test_before_a_full_sync_there_is_no_delta(tmp_path: Path) -> None:
    """Who asks for a delta gets a full sync until one has ended well."""
    with Company(SMALL) as company, Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path) as mirror:
        server = mirror.server
        assert wanted(server.store, server.connectors, mirror.integration, SyncType.DELTA, clock.now()) is SyncType.FULL


def test_what_changed_comes(world: tuple[Company, Mirror]) -> None:
    """A stage, a new application with its candidate, a job's name: each is there after a delta, and nothing is gone."""
    company, mirror = world
    truth = company.truth()
    company.change("PATCH", f"/applications/{truth['applications'][5]['id']}", {"stage": "rejected"})
    company.change("PATCH", f"/jobs/{truth['jobs'][2]['id']}", {"name": "Chief Gardener"})
    company.change("DELETE", f"/applications/{truth['applications'][9]['id']}")
    run = delta(mirror)
    assert (run.state, run.type) == (SyncState.SUCCEEDED, SyncType.DELTA)
    assert counted(run)["ats_applications"] == (0, 1, 0)
    assert counted(run)["ats_jobs"] == (0, 1, 0)
    assert mirror.by_remote_id("ats_jobs")[truth["jobs"][2]["id"]]["name"] == "Chief Gardener"
    assert truth["applications"][9]["id"] in mirror.by_remote_id("ats_applications")  # a delta never deletes
    mirror.sync()
    assert_mirrors(mirror, company.truth())


@pytest.mark.parametrize("bumps", [False, True])
def test_a_candidate_is_read_again_with_its_application(world: tuple[Company, Mirror], bumps: bool) -> None:
    """Whether Personio moves a candidate's time with its application is unknown (E11); the mirror is right anyway."""
    company, mirror = world
    company.knobs(bump_candidate_with_application=bumps)
    application = company.truth()["applications"][4]
    company.change("PATCH", f"/applications/{application['id']}", {"stage": "offer"})
    delta(mirror)
    asked = log(company)
    single = f"/v2/recruiting/candidates/{application['candidate_id']}?"
    assert (single in asked) is not bumps
    delta(mirror)
    assert single not in log(company)  # the overlap brings the application again, but it is the one that is held
    assert_mirrors(mirror, company.truth())


def test_the_feed_is_compared_when_it_says_something_new(world: tuple[Company, Mirror]) -> None:
    """A job that is published moves no time of its own that v2 would show on its first page."""
    company, mirror = world
    job = next(one for one in company.truth()["jobs"] if not one["published"])
    company.change("POST", f"/jobs/{job['id']}/publish")
    assert counted(delta(mirror))["ats_jobs"][1] >= 1
    assert mirror.by_remote_id("ats_jobs")[job["id"]]["status"] == "OPEN"
    mirror.sync()
    assert_mirrors(mirror, company.truth())


def test_nothing_new_costs_the_same_at_any_size(tmp_path: Path) -> None:
    """A handful of requests and a few milliseconds, for sixty applications and for very many."""
    costs: list[tuple[int, float]] = []
    for size in (60, LARGE):
        folder = tmp_path / str(size)
        folder.mkdir()
        options = structs.replace(SMALL, applications=size)
        with Company(options) as company, Mirror(company, f"sqlite:///{folder}/a.db", folder) as mirror:
            assert mirror.sync().state is SyncState.SUCCEEDED
            delta(mirror)
            log(company)
            cpu: list[float] = []
            for _ in range(5):
                started = time.thread_time()
                run = delta(mirror)
                cpu.append(time.thread_time() - started)
                assert (run.state, counted(run)) == (SyncState.SUCCEEDED, {})
            costs.append((len(log(company)) // 5, min(cpu)))
    print(f"\nrequests and CPU seconds of a delta with nothing new: 60 {costs[0]}, {LARGE} {costs[1]}")
    assert costs[0][0] == costs[1][0] <= 8
    assert costs[1][1] < max(0.05, 2 * costs[0][1])


EDITS = st.lists(
    st.tuples(st.sampled_from(["stage", "job", "candidate", "delete", "publish", "delta"]), st.integers(0, 10_000)),
    max_size=12,
)


def edit(company: Company, what: str, pick: int) -> None:
    """Let one thing happen."""
    truth: dict[str, Any] = company.truth()
    application = truth["applications"][pick % len(truth["applications"])]
    job = truth["jobs"][pick % len(truth["jobs"])]
    if what == "stage":
        company.change("PATCH", f"/applications/{application['id']}", {"stage": ["offer", "rejected"][pick % 2]})
    elif what == "job":
        company.change("PATCH", f"/applications/{application['id']}", {"job_id": int(job["id"])})
    elif what == "candidate":
        company.change("PATCH", f"/candidates/{application['candidate_id']}", {"last_name": f"Name {pick}"})
    elif what == "delete" and len(truth["applications"]) > 20:
        company.change("DELETE", f"/applications/{application['id']}")
    elif what == "publish" and not job["published"]:
        company.change("POST", f"/jobs/{job['id']}/publish")


@settings(max_examples=int(os.environ.get("ATSUME_SOAK_DELTAS", "4")), deadline=None, derandomize=True,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(edits=EDITS)
def test_full_after_any_deltas_is_full_alone(edits: list[tuple[str, int]]) -> None:
    """Whatever deltas came between, the next full sync leaves what it would have left without them: the truth."""
    with tempfile.TemporaryDirectory() as name, Company(SMALL) as company:
        folder = Path(name)
        with Mirror(company, f"sqlite:///{folder}/a.db", folder) as mirror:
            mirror.sync()
            for what, pick in edits:
                if what == "delta":
                    assert delta(mirror).state is SyncState.SUCCEEDED
                else:
                    edit(company, what, pick)
            assert mirror.sync().state is SyncState.SUCCEEDED
            assert_mirrors(mirror, company.truth())
