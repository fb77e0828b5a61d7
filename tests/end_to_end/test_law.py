"""The law of the mirror, on random histories: after edits, deletions and faults, a clean sync makes mirror == remote.

And at no point is anything tombstoned that still exists, or alive that was confirmed gone.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from atsume.model.integration import USABLE, SyncState
from personio_simulator.options import Options
from tests.end_to_end.compare import MODELS, assert_mirrors
from tests.end_to_end.world import Company, Mirror

PICK = st.integers(0, 10_000)
NAMES = st.sampled_from(["Ada", "Łukasz", "李", "Ünal-Schröder", "O'Neil", "אבי"])
FAULTS = st.sampled_from(
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 503},
        {"kind": "html_502"},
        {"kind": "not_found"},
        {"kind": "reset"},
        {"kind": "truncate"},
        {"kind": "cut_body"},
        {"kind": "content_type", "text": "text/html"},
        {"kind": "missing_hiring_team"},
        {"kind": "bare_timestamps"},
        {"kind": "duplicate_item"},
        {"kind": "update_midwalk"},
        {"kind": "extra_fields"},
    ]
)
ROUTES = st.sampled_from(
    ["jobs", "applications", "candidates", "categories", "persons", "person", "xml", "application", "candidate", "form"]
)


class History(RuleBasedStateMachine):
    """A company that lives, and a mirror that follows."""

    def __init__(self) -> None:
        super().__init__()
        self.company = Company(Options(jobs=4, applications=12, seed=3, knobs={"rate_limits": "report"}))
        self.folder = tempfile.TemporaryDirectory()
        self.mirror = Mirror(self.company, f"sqlite:///{self.folder.name}/a.db", Path(self.folder.name))
        self.known_users: set[str] = set()
        self.published: set[str] = set()

    def _one(self, kind: str, pick: int) -> dict[str, Any] | None:
        found = self.company.truth()[kind]
        return found[pick % len(found)] if found else None

    @rule(pick=PICK, stage=st.sampled_from(["rejected", "accepted", "withdrawn", "offer", "unassigned"]))
    def move_stage(self, pick: int, stage: str) -> None:
        """An application moves."""
        if application := self._one("applications", pick):
            self.company.change("PATCH", f"/applications/{application['id']}", {"stage": stage})

    @rule(pick=PICK, other=PICK)
    def change_job(self, pick: int, other: int) -> None:
        """An application is moved to another job (same id)."""
        application, job = self._one("applications", pick), self._one("jobs", other)
        if application and job:
            self.company.change("PATCH", f"/applications/{application['id']}", {"job_id": int(job["id"])})

    @rule(pick=PICK)
    def anonymise(self, pick: int) -> None:
        """An application is anonymised."""
        if application := self._one("applications", pick):
            self.company.change("POST", f"/applications/{application['id']}/anonymise")

    @rule(pick=PICK)
    def delete_application(self, pick: int) -> None:
        """An application vanishes."""
        if application := self._one("applications", pick):
            self.company.change("DELETE", f"/applications/{application['id']}")

    @rule(pick=PICK)
    def delete_candidate(self, pick: int) -> None:
        """A candidate vanishes."""
        if candidate := self._one("candidates", pick):
            self.company.change("DELETE", f"/candidates/{candidate['id']}")

    @rule(pick=PICK, name=NAMES)
    def rename_candidate(self, pick: int, name: str) -> None:
        """A candidate's name is corrected; nobody can do that to an anonymised one."""
        candidate = self._one("candidates", pick)
        if candidate and not candidate["is_anonymized"]:
            self.company.change("PATCH", f"/candidates/{candidate['id']}", {"last_name": name})

    @rule(pick=PICK, on=st.booleans())
    def publish(self, pick: int, on: bool) -> None:
        """A job goes on or off the career page."""
        if job := self._one("jobs", pick):
            self.company.change("POST", f"/jobs/{job['id']}/{'publish' if on else 'unpublish'}")

    @rule(pick=PICK, name=NAMES)
    def rename_person(self, pick: int, name: str) -> None:
        """A recruiter marries."""
        if person := self._one("persons", pick):
            self.company.change("PATCH", f"/persons/{person['id']}", {"last_name": name})

    @rule(fault=FAULTS, route=ROUTES, count=st.integers(1, 12))
    def inject(self, fault: dict[str, Any], route: str, count: int) -> None:
        """Something breaks for a while."""
        self.company.fault(**fault, route=route, count=count)

    @rule()
    def sync(self) -> None:
        """A sync, whatever happens: nothing that exists is tombstoned."""
        self._remember(self.mirror.sync().state)
        self._nothing_alive_is_buried()

    @rule()
    def clean_sync(self) -> None:
        """After a clean sync the mirror is the remote."""
        self.company.clear_faults()
        run = self.mirror.sync()
        assert run.state is SyncState.SUCCEEDED, (run.error, run.warnings)
        self._remember(run.state)
        truth = self.company.truth()
        for job in truth["jobs"]:
            job["seen_published"] = job["id"] in self.published
        assert_mirrors(self.mirror, truth, known_users=frozenset(self.known_users))
        self._nothing_alive_is_buried()

    def _remember(self, state: SyncState) -> None:
        self.published |= {i for i, j in self.mirror.by_remote_id("ats_jobs").items() if j["status"] == "OPEN"}
        if state in USABLE:
            self.known_users |= set(self.mirror.by_remote_id("ats_users"))

    def _nothing_alive_is_buried(self) -> None:
        truth = self.company.truth()
        for name, model in MODELS.items():
            alive = {r["id"] for r in truth["persons" if name == "users" else name]}
            buried = {
                r["remote_id"] for r in self.mirror.records(model, include_deleted=True) if r["remote_deleted_at"]
            }
            assert not alive & buried or name == "stages", (name, alive & buried)

    def teardown(self) -> None:
        """Stop both."""
        self.clean_sync()
        self.mirror.close()
        self.company.close()
        self.folder.cleanup()


HISTORIES = int(os.environ.get("ATSUME_SOAK_HISTORIES", "12"))
STEPS = int(os.environ.get("ATSUME_SOAK_STEPS", "14"))


@pytest.mark.timeout(600 if HISTORIES < 100 else 0)
def test_mirror_equals_remote_after_any_history() -> None:
    """After any sequence of edits and faults followed by a clean sync: mirror == remote."""
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=HISTORIES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
