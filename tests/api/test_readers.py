"""Two readers that keep copies, one by change time and one by the feed, while commits come and go: both stay whole.

The law behind docs/decisions: whatever the interleaving of reads, commits that take long, late clocks and clocks that
step back, a reader that only uses the time at which its own last walk began loses nothing, nor does one that follows
the numbers of the feed.
"""

import datetime as dt
import itertools
import os
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from atsume import crypto
from atsume.config import Config
from atsume.ids import record_id
from atsume.model.ats.applications import Application
from atsume.model.ats.candidates import Candidate
from atsume.model.ats.jobs import Job
from atsume.model.ats.stages import JobStage, Stage
from atsume.model.ats.users import User
from atsume.model.catalogue import MODELS
from atsume.model.integration import Integration
from atsume.model.record import timestamp
from atsume.store.rows import Row, Writes
from atsume.store.schema import RECORDS
from atsume.store.shared_clock import SharedClock
from atsume.store.store import Store
from atsume.sync.ingest import row
from tests.api.world import NOW, World, connector
from tests.store.conftest import store, url

__all__ = ["store", "url"]

RUNS = int(os.environ.get("ATSUME_TEST_READER_RUNS", "12"))
"""Random runs on each engine; 1000 in `make soak`."""

PATHS = {
    "ats_users": "users",
    "ats_jobs": "jobs",
    "ats_candidates": "candidates",
    "ats_applications": "applications",
    "ats_application_stages": "application-stages",
}
PARENTS = 3
"""Records of each model that may exist."""
EMBEDDED = {"candidate", "job", "current_stage", "applications"}
"""Keys under which a record shows others; null while those are not there."""
SKEWED_MOST = 9.0
"""Seconds by which a reader's clock may be ahead."""


def made(model: str, n: int, version: int) -> Any:
    """Return a record in some version."""
    parent = str(n % PARENTS)
    records: dict[str, Callable[[], Any]] = {
        "ats_users": lambda: User(remote_id=str(n), first_name=f"v{version}"),
        "ats_jobs": lambda: Job(remote_id=str(n), name=f"v{version}", status="OPEN"),
        "ats_candidates": lambda: Candidate(remote_id=str(n), first_name=f"v{version}"),
        "ats_application_stages": lambda: Stage(remote_id=str(n), name=f"v{version}"),
        "ats_applications": lambda: Application(
            remote_id=str(n), outcome="PENDING" if version % 2 else "HIRED", candidate_id=parent, job_id=parent,
            current_stage_id=parent, remote_updated_at=f"v{version}",
        ),
        "ats_join_jobs_application_stages": lambda: JobStage(
            remote_id=f"{n}/{n}", job_id=parent, stage_id=parent, index=version
        ),
    }  # fmt: skip
    return records[model]()


class Scene:
    """An integration, its writers and its two readers, driven one step at a time."""

    def __init__(self, world: World, client: TestClient[Any], no: int, skew: float, ahead: float) -> None:
        self.world, self.client, self.skew = world, client, dt.timedelta(seconds=skew)
        self.integration: Integration = world.integrate(no)
        self.headers = world.headers(self.integration)
        self.real, self.off, self.version = NOW, dt.timedelta(seconds=ahead), 0
        self.server_now = SharedClock(world.store.database, lambda: self.real + self.off, lambda: 0.0)
        self.alive: dict[tuple[str, int], bool] = {}
        self.slow: tuple[threading.Thread, threading.Event] | None = None
        self.by_time: dict[tuple[str, str], Any] = {}
        self.by_feed: dict[tuple[str, str], Any] = {}
        self.since: str | None = None
        self.walk: list[Any] = []
        """What is left of the walk by time: (model, cursor); its beginning is kept beside it."""
        self.began = ""
        self.after = 0

    def passes(self, seconds: float) -> None:
        """Let time pass for everybody."""
        self.real += dt.timedelta(seconds=seconds)

    def step_back(self, seconds: float) -> None:
        """The clock of the server's machine steps back, because it was ahead."""
        self.off -= dt.timedelta(seconds=seconds)

    def tick(self) -> None:
        """Time never stands still between two things."""
        self.passes(0.001)

    def commit(self, choices: list[tuple[str, int]], is_slow: bool) -> None:
        """Write a batch: what is not there is created, what is there changes or goes. A slow one hangs in its turn."""
        self.finish()
        batches: dict[str, Writes] = {}
        for model, n in dict.fromkeys(choices):
            self.version += 1
            writes = batches.setdefault(model, Writes())
            self._choose(writes, model, n)
        reached, go = threading.Event(), threading.Event()

        def stamp() -> str:
            taken = timestamp(self.server_now())
            reached.set()
            if is_slow:
                go.wait(20)
            return taken

        thread = threading.Thread(
            target=self.world.store.commit_many, args=(self.integration, list(batches.items()), stamp)
        )
        thread.start()
        assert reached.wait(20)
        self.slow = (thread, go)
        if not is_slow:
            self.finish()

    def _choose(self, writes: Writes, model: str, n: int) -> None:
        was = self.alive.get((model, n))
        new: Row = row(self.integration.id, MODELS[model], made(model, n, self.version), self.version)
        if was and self.version % 5 == 0:
            writes.deleted.append(new.id)
            self.alive[model, n] = False
        else:
            (writes.created if was is None else writes.updated).append(new)
            self.alive[model, n] = True

    def finish(self) -> None:
        """Let the slow commit end."""
        if self.slow is not None:
            self.slow[1].set()
            self.slow[0].join()
            self.slow = None
        self.tick()

    def settle(self) -> None:
        """Say that nothing is under way, as the end of a sync does."""
        if self.slow is None:
            self.world.store.settle(self.integration.no, lambda: timestamp(self.server_now()))

    def read_by_time(self) -> None:
        """Read one page: of the walk that goes on, or of a new one from the time the last one began."""
        self.tick()
        if not self.walk:
            self.walk = [(model, None) for model in PATHS]
            self.began = timestamp(self.real + self.skew)
        model, cursor = self.walk.pop(0)
        asked = {"page_size": 2, "include_deleted": "true"} | ({"cursor": cursor} if cursor else {})
        page = self._get(f"/v1/ats/{PATHS[model]}", asked | ({"updated_after": self.since} if self.since else {}))
        for record in page["results"]:
            self.by_time[model, record["id"]] = own(record)
        if page["next"]:
            self.walk.insert(0, (model, page["next"]))
        elif not self.walk:
            self.since = self.began

    def read_feed(self, limit: int) -> None:
        """Read a piece of the feed, and the records it names."""
        self.tick()
        data = self._get("/v1/changes", {"after": self.after, "limit": limit})
        assert [c["sequence"] for c in data["results"]] == list(range(self.after + 1, data["next"] + 1))
        self.after = data["next"]
        for model in {c["model"] for c in data["results"]}:
            changes = {c["id"]: c for c in data["results"] if c["model"] == model}
            if model in PATHS:
                asked = {"ids": ",".join(changes), "include_deleted": "true", "page_size": 250}
                records = self._get(f"/v1/ats/{PATHS[model]}", asked)["results"]
                assert {r["id"] for r in records} == set(changes)
                self.by_feed |= {(model, r["id"]): own(r) for r in records}
            else:
                self.by_feed |= {(model, i): c["kind"] != "deleted" for i, c in changes.items()}

    def _get(self, path: str, asked: dict[str, Any]) -> Any:
        answer = self.client.get(path, params=asked, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def truth(self) -> dict[tuple[str, str], Any]:
        """Return all that the mirror holds, tombstones too."""
        found: dict[tuple[str, str], Any] = {}
        for model, path in PATHS.items():
            page = self._get(f"/v1/ats/{path}", {"page_size": 250, "include_deleted": "true"})
            found |= {(model, r["id"]): own(r) for r in page["results"]}
        return found

    def joins(self) -> dict[tuple[str, str], bool]:
        """Return the joins that were ever there, and whether they still are."""
        return {
            (model, record_id(self.integration.id, model, made(model, n, 0).remote_id)): is_alive
            for (model, n), is_alive in self.alive.items()
            if model not in PATHS
        }


def own(record: dict[str, Any]) -> dict[str, Any]:
    """Return what is the record's own, and of a candidate the applications, whose changes count for it."""
    kept = {k: v for k, v in record.items() if k not in EMBEDDED and not isinstance(v, dict | list)}
    if "applications" in record:
        kept["applications"] = sorted((a["id"], a["outcome"], a["changed_at"]) for a in record["applications"])
    return kept


def bare(copy: dict[tuple[str, str], Any]) -> dict[tuple[str, str], Any]:
    """Return a copy without what a record shows of others: the feed tells of those under their own names."""
    return {
        key: {k: v for k, v in record.items() if k != "applications"} if isinstance(record, dict) else record
        for key, record in copy.items()
    }


CHOICES = st.lists(
    st.tuples(st.sampled_from([*PATHS, "ats_join_jobs_application_stages"]), st.integers(0, 5)), min_size=1, max_size=6
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("commit"), CHOICES, st.booleans()),
        st.tuples(st.just("commit"), CHOICES, st.booleans()),
        st.tuples(st.just("finish")),
        st.tuples(st.just("settle")),
        st.tuples(st.just("passes"), st.sampled_from([0.0, 0.001, 1.0, 9.0, 30.0, 4000.0])),
        st.tuples(st.just("step_back"), st.sampled_from([0.5, 20.0, 3600.0])),
        st.tuples(st.just("read_by_time")),
        st.tuples(st.just("read_by_time")),
        st.tuples(st.just("read_feed"), st.integers(1, 7)),
    ),
    max_size=25,
)

_numbers = itertools.count(1)


@pytest.mark.timeout(3600)
@settings(
    max_examples=RUNS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(steps=STEPS, skew=st.floats(-60, SKEWED_MOST))
def test_both_copies_equal_the_mirror(store: Store, steps: list[Any], skew: float) -> None:
    """Random commits, fast and slow, between the pages of two readers, one with a clock of its own."""
    environment = store.create_environment("Readers", NOW)
    world = World(
        store=store, environment=environment, key="", config=Config(requests_per_minute=0), now=[NOW], woken=[],
        connectors={"personio": connector()},
    )  # fmt: skip
    key = crypto.new_api_key()
    store.add_api_key(environment.id, "test", crypto.api_key_hash(key), key[:12], NOW)
    world.key = key
    with world.client() as client:
        ahead = sum(step[1] for step in steps if step[0] == "step_back")
        scene = Scene(world, client, next(_numbers), skew, ahead)
        for name, *arguments in steps:
            getattr(scene, name)(*arguments)
        scene.finish()
        scene.read_by_time()
        while scene.walk:
            scene.read_by_time()
        scene.read_by_time()  # once more, from the time the walk before began
        while scene.walk:
            scene.read_by_time()
        while scene.after < store.latest(scene.integration.no):
            scene.read_feed(5)
        truth = scene.truth()
        assert scene.by_time == truth
        wanted, copied = bare(truth | scene.joins()), bare(scene.by_feed)
        assert {key: (copied.get(key), record) for key, record in wanted.items() if copied.get(key) != record} == {}
        assert copied.keys() == wanted.keys()
        assert set(RECORDS) >= {model for model, _ in scene.by_feed}
