"""Many events, a receiver that is down half of the time, a server that is killed again and again: none is lost."""

import datetime as dt
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from atsume import clock
from atsume.store.rows_webhooks import DeliveryState
from atsume.webhooks.attempts import ATTEMPTS
from tests.webhooks.courier_process import fast
from tests.webhooks.office import Office
from tests.webhooks.receiver import Got, receiver

EVENTS = int(os.environ.get("ATSUME_TEST_EVENTS", "120"))
KILLS = int(os.environ.get("ATSUME_TEST_EVENT_KILLS", "3"))
SPEED = float(os.environ.get("ATSUME_TEST_EVENT_SPEED", "20000"))
"""Seconds of the fast clock in one of the wall. 10000, 20 and 2000 in `make soak`."""
ROOT = Path(__file__).parents[2]


class Fickle:
    """A receiver that is down for six hours, up for six, and remembers what came."""

    def __init__(self) -> None:
        self.start = clock.now()
        self.bodies: dict[str, set[bytes]] = {}
        self.received: dict[str, int] = {}
        self.given_up = 0

    def now(self) -> dt.datetime:
        """Return the moment on the fast clock."""
        return fast(SPEED, self.start)

    def say(self, got: Got) -> tuple[int, dict[str, str], bytes]:
        """Take it, or refuse it."""
        event_id = got.headers["webhook-id"]
        self.bodies.setdefault(event_id, set()).add(got.body)
        if (self.now() - self.start).total_seconds() % 43_200 < 21_600:
            return 503, {}, b"down"
        self.received[event_id] = self.received.get(event_id, 0) + 1
        return 200, {}, b""

    def server(self, url: str) -> subprocess.Popen[bytes]:
        """Start a server that delivers."""
        environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
        command = [sys.executable, "-m", "tests.webhooks.courier_process", url, str(SPEED), self.start.isoformat()]
        return subprocess.Popen(command, cwd=ROOT, env=environment)


def happen(office: Office, fickle: Fickle, url: str, endpoint_id: str) -> set[str]:
    """Let all events happen while the server dies again and again; return what they are about."""
    process, wanted = fickle.server(url), set[str]()
    try:
        for n in range(EVENTS):
            office.now = fickle.now()
            wanted.add(office.connect(n).id)
            if n % (EVENTS // KILLS) == EVENTS // KILLS // 2:
                time.sleep(0.5 + n % 7 / 10)
                process.kill()
                process.wait()
                process = fickle.server(url)
        _until_done(office, endpoint_id)
        fickle.given_up = _replay(office, fickle, endpoint_id)
        while office.store.deliveries(endpoint_id, DeliveryState.WAITING):
            _until_done(office, endpoint_id)
            _replay(office, fickle, endpoint_id)
    finally:
        process.kill()
        process.wait()
    return wanted


def _until_done(office: Office, endpoint_id: str) -> None:
    deadline = time.monotonic() + 120 + EVENTS / 5
    while office.store.oldest_note() is not None or office.store.deliveries(endpoint_id, DeliveryState.WAITING):
        assert time.monotonic() < deadline, "the deliveries did not end"
        time.sleep(0.1)


def _replay(office: Office, fickle: Fickle, endpoint_id: str) -> int:
    """Replay what was given up, as an operator does, and return how much that was.

    Only what met the receiver down at all of its attempts may have been: those that were not cut short are in the log.
    """
    failed = office.store.deliveries(endpoint_id, DeliveryState.FAILED, EVENTS)
    for one in failed:
        tried = office.store.attempts(one.id)
        assert one.attempts == ATTEMPTS
        assert len(tried) >= ATTEMPTS - KILLS
        assert all(attempt.status in (503, None) for attempt in tried)
        office.store.replay_delivery(one.id, fickle.now())
    return len(failed)


@pytest.mark.timeout(3600)
def test_no_event_is_lost(office: Office, url: str) -> None:
    """Each event arrives; what arrives twice has the same id and the same bytes; all deliveries end well.

    On a busy machine the fast clock outruns the server, so that a few deliveries meet nothing but outages. They are
    given up as they should be, and none of them is lost: a replay brings them.
    """
    fickle = Fickle()
    with receiver(fickle.say) as one:
        office.now = fickle.now()
        endpoint, _ = office.endpoint(one.url)
        wanted = happen(office, fickle, url, endpoint.id)
        requests = len(one.got)
    assert len(office.store.deliveries(endpoint.id, DeliveryState.DELIVERED, EVENTS + 1)) == EVENTS
    assert [event_id for event_id, those in fickle.bodies.items() if len(those) > 1] == []
    assert set(fickle.received) == set(fickle.bodies)
    told = b"".join(next(iter(those)) for those in fickle.bodies.values()).decode()
    assert [one for one in wanted if told.count(f'"{one}"') != 1] == []
    assert len(wanted) == len(fickle.received) == EVENTS
    twice = sum(times - 1 for times in fickle.received.values())
    print(f"{EVENTS} events, {KILLS} kills, {requests} requests: 0 lost, {twice} received twice, with the same id, "
          f"{fickle.given_up} given up after {ATTEMPTS} attempts and replayed")  # fmt: skip
