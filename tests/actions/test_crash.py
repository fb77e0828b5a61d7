"""The process dies at any call of the write path: nobody applies twice, and nobody is lost.

A child process carries out one write and is killed at its nth call into our code, for every n in turn; the points are
counted, not listed, so new code brings its own. `ATSUME_SOAK_CRASHES` says how many points are tried.
"""

import datetime as dt
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from msgspec import structs

from atsume import clock
from atsume.actions.perform import Actions, Ask
from atsume.actions.reconcile import writes_by
from atsume.egress import Egress
from atsume.model.ats.creation import CreateApplication, Creation
from atsume.store.store import Store
from atsume.store.writing_schema import writes
from atsume.sync.execute import Executor
from tests.actions.world import Site, document, somebody

CRASHES = int(os.environ.get("ATSUME_SOAK_CRASHES", "8"))
SOURCES = str(Path(__file__).parents[2] / "src" / "atsume")
PLACES = tuple(f"{SOURCES}/{name}" for name in ("actions/", "store/", "connectors/", "sync/ingest", "sync/diff"))
KILLED = 9
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


class Inline(Actions):
    """Carries a write on in the caller's own thread, so that one count of calls covers all of it."""

    def start(self, write: Any, *, patience: dt.datetime) -> None:
        """Do it now."""
        self.carry_on(write, patience)


def ask(site: Site, number: int, **more: Any) -> Ask:
    """Return a write that a caller asks for, with a key."""
    body = msgspec.convert(somebody(number, attachments=[document()]), CreateApplication)
    creation = Creation(sent=body, job_id=f"remote:{site.published()}", stage_id=None)
    now = clock.now()
    asked: dict[str, Any] = {
        "integration": site.mirror.integration,
        "action": "ats_create_application",
        "creation": creation,
        "body_hash": f"body {number}",
        "key": f"key {number}",
        "deadline": now + dt.timedelta(seconds=60),
    }
    return Ask(**asked | more)


def process(site: Site, store: Store) -> Executor:
    """Return what a process of its own carries writes out with."""
    return structs.replace(
        site.mirror.server.executor,
        store=store,
        connectors={"personio": site.connector()},
    )


class Killer:
    """Counts calls into the write path, and ends the process at one of them."""

    def __init__(self, at: int | None) -> None:
        self.at, self.count = at, 0

    def __call__(self, frame: FrameType, _event: str, _argument: Any) -> None:
        """Count a call."""
        if frame.f_code.co_filename.startswith(PLACES):
            self.count += 1
            if self.count == self.at:
                os._exit(KILLED)


def in_a_child(site: Site, do: Callable[[Actions], object], at: int | None) -> tuple[int, int]:
    """Do something in a child that dies at a call. Returns its exit code and how many calls there were."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            store = Store.open(site.mirror.config.database_url)
            actions = Inline(process(site, store), Egress(allow_private=True))
            killer = Killer(at)
            sys.settrace(killer)
            do(actions)
            sys.settrace(None)
            os.write(writer, str(killer.count).encode())
            os._exit(0)
        except BaseException as error:
            os.write(2, f"{error!r}\n".encode())
            os._exit(1)
    os.close(writer)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as pipe:
        count = pipe.read()
    return os.waitstatus_to_exitcode(status), int(count or b"0")


def settle(site: Site) -> None:
    """Let another process find what is due, as the worker does, when the dead one's lease has run out."""
    actions = Inline(process(site, site.store), Egress(allow_private=True))
    kind = writes_by(actions, lambda: False)
    for _ in range(5):
        overdue(site)
        for piece in kind.due(clock.now(), 100):
            kind.carry_out(piece)
    actions.close()


def overdue(site: Site) -> None:
    """Let all leases run out."""
    with site.store.database.writing() as connection:
        past = sa.update(writes).values(due_at=LONG_AGO).where(writes.c.ended_at.is_(None))
        connection.execute(past)


@pytest.fixture(scope="module")
def crashing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose reads lag behind its writes a little."""
    with Site(tmp_path_factory.mktemp("crash"), knobs={"read_after_write": 0.05}) as site:
        site.mirror.sync()
        yield site


def test_a_crash_at_any_call(crashing: Site) -> None:
    """Whatever the call: once settled there is at most one, once asked again exactly one, readable, and none open."""
    site, first = crashing, ask(crashing, 0)
    code, calls = in_a_child(site, lambda actions: actions.perform(first), None)
    assert code == 0
    assert calls > 200
    step = max(1, calls // CRASHES)
    wrong = []
    for number in range(1, CRASHES + 1):
        at = (number * step - 1) % calls + 1
        wrong += [(at, what) for what in _wrong_after(site, number, at, calls)]
    print(f"{CRASHES} crashes at {min(CRASHES, calls)} of {calls} calls: wrong {wrong}")
    assert wrong == []


def _wrong_after(site: Site, number: int, at: int, calls: int) -> Iterator[str]:
    """Crash, settle, ask again; yield what is wrong."""
    asked = ask(site, number)
    code, _ = in_a_child(site, lambda actions: actions.perform(asked), at)
    assert code in (KILLED, 0)
    intended = [write.id for write in site.open_writes()]
    if intended and number % 3 == 0:  # whoever takes it over dies too
        overdue(site)
        in_a_child(site, lambda actions: actions.take_over(intended[0]), at * 7 % calls)
    settle(site)
    if intended and _made(site, number) != 1:
        yield "lost"
    actions = Inline(process(site, site.store), Egress(allow_private=True))
    done = actions.perform(ask(site, number))
    actions.close()
    if _made(site, number) != 1:
        yield "doubled"
    if site.open_writes():
        yield "left open"
    listed = site.get(f"/ats/applications?ids={done.application_id}").json()["data"]["results"]
    if [one["candidate"]["last_name"] for one in listed] != [f"Lindqvist{number}"] or not listed[0]["remote_id"]:
        yield "not readable"


def _made(site: Site, number: int) -> int:
    email = f"mara{number}@example.org"
    return sum(one["written"]["email"] == email for one in site.written())
