"""What a connector may ask of the mirror."""

import pytest

from atsume.model.ats.applications import Application
from atsume.model.ats.candidates import Candidate
from atsume.model.ats.jobs import Job
from atsume.model.ats.stages import Stage
from tests.store.world import JOB, World, moment


def test_the_newest_live_application_tells_the_source(world: World) -> None:
    """By remote creation, then remote id; tombstones do not count; candidates without applications are left out."""
    world.write("created", *(Candidate(remote_id=c) for c in ("c1", "c2", "c3", "c4")))
    cases = [("a", "c1", 1, "old"), ("b", "c1", 3, "new"), ("c", "c1", 5, "gone"), ("d", "c2", None, None),
             ("e", "c4", 2, "less"), ("f", "c4", 2, "more")]  # fmt: skip
    world.write(
        "created",
        *(
            Application(remote_id=a, candidate_id=c, remote_created_at=day and moment(day), source=source)
            for a, c, day, source in cases
        ),
    )
    world.write("deleted", Application(remote_id="c"))
    found = world.store.mirror(world.integration).latest_sources(["c1", "c2", "c3", "c4", "nobody"])
    assert found == {"c1": "new", "c2": None, "c4": "more"}


def test_sources_are_looked_up_by_candidate(world: World) -> None:
    """By its index, also when the planner knows nothing of the table yet and nothing of the values: or each page of a
    first sync would read all applications."""
    many = [Application(remote_id=str(n), candidate_id=f"c{n}") for n in range(3000)]
    world.write("created", *(Candidate(remote_id=one.candidate_id or "") for one in many))
    world.write("created", *many)
    database = world.store.database
    world.store.mirror(world.integration).latest_sources(["c1"])
    sql, ids = database.sql("latest_sources", lambda: pytest.fail("not asked yet")), database.listed(["x", "y"])
    reader = database.open_reader()
    if not database.is_sqlite:
        reader.execute("SET plan_cache_mode = force_generic_plan")
        reader.execute(f"PREPARE sources AS {sql.replace('%(ids)s', '$1')}")
        plan = str(reader.execute("EXPLAIN EXECUTE sources('{x,y}')").fetchall())
    else:
        plan = str(reader.execute(f"EXPLAIN QUERY PLAN {sql}", {"ids": ids}).fetchall())
    reader.close()
    assert "ix_ats_applications_candidate_id" in plan, plan
    dear = ("Seq Scan on ats_applications", "SCAN ats_applications", "ix_ats_applications_job_id")
    assert not [one for one in dear if one in plan], plan


def test_pairs_in_use(world: World) -> None:
    """Distinct pairs of live applications, also of jobs and stages that are gone; only this integration's."""
    other = World(world.store, "Other")
    other.fill()
    world.write("created", *(Job(remote_id=j) for j in ("j1", "j2", "j3")))
    world.write("created", *(Stage(remote_id=s) for s in ("s1", "s2", "s3")))
    pairs = [("j1", "s1"), ("j1", "s1"), ("j1", "s3"), ("j2", "s2"), ("j2", "s1"), ("j2", None), (None, "s1")]
    world.write(
        "created", *(Application(remote_id=str(n), job_id=j, current_stage_id=s) for n, (j, s) in enumerate(pairs))
    )
    world.write("deleted", Application(remote_id="4"))
    world.write("deleted", Job(remote_id="j2"))
    world.write("deleted", Stage(remote_id="s2"))
    assert world.store.mirror(world.integration).job_stages_in_use() == [("j1", "s1"), ("j1", "s3"), ("j2", "s2")]


def test_small_models(world: World) -> None:
    """Live remote ids, and columns beside them; flags are flags."""
    world.write("created", JOB, Job(remote_id="j2", was_published=False), Job(remote_id="j3"), Job(remote_id="j4"))
    world.write("deleted", Job(remote_id="j4"))
    mirror = world.store.mirror(world.integration)
    assert mirror.live("ats_jobs") == ["j1", "j2", "j3"]
    assert mirror.columns("ats_jobs", ["was_published", "status"]) == [
        ("j1", True, "OPEN"), ("j2", False, None), ("j3", None, None),
    ]  # fmt: skip
    assert mirror.columns("ats_jobs", ["status"]) == [("j1", "OPEN"), ("j2", None), ("j3", None)]


@pytest.mark.parametrize(("asked", "expected"), [(["j1", "j2", "x"], {"j1"}), (["j2"], set()), ([], set())])
def test_was_published(world: World, asked: list[str], expected: set[str]) -> None:
    """Those of the jobs asked for, tombstones too."""
    world.write("created", JOB, Job(remote_id="j2", was_published=False))
    world.write("deleted", JOB)
    assert world.store.mirror(world.integration).was_published(asked) == expected
