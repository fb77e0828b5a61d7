"""The feed on each engine: every change once, numbered without gaps, and what it knows about time."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from atsume.model.ats.users import User
from atsume.model.integration import SyncState, SyncType
from atsume.store.feed import MARGIN, FeedForgotten
from atsume.store.outbox import noted
from atsume.store.rows import Change, Writes
from atsume.store.store import StoreError
from tests.store.world import EVERYTHING, MEMBER, MODEL_OF, NOON, STAGE, USER, World, moment


def walked(world: World, size: int, after: int = 0) -> list[Change]:
    """Return the changes after a number, read in pieces."""
    found: list[Change] = []
    while True:
        page = world.store.changes(world.integration.no, after, size)
        found += page.changes
        assert page.latest >= page.next
        if not page.changes:
            assert page.next == after
            return found
        after = page.next


def users(first: int, last: int) -> list[User]:
    """Return users with these numbers."""
    return [User(remote_id=f"u{n}") for n in range(first, last + 1)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_every_change_is_told_once_in_order(world: World, size: int) -> None:
    """Created, updated, deleted, whatever the size of the pieces; quiet writes and empty ones are no changes."""
    world.write("created", *users(1, 5), day=1)
    world.write("quiet", *users(1, 2), day=2)
    world.write("updated", *users(2, 3), day=2)
    world.store.commit("ats_users", world.integration, Writes(), moment(3))
    world.store.commit_many(
        world.integration,
        [("ats_users", Writes(created=[world.row(User(remote_id="u6"))], deleted=[world.id("ats_users", "u1")])),
         ("ats_application_stages", Writes(created=[world.row(STAGE)]))],
        moment(4),
    )  # fmt: skip
    found = walked(world, size)
    assert [(c.sequence, c.kind, c.remote_id, c.changed_at) for c in found] == [
        *((n, "created", f"u{n}", moment(1)) for n in range(1, 6)),
        (6, "updated", "u2", moment(2)),
        (7, "updated", "u3", moment(2)),
        (8, "created", "u6", moment(4)),
        (9, "deleted", "u1", moment(4)),
        (10, "created", "s1", moment(4)),
    ]
    assert walked(world, size, after=8) == found[8:]
    assert world.store.latest(world.integration.no) == 10


def test_joins_are_told_under_their_names(world: World) -> None:
    """With the record that shows them, which is how a reader gets at them."""
    world.fill()
    found = {change.model: change for change in walked(world, 100)}
    assert list(found) == [MODEL_OF[type(record)] for record in EVERYTHING]
    assert {model: c.id for model, c in found.items()} == {
        MODEL_OF[type(r)]: world.id(MODEL_OF[type(r)], r.remote_id) for r in EVERYTHING
    }
    job = world.id("ats_jobs", "j1")
    assert {c.model for c in found.values() if c.shown_in == job} == {m for m in found if m.startswith("ats_join")}
    assert {c.shown_in for c in found.values() if not c.model.startswith("ats_join")} == {None}


def test_integrations_count_for_themselves(world: World) -> None:
    """Each feed begins at 1 and holds nothing of others."""
    other = World(world.store, "Other")
    world.write("created", *users(1, 3))
    other.write("created", USER)
    world.write("created", *users(4, 4))
    assert [c.sequence for c in walked(world, 2)] == [1, 2, 3, 4]
    assert [(c.sequence, c.remote_id) for c in walked(other, 2)] == [(1, "u1")]


def test_a_failing_commit_leaves_no_entry_and_no_gap(world: World) -> None:
    """The numbers of what was rolled back are given again."""
    world.write("created", USER)
    with pytest.raises(StoreError):
        world.write("created", User(remote_id="u2"), USER)
    with pytest.raises(StoreError):
        world.write("updated", User(remote_id="never"))
    world.write("created", User(remote_id="u3"))
    assert [(c.sequence, c.remote_id) for c in walked(world, 10)] == [(1, "u1"), (2, "u3")]


def test_what_is_forgotten_is_told(world: World) -> None:
    """Who asks for what is not kept any more, or for what never was, gets an error instead of a gap."""
    for day in (1, 2, 3):
        world.write("created", *users(day * 10, day * 10 + 1), day=day)
    other = World(world.store, "Other")
    other.write("created", USER)
    store, no = world.store, world.integration.no
    assert store.prune_feed(dt.datetime(2026, 1, 3, tzinfo=dt.UTC)) == 2
    for after in (0, 1, 2, 3, 7):
        with pytest.raises(FeedForgotten):
            store.changes(no, after, 10)
    assert [c.sequence for c in walked(world, 10, after=4)] == [5, 6]
    assert walked(world, 10, after=6) == []
    assert store.prune_feed(dt.datetime(2027, 1, 1, tzinfo=dt.UTC)) == 0  # the newest stays: numbers go on from it
    world.write("created", User(remote_id="more"), day=4)
    assert [c.sequence for c in walked(world, 10, after=6)] == [7]
    assert len(walked(other, 10)) == 1


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_forgetting_goes_by_small_batches(world: World, limit: int) -> None:
    """However large they are, each integration keeps its newest change and all that is younger, without a gap."""
    others = [World(world.store, str(n)) for n in range(3)]
    for day in (1, 2, 3, 4):
        for one in (world, *others[:-1]):
            one.write("created", *users(day * 10, day * 10 + 1), day=day)
    others[-1].write("created", USER, day=1)
    assert world.store.prune_feed(dt.datetime(2026, 1, 3, tzinfo=dt.UTC), limit) == 6
    for one in (world, *others[:-1]):
        assert [c.sequence for c in walked(one, 10, after=4)] == [5, 6, 7, 8]
    assert [c.sequence for c in walked(others[-1], 10)] == [1]


def test_what_is_erased_leaves_the_feed(world: World) -> None:
    """Nothing of a deleted integration stays in it."""
    world.fill()
    other = World(world.store, "Other")
    other.write("created", USER)
    assert world.store.erase_integration(world.integration)["feed"] == len(EVERYTHING)
    assert world.store.latest(world.integration.no) == 0
    assert len(walked(other, 10)) == 1


def test_numbers_have_no_gaps_while_many_commit(world: World) -> None:
    """A reader that follows the feed never finds a number that appears below what it has read."""
    stop, read = threading.Event(), list[int]()

    def follow() -> None:
        while not stop.is_set() or world.store.latest(world.integration.no) > len(read):
            read.extend(c.sequence for c in world.store.changes(world.integration.no, len(read), 7).changes)

    def commit(lane: int) -> None:
        for n in range(15):
            world.write("created", *[User(remote_id=f"{lane}-{n}-{k}") for k in range(1 + n % 3)])

    reader = threading.Thread(target=follow)
    reader.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(commit, range(4)))
    stop.set()
    reader.join()
    assert read == list(range(1, 4 * 30 + 1))
    found = walked(world, 50)
    assert len({c.remote_id for c in found}) == len(found) == 120
    assert [c.changed_at for c in found] == sorted(c.changed_at for c in found)


def test_times_never_go_back(world: World) -> None:
    """A clock that steps back does not put a change before those that were read already."""
    world.write("created", USER, day=5)
    world.write("created", User(remote_id="u2"), day=3)
    assert [c.changed_at for c in walked(world, 10)] == [moment(5), moment(5)]
    world.store.settle(world.integration.no, lambda: moment(7))
    world.write("updated", USER, day=6)
    assert [c.changed_at for c in walked(world, 10)][-1] == moment(7)
    (shown,) = (r for r in world.listed("ats_users") if r["remote_id"] == "u1")
    assert shown["changed_at"] == moment(7)


def test_settling_within_the_moment_of_the_commit(world: World) -> None:
    """A commit and its settling in one millisecond: it is not sent again, and nothing is stamped before it."""
    store, no = world.store, world.integration.no
    world.write("created", USER, day=2)
    store.settle(no, lambda: moment(2))
    assert store.since(no, moment(3)) > moment(2)
    assert store.since(no, moment(2)) < moment(2)
    world.write("updated", USER, day=2)
    assert walked(world, 10)[-1].changed_at > moment(2)


MORE = {
    # commits on these days; settled on that day; asked for that day → read from that day on
    "nothing yet": ([], None, 5, 5),
    "between two": ([1, 9], None, 5, 1),
    "after all, one may be under way": ([1, 2, 3], None, 5, 3),
    "after all, nothing is under way": ([1, 2, 3], 4, 5, 5),
    "settled, but later than asked": ([1, 2, 3], 8, 5, 3),
    "settled, and others since": ([1, 2, 3], 2, 5, 3),
}


@pytest.mark.parametrize(("days", "settled", "asked", "expected"), MORE.values(), ids=MORE)
def test_from_where_to_read(world: World, days: list[int], settled: int | None, asked: int, expected: int) -> None:
    """From the last commit that may have been under way, or from the moment itself when there was none."""
    for day in days:
        world.write("created", User(remote_id=f"u{day}"), day=day)
        if settled is not None and settled == day:
            world.store.settle(world.integration.no, lambda: moment(settled).replace(":00.000Z", ":00.001Z"))
    if settled is not None and settled not in days:
        world.store.settle(world.integration.no, lambda: moment(settled))
    wanted = moment(asked).replace("00:00:00", "00:00:10")  # the margin is part of the rule
    assert dt.timedelta(seconds=10) == MARGIN
    assert world.store.since(world.integration.no, wanted) == moment(expected)


def test_where_the_feed_was_forgotten_more_is_sent(world: World) -> None:
    """What was under way then cannot be told any more, so an hour more is read."""
    for day in (3, 4):
        world.write("created", User(remote_id=f"u{day}"), day=day)
    world.store.prune_feed(dt.datetime(2026, 1, 4, tzinfo=dt.UTC))
    assert world.store.since(world.integration.no, moment(2)) == "2026-01-01T22:59:50.000Z"


def test_a_run_announces_what_changed_since_the_last_one(world: World) -> None:
    """Each model once, in the order of the catalogue; what a killed run left is announced by the next."""
    store, integration = world.store, world.integration

    def told(state: SyncState) -> tuple[str, ...]:
        run, _ = store.queue_sync(integration.id, SyncType.FULL, NOON)
        store.claim_sync(NOON)
        store.finish_sync(run.id, state, NOON, [], [], None, {})
        with store.database.writing() as connection:
            (facts,) = (n.facts for n in noted(connection, 100) if getattr(n.facts, "sync_id", "") == run.id)
        return facts.changed_models

    assert told(SyncState.SUCCEEDED) == ()
    world.write("created", STAGE)
    world.write("created", *users(1, 2))
    world.write("created", MEMBER)
    assert store.changed_models(integration.no) == ("ats_users", "ats_application_stages", "ats_join_jobs_users")
    assert told(SyncState.FAILED) == ("ats_users", "ats_application_stages", "ats_join_jobs_users")
    assert told(SyncState.SUCCEEDED) == ()
    world.write("quiet", USER)
    assert told(SyncState.SUCCEEDED) == ()
    world.write("deleted", STAGE)
    assert told(SyncState.SUCCEEDED) == ("ats_application_stages",)
