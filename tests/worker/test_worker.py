"""The worker with kinds of our own: what is due is carried out once, in fair order, and again when it is due again."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from atsume import clock
from atsume.crypto import Keys
from atsume.model.work import Kind
from atsume.store.store import Store
from atsume.sync.execute import Executor
from atsume.worker import KINDS, LONG_SEATS, Durable, Worker


@pytest.fixture
def executor(tmp_path: Path) -> Iterator[Executor]:
    """What carrying out needs, over an empty database."""
    store = Store.open(f"sqlite:///{tmp_path}/a.db")
    store.migrate()
    yield Executor(store=store, connectors={}, encryption_key=Keys(b"k" * 32), now=clock.now)
    store.close()


def until(true: Callable[[], bool]) -> None:
    """Wait for something, not for ever."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


class Desk:
    """Work that waits to be done."""

    def __init__(self, *due: str) -> None:
        self.due, self.done, self.at_once, self.most = list(due), [], 0, 0
        self.lock, self.go_on = threading.Lock(), threading.Event()

    def carry_out(self, piece: str) -> None:
        """Do a piece, once somebody says so."""
        with self.lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.go_on.wait(10)
        with self.lock:
            self.at_once -= 1
            self.done.append(piece)
            if piece in self.due:
                self.due.remove(piece)
        if piece.startswith("broken"):
            raise RuntimeError("It is broken.")

    def kind(self, **rules) -> Callable[..., Kind]:
        """Return it as a kind of work."""
        return lambda _executor, _stop: Kind(
            name="desk", due=lambda _now, limit: self.due[:limit], carry_out=self.carry_out, **rules
        )


def test_due_work_is_done_once_and_again_when_due_again(executor: Executor) -> None:
    """Seats bound what runs at once; what fails ends nothing; an id that is due again is done again; all is cleaned,
    and a worker with nothing to do stops at once."""
    desk = Desk("broken", *(str(n) for n in range(5)))
    worker = Worker(executor, kinds=[desk.kind(seats=2)])
    worker.start()
    until(lambda: desk.at_once == 2)
    desk.go_on.set()
    until(lambda: not desk.due)
    assert (sorted(desk.done), desk.most) == (["0", "1", "2", "3", "4", "broken"], 2)
    desk.due.append("3")
    worker.wake()
    until(lambda: desk.done.count("3") == 2)
    asked = time.monotonic()
    worker.stop()
    assert time.monotonic() - asked < 5
    assert executor.store.replicas() == []  # it said goodbye


def test_no_partition_takes_more_than_its_share(executor: Executor) -> None:
    """A huge customer's work waits for its own, not others for it."""
    desk = Desk("big/1", "big/2", "small/1", "big/3", "big/4")
    worker = Worker(executor, kinds=[desk.kind(seats=3, share=1, partition=lambda piece: piece.partition("/")[0])])
    worker.start()
    until(lambda: desk.at_once == 2)  # one of each; the third seat stays free
    time.sleep(1.2)
    assert desk.most == 2
    desk.go_on.set()
    until(lambda: not desk.due)
    worker.stop()


def test_work_that_durable_records_lost_is_begun_anew(executor: Executor, tmp_path: Path) -> None:
    """A record that says for ever that work is under way, because its end could not be written, holds nothing up."""
    desk = Desk("1")
    desk.go_on.set()
    worker = Worker(structs.replace(executor, silence_seconds=2.0), kinds=[desk.kind()])
    worker.start()
    until(lambda: desk.done == ["1"])
    with closing(sqlite3.connect(tmp_path / "a.db.work", timeout=30, isolation_level=None)) as records:
        until(lambda: records.execute("SELECT status FROM workflow_status").fetchall() == [("SUCCESS",)])
        records.execute("UPDATE workflow_status SET status = 'PENDING'")
    began = time.monotonic()
    desk.due.append("1")
    until(lambda: desk.done == ["1", "1"])
    assert time.monotonic() - began > 0.7  # not at once: it might have been just about to begin
    worker.stop()


def test_work_that_another_process_began_takes_no_seat(executor: Executor, tmp_path: Path) -> None:
    """Two find the same piece due at the same moment: the slower one keeps its seat for other work."""
    desk = Desk()
    desk.go_on.set()
    worker = Worker(executor, kinds=[desk.kind()])
    with closing(Durable(executor.store.database, "local", worker._carry_out)) as durable:
        with closing(sqlite3.connect(tmp_path / "a.db.work", timeout=30, isolation_level=None)) as records:
            records.execute(
                "INSERT INTO workflow_status (workflow_uuid, name, status, executor_id, creator_xid, created_at, "
                "updated_at) VALUES ('desk/1', 'atsume.carry_out', 'PENDING', 'other', 'theirs', 0, 0)"
            )
        assert not worker._begin(durable, "desk/1", "desk", "1")
        assert worker._seated == {}
        assert worker._begin(durable, "desk/2", "desk", "2")
        until(lambda: desk.done == ["2"] and not worker._seated)


def test_long_work_leaves_its_seats_to_others(executor: Executor) -> None:
    """However many long pieces there are, up to a bound, short work gets its turn after a while."""
    desk = Desk(*(f"long {n}" for n in range(LONG_SEATS + 5)))
    worker = Worker(executor, kinds=[desk.kind(seats=2)], long_after_seconds=0.2)
    worker.start()
    until(lambda: worker.wake() or desk.at_once == LONG_SEATS + 2)
    time.sleep(0.5)
    assert desk.most == LONG_SEATS + 2  # that many and no more
    desk.go_on.set()
    until(lambda: not desk.due)
    worker.stop()


def test_what_is_kept_of_unfinished_work_outlives_a_release(executor: Executor, tmp_path: Path) -> None:
    """A newer server takes up what an older one began: version, workflow and names of kinds are pinned."""
    assert [make(executor, lambda: False).name for make in KINDS] == ["sync", "write", "remake", "sweep"]
    desk = Desk("1")
    worker = Worker(executor, kinds=[desk.kind()])
    worker.start()
    until(lambda: desk.at_once == 1)
    with closing(sqlite3.connect(tmp_path / "a.db.work", timeout=30)) as records:
        kept = records.execute("SELECT workflow_uuid, name, application_version FROM workflow_status").fetchall()
        (given,) = records.execute("SELECT inputs FROM workflow_input").fetchone()
    assert kept == [("desk/1", "atsume.carry_out", "1")]
    assert msgspec.json.decode(given) == {"positionalArgs": ["desk", "1"], "namedArgs": {}}  # names alone, no pickle
    desk.go_on.set()
    worker.stop()
