"""/healthz, /readyz and /metrics: what they say, and to whom."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from prometheus_client.parser import text_string_to_metric_families

from atsume.model.integration import SyncState, SyncType
from atsume.model.lifecycle import Trigger
from atsume.store.rows import StreamProgress
from atsume.store.rows_webhooks import Attempt
from atsume.store.statistics import count_attempt
from tests.api.world import NOW, World

ROOT = Path(__file__).parent.parent.parent
MINUTE = dt.timedelta(minutes=1)


def samples(client: Any, **headers: str) -> dict[tuple[str, ...], float]:
    """Return every sample by name and label values in order of the labels' names."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def end_a_run(world: World, integration_id: str, state: SyncState, *streams: StreamProgress) -> None:
    """Queue, claim and end a run of ten seconds."""
    run, _ = world.store.queue_sync(integration_id, SyncType.FULL, NOW)
    assert world.store.claim_sync(NOW, run.id)
    world.store.finish_sync(run.id, state, NOW + dt.timedelta(seconds=10), list(streams), [], None, {})


def test_what_runs_did_is_counted_once_for_all_processes(world: World) -> None:
    """Counters grow with every run, whoever carried it out; another server tells the same."""
    one, other = world.integrate(1), world.integrate(2)
    jobs = StreamProgress("ats_jobs", "complete", requests=3, records=200, created=150, waited_seconds=1.5)
    users = StreamProgress("ats_users", "failed", requests=1, held_back=40)
    end_a_run(world, one.id, SyncState.PARTIALLY_FAILED, jobs, users, StreamProgress("ats_candidates", "skipped"))
    end_a_run(world, other.id, SyncState.SUCCEEDED, jobs)
    with world.client() as client:
        found = samples(client)
    assert found["atsume_sync_runs_total", "SUCCEEDED", "personio", "FULL"] == 1
    assert found["atsume_sync_seconds_total", "PARTIALLY_FAILED", "personio", "FULL"] == 10
    told = {name: found[f"atsume_stream_{name}", "ats_jobs", "personio"] for name in (
        "runs_total", "failures_total", "records_total", "records_created_total", "requests_total",
        "waited_seconds_total", "failing",
    )}  # fmt: skip
    assert told == {
        "runs_total": 2, "failures_total": 0, "records_total": 400, "records_created_total": 300, "requests_total": 6,
        "waited_seconds_total": 3, "failing": 0,
    }  # fmt: skip
    assert found["atsume_stream_failing", "ats_users", "personio"] == 1
    assert found["atsume_deletions_held_back", "ats_users", "personio"] == 40
    assert ("atsume_stream_runs_total", "ats_candidates", "personio") not in found
    with world.client() as second:
        assert {k: v for k, v in samples(second).items() if "api_request" not in k[0]} == {
            k: v for k, v in found.items() if "api_request" not in k[0]
        }


def test_how_it_stands_now(world: World) -> None:
    """Ages grow with the clock; paused integrations make no lag; a clock that stepped back makes nothing negative."""
    one, other = world.integrate(1), world.integrate(2)
    world.store.transition(other.id, Trigger.REFUSED_FOR_LONG, NOW)
    world.store.queue_sync(one.id, SyncType.FULL, NOW)
    with world.client() as client:
        world.now[0] = NOW + 20 * MINUTE
        found = samples(client)
        assert found["atsume_integrations", "PASSED", "ACTIVE", "personio"] == 1
        assert found["atsume_integrations", "PASSED", "INVALID", "personio"] == 1
        assert found["atsume_sync_lag_seconds", "personio"] == 1200
        assert found["atsume_sync_queue", "queued"] == 1
        assert found["atsume_sync_queue_age_seconds",] == 1200
        world.store.beat("p1", "local", "worker", NOW + 19 * MINUTE)
        assert samples(client)["atsume_worker_silence_seconds",] == 60
        world.now[0] = NOW - 20 * MINUTE
        found = samples(client)
        assert found["atsume_sync_lag_seconds", "personio"] == 0
        assert found["atsume_sync_queue_age_seconds",] == 0


def test_requests_are_counted_by_endpoint_and_never_by_caller(world: World) -> None:
    """Labels are paths as documented; ids, keys and made-up paths or methods are no labels."""
    integration = world.integrate()
    with world.client() as client:
        for _ in range(3):
            client.get("/v1/ats/jobs", headers=world.headers(integration))
        client.get(f"/v1/integrations/{integration.id}", headers=world.headers())
        client.get("/v1/ats/jobs")
        client.get("/v1/secret@example.org")
        client.request("BREW", "/v1/ats/jobs")
        found = samples(client)
        text = client.get("/metrics").text
    assert found["atsume_api_requests_total", "/ats/jobs", "GET", "200"] == 3
    assert found["atsume_api_requests_total", "/ats/jobs", "GET", "401"] == 1
    assert found["atsume_api_requests_total", "/integrations/{integration_id}", "GET", "200"] == 1
    assert found["atsume_api_requests_total", "none", "GET", "404"] == 1
    assert found["atsume_api_request_seconds_count", "/ats/jobs"] == 4
    for secret in (integration.id, integration.id.split(":")[1], world.key, "example.org", "BREW", "Acme", "ACME"):
        assert secret not in text


def test_a_database_that_is_away_is_told(world: World) -> None:
    """No stale numbers: `atsume_up` alone, and /readyz says what is wrong; /healthz does not care."""
    with world.client() as client:
        with world.store.database.writing() as connection:
            connection.execute(sa.text("DROP TABLE stream_states"))
        found = samples(client)
        assert found["atsume_up",] == 0
        assert not [name for name in found if name[0].startswith(("atsume_sync", "atsume_stream"))]
        assert client.get("/healthz").text == "ok\n"


def test_the_metrics_can_want_a_token(world: World) -> None:
    """Then they are for whoever has it."""
    with world.client(metrics_token="s3cret") as client:
        assert [client.get("/metrics", headers=h).status_code for h in (
            {}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer s3cret"},
        )] == [401, 401, 200]  # fmt: skip


@pytest.mark.parametrize(
    ("beat", "queued", "schema", "status", "work", "standings"),
    [
        (0,    None, None,   200, 200, ("ok", "ok", "ok", "ok")),
        (2,    None, None,   200, 503, ("ok", "ok", "late", "ok")),      # silent for two minutes
        (None, None, None,   200, 503, ("ok", "ok", "late", "ok")),
        (0,    16,   None,   200, 503, ("ok", "ok", "ok", "late")),
        (-60,  -60,  None,   200, 200, ("ok", "ok", "ok", "ok")),        # the clock stepped back
        (0,    None, "0001", 503, 503, ("ok", "failed", "ok", "ok")),
    ],
)  # fmt: skip
def test_readiness(world: World, beat, queued, schema, status, work, standings) -> None:
    """Database and schema decide; worker and queue are told, and decide for whoever asks with `work=1`."""
    integration = world.integrate()
    if beat is not None:
        world.store.beat("p1", "local", "worker", NOW - beat * MINUTE)
    if queued is not None:
        world.store.queue_sync(integration.id, SyncType.FULL, NOW - queued * MINUTE)
    if schema is not None:
        with world.store.database.writing() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = :v"), {"v": schema})
    with world.client() as client:
        answer = client.get("/readyz")
        assert (answer.status_code, client.get("/readyz?work=1").status_code) == (status, work)
    told = answer.json()
    assert tuple(told[name]["standing"] for name in ("database", "migrations", "workers", "queue")) == standings
    assert all(check["message"] for check in told.values())


def test_a_closed_database_is_not_ready(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, no traceback, nothing of where the database is."""

    def away(_database: Any) -> None:
        raise OSError("no route to 10.0.0.5")

    with world.client() as client:
        monkeypatch.setattr("atsume.store.database.Database.check", away)
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == {"standing": "failed", "message": "the database does not answer"}
    assert "10.0.0.5" not in answer.text


def named_metrics(text: str) -> set[str]:
    """Return the names of our metrics in an expression."""
    words = "".join(c if c.isalnum() or c == "_" else " " for c in text).split()
    return {word for word in words if word.startswith("atsume_")}


def test_every_metric_that_is_watched_exists(world: World) -> None:
    """Dashboard and alert rules name only what /metrics tells; a metric that goes takes its panel with it."""
    end_a_run(world, world.integrate().id, SyncState.SUCCEEDED, StreamProgress("ats_jobs", "complete"))
    world.store.beat("p1", "local", "worker", NOW)
    with world.store.database.writing() as connection:
        count_attempt(connection, Attempt(at=NOW, status=200, duration_seconds=0.5, answer="thanks"))
    with world.client() as client:
        client.get("/v1/ats/jobs")
        known = {name for name, *_ in samples(client)}
    rules = yaml.safe_load((ROOT / "deploy/alerts.yml").read_text())
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    dashboard = yaml.safe_load((ROOT / "deploy/grafana-dashboard.json").read_text())
    targets = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len(alerts) >= 8
    assert len(targets) >= 18
    for expression in [rule["expr"] for rule in alerts] + targets:
        assert named_metrics(expression)
        assert named_metrics(expression) <= known, expression
        assert expression.count("(") == expression.count(")")
    assert all(rule["annotations"].keys() == {"summary", "action"} for rule in alerts)
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
