"""Lists: pages, filters and the wire records composed in the database."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atsume.model.ats.applications import Application, ApplicationEmbed
from atsume.model.ats.candidates import Candidate, CandidateEmbed, EmailAddress
from atsume.model.ats.jobs import Job, JobEmbed
from atsume.model.ats.screening_questions import JobQuestion, Question, QuestionEmbed
from atsume.model.ats.stages import JobStage, Stage, StageEmbed
from atsume.model.ats.users import HiringTeamMember, User, UserEmbed
from atsume.store.rows import Filter, Op
from tests.store.world import (
    APPLICATION,
    CANDIDATE,
    JOB,
    JOB_STAGE,
    MEMBER,
    QUESTION,
    STAGE,
    USER,
    World,
    moment,
)

SHARED = {"id", "changed_at", "remote_deleted_at"}
JOB_LISTS = {"stages", "screening_questions", "job_postings", "hiring_team"}


def _keys(struct: type, *more: str) -> set[str]:
    return set(struct.__struct_fields__) | set(more)


def test_a_job_on_the_wire(world: World) -> None:
    """Exactly the keys of the contract, its joins inside."""
    world.fill()
    (job,) = world.listed("ats_jobs")
    assert set(job) == (_keys(Job) - {"was_published"}) | SHARED | JOB_LISTS
    assert (job["id"], job["name"], job["job_postings"]) == (world.id("ats_jobs", "j1"), JOB.name, [])
    (stage,), (question,), (member,) = job["stages"], job["screening_questions"], job["hiring_team"]
    assert set(stage) == _keys(StageEmbed, "index", "remote_data")
    assert (stage["name"], stage["index"], stage["remote_data"]) == (STAGE.name, 3, None)
    more = {"required", "index", "precondition_question_id", "precondition_options"}
    assert set(question) == _keys(QuestionEmbed, *more)
    assert (question["required"], question["index"], question["format"]) == (True, 0, {"type": "BOOLEAN"})
    assert set(member) == _keys(UserEmbed, "hiring_team_roles", "job_roles")
    assert (member["id"], member["hiring_team_roles"]) == (world.id("ats_users", "u1"), ["RECRUITER"])
    assert member["job_roles"] == [
        {"remote_id": None, "remote_label": "R", "unified_type": "RECRUITER", "scope": "JOB"}
    ]


def test_a_candidate_on_the_wire(world: World) -> None:
    """Exactly the keys of the contract, the applications inside, with their stage and job."""
    world.fill()
    (candidate,) = world.listed("ats_candidates")
    assert set(candidate) == _keys(Candidate, "applications", "tags") | SHARED
    assert candidate["tags"] == []
    (application,) = candidate["applications"]
    assert set(application) == _keys(ApplicationEmbed, "changed_at", "current_stage", "job")
    assert application["current_stage"] == {
        "id": world.id("ats_application_stages", "s1"), "name": STAGE.name, "remote_id": "s1", "index": 3,
    }  # fmt: skip
    assert application["job"] == {"id": world.id("ats_jobs", "j1"), "name": JOB.name, "remote_id": "j1"}


def test_an_application_on_the_wire(world: World) -> None:
    """Exactly the keys of the contract, candidate, stage and job inside."""
    world.fill()
    (application,) = world.listed("ats_applications")
    nested = {"candidate", "current_stage", "job", "interviews", "offers"}
    assert set(application) == (_keys(Application) - {"source"}) | SHARED | nested
    assert (application["interviews"], application["offers"]) == ([], [])
    assert set(application["candidate"]) == _keys(CandidateEmbed)
    assert set(application["current_stage"]) == _keys(StageEmbed, "index")
    assert application["current_stage"]["index"] == 3
    assert set(application["job"]) == _keys(JobEmbed)


def test_stages_and_users_on_the_wire(world: World) -> None:
    """Their own keys; users have system roles, none."""
    world.fill()
    (stage,), (user,) = world.listed("ats_application_stages"), world.listed("ats_users")
    assert set(stage) == _keys(Stage) | SHARED
    assert set(user) == _keys(User, "system_roles") | SHARED
    assert user["system_roles"] == []


def test_what_is_gone_is_not_embedded(world: World) -> None:
    """Tombstoned relations embed as null or leave their list; the ids stay."""
    world.fill()
    for record in (CANDIDATE, STAGE, USER, QUESTION):
        world.write("deleted", record, day=2)
    (application,) = world.listed("ats_applications")
    assert (application["candidate"], application["current_stage"]) == (None, None)
    assert application["candidate_id"] == world.id("ats_candidates", "c1")
    (job,) = world.listed("ats_jobs")
    assert (job["stages"], job["hiring_team"], job["screening_questions"]) == ([], [], [])
    world.write("deleted", JOB, day=2)
    (application,) = world.listed("ats_applications")
    assert application["job"] is None
    world.write("updated", CANDIDATE, day=3)
    (application,) = world.listed("ats_applications")
    assert application["candidate"]["remote_id"] == "c1"
    assert [a["job"] for a in world.listed("ats_candidates")[0]["applications"]] == [None]


def test_a_join_that_is_gone_leaves_its_list(world: World) -> None:
    """A tombstoned join hides what it joined; the stage of an application loses its index only."""
    world.fill()
    world.write("deleted", JOB_STAGE)
    world.write("deleted", MEMBER)
    (job,) = world.listed("ats_jobs")
    assert (job["stages"], job["hiring_team"]) == ([], [])
    assert world.listed("ats_applications")[0]["current_stage"]["index"] is None
    assert world.listed("ats_users")[0]["remote_deleted_at"] is None


def test_a_record_without_relations(world: World) -> None:
    """References to nothing and to what was never held embed as null."""
    world.write("created", Application(remote_id="a"), Application(remote_id="b", candidate_id="nobody", job_id="none"))
    for application in world.listed("ats_applications"):
        assert (application["candidate"], application["current_stage"], application["job"]) == (None, None, None)


def test_order_inside_records(world: World) -> None:
    """Stages by place, unknown places last; newest application first, undated ones last."""
    world.write("created", JOB)
    world.write("created", *(Stage(remote_id=s) for s in "abc"))
    places = {"a": None, "b": 2, "c": 1}
    world.write(
        "created", *(JobStage(remote_id=f"j1/{s}", job_id="j1", stage_id=s, index=n) for s, n in places.items())
    )
    assert [s["remote_id"] for s in world.listed("ats_jobs")[0]["stages"]] == ["c", "b", "a"]
    world.write("created", CANDIDATE)
    dates = {"x": moment(1), "y": None, "z": moment(2)}
    world.write(
        "created", *(Application(remote_id=a, candidate_id="c1", remote_created_at=d) for a, d in dates.items())
    )
    assert [a["remote_id"] for a in world.listed("ats_candidates")[0]["applications"]] == ["z", "x", "y"]


def test_order_of_questions(world: World) -> None:
    """Questions stand in the order of the form."""
    world.write("created", JOB)
    world.write("created", *(Question(remote_id=q) for q in "abc"))
    joins = [JobQuestion(remote_id=f"j1/{q}", job_id="j1", question_id=q, index=9 - n) for n, q in enumerate("abc")]
    world.write("created", *joins)
    assert [q["remote_id"] for q in world.listed("ats_jobs")[0]["screening_questions"]] == ["c", "b", "a"]


@pytest.mark.parametrize("size", [1, 7, 100])
@pytest.mark.parametrize("wanted", [{}, {"updated_after": moment(1)}, {"include_deleted": True}], ids=str)
def test_a_walk_sees_every_record_once(world: World, size: int, wanted: dict[str, Any]) -> None:
    """Whatever the page size."""
    for day, start in ((1, 0), (2, 10), (1, 20)):
        world.write("created", *(User(remote_id=str(n)) for n in range(start, start + 10)), day=day)
    world.write("deleted", User(remote_id="3"), day=2)
    expected = {str(n) for n in range(30)} - (set() if "include_deleted" in wanted else {"3"})
    found = world.walk("ats_users", size, **wanted)
    assert len(found) == len(expected)
    assert set(found) == expected


@pytest.mark.parametrize("size", [1, 7])
@pytest.mark.parametrize("wanted", [{}, {"updated_after": moment(1)}], ids=str)
def test_a_walk_while_rows_change(world: World, size: int, wanted: dict[str, Any]) -> None:
    """Records that do not change are seen exactly once; by touch order, those that change are seen again."""
    world.write("created", *(User(remote_id=str(n)) for n in range(20)))
    first = world.page("ats_users", limit=size, **wanted)
    world.write("updated", User(remote_id="0"), User(remote_id="15"), day=2)
    world.write("created", User(remote_id="new"), day=2)
    after = {"after_seq": first.next_seq, "after_touched_at": first.next_touched_at}
    rest: list[str] = []
    while after["after_seq"] is not None:
        rest += world.remote_ids("ats_users", limit=size, **wanted, **after)
        page = world.page("ats_users", limit=size, **wanted, **after)
        after = {"after_seq": page.next_seq, "after_touched_at": page.next_touched_at}
    changed = ["0", "15", "new"]
    still = [str(n) for n in range(size, 20) if str(n) not in changed]
    assert [r for r in rest if r not in changed] == still
    assert [r for r in rest if r in changed] == (changed if wanted else ["15", "new"])


def test_the_page_ends_where_the_records_end(world: World) -> None:
    """A page that is exactly full has no next one; no records, no bytes."""
    world.write("created", *(User(remote_id=str(n)) for n in range(4)))
    assert world.page("ats_users", limit=4).next_seq is None
    assert world.page("ats_users", limit=3).next_seq == 3
    empty = world.page("ats_jobs")
    assert (empty.results, empty.count, empty.next_seq) == (b"", 0, None)


CASES = [
    ("ats_users",        Filter("email", Op.IN, ("ada@example.com", "x")),                       ["u1"]),
    ("ats_users",        Filter("remote_id", Op.IN, ("u2", "u1")),                               ["u1", "u2"]),
    ("ats_users",        Filter("remote_id", Op.IN, ()),                                         []),
    ("ats_users",        Filter("email", Op.NOTHING, ("ada@example.com",)),                      []),
    ("ats_jobs",         Filter("status", Op.IN, ("OPEN", "DRAFT")),                             ["j1"]),
    ("ats_jobs",         Filter("name_lower", Op.CONTAINS, ("100% ",)),                          ["j1"]),
    ("ats_jobs",         Filter("name_lower", Op.CONTAINS, ("0%\"",)),                           []),
    ("ats_jobs",         Filter("name_lower", Op.CONTAINS, ("_",)),                              []),
    ("ats_jobs",         Filter("name_lower", Op.CONTAINS, ("\\",)),                             ["j1"]),
    ("ats_jobs",         Filter("remote_created_at", Op.SINCE, (moment(5),)),                    ["j2"]),
    ("ats_candidates",   Filter("emails", Op.HAS_LINE, ("jo@x.de",)),                            ["c1"]),
    ("ats_candidates",   Filter("emails", Op.HAS_LINE, ("o@x.de",)),                             []),
    ("ats_candidates",   Filter("emails", Op.HAS_LINE, ("b@x.de", "jo@x.de")),                   ["c1", "c2"]),
    ("ats_candidates",   Filter("last_name_lower", Op.IN, ("bérg",)),                            ["c1"]),
    ("ats_applications", Filter("outcome", Op.IN, ("PENDING",)),                                 ["a1"]),
]  # fmt: skip


@pytest.mark.parametrize(("model", "wanted", "expected"), CASES)
def test_filters(world: World, model: str, wanted: Filter, expected: list[str]) -> None:
    """One row, one case; alone and by touch order."""
    world.fill()
    world.write("created", User(remote_id="u2"))
    world.write("created", Job(remote_id="j2", remote_created_at=moment(5)))
    addresses = [EmailAddress(email_address=a) for a in ("a@x.de", "b@x.de")]
    world.write("created", Candidate(remote_id="c2", email_addresses=addresses))
    assert world.remote_ids(model, filters=(wanted,)) == expected
    assert world.remote_ids(model, filters=(wanted,), updated_after=moment(1)) == expected
    assert world.remote_ids(model, filters=(wanted,), updated_after=moment(9)) == []


def test_filters_by_our_ids(world: World) -> None:
    """Ids, references and the job of a live application; filters are ANDed."""
    world.fill()
    world.write("created", Candidate(remote_id="c2"))
    world.write("created", Application(remote_id="a2", candidate_id="c2", job_id="j1", outcome="HIRED"))
    job, other = world.id("ats_jobs", "j1"), world.id("ats_jobs", "j2")
    of_job = Filter("job_id", Op.IN, (job, other))
    assert world.remote_ids("ats_applications", filters=(of_job,)) == ["a1", "a2"]
    assert world.remote_ids("ats_applications", filters=(of_job, Filter("outcome", Op.IN, ("HIRED",)))) == ["a2"]
    assert world.remote_ids("ats_applications", filters=(Filter("job_id", Op.IN, (other,)),)) == []
    applied = Filter("id", Op.HAS_APPLICATION_FOR, (job,))
    assert world.remote_ids("ats_candidates", filters=(applied,)) == ["c1", "c2"]
    world.write("deleted", APPLICATION)
    assert world.remote_ids("ats_candidates", filters=(applied,)) == ["c2"]
    assert world.remote_ids("ats_candidates", filters=(Filter("id", Op.IN, (world.id("ats_candidates", "c1"),)),)) == [
        "c1"
    ]


def test_a_member_without_roles(world: World) -> None:
    """Lists are never null."""
    world.write("created", JOB)
    world.write("created", USER)
    world.write("created", HiringTeamMember(remote_id="j1/u1", job_id="j1", user_id="u1"))
    (member,) = world.listed("ats_jobs")[0]["hiring_team"]
    assert (member["hiring_team_roles"], member["job_roles"]) == ([], [])


_STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "delete"]), st.sets(st.integers(0, 9), min_size=1), st.booleans()), max_size=8
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS, size=st.integers(1, 12), since=st.integers(1, 9), deleted=st.booleans())
def test_a_walk_is_the_model(world: World, steps: list[Any], size: int, since: int, deleted: bool) -> None:
    """Whatever was written in whatever order, a walk gives what a dictionary would."""
    fresh = World(world.store)
    rows: dict[int, tuple[int, bool]] = {}
    for day, (what, numbers, _) in enumerate(steps, 1):
        new = [n for n in sorted(numbers) if n not in rows]
        old = [n for n in sorted(numbers) if n in rows]
        if what == "write":
            for how, some in (("created", new), ("updated", old)):
                if some:
                    fresh.write(how, *(User(remote_id=str(n)) for n in some), day=day)
            rows |= {n: (day, True) for n in new + old}
        elif old:
            fresh.write("deleted", *(User(remote_id=str(n)) for n in old), day=day)
            rows |= {n: (day, False) for n in old if rows[n][1]}
    shown = {str(n): day for n, (day, live) in rows.items() if live or deleted}
    assert fresh.walk("ats_users", size, include_deleted=deleted) == list(shown)
    order = list(shown)
    late = sorted((n for n in order if shown[n] >= since), key=lambda n: (shown[n], order.index(n)))
    assert fresh.walk("ats_users", size, include_deleted=deleted, updated_after=moment(since)) == late
