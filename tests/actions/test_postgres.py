"""The write path on PostgreSQL: the same promises, kept by another engine."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.actions.test_once import settle
from tests.actions.world import Site, document, somebody

pytestmark = pytest.mark.postgres


def test_writes_on_postgres(tmp_path: Path, postgres_url: str) -> None:
    """Created once by a crowd, found again by its key, kept by the next sync, and under the id that was told early."""
    with Site(tmp_path, database=postgres_url) as site:
        site.mirror.sync()
        body = somebody(1, attachments=[document()])
        with ThreadPoolExecutor(20) as crowd:
            answers = list(crowd.map(lambda _: site.apply(body, Idempotency_Key="pg"), range(20)))
        assert {a.status_code for a in answers} == {200}
        assert len({a.content for a in answers}) == 1
        assert len(site.written()) == 1
        site.company.knobs(read_after_write=1000)
        early = site.apply(somebody(2)).json()["data"]
        assert early["remote_id"] is None
        site.company.control("POST", "/clock", {"advance": 2000})
        settle(site)
        site.mirror.sync()
        listed = site.get("/ats/applications?page_size=250").json()["data"]["results"]
        made = {one["remote_id"]: one["id"] for one in listed}
        assert made[site.written()[1]["id"]] == early["id"]
        assert made[site.written()[0]["id"]] == answers[0].json()["data"]["id"]
        assert len(made) == len(listed) == 22
        assert site.open_writes() == []
