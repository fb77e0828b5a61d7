"""The run itself, over a real database, with a tool of our own making: what is buried, left, touched."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from atsume.connectors.base import Came, Look, Page, Stream
from atsume.errors import RemoteFault
from atsume.model.ats.applications import Application
from atsume.model.ats.candidates import Candidate
from atsume.model.ats.users import HiringTeamMember, User
from atsume.model.integration import EndUser, Integration, SyncState
from atsume.model.record import Record, join_id, timestamp
from atsume.model.scope import Scope
from atsume.store.rows import ListRequest, NewIntegration
from atsume.store.store import Store
from atsume.sync.breaker import OPEN, Breaker
from atsume.sync.run import Outcome, Run, run

NOON = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
BROKEN = RemoteFault("It is broken.")


def stream(model: str, records: Sequence[Record], fault: Exception | None = None, **rules: Any) -> Stream:
    """Return a stream that brings these records, and then perhaps a fault."""

    def fetch() -> Iterator[Page]:
        yield Page(list(records))
        if fault is not None:
            raise fault

    return Stream(
        model=model,
        fetch=fetch,
        decode=lambda page: [Came(record.remote_id, None, record) for record in page.body],
        assemble=lambda came, _mirror: [one.remote for one in came],
        map=lambda record: record,
        **rules,
    )


class Tool:
    """A session whose streams and single records are given."""

    def __init__(self, streams: Sequence[Stream], look: Look = Look.GONE) -> None:
        self._streams, self._look = streams, look
        self.asked: list[tuple[str, str]] = []

    def streams(self) -> Sequence[Stream]:
        """Return the given streams."""
        return self._streams

    def authenticate(self) -> None:
        """Accept anybody."""

    def look(self, model: str, remote_id: str) -> Look:
        """Answer as told, and remember the question."""
        self.asked.append((model, remote_id))
        return self._look

    def warnings(self) -> Sequence[str]:
        """Return none."""
        return []

    def close(self) -> None:
        """Release nothing."""


class Mirror:
    """A store with one integration, and runs an hour apart."""

    def __init__(self, folder: Path) -> None:
        self.store = Store.open(f"sqlite:///{folder}/a.db")
        self.store.migrate()
        environment = self.store.create_environment("test", NOON)
        new = NewIntegration(
            id="personio:" + "A" * 24,
            tool="personio",
            category="ATS",
            environment_id=environment.id,
            end_user=EndUser("Acme"),
            settings={},
            sealed_credentials=b"",
        )
        self.id, self.hours = self.store.add_integration(new, NOON).id, 0

    @property
    def integration(self) -> Integration:
        """Return the integration as stored now."""
        found = self.store.integration(self.id)
        assert found is not None
        return found

    def sync(self, tool: Tool, breaker: Breaker = OPEN) -> Outcome:
        """Carry out a run, one hour after the one before; each commit is a minute later."""
        self.hours += 1
        at = NOON + dt.timedelta(hours=self.hours)
        minutes = count()
        job = Run(
            store=self.store,
            integration=self.integration,
            session=tool,
            scope=Scope(),
            only_created=False,
            now=lambda: at + dt.timedelta(minutes=next(minutes)),
            report=lambda _streams, _timings: None,
            should_stop=lambda: False,
            breaker=breaker,
        )
        outcome = run(job)
        if self.integration.first_synced_at is None:
            self.store.synced(self.id, at, None)
        return outcome

    def live(self, model: str) -> set[str]:
        """Return the remote ids of the live records, joins included."""
        return set(self.store.mirror(self.integration).live(model))

    def updated_after(self, model: str, hours: float) -> int:
        """Return how many records count as updated since that many hours after noon."""
        since = timestamp(NOON + dt.timedelta(hours=hours))
        asked = ListRequest(
            model=model, integration_no=self.integration.no, integration_id=self.id, limit=100, updated_after=since
        )
        return self.store.list_page(asked).count


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    """An empty mirror."""
    made = Mirror(tmp_path)
    yield made
    made.store.close()


def users(*ids: str) -> list[Record]:
    """Return users of these remote ids."""
    return [User(remote_id=one, first_name="Ada") for one in ids]


def members(*ids: str) -> list[Record]:
    """Return members of job 1's hiring team."""
    return [HiringTeamMember(remote_id=join_id("1", one), job_id="1", user_id=one) for one in ids]


@pytest.mark.parametrize(
    ("look", "fault", "rules", "left", "asked"),
    [
        (Look.GONE,    None,   {},                           {"a"},      1),
        (Look.EXISTS,  None,   {},                           {"a", "b"}, 1),  # the walk missed it
        (Look.UNKNOWN, None,   {},                           {"a", "b"}, 1),  # nobody could say
        (Look.GONE,    BROKEN, {},                           {"a", "b"}, 0),  # the walk is not complete
        (Look.GONE,    None,   {"detects_deletions": False}, {"a", "b"}, 0),
        (Look.EXISTS,  None,   {"confirms": False},          {"a"},      0),  # derived: absence is proof
    ],
)  # fmt: skip
def test_what_did_not_come_is_buried_only_on_proof(mirror: Mirror, look, fault, rules, left, asked) -> None:
    """A tombstone takes a complete walk and, where the tool can be asked, its own word that the record is gone."""
    mirror.sync(Tool([stream("ats_users", users("a", "b"))]))
    tool = Tool([stream("ats_users", users("a"), fault, **rules)], look)
    mirror.sync(tool)
    assert mirror.live("ats_users") == left
    assert len(tool.asked) == asked


@pytest.mark.parametrize(
    ("confirms", "state", "left"),
    [
        (True, "complete", {"1/a", "1/b"}),  # read, but its absences mean nothing
        (False, "failed", {"1/a", "1/b"}),  # not even read: it would be a guess
    ],
)
def test_what_depends_on_a_failed_stream_buries_nothing(mirror: Mirror, confirms, state, left) -> None:
    """A stream whose basis failed tombstones nothing, though its own walk is complete and the tool says gone."""
    after = {"after": frozenset({"ats_users"}), "confirms": confirms}
    team = "ats_join_jobs_users"
    mirror.sync(Tool([stream("ats_users", users("a", "b")), stream(team, members("a", "b"), **after)]))
    tool = Tool([stream("ats_users", users("a"), BROKEN), stream(team, members("a"), **after)])
    outcome = mirror.sync(tool)
    assert outcome.state in (SyncState.PARTIALLY_FAILED, SyncState.FAILED)
    assert {s.model: s.state for s in outcome.streams} == {"ats_users": "failed", team: state}
    assert mirror.live(team) == left
    assert tool.asked == []


def people(last_name: str, outcome: str) -> Callable[[], list[Stream]]:
    """Return one candidate and their one application."""
    application = {"remote_id": "1", "candidate_id": "c", "outcome": outcome}
    return lambda: [
        stream("ats_applications", [Application(**application)]),
        stream("ats_candidates", [Candidate(remote_id="c", last_name=last_name)]),
    ]


@pytest.mark.parametrize(
    ("then", "applications", "candidates"),
    [
        (people("Byron", "PENDING"),    0, 0),
        (people("Lovelace", "PENDING"), 1, 1),  # a candidate's change counts for the application
        (people("Byron", "HIRED"),      1, 1),  # and the other way round
    ],
)  # fmt: skip
def test_nested_changes_count_for_updated_after(mirror: Mirror, then, applications, candidates) -> None:
    """`updated_after` finds a record whose nested record changed, and only then."""
    mirror.sync(Tool(people("Byron", "PENDING")()))
    mirror.sync(Tool(then()))
    assert mirror.updated_after("ats_applications", 2) == applications
    assert mirror.updated_after("ats_candidates", 2) == candidates


def test_a_first_sync_touches_nothing(mirror: Mirror) -> None:
    """Nobody has read anything yet: what the run commits later does not make what it committed before look changed."""
    mirror.sync(Tool(people("Byron", "PENDING")()))
    assert mirror.updated_after("ats_applications", 1) == 1
    assert mirror.updated_after("ats_candidates", 1 + 1 / 120) == 1  # half a minute later: only the second commit
    assert mirror.updated_after("ats_applications", 1 + 1 / 120) == 0
