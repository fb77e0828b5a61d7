"""What else is told: dry runs, restrictions, how many are in flight, what is switched off, placeholders."""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec import structs

from atsume import clock
from atsume.api.inflight import InFlight
from atsume.errors import AtsumeError, Code
from atsume.model.scope import Setting
from tests.actions.test_everything import asked_job
from tests.actions.world import PDF, Site, document, somebody


def test_a_dry_run_shows_and_sends_nothing(site: Site) -> None:
    """The exact requests, secrets masked; nothing reaches the tool and nothing is written down."""
    sent, body = len(site.sent()), somebody(70, attachments=[document()])
    told = site.post(f"/ats/jobs/remote:{site.published()}/applications?dry_run=true", body).json()
    requests = told["data"]["requests"]
    assert [(r["method"], r["url"].rpartition("/v1/")[2]) for r in requests] == [
        ("POST", "recruiting/applications/documents"),
        ("POST", "recruiting/applications"),
    ]
    assert requests[0]["body"] == {"file": "cv.pdf", "content_type": "application/pdf", "size_bytes": len(PDF)}
    assert {r["headers"]["Authorization"] for r in requests} == {"Bearer …"}
    assert site.company.facts["recruiting_token"] not in str(told)
    assert (len(site.sent()), site.open_writes()) == (sent, [])
    real = site.apply(body)
    assert real.status_code == 200
    shown, made = dict(requests[1]["body"]), dict(site.written()[-1]["written"])
    assert [f.pop("uuid") for f in shown["files"]] == ["<uuid of document 1>"]
    assert [f.pop("uuid") for f in made["files"]]
    assert shown == made


@pytest.mark.parametrize("action", ["ats_create_application", "ats_create_candidate"])
def test_restrictions_of_attachments(site: Site, action: str) -> None:
    """20 MB a document, by type, with the types that Personio takes."""
    told = site.get(f"/ats/actions/{action}").json()["data"]["attachment_restrictions"]
    assert told["total_size_bytes"] is None
    assert set(told["types"]) == {"CV", "COVER_LETTER", "OTHER"}
    for rule in told["types"].values():
        assert rule["is_supported"] is True
        assert rule["max_file_size_bytes"] == 20 * 1024 * 1024
        assert "application/pdf" in rule["accepted_mime_types"]


@pytest.mark.parametrize("body", [somebody(71), {}])
def test_every_action_tells_how_many_may_be_in_flight(site: Site, body: dict[str, Any]) -> None:
    """On successes and on errors alike."""
    answer = site.apply(body)
    assert (answer.headers["concurrency-limit"], answer.headers["concurrency-remaining"]) == ("30", "29")


def test_the_thirty_first_is_turned_away() -> None:
    """Of one integration; requests with one key count once, and another integration has its own thirty."""
    flying, told = InFlight(2), list[tuple[bytes, bytes]]()
    with flying.entered("a", "key", told), flying.entered("a", "key", told), flying.entered("a", None, told):
        with pytest.raises(AtsumeError) as caught, flying.entered("a", None, told):
            pass
        assert caught.value.code is Code.CONCURRENCY_LIMIT_EXCEEDED
        with flying.entered("b", None, told):
            pass
    with flying.entered("a", None, told):
        pass
    assert told[-1] == (b"concurrency-remaining", b"1")


def test_placeholders_for_required_questions(site: Site) -> None:
    """Only where the environment says so: what the job insists on gets a placeholder, and a warning says which."""
    job = asked_job(site)
    required = [q for q in job["screening_questions"] if q["required"]]
    assert required
    environment = site.store.environments()[0]
    on = structs.replace(environment.settings, answers_required_questions=True)
    site.store.update_environment_settings(environment.id, on)
    told = site.apply(somebody(72), job=job["id"]).json()
    site.store.update_environment_settings(environment.id, environment.settings)
    messages = " ".join(one["message"] for one in told["warnings"])
    assert all(f"remote:{question['remote_id']} was not answered" in messages for question in required)
    sent = {one["id"] for one in site.written()[-1]["written"].get("attributes", [])}
    plain = {q["remote_id"] for q in required if q["format"]["type"] not in ("FILE", "MULTI_SELECT")}
    assert sent == plain


def test_a_stage_that_the_job_lacks_is_told(site: Site) -> None:
    """Personio takes it and silently puts the application elsewhere; we look and say so (E14)."""
    answer = site.apply(somebody(73, stage_id="remote:999999"))
    assert answer.status_code == 200
    assert any("`stage_id`: Personio put the application into" in w["message"] for w in answer.json()["warnings"])


def test_personal_data_stays_out_of_logs_and_exchanges(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """A refused write leaves an exchange that names neither the applicant nor what was sent."""
    with caplog.at_level(logging.DEBUG):
        answer = site.apply(somebody(74, candidate={"first_name": "Xaverine"}, source={"id": "1"}))
    assert answer.status_code == 400
    exchange = site.store.exchange(answer.json()["error"]["log_url"].rpartition("/")[2])
    assert exchange is not None
    for text in (str(exchange), caplog.text, answer.text):
        assert "Xaverine" not in text
        assert "mara74" not in text


def test_what_the_scope_switches_off(fresh: Site) -> None:
    """An action that the scope config disables is refused before anything is looked at."""
    integration = fresh.mirror.integration
    off = {"ats_create_application": Setting.DISABLED}
    config = fresh.store.add_scope_config(integration.environment_id, "off", off, clock.now())
    fresh.store.set_scope(integration.id, config.id, (), None)
    answer = fresh.apply(somebody(1))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "INTEGRATION.ACTION_DISABLED")
    assert answer.headers["concurrency-limit"] == "30"
    assert fresh.sent() == []


def test_one_at_a_time_is_not_needed(site: Site) -> None:
    """Different people apply at the same moment; each gets one application."""
    with ThreadPoolExecutor(10) as crowd:
        answers = list(crowd.map(lambda n: site.apply(somebody(200 + n)), range(10)))
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["data"]["remote_id"] for a in answers}) == 10
