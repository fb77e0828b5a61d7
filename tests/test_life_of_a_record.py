"""Read this first: the life of one application, in road order, from Personio to the caller."""

from pathlib import Path

import httpx
from litestar.testing import TestClient

from atsume import clock
from atsume.api.app import create_app
from atsume.api.deps import Deps
from personio_simulator.options import Options
from tests.end_to_end.world import Company, Mirror, later

OPTIONS = Options(jobs=3, applications=5, seed=5, knobs={"rate_limits": "report"})


def test_life_of_a_record(tmp_path: Path) -> None:
    """It comes, is read, moves, is read as changed, vanishes, and is remembered as gone."""
    with Company(OPTIONS) as personio, Mirror(personio, f"sqlite:///{tmp_path}/atsume.db", tmp_path) as mirror:
        server = mirror.server
        deps = Deps(
            store=server.store, config=server.config, connectors=server.connectors, now=clock.now, wake=lambda: None
        )
        with TestClient(create_app(deps)) as api:
            api.headers.update({"Authorization": f"Bearer {mirror.api_key}", "X-Integration-Id": mirror.integration.id})

            # Nothing has come yet, and the API says so.
            assert _error(api.get("/v1/ats/applications")) == (409, "INTEGRATION.SETUP_SYNC_PENDING")

            # A sync run: fetch → decode → assemble → map → scope → diff → commit.
            mirror.sync()
            remote = next(a for a in personio.truth()["applications"] if not a["is_anonymized"])
            found = _one(api, remote["id"])
            assert found["remote_id"] == remote["id"]
            assert found["job"]["remote_id"] == remote["job_id"]
            assert found["candidate"]["remote_id"] == remote["candidate_id"]

            # The same pages again change nothing.
            mirror.sync()
            assert _one(api, remote["id"]) == found

            # It is accepted in Personio; the next sync sees a hire, and only that is new to whoever asks. What changed
            # shortly before may be sent again.
            since = later(found["changed_at"], 0.001)
            personio.change("PATCH", f"/applications/{remote['id']}", {"stage": "accepted"})
            mirror.sync()
            hired = [a for a in _list(api, updated_after=since) if a["changed_at"] > since]
            assert [(a["remote_id"], a["outcome"], a["current_stage"]["name"]) for a in hired] == [
                (remote["id"], "HIRED", "Accepted")
            ]
            assert hired[0]["id"] == found["id"]

            # It vanishes. A tombstone remembers it for those who ask.
            personio.change("DELETE", f"/applications/{remote['id']}")
            mirror.sync()
            assert [a for a in _list(api) if a["id"] == found["id"]] == []
            (gone,) = (a for a in _list(api, updated_after=since, include_deleted="true") if a["id"] == found["id"])
            assert gone["remote_deleted_at"] == gone["changed_at"]


def _list(api: TestClient, **query: str) -> list[dict]:
    return api.get("/v1/ats/applications", params=query).json()["data"]["results"]


def _one(api: TestClient, remote_id: str) -> dict:
    (record,) = _list(api, remote_ids=remote_id)
    return record


def _error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]
