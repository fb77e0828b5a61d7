"""First bytes of the console's pages against the same read of the API, in one process, as CPU seconds."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from litestar.testing import TestClient

from atsume import clock, operators
from atsume.cli.serving import application
from atsume.model.operator import Role
from benchmarks.databases import Fresh
from benchmarks.mirror import Mirror
from benchmarks.processes import simulator
from benchmarks.report import Row, Table, ratios
from benchmarks.sizes import Size

PASSWORD = "measured-and-found-wanting"
TIMES = 20
"""Requests in a round; what is measured is a round."""
PAGES = {
    "integrations": "",
    "overview": "/{id}",
    "syncs": "/{id}/syncs",
    "applications, first page": "/{id}/data/ats_applications",
    "applications, in the middle": "/{id}/data/ats_applications?before={middle}",
    "applications, nothing fits": "/{id}/data/ats_applications?search=nobody",
    "an application": "/{id}/data/ats_applications/{record}",
    "candidates": "/{id}/data/ats_candidates",
    "fields": "/{id}/fields",
}


def measure(size: Size, made: dict[str, Fresh]) -> Iterator[Table]:
    """Return what each page costs ÷ what the API's page of as many applications costs."""
    url = made["SQLite"]()
    with simulator(size.synced, size.jobs) as remote:
        mirror = Mirror(remote.facts, url)
        mirror.sync()
        yield Table(
            f"Pages of the console ÷ a page of 50 applications from the API, {size.synced:,} applications, CPU",
            _rows(size, mirror),
            "One client, one process, in turn; the client's own CPU time is in both.",
        )
        mirror.close()


def _rows(size: Size, mirror: Mirror) -> list[Row]:
    store, server = mirror.server.store, mirror.server
    integration = store.integration(mirror.id)
    assert integration is not None
    operators.add(store, clock.now(), "bench", PASSWORD, Role.ADMIN)
    newest = store.peek_page("ats_applications", integration.no, limit=1)[0]
    names = {"{id}": mirror.id, "{record}": newest.id, "{middle}": str(newest.seq // 2)}
    base = f"/console/{integration.environment_id}/integrations"
    with TestClient(application(server, None)) as client:
        signed_in = client.post("/console/login", data={"name": "bench", "password": PASSWORD}, follow_redirects=False)
        assert signed_in.status_code == 303, signed_in.text
        headers = {"Authorization": f"Bearer {mirror.api_key()}", "X-Integration-Id": mirror.id}
        api = "/v1/ats/applications?page_size=50"
        assert len(msgspec.json.decode(client.get(api, headers=headers).content)["data"]["results"]) > 0
        rows: list[Row] = []
        for name, path in PAGES.items():
            for short, value in names.items():
                path = path.replace(short, value)  # noqa: PLW2901 - the same path, filled in
            rounds = [(_cpu(client, base + path, {}), _cpu(client, api, headers)) for _ in range(size.rounds)]
            ours, theirs = zip(*rounds, strict=True)
            raw = f"{1000 * sum(ours) / len(ours) / TIMES:.1f} ms ÷ {1000 * sum(theirs) / len(theirs) / TIMES:.1f} ms"
            rows.append(Row(name, ratios(ours, theirs), "≤ 10 [4]", raw))
        return rows


def _cpu(client: Any, path: str, headers: dict[str, str], clock_: Callable[[], float] = time.process_time) -> float:
    """Return the CPU seconds of a round."""
    started = clock_()
    for _ in range(TIMES):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return clock_() - started
