"""Deliveries on each engine, to a real receiver, with the clock in hand."""

import base64
import datetime as dt
import hashlib
import hmac
import time
from typing import Any

import pytest

from atsume import crypto
from atsume.egress import Egress
from atsume.store.rows_webhooks import DeliveryState
from atsume.webhooks import sign
from atsume.webhooks.attempts import ATTEMPTS
from tests.webhooks.office import Office
from tests.webhooks.receiver import Got, Receiver, receiver


def answers(*statuses: int, **headers: str) -> Any:
    """Return a receiver's way to answer: these statuses in turn, the last one for ever."""
    left = list(statuses)

    def say(_got: Got) -> tuple[int, dict[str, str], bytes]:
        return left.pop(0) if len(left) > 1 else left[0], headers, b"said"

    return say


def verify(got: Got, *secrets: str) -> bool:
    """Return whether a request carries both signatures, as receivers check them. Written from the documents alone."""
    kombo = base64.urlsafe_b64encode(hmac.new(secrets[0].encode(), got.body, hashlib.sha256).digest()).decode()
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    standard = [
        "v1," + base64.b64encode(hmac.new(base64.b64decode(s[6:]), signed, hashlib.sha256).digest()).decode()
        for s in secrets
    ]
    return got.headers["x-kombo-signature"] == kombo.strip("=") and got.headers["webhook-signature"].split() == standard


def states(office: Office, endpoint_id: str) -> list[tuple[str, int]]:
    """Return (state, attempts) of an endpoint's deliveries."""
    return [(d.state.value, d.attempts) for d in office.store.deliveries(endpoint_id)]


def test_an_event_arrives_signed(office: Office) -> None:
    """Both signatures on the same bytes; the log tells the attempt."""
    with receiver() as one:
        endpoint, secret = office.endpoint(f"{one.url}/hooks?x=1")
        office.connect()
        assert office.work() == 1
        (got,) = one.got
    assert verify(got, secret)
    assert got.path == "/hooks?x=1"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-timestamp"] == str(int(office.now.timestamp()))
    (delivery,) = office.store.deliveries(endpoint.id)
    assert (delivery.state, delivery.type) == (DeliveryState.DELIVERED, "integration-created")
    assert delivery.ended_at == office.now
    (attempt,) = office.store.attempts(delivery.id)
    assert (attempt.status, attempt.answer, attempt.at) == (200, "thanks", office.now)
    assert office.work() == 0


def test_only_what_was_subscribed_and_only_the_own_environment(office: Office) -> None:
    """Each endpoint gets its types; another environment's endpoint gets nothing."""
    other = Office(office.store)
    with receiver() as all_, receiver() as some, receiver() as foreign:
        office.endpoint(all_.url)
        office.endpoint(some.url, "sync-finished")
        other.endpoint(foreign.url)
        office.sync(office.connect())
        office.work()
        assert (len(all_.got), len(some.got), len(foreign.got)) == (2, 1, 0)


def test_what_failed_is_tried_again_as_the_same(office: Office) -> None:
    """Ten attempts over about three days with the same id and bytes; then it is given up."""
    with receiver(answers(500)) as one:
        endpoint, secret = office.endpoint(one.url)
        office.connect()
        start, moments = office.now, []
        while office.work():
            moments.append(office.now - start)
            (delivery,) = office.store.deliveries(endpoint.id)
            if delivery.next_at is not None:
                office.now = delivery.next_at - dt.timedelta(milliseconds=1)
                assert office.work() == 0  # not a moment early
                office.now = delivery.next_at
        assert states(office, endpoint.id) == [("FAILED", ATTEMPTS)]
        assert len(moments) == ATTEMPTS
        assert dt.timedelta(days=2.9) < moments[-1] < dt.timedelta(days=3.3)
        assert len({got.headers["webhook-id"] for got in one.got}) == len({got.body for got in one.got}) == 1
        assert all(verify(got, secret) for got in one.got)
        assert [a.status for a in office.store.attempts(delivery.id)] == [500] * ATTEMPTS


@pytest.mark.parametrize(
    ("statuses", "tries"),
    [((204,), 1), ((299,), 1), ((503, 200), 2), ((302, 200), 2), ((404, 401, 201), 3)],
)
def test_any_2xx_ends_it(office: Office, statuses: tuple[int, ...], tries: int) -> None:
    """Whatever came before."""
    with receiver(answers(*statuses)) as one:
        endpoint, _ = office.endpoint(one.url)
        office.connect()
        for _ in range(5):
            office.work()
            office.passes(days=1)
        assert states(office, endpoint.id) == [("DELIVERED", tries)]
        assert len(one.got) == tries


def test_retry_after_is_honoured(office: Office) -> None:
    """Not before the receiver wants it."""
    with receiver(answers(429, 200, **{"Retry-After": "3600"})) as one:
        office.endpoint(one.url)
        office.connect()
        office.work()
        office.passes(minutes=59)
        assert office.work() == 0
        office.passes(minutes=1)
        assert (office.work(), len(one.got)) == (1, 2)


def test_410_disables(office: Office) -> None:
    """At once and with the reason; what waited is held, and goes on when somebody enables it again."""
    with receiver(answers(500, 410)) as one:
        endpoint, _ = office.endpoint(one.url)
        office.connect(1)
        office.work()
        office.passes(seconds=1)
        office.connect(2)
        office.work()
        disabled = office.store.endpoint(endpoint.id)
        assert disabled
        assert (disabled.disabled_at, disabled.disabled_because) == (office.now, "It answered 410 Gone.")
        assert sorted(states(office, endpoint.id)) == [("FAILED", 1), ("HELD", 1)]
        office.connect(3)
        office.passes(days=9)
        assert (office.work(), len(one.got)) == (0, 2)
        one.say = answers(200)
        assert office.store.enable_endpoint(endpoint.id, office.now)
        assert not office.store.enable_endpoint(endpoint.id, office.now)
        assert office.work() == 2
        assert sorted(s for s, _ in states(office, endpoint.id)) == ["DELIVERED", "DELIVERED", "FAILED"]


def test_a_failing_endpoint_is_disabled_only_after_days(office: Office) -> None:
    """When nothing succeeded for five days and a delivery has used up its attempts; a success begins the days anew."""
    with receiver(answers(500)) as one:
        endpoint, _ = office.endpoint(one.url)
        start, disabled_after = office.now, None
        for hour in range(0, 24 * 14, 2):
            office.now = start + dt.timedelta(hours=hour)
            if hour % 24 == 0:
                office.connect(hour)
            one.say = answers(200 if hour == 96 else 500)
            office.work()
            found = office.store.endpoint(endpoint.id)
            assert found
            if found.disabled_at is not None:
                disabled_after = hour / 24
                break
        assert disabled_after is not None
        assert 9 <= disabled_after <= 10
        assert (found.disabled_because or "").startswith("Every attempt since 2026-01-05T")
        assert {state for state, _ in states(office, endpoint.id)} == {"DELIVERED", "FAILED", "HELD"}


def test_days_without_attempts_are_no_days_of_failure(office: Office) -> None:
    """A server that was down for a week does not blame the receiver for it."""
    with receiver(answers(500)) as one:
        endpoint, _ = office.endpoint(one.url)
        office.connect()
        office.work()
        office.passes(days=7)
        office.work()
        found = office.store.endpoint(endpoint.id)
        assert found
        assert found.disabled_at is None
        assert states(office, endpoint.id) == [("WAITING", 2)]


def test_one_bad_receiver_hides_no_other(office: Office) -> None:
    """The endpoints are served in turn, however much waits for one of them."""
    with receiver() as one:
        slow, _ = office.endpoint("http://127.0.0.1:1/")
        good, _ = office.endpoint(one.url)
        for n in range(30):
            office.connect(n)
        office.courier.announce()
        due = office.courier.due_deliveries(office.now, 4)
        assert [d.split(".")[0] for d in due] in ([slow.id, good.id] * 2, [good.id, slow.id] * 2)


@pytest.mark.parametrize("moment", ["before", "while sending"])
def test_a_delivery_whose_process_died_is_taken_up(office: Office, moment: str) -> None:
    """When its lease is over, by whoever asks; not earlier, and the receiver knows it by its id."""
    with receiver() as one:
        endpoint, _ = office.endpoint(one.url)
        office.connect()
        office.courier.announce()
        (due,) = office.courier.due_deliveries(office.now, 9)
        claimed = office.store.claim_delivery(due, office.now, dt.timedelta(seconds=60))
        assert claimed
        if moment == "while sending":
            office.courier._tried(claimed)  # sent, but what came of it was never written down
        office.passes(seconds=59)
        assert office.work() == 0
        office.passes(seconds=1)
        assert office.work() == 1
        assert len(set(one.ids())) == 1
        assert len(one.got) == (2 if moment == "while sending" else 1)
        assert states(office, endpoint.id) == [("DELIVERED", 2)]


def test_a_late_failure_does_not_undo_what_another_did(office: Office) -> None:
    """The log keeps both attempts, the state is that of the success."""
    with receiver(answers(200)) as one:
        endpoint, _ = office.endpoint(one.url)
        office.connect()
        office.courier.announce()
        (due,) = office.courier.due_deliveries(office.now, 9)
        claimed = office.store.claim_delivery(due, office.now, dt.timedelta(seconds=60))
        assert claimed
        one.say = answers(500)
        late = office.courier._tried(claimed)
        office.passes(seconds=60)
        one.say = answers(200)
        office.work()
        office.store.keep_attempt(claimed, late)
        assert states(office, endpoint.id) == [("DELIVERED", 2)]
        assert [a.status for a in office.store.attempts(due)] == [200, 500]


def test_replay_sends_the_same_event_again(office: Office) -> None:
    """One delivery, delivered or given up: same id, same bytes, attempts from the beginning."""
    with receiver() as one:
        endpoint, _ = office.endpoint(one.url)
        office.connect()
        office.work()
        (delivery,) = office.store.deliveries(endpoint.id)
        assert office.store.replay_delivery(delivery.id, office.now)
        assert not office.store.replay_delivery("nothing", office.now)
        assert office.work() == 1
        assert one.got[0].body == one.got[1].body
        assert len(set(one.ids())) == 1
        assert states(office, endpoint.id) == [("DELIVERED", 1)]


def test_replay_of_a_time_range(office: Office) -> None:
    """Everything an endpoint subscribes to, also what was told before it existed; nothing outside the range."""
    days = []
    for n in range(4):
        integration = office.connect(n)
        office.sync(integration)
        days.append(integration.id)
        office.passes(days=1)
    office.work()
    with receiver() as one:
        endpoint, _ = office.endpoint(one.url, "integration-created")
        start = office.now - dt.timedelta(days=3)
        assert office.store.replay_events(endpoint, start, start + dt.timedelta(days=2), office.now) == 2
        assert office.work() == 2
        assert office.store.replay_events(endpoint, start, start + dt.timedelta(days=2), office.now) == 2
        assert office.work() == 2
        assert len(set(one.ids())) == 2
        assert all(days[n].encode() in b"".join(got.body for got in one.got) for n in (1, 2))
        assert len(states(office, endpoint.id)) == 2


def test_rotation_overlaps(office: Office) -> None:
    """For a while both secrets sign in Standard Webhooks' form, the new one alone in Kombo's; then only the new one."""
    with receiver() as one:
        endpoint, old = office.endpoint(one.url)
        new = sign.new_secret(b"n" * 32)
        sealed = crypto.seal(office.keys, new.encode(), endpoint.id)
        assert office.store.rotate_endpoint(endpoint.id, sealed, office.now + dt.timedelta(hours=24))
        assert not office.store.rotate_endpoint("nobody", sealed, office.now)
        office.connect(1)
        office.work()
        office.passes(hours=24)
        office.connect(2)
        office.work()
        assert verify(one.got[0], new, old)
        assert verify(one.got[1], new)


def test_a_private_address_is_refused_and_logged(office: Office) -> None:
    """Also when the name led elsewhere at the time the endpoint was added: nobody is connected to."""
    office.courier.egress._allow_private = False  # as in production
    with receiver() as one:
        endpoint, _ = office.endpoint(one.url)
        office.connect()
        office.work()
        (delivery,) = office.store.deliveries(endpoint.id)
        (attempt,) = office.store.attempts(delivery.id)
        assert (attempt.status, one.got) == (None, [])
        assert attempt.answer.startswith("Refused: 127.0.0.1 is a loopback address.")
        assert delivery.state is DeliveryState.WAITING


def _endless(_got: Got) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Length": "99999999999"}, b"x" * 1_000_000


def _slow(_got: Got) -> tuple[int, dict[str, str], bytes]:
    time.sleep(1.5)
    return 200, {}, b""


@pytest.mark.parametrize(
    ("say", "state", "status"),
    [(_endless, DeliveryState.DELIVERED, 200), (_slow, DeliveryState.WAITING, None)],
    ids=["endless", "slow"],
)
def test_bad_receivers(office: Office, monkeypatch: pytest.MonkeyPatch, say: Any, state: Any, status: Any) -> None:
    """An endless body is cut, and its 2xx counts; a receiver that does not answer in time has failed."""
    monkeypatch.setattr("atsume.webhooks.deliver.TIMEOUT_SECONDS", 0.5)
    with receiver(say) as one:
        endpoint, _ = office.endpoint(one.url)
        office.connect()
        office.work()
        (delivery,) = office.store.deliveries(endpoint.id)
        (attempt,) = office.store.attempts(delivery.id)
        assert (delivery.state, attempt.status) == (state, status)
        assert len(attempt.answer) <= 2048


def test_what_a_receiver_says_can_always_be_kept(office: Office) -> None:
    """Bytes that are no text, and a NUL, which PostgreSQL does not take."""

    def rude(_got: Got) -> tuple[int, dict[str, str], bytes]:
        return 500, {}, b"\x00\xff\xfe" + "ü".encode()

    with receiver(rude) as one:
        endpoint, _ = office.endpoint(one.url)
        office.connect()
        office.work()
        (attempt,) = office.store.attempts(office.store.deliveries(endpoint.id)[0].id)
        assert attempt.answer == "\ufffd\ufffd\ufffdü"


def test_removed_endpoints_and_old_events_leave_nothing(office: Office) -> None:
    """Deliveries and attempts go with what they are of."""
    with receiver() as one:
        gone, _ = office.endpoint(one.url)
        stays, _ = office.endpoint(one.url)
        integration = office.connect()
        office.work()
        (delivery,) = office.store.deliveries(gone.id)
        assert office.store.remove_endpoint(gone.id)
        assert not office.store.remove_endpoint(gone.id)
        assert (office.store.deliveries(gone.id), office.store.attempts(delivery.id)) == ([], [])
        assert len(office.store.deliveries(stays.id)) == 1
        assert office.store.prune_events(office.now) == 0
        assert office.store.prune_events(office.now + dt.timedelta(seconds=1)) == 1
        assert office.store.deliveries(stays.id) == []
        assert integration.environment_id == gone.environment_id


def test_a_receiver_that_is_not_there(office: Office) -> None:
    """A sentence in the log, and another try."""
    gone = Receiver()
    gone.close()
    endpoint, _ = office.endpoint(gone.url)
    office.connect()
    office.work()
    (delivery,) = office.store.deliveries(endpoint.id)
    (attempt,) = office.store.attempts(delivery.id)
    assert (delivery.state, attempt.status) == (DeliveryState.WAITING, None)
    assert attempt.answer.startswith("127.0.0.1 did not answer:")
    assert isinstance(office.courier.egress, Egress)
