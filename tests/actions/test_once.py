"""Exactly one effect: faults at every turn, keys, crowds, limits, and ids told before the tool tells its own."""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from atsume import clock
from atsume.actions.perform import WAITING
from atsume.actions.reconcile import writes_by
from atsume.integrations.erase import erase_person
from atsume.model.record import timestamp
from atsume.store.writes import NewWrite, TooManyInFlight, Write, WriteState
from atsume.store.writing_schema import writes
from tests.actions.test_crash import overdue
from tests.actions.world import Site, document, somebody

CREATE, UPLOAD = "create", "upload"
EXISTS = "ATS.APPLICATION_ALREADY_EXISTS"


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site for faults; what the tool's limit blocks is free again soon."""
    with Site(tmp_path_factory.mktemp("faulty"), limit=(1000, 0.2)) as site:
        site.mirror.sync()
        yield site


def settle(site: Site, rounds: int = 2, **rules: Any) -> None:
    """Let the worker's functions find what is due."""
    kind = writes_by(site.new_actions(**rules) if rules else site.actions, lambda: False)
    for _ in range(rounds):
        if not site.open_writes():
            return
        overdue(site)
        for piece in kind.due(site.actions.now(), 100):
            kind.carry_out(piece)


def made(site: Site, number: int) -> int:
    """Return how many applications of somebody there are in the tool."""
    return sum(one["written"]["email"] == f"mara{number}@example.org" for one in site.written())


@pytest.mark.parametrize(
    ("number", "fault", "status", "code", "count", "posts"),
    [
        (1, {"kind": "status_after", "status": 500}, 200, None, 1, 1),
        (2, {"kind": "status_after", "status": 503}, 200, None, 1, 1),
        (3, {"kind": "reset_after"}, 200, None, 1, 1),
        (4, {"kind": "reset"}, 200, None, 1, 2),
        (5, {"kind": "html_502"}, 200, None, 1, 2),
        (6, {"kind": "bare_429"}, 429, "REMOTE.RATE_LIMIT_EXCEEDED", 0, 1),
        (7, {"kind": "status", "status": 500, "count": None}, 503, "REMOTE.SERVICE_UNAVAILABLE", 0, 2),
        (8, {"kind": "hang_after", "seconds": 6}, 200, None, 1, 1),
    ],
)
def test_faults_of_the_create_call(
    faulty: Site, number: int, fault: dict[str, Any], status: int, code: str | None, count: int, posts: int
) -> None:
    """Timeout, reset or error, before or after the effect: the caller is told in time, and there is one or none."""
    site = faulty
    site.company.control("DELETE", "/log")
    site.company.fault(route=CREATE, **fault)
    start = time.monotonic()
    answer = site.apply(somebody(number))
    took = time.monotonic() - start
    site.company.clear_faults()
    assert answer.status_code == status, answer.text
    assert (answer.json().get("error") or {}).get("code") == code
    assert took < 5
    assert made(site, number) == count
    deadline = time.monotonic() + 12
    while any(w.owner for w in site.open_writes()) and time.monotonic() < deadline:
        time.sleep(0.1)
    settle(site, rounds=1)
    assert made(site, number) == count
    assert len(site.sent()) <= posts
    if not count:  # whoever was told that it failed asks again, and gets what was wanted
        time.sleep(0.3)
        assert site.apply(somebody(number)).status_code == 200
        assert made(site, number) == 1
    assert site.open_writes() == []


@pytest.mark.parametrize(
    ("number", "change", "code"),
    [
        (11, {"features": {"recruiting": False}}, "INTEGRATION.PERMISSION_MISSING"),
        (12, {"features": {"public_api": False}}, "INTEGRATION.PERMISSION_MISSING"),
        (13, {"recruiting_token": "another"}, "INTEGRATION.AUTHENTICATION_INVALID"),
    ],
)
def test_what_the_end_user_can_mend(faulty: Site, number: int, change: dict[str, Any], code: str) -> None:
    """A missing feature and refused credentials are told apart; the key of the request stays free."""
    site, before = faulty, faulty.company.facts["recruiting_token"]
    site.company.change("PATCH", "", change)
    answer = site.apply(somebody(number), Idempotency_Key=f"mend {number}")
    site.company.change("PATCH", "", {"features": {}, "recruiting_token": before})
    assert answer.json()["error"]["code"] == code
    assert site.apply(somebody(number), Idempotency_Key=f"mend {number}").status_code == 200
    assert made(site, number) == 1


def test_what_a_write_made_is_not_sent_again_and_again(faulty: Site) -> None:
    """To whoever reads by time it comes once: after the write nothing of the integration is under way."""
    site = faulty
    assert site.apply(somebody(29)).status_code == 200
    no, later = site.mirror.integration.no, timestamp(clock.now() + dt.timedelta(minutes=1))
    newest = site.store.changes(no, site.store.latest(no) - 1, 1).changes[0]
    assert newest.model in {"ats_applications", "ats_candidates"}
    assert site.store.since(no, later) > newest.changed_at


def test_a_failed_upload_creates_nothing(faulty: Site) -> None:
    """Documents go first: when one is refused, there is no application, and the input is named."""
    faulty.company.fault(kind="status", route=UPLOAD, status=413, skip=1)
    answer = faulty.apply(somebody(21, attachments=[document(), document("letter.pdf", "COVER_LETTER")]))
    faulty.company.clear_faults()
    assert answer.json()["error"]["code"] == "REMOTE.INPUT_INVALID"
    assert "`attachments[1]`" in answer.json()["error"]["message"]
    assert made(faulty, 21) == 0
    assert faulty.open_writes() == []


@pytest.mark.parametrize(("number", "sees_again", "code", "count"), [(35, True, None, 1), (36, False, EXISTS, 0)])
def test_said_to_exist_and_found_nowhere(
    faulty: Site, number: int, sees_again: bool, code: str | None, count: int
) -> None:
    """Personio also says so when it could not check: one more try, and then the caller is told what it said (E28)."""
    site = faulty
    site.company.control("DELETE", "/log")
    site.company.knobs(duplicate_check_fails=True)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(site.apply, somebody(number))
        while not site.sent():
            time.sleep(0.01)
        site.company.knobs(duplicate_check_fails=not sees_again)
        answer = asked.result()
    site.company.knobs(duplicate_check_fails=False)
    assert (answer.json().get("error") or {}).get("code") == code, answer.text
    assert (len(site.sent()), made(site, number)) == (2, count)
    assert site.open_writes() == []


def test_a_key_is_one_request(faulty: Site) -> None:
    """The same key and body has the same answer, byte by byte; the same key with another body is refused."""
    first = faulty.apply(somebody(43), Idempotency_Key="one")
    body = somebody(43, stage_id=None, attachments=None)
    assert faulty.apply(body, Idempotency_Key="one").content == first.content
    other = faulty.apply(somebody(44), Idempotency_Key="one")
    assert (other.status_code, other.json()["error"]["code"]) == (400, "PLATFORM.INPUT_INVALID")
    assert "Idempotency-Key" in other.json()["error"]["message"]
    assert (made(faulty, 43), made(faulty, 44)) == (1, 0)


@pytest.mark.parametrize(("number", "size", "headers"), [(33, 100, {"Idempotency_Key": "crowd"}), (34, 20, {})])
def test_a_crowd_at_once_is_one(faulty: Site, number: int, size: int, headers: dict[str, str]) -> None:
    """However many send the same at the same moment, one is created, and nobody with a key is turned away."""
    with ThreadPoolExecutor(size) as crowd:
        answers = list(crowd.map(lambda _: faulty.apply(somebody(number), **headers), range(size)))
    assert made(faulty, number) == 1
    fine = [a for a in answers if a.status_code == 200]
    assert len({a.json()["data"]["id"] for a in fine}) == 1
    if headers:
        assert len(fine) == size
    else:
        allowed = {EXISTS, "PLATFORM.CONCURRENCY_LIMIT_EXCEEDED"}
        assert {a.json()["error"]["code"] for a in answers if a.status_code != 200} <= allowed


def test_ids_told_early_stay(fresh: Site) -> None:
    """When the tool does not show the new ids in time, the record has one at once, and keeps it for ever (E7)."""
    site = fresh
    site.company.knobs(read_after_write=1000)
    told = site.apply(somebody(1, candidate={"phone_number": "+49 1"})).json()
    data, messages = told["data"], [one["message"] for one in told["warnings"]]
    assert data["remote_id"] is None
    assert data["candidate"]["remote_id"].startswith("pending:")
    assert data["candidate"]["phone_numbers"] == [{"phone_number": "+49 1", "type": None}]
    assert WAITING[WriteState.CREATED] in messages
    listed = site.get(f"/ats/applications?ids={data['id']}").json()["data"]["results"]
    assert [one["candidate"]["id"] for one in listed] == [data["candidate_id"]]
    site.mirror.sync()
    assert len(site.get(f"/ats/applications?ids={data['id']}").json()["data"]["results"]) == 1

    site.company.control("POST", "/clock", {"advance": 2000})
    settle(site)
    after = site.get(f"/ats/applications?ids={data['id']}").json()["data"]["results"][0]
    assert after["remote_id"] == site.written()[-1]["id"]
    assert after["candidate"]["remote_id"] == site.written()[-1]["candidate_id"]
    assert after["candidate"]["id"] == data["candidate_id"]
    site.mirror.sync()
    again = site.get(f"/ats/applications?remote_ids={after['remote_id']}&include_deleted=true").json()
    assert [one["id"] for one in again["data"]["results"]] == [data["id"]]
    everybody = site.get("/ats/applications?page_size=250").json()["data"]["results"]
    assert [one["id"] for one in everybody if one["remote_id"] == after["remote_id"]] == [data["id"]]
    assert site.open_writes() == []


def test_ids_told_early_stay_for_a_week(fresh: Site) -> None:
    """What the tool shows only after days still comes under the id that was told, although a sync saw it first."""
    site = fresh
    site.company.knobs(read_after_write=1000)
    data = site.apply(somebody(3)).json()["data"]
    with site.store.database.writing() as connection:
        made_at = clock.now() - dt.timedelta(days=6)
        connection.execute(sa.update(writes).values(created_at=made_at).where(writes.c.ended_at.is_(None)))
    settle(site, rounds=1, sleep=lambda _: None)
    (waiting,) = site.open_writes()
    assert waiting.due_at is not None
    assert waiting.due_at - clock.now() > dt.timedelta(hours=5)
    site.company.control("POST", "/clock", {"advance": 2000})
    site.mirror.sync()
    settle(site)
    found = site.get(f"/ats/applications?remote_ids={site.written()[-1]['id']}").json()["data"]["results"]
    assert [(one["id"], one["candidate_id"]) for one in found] == [(data["id"], data["candidate_id"])]


def test_a_known_candidate_keeps_its_id(fresh: Site) -> None:
    """Who had applied before keeps the id that callers know; the one that was told early goes, and says so by that."""
    site, jobs = fresh, [j["id"] for j in fresh.company.truth()["jobs"] if j["published"]]
    site.company.knobs(unify_candidates=True)
    known = site.apply(somebody(4), job=f"remote:{jobs[0]}").json()["data"]["candidate_id"]
    site.company.knobs(read_after_write=1000)
    told = site.apply(somebody(4), job=f"remote:{jobs[1]}").json()["data"]
    site.company.control("POST", "/clock", {"advance": 2000})
    site.mirror.sync()
    settle(site)
    found = site.get(f"/ats/applications?ids={told['id']}").json()["data"]["results"]
    assert [(one["id"], one["candidate_id"]) for one in found] == [(told["id"], known)]
    gone = site.get(f"/ats/candidates?ids={told['candidate_id']}&include_deleted=true").json()["data"]["results"]
    assert [one["remote_deleted_at"] is None for one in gone] == [False]


def test_an_erased_person_is_not_waited_for(fresh: Site) -> None:
    """What was to be sent for them, what they were told and what is waited for go with their records."""
    site = fresh
    site.company.knobs(read_after_write=1000)
    told = site.apply(somebody(5), Idempotency_Key="five").json()["data"]
    assert len(site.open_writes()) == 1
    proof = erase_person(site.store, "MARA5@example.org", clock.now, dry_run=False)
    assert proof.erased == {"ats_candidates": 1, "ats_applications": 1, "writes": 1}
    (left,) = site.get(f"/ats/candidates?ids={told['candidate_id']}&include_deleted=true").json()["data"]["results"]
    assert (left["email_addresses"], left["first_name"], left["remote_deleted_at"] is None) == (None, None, False)
    assert site.open_writes() == []


def test_an_erased_person_is_not_sent(faulty: Site) -> None:
    """A write that failed for now, of which there are no records yet, is forgotten too."""
    site = faulty
    site.company.fault(kind="status", status=500, route=CREATE, count=None)
    assert site.apply(somebody(41)).status_code == 503
    site.company.clear_faults()
    assert len(site.open_writes()) == 1
    assert erase_person(site.store, "mara41@example.org", clock.now, dry_run=False).erased == {"writes": 1}
    assert site.open_writes() == []
    settle(site)
    assert made(site, 41) == 0


def test_what_only_waits_is_not_in_flight(fresh: Site) -> None:
    """However many ids the tool owes us, the next application is taken: they are looked for, nobody is at them."""
    store, integration, now = fresh.store, fresh.mirror.integration, clock.now()

    def opened(person: str) -> Write:
        new = NewWrite(id=person, integration_no=integration.no, integration_id=integration.id, action="a",
                       key_hash=None, body_hash="b", person_hash=person, owner="me", sealed=b"")  # fmt: skip
        return store.open_write(new, now, now + dt.timedelta(minutes=1), 1)[0]

    first = opened("one")
    with pytest.raises(TooManyInFlight):
        opened("two")
    store.advance_write(first, owner=None)
    assert opened("two").state is WriteState.INTENDED


def test_ids_told_early_win(fresh: Site) -> None:
    """When a sync meets the record before it is recognised, the id that was told stays and the other one goes."""
    site = fresh
    site.company.knobs(read_after_write=1000)
    data = site.apply(somebody(2)).json()["data"]
    site.company.control("POST", "/clock", {"advance": 2000})
    site.mirror.sync()
    settle(site)
    site.mirror.sync()
    remote_id = site.written()[-1]["id"]
    everybody = site.get("/ats/applications?page_size=250").json()["data"]["results"]
    assert [one["id"] for one in everybody if one["remote_id"] == remote_id] == [data["id"]]
    assert len({one["candidate_id"] for one in everybody if one["remote_id"] == remote_id}) == 1
    assert not [one for one in everybody if one["remote_id"] is None]


def test_writers_share_the_limit(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two processes that write to one company stay below its limit together, whoever comes first is served first."""
    knobs = {"v1_limit": 4, "v1_window": 1}
    with Site(tmp_path_factory.mktemp("paced"), knobs=knobs, limit=(4, 1.0)) as site:
        site.mirror.sync()
        other = site.new_actions()
        served = [site.actions, other]
        done: list[int] = []

        def create(number: int) -> None:
            from tests.actions.test_crash import ask  # noqa: PLC0415

            served[number % 2].perform(ask(site, number))
            done.append(number)

        threads = [threading.Thread(target=create, args=(number,)) for number in range(1, 11)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        other.close()
        assert sorted(done) == list(range(1, 11))
        assert {one["status"] for one in site.sent()} == {200, 201}
        assert len(site.written()) == 10


def test_a_turn_that_comes_too_late_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nobody waits for a turn that cannot come in time: nothing is sent, and the message says when to try again."""
    with Site(tmp_path_factory.mktemp("late"), limit=(1, 60.0)) as site:
        site.mirror.sync()
        assert site.apply(somebody(1)).status_code == 200
        answer = site.apply(somebody(2))
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "REMOTE.RATE_LIMIT_EXCEEDED")
        assert "Try again in" in answer.json()["error"]["message"]
        assert int(answer.headers["retry-after"]) > 50
        assert len(site.sent()) == 1
        assert site.open_writes() == []
