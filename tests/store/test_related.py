"""What pages embed from memory: never older than the last commit, never of two moments."""

import threading
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from atsume.model.ats.applications import Application
from atsume.model.ats.jobs import Job
from atsume.model.record import Record
from atsume.store.rows import Writes
from atsume.store.store import Store
from tests.store.world import APPLICATION, CANDIDATE, JOB, JOB_STAGE, STAGE, World, moment

COMMITS = 25


@pytest.fixture
def other(url: str) -> Iterator[Store]:
    """The same database, opened by another process's store."""
    store = Store.open(url)
    yield store
    store.close()


@pytest.mark.parametrize(
    ("how", "record", "job", "stage", "index"),
    [
        ("updated", replace(JOB, name="Other"), "Other", STAGE.name, 3),
        ("quiet", replace(JOB, name="Other"), "Other", STAGE.name, 3),
        ("deleted", JOB, None, STAGE.name, 3),
        ("updated", replace(STAGE, name="Offer"), JOB.name, "Offer", 3),
        ("deleted", STAGE, JOB.name, None, None),
        ("updated", replace(JOB_STAGE, index=7), JOB.name, STAGE.name, 7),
        ("deleted", JOB_STAGE, JOB.name, STAGE.name, None),
    ],
)
@pytest.mark.parametrize("model", ["ats_applications", "ats_candidates"])
def test_a_change_shows_in_the_next_page(
    world: World, other: Store, model: str, how: str, record: Record, job: str | None, stage: str | None, index: int
) -> None:
    """A job, a stage or a place that another process changed is embedded as it is now."""
    world.fill()
    assert _embedded(world, model) == (JOB.name, STAGE.name, 3)
    mine, world.store = world.store, other
    world.write(how, record, day=2)
    world.store = mine
    assert _embedded(world, model) == (job, stage, index)


def test_what_comes_later_is_embedded(world: World) -> None:
    """A job and a stage that come after the application that names them are null until then, and not a page longer."""
    for record in (CANDIDATE, APPLICATION):
        world.write("created", record)
    assert _embedded(world, "ats_applications") == (None, None, None)
    world.write("created", JOB)
    assert _embedded(world, "ats_applications") == (JOB.name, None, None)
    world.write("created", STAGE)
    world.write("created", JOB_STAGE)
    assert _embedded(world, "ats_applications") == (JOB.name, STAGE.name, 3)


def test_integrations_do_not_share(store: Store) -> None:
    """Two integrations with the same remote ids embed their own jobs."""
    worlds = [World(store, name) for name in ("Acme", "Beta")]
    for world, name in zip(worlds, ("of Acme", "of Beta"), strict=True):
        world.fill()
        world.write("updated", replace(JOB, name=name), day=2)
    assert [_embedded(world, "ats_applications")[0] for world in worlds] == ["of Acme", "of Beta"]


def test_a_page_is_of_one_moment(world: World, other: Store) -> None:
    """While somebody renames jobs and moves applications in one commit, no page mixes two commits."""
    world.fill()
    for remote_id in ("j0", "j2"):
        world.write("created", Job(remote_id=remote_id, name=remote_id))
    done = threading.Event()

    def rename() -> None:
        for n in range(COMMITS):
            rows = [world.row(Job(remote_id=f"j{at}", name=f"turn {n} of {at}"), 100 + n) for at in range(3)]
            moved = world.row(Application(remote_id="a1", candidate_id="c1", job_id=f"j{n % 3}"), 100 + n)
            moves = [("ats_jobs", Writes(updated=rows)), ("ats_applications", Writes(updated=[moved]))]
            other.commit_many(world.integration, moves, moment(2))
        done.set()

    threading.Thread(target=rename, daemon=True).start()
    seen: set[str] = set()
    while not done.is_set():
        (application,) = world.listed("ats_applications")
        seen.add(application["job"]["name"])
    (application,) = world.listed("ats_applications")
    assert application["job"]["name"] == f"turn {COMMITS - 1} of {(COMMITS - 1) % 3}"
    mixed = [name for name in seen if name.startswith("turn") and int(name.split()[1]) % 3 != int(name.split()[3])]
    assert mixed == []


def _embedded(world: World, model: str) -> tuple[str | None, str | None, int | None]:
    """Return names of job and stage, and the stage's index, as the only record embeds them."""
    (record,) = world.listed(model)
    if model == "ats_candidates":
        (record,) = record["applications"]
    job, stage = record["job"], record["current_stage"]
    return job and job["name"], stage and stage["name"], stage and stage["index"]
