"""Commits: one promise, two engines."""

import msgspec
import pytest

from atsume.ids import random_id
from atsume.model.ats.applications import Application
from atsume.model.ats.candidates import Candidate
from atsume.model.ats.users import User
from atsume.store.erasure import KEPT
from atsume.store.rows import Committed, Writes
from atsume.store.store import StoreError
from tests.store.world import APPLICATION, CANDIDATE, EVERYTHING, JOB, MODEL_OF, USER, World, moment

BY_MODEL = {MODEL_OF[type(record)]: record for record in EVERYTHING}


@pytest.mark.parametrize("model", BY_MODEL)
def test_what_is_committed_is_held(world: World, model: str) -> None:
    """Every model: created, held, counted, numbered from 1."""
    record = BY_MODEL[model]
    assert world.store.is_empty(model, world.integration.no)
    assert world.write("created", record) == Committed(created=1, updated=0, deleted=0)
    (ident, held), *rest = world.store.held(model, [world.id(model, record.remote_id), random_id()]).items()
    assert rest == []
    assert (ident, held.seq, held.remote_fingerprint, held.fingerprint, held.is_deleted) == (
        world.id(model, record.remote_id), 1, 1, 1, False,
    )  # fmt: skip
    assert world.store.high_water(model, world.integration.no) == 1
    assert world.store.counts(world.integration.no)[model] == 1


@pytest.mark.parametrize(
    ("steps", "listed"),
    [
        ([("created", 1)],                                    ("old", 1, None)),
        ([("created", 1), ("updated", 2)],                    ("new", 2, None)),
        ([("created", 1), ("quiet", 2)],                      ("new", 1, None)),
        ([("created", 1), ("deleted", 2)],                    ("old", 2, 2)),
        ([("created", 1), ("deleted", 2), ("deleted", 3)],    ("old", 2, 2)),
        ([("created", 1), ("deleted", 2), ("updated", 3)],    ("new", 3, None)),
    ],
)  # fmt: skip
def test_life_of_a_row(world: World, steps: list[tuple[str, int]], listed: tuple[str, int, int | None]) -> None:
    """Own changes move the change time, quiet ones do not, a tombstone keeps its day and can come back."""
    for how, day in steps:
        name = "old" if how == "created" else "new"
        world.write(how, User(remote_id="u1", first_name=name), day=day)
    (user,) = world.listed("ats_users", include_deleted=True)
    name, changed, deleted = listed
    assert (user["first_name"], user["changed_at"]) == (name, moment(changed))
    assert user["remote_deleted_at"] == (deleted and moment(deleted))
    assert len(world.listed("ats_users")) == (deleted is None)
    assert [r[2] for r in world.store.live_rows("ats_users", world.integration.no, 9)] == ["u1"] * (deleted is None)


def test_counts_of_a_commit(world: World) -> None:
    """What is counted is what changed: a second tombstone is none."""
    world.write("created", USER, User(remote_id="u2"), User(remote_id="u3"))
    writes = Writes(
        created=[world.row(User(remote_id="u4"))],
        updated=[world.row(USER)],
        quiet=[world.row(User(remote_id="u2"))],
        deleted=[world.id("ats_users", "u3")],
    )
    assert world.store.commit("ats_users", world.integration, writes, moment(2)) == Committed(1, 1, 1)
    assert world.write("deleted", User(remote_id="u3")) == Committed(0, 0, 0)


@pytest.mark.parametrize("bad", ["created", "updated", "quiet"])
def test_all_or_nothing(world: World, bad: str) -> None:
    """One row that cannot be written takes all others with it, also those of other models."""
    world.write("created", USER)
    spoilt = USER if bad == "created" else User(remote_id="nobody")
    batches = [
        ("ats_jobs", Writes(created=[world.row(JOB)])),
        ("ats_users", Writes(created=[world.row(User(remote_id="u2"))], deleted=[world.id("ats_users", "u1")])),
        ("ats_users", Writes(**{bad: [world.row(spoilt)]})),
    ]
    with pytest.raises(StoreError):
        world.store.commit_many(world.integration, batches, moment(2))
    assert world.remote_ids("ats_users") == ["u1"]
    assert world.listed("ats_jobs") == []
    assert world.write("created", User(remote_id="u2")) == Committed(1, 0, 0)


def test_held_takes_thousands(world: World) -> None:
    """A page may be as long as it likes, and empty."""
    records = [User(remote_id=str(n)) for n in range(3000)]
    world.write("created", *records)
    ids = [world.id("ats_users", r.remote_id) for r in records]
    assert [h.seq for h in map(world.store.held("ats_users", ids).get, ids) if h] == list(range(1, 3001))
    assert world.store.held("ats_users", []) == {}


def test_live_rows_are_walked_in_pieces(world: World) -> None:
    """After one number, up to another, at most so many."""
    world.write("created", *(User(remote_id=str(n)) for n in range(10)))
    world.write("deleted", User(remote_id="4"))
    rows = world.store.live_rows("ats_users", world.integration.no, up_to_seq=9, after_seq=2, limit=5)
    assert [(seq, remote_id) for seq, _, remote_id in rows] == [(3, "2"), (4, "3"), (6, "5"), (7, "6"), (8, "7")]
    assert rows[0][1] == world.id("ats_users", "2")


def test_integrations_do_not_see_each_other(world: World) -> None:
    """Every read is of one integration."""
    other = World(world.store, "Other")
    world.write("created", USER)
    other.write("created", User(remote_id="u9"), User(remote_id="u1"))
    assert world.remote_ids("ats_users") == ["u1"]
    assert other.remote_ids("ats_users") == ["u9", "u1"]
    assert world.store.high_water("ats_users", world.integration.no) == 1
    assert other.store.counts(other.integration.no)["ats_users"] == 2


def test_erasing_an_integration(world: World) -> None:
    """Nothing of it stays, nothing of others goes, and a late commit is refused."""
    other = World(world.store, "Other")
    world.fill()
    other.fill()
    held = world.store.left_of_integration(world.integration)
    kept = {table: count for table, count in held.items() if table in KEPT}
    assert (len(held), set(kept)) == (2 * len(EVERYTHING) + 4, {"outbox"})
    assert world.store.erase_integration(world.integration) | kept == held
    assert world.store.erase_integration(world.integration) == {}
    assert world.store.left_of_integration(world.integration) == kept
    assert set(world.store.counts(world.integration.no).values()) == {0}
    assert set(other.store.counts(other.integration.no).values()) == {1}
    with pytest.raises(StoreError, match="does not exist"):
        world.write("created", User(remote_id="late"))


def test_stale_records_are_mapped_again(world: World) -> None:
    """Forgetting remote fingerprints changes nothing else."""
    world.write("created", USER)
    world.store.mark_stale("ats_users", world.integration.no)
    (held,) = world.store.held("ats_users", [world.id("ats_users", "u1")]).values()
    assert (held.remote_fingerprint, held.fingerprint) == (0, 1)
    assert world.listed("ats_users")[0]["changed_at"] == moment(1)


@pytest.mark.parametrize("text", ["\0", "a\tb\nc\\d", "\\N", "\\.", "ünï😀", "%s", "'\"", "{1,NULL}", ""])
def test_any_text_survives(world: World, text: str) -> None:
    """No text, however odd, breaks a batch or comes back different on the wire."""
    user = User(remote_id=f"u{text}", first_name=text, email=f"{text}@x.de")
    world.write("created", user)
    world.write("updated", user, day=2)
    (found,) = world.listed("ats_users")
    assert (found["first_name"], found["email"]) == (text, f"{text}@x.de")


def _touched(world: World, model: str, day: int) -> list[str]:
    return world.remote_ids(model, updated_after=moment(day))


@pytest.mark.parametrize("how", ["created", "updated", "quiet", "deleted"])
@pytest.mark.parametrize(
    ("source", "counts_for"),
    [
        ("ats_users", []),
        ("ats_jobs", []),
        ("ats_application_stages", []),
        ("ats_candidates", ["ats_applications"]),
        ("ats_applications", ["ats_candidates"]),
        ("ats_screening_questions", ["ats_jobs"]),
        ("ats_join_jobs_application_stages", ["ats_jobs"]),
        ("ats_join_jobs_screening_questions", ["ats_jobs"]),
        ("ats_join_jobs_users", ["ats_jobs"]),
    ],
)
def test_which_changes_count_for_others(world: World, how: str, source: str, counts_for: list[str]) -> None:
    """The updated_after matrices: whose filter a change of a related record passes. Never their change time."""
    for model, record in BY_MODEL.items():
        if model != source or how != "created":
            world.write("created", record, touch=False)
    world.write(how, BY_MODEL[source], day=2)
    for model in ("ats_jobs", "ats_candidates", "ats_applications", "ats_users", "ats_application_stages"):
        if model != source:
            expected = [BY_MODEL[model].remote_id] if model in counts_for and how != "quiet" else []
            assert _touched(world, model, 2) == expected, model
            assert world.listed(model)[0]["changed_at"] == moment(1)


def test_the_candidate_an_application_left_is_touched_too(world: World) -> None:
    """An application that moves to another candidate changes both."""
    world.write("created", CANDIDATE, Candidate(remote_id="c2"), Candidate(remote_id="c3"))
    world.write("created", APPLICATION)
    world.write("updated", msgspec.structs.replace(APPLICATION, candidate_id="c2"), day=3)
    assert _touched(world, "ats_candidates", 3) == ["c1", "c2"]


@pytest.mark.parametrize(("how", "touch", "print_"), [
    ("created", True, 0), ("updated", True, 0), ("quiet", True, 0), ("deleted", True, 0), ("updated", False, 1),
])  # fmt: skip
def test_candidates_are_made_from_applications_too(world: World, how: str, touch: bool, print_: int) -> None:
    """A change of an application has its candidate mapped again, however quiet it is."""
    world.write("created", CANDIDATE)
    if how != "created":
        world.write("created", APPLICATION, touch=False)
    world.write(how, APPLICATION, day=1, touch=touch)
    (held,) = world.store.held("ats_candidates", [world.id("ats_candidates", "c1")]).values()
    assert (held.remote_fingerprint, held.fingerprint) == (print_, 1)


def test_touching_never_goes_back(world: World) -> None:
    """A related change of an earlier day leaves a later one alone."""
    world.write("created", CANDIDATE, day=5)
    world.write("created", APPLICATION, day=2)
    assert _touched(world, "ats_candidates", 5) == ["c1"]


def test_many_applications_of_one_candidate(world: World) -> None:
    """A change of a candidate counts for all its live applications and no other."""
    mine = [Application(remote_id=str(n), candidate_id="c1") for n in range(3)]
    world.write("created", CANDIDATE, Candidate(remote_id="c2"))
    world.write("created", *mine, Application(remote_id="other", candidate_id="c2"), Application(remote_id="free"))
    world.write("deleted", mine[1], day=2)
    world.write("updated", CANDIDATE, day=3)
    assert world.remote_ids("ats_applications", updated_after=moment(3), include_deleted=True) == ["0", "2"]
