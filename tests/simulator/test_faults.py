"""Faults: each kind once, by count, by skip and by seeded chance."""

import contextlib
import time

import httpx
import msgspec
import pytest

from .conftest import Caller

R = "/v2/recruiting"
STATUSES = [
    ({"kind": "status", "status": 500}, 500, "common.internal_server_error"),
    ({"kind": "status", "status": 502}, 502, "common.bad_gateway"),
    ({"kind": "status", "status": 503}, 503, "common.service_unavailable"),
    ({"kind": "status", "status": 504}, 504, "common.gateway_timeout"),
    ({"kind": "not_found"}, 404, "apinot_found"),
    ({"kind": "status", "status": 429}, 429, "common.too_many_requests"),
]


@pytest.mark.parametrize(("fault", "status", "code"), STATUSES)
def test_statuses_strike_once(sim: Caller, fault: dict, status: int, code: str) -> None:
    """Rule: a fault strikes `count` times (once by default), then the route works again."""
    sim.control("POST", "/faults", {**fault, "route": "jobs"})
    assert sim.get(f"{R}/categories").status_code == 200
    answer = sim.get(f"{R}/jobs")
    assert (answer.status_code, code in answer.text) == (status, True)
    assert sim.get(f"{R}/jobs").status_code == 200


def test_pages_of_a_proxy(sim: Caller) -> None:
    """Rule: a 502 may be HTML, a 429 may be bare."""
    sim.fault("html_502")
    assert "<h1>502" in sim.get(f"{R}/jobs").text
    sim.fault("bare_429")
    answer = sim.get(f"{R}/jobs")
    assert (answer.status_code, answer.content, answer.headers.get("retry-after")) == (429, b"", None)


@pytest.mark.parametrize(("kind", "error"), [("reset", httpx.ReadError), ("cut_body", httpx.RemoteProtocolError)])
def test_broken_connections(sim: Caller, kind: str, error: type[Exception]) -> None:
    """Rule: a reset is a real RST; a cut body ends before its content-length."""
    sim.fault(kind, route="jobs")
    with pytest.raises(error):
        sim.get(f"{R}/jobs")
    assert sim.get(f"{R}/jobs").status_code == 200


@pytest.mark.parametrize("kind", ["reset_after", "hang_after", "status_after"])
def test_a_write_can_be_kept_although_the_answer_is_lost(sim: Caller, kind: str) -> None:
    """Rule: after a lost answer the record exists, and repeating the write is a duplicate."""
    sim.http.timeout = httpx.Timeout(0.3)
    sim.fault(kind, route="create", seconds=1, status=504)
    with contextlib.suppress(httpx.HTTPError):
        assert sim.create().status_code == 504
    assert len(sim.walk(f"{R}/applications", candidate__email="mara@example.org")) == 1
    assert sim.create().status_code == 400


def test_a_request_that_hangs_without_effect(sim: Caller) -> None:
    """Rule: `hang` answers 500 late and writes nothing."""
    sim.http.timeout = httpx.Timeout(0.3)
    sim.fault("hang", route="create", seconds=1)
    with pytest.raises(httpx.ReadTimeout):
        sim.create()
    assert sim.walk(f"{R}/applications", candidate__email="mara@example.org") == []


def test_slow_bodies(sim: Caller) -> None:
    """Rule: a slow body arrives whole, over `seconds`."""
    sim.fault("slow_body", route="jobs", seconds=0.5)
    began = time.monotonic()
    assert len(sim.get(f"{R}/jobs").json()["_data"]) == 12
    assert time.monotonic() - began >= 0.4


def test_damaged_content(sim: Caller) -> None:
    """Rule: cut JSON, another content type, gzip."""
    sim.fault("truncate", route="jobs")
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(sim.get(f"{R}/jobs").content)
    sim.fault("content_type", route="jobs", text="text/html")
    assert sim.get(f"{R}/jobs").headers["content-type"] == "text/html"
    sim.fault("gzip", route="jobs")
    answer = sim.get(f"{R}/jobs")
    assert (answer.headers["content-encoding"], len(answer.json()["_data"])) == ("gzip", 12)
    sim.fault("truncate", route="xml", fraction=0.3)
    assert not sim.career("/xml").text.endswith("</workzag-jobs>\n")


def test_other_shapes(sim: Caller) -> None:
    """Rule: unknown keys, no hiring team, bare time stamps."""
    for kind in ("extra_fields", "missing_hiring_team", "bare_timestamps"):
        sim.fault(kind, route="applications", count=3)
    item = sim.get(f"{R}/applications").json()["_data"][0]
    assert "zz_unexpected" in item["job"]
    assert "hiring_team" not in item
    assert isinstance(item["updated_at"], str)


def test_a_page_can_repeat_an_item(sim: Caller) -> None:
    """Rule: `duplicate_item` shows the last item of a page again on the next."""
    sim.fault("duplicate_item", route="applications", count=None)
    found = [item["id"] for item in sim.walk(f"{R}/applications", limit=20)]
    assert (len(found), len(set(found))) == (63, 60)


def test_an_item_can_change_during_a_walk(sim: Caller) -> None:
    """Rule: an item not yet shown moves to the front and is missed by the walk, not by the next one."""
    sim.fault("update_midwalk", route="applications")
    first = {item["id"] for item in sim.walk(f"{R}/applications", limit=20)}
    second = {item["id"] for item in sim.walk(f"{R}/applications", limit=20)}
    assert len(second - first) == 1


def test_skip_count_and_chance(sim: Caller) -> None:
    """Rule: `skip` lets requests pass first; chance is seeded; faults can be listed and ended."""
    sim.fault("status", route="/v2/recruiting/j*", skip=1, count=1)
    assert [sim.get(f"{R}/jobs").status_code for _ in range(3)] == [200, 500, 200]
    runs = []
    for _ in range(2):
        sim.control("DELETE", "/faults")
        sim.fault("status", route="jobs", count=None, probability=0.5)
        runs.append([sim.get(f"{R}/jobs").status_code for _ in range(12)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 500}
    fault = sim.control("GET", "/faults")[0]
    assert fault["hits"] == runs[0].count(500)
    sim.control("DELETE", f"/faults/{fault['id']}")
    assert sim.control("GET", "/faults") == []
