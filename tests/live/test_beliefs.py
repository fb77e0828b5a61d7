"""What no source proves about Personio, asked read-only over HTTP: one test, two targets.

The simulator answers unless PERSONIO_LIVE_CLIENT_ID and PERSONIO_LIVE_CLIENT_SECRET name a real account;
PERSONIO_LIVE_CAREER is its career site, such as https://acme.jobs.personio.de. A failure of `make live` is a belief to
correct, in the connector and in the simulator. Nothing personal is printed.
"""

import os
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import fromstring

import httpx
import pytest
from msgspec import Struct

from personio_simulator.options import Options
from tests.end_to_end.world import Company

pytestmark = pytest.mark.belief

REAL = "PERSONIO_LIVE_CLIENT_ID" in os.environ
RECRUITING = "/v2/recruiting"


class Target(Struct):
    """A Personio to ask."""

    http: httpx.Client
    career: str | None

    def listed(self, path: str, **query: str) -> list[Any]:
        """Return the records of a first page."""
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200
        return answer.json()["_data"]


@pytest.fixture(scope="module")
def personio() -> Iterator[Target]:
    """The real one when the environment names it, else the simulator."""
    if REAL:
        base = os.environ.get("PERSONIO_LIVE_URL", "https://api.personio.de")
        secrets = {k: os.environ[f"PERSONIO_LIVE_{k.upper()}"] for k in ("client_id", "client_secret")}
        yield from _opened(base, secrets, os.environ.get("PERSONIO_LIVE_CAREER"))
        return
    with Company(Options(jobs=30, applications=450, seed=2, knobs={"beta": "required"})) as company:
        secrets = {k: company.facts[k] for k in ("client_id", "client_secret")}
        yield from _opened(company.url, secrets, company.career)


def _opened(base: str, secrets: dict[str, str], career: str | None) -> Iterator[Target]:
    with httpx.Client(base_url=base, timeout=30, headers={"Beta": "true"}) as http:
        answer = http.post("/v2/auth/token", data={"grant_type": "client_credentials"} | secrets)
        assert answer.status_code == 200
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield Target(http, career)


@pytest.mark.parametrize("kind", ["applications", "candidates", "jobs", "categories"])
def test_collections_need_the_beta_header(personio: Target, kind: str) -> None:
    """Without it the address does not exist (E1)."""
    assert personio.http.get(f"{RECRUITING}/{kind}", params={"limit": "1"}).status_code == 200
    assert personio.http.get(f"{RECRUITING}/{kind}", headers={"Beta": "false"}).status_code == 404


@pytest.mark.parametrize("kind", ["applications", "candidates", "jobs"])
def test_records_have_text_ids_and_times(personio: Target, kind: str) -> None:
    """Ids are texts; a time is either UTC or a local one beside its zone (E23)."""
    for record in personio.listed(f"{RECRUITING}/{kind}", limit="200"):
        assert isinstance(record["id"], str)
        for name in ("created_at", "updated_at"):
            told = record[name]
            text = told if isinstance(told, str) else told["date-time"]
            assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", text)
            assert isinstance(told, str) or "/" in told["timezone"] or told["timezone"] == "UTC"


def test_pages_follow_one_another_on_the_same_host(personio: Target) -> None:
    """`next` is an address of the API itself and brings other records (E21)."""
    first = personio.http.get(f"{RECRUITING}/applications", params={"limit": "2"}).json()
    following = first["_meta"]["links"].get("next")
    if following is None:
        pytest.skip("This account has no second page of two.")
    href = following["href"] if isinstance(following, dict) else following
    assert httpx.URL(href).is_relative_url or httpx.URL(href).host == personio.http.base_url.host
    second = personio.http.get(href).json()["_data"]
    assert {r["id"] for r in first["_data"]}.isdisjoint(r["id"] for r in second)


def test_system_stages_say_what_they_are(personio: Target) -> None:
    """A stage is a custom one with id and name, or one of the five that `type` and `kind` tell."""
    keys = {"UNASSIGNED", "REJECTED", "WITHDRAWN", "OFFER", "ACCEPTED"}
    for application in personio.listed(f"{RECRUITING}/applications", limit="200"):
        stage = application["current_stage"]
        assert stage is None or (stage["type"] == "SYSTEM" and stage["kind"] in keys) or (stage["id"] and stage["name"])


def test_categories_list_their_stages_in_order(personio: Target) -> None:
    """Jobs name a category; a category has stages, each once: their order is the pipeline (F.4)."""
    categories = {c["id"]: c for c in personio.listed(f"{RECRUITING}/categories")}
    for category in categories.values():
        told = [(s.get("id"), s.get("kind"), s.get("name")) for s in category["stages"]]
        assert len(told) == len(set(told))
    named = {j["category"]["id"] for j in personio.listed(f"{RECRUITING}/jobs", limit="200") if j.get("category")}
    assert named <= set(categories)


def test_a_filter_takes_one_form_of_time(personio: Target) -> None:
    """`updated_at.gt` takes a moment with or without `Z`; a form that is not taken answers 400, never a list (E4)."""
    forms = ("2026-01-01T00:00:00", "2026-01-01T00:00:00Z")
    asked = [personio.http.get(f"{RECRUITING}/applications", params={"updated_at.gt": form}) for form in forms]
    assert {answer.status_code for answer in asked} <= {200, 400}
    assert 200 in [answer.status_code for answer in asked]


def test_the_feed_holds_published_jobs_only(personio: Target) -> None:
    """Every position of the feed is a job of v2 with the same id (E12)."""
    if personio.career is None:
        pytest.skip("PERSONIO_LIVE_CAREER is not given.")
    answer = httpx.get(f"{personio.career}/xml", params={"language": "en"}, timeout=30)
    published = {p.findtext("id") for p in fromstring(answer.content).iter("position")}  # noqa: S314
    listed = {j["id"] for j in personio.listed(f"{RECRUITING}/jobs", limit="200")}
    assert published <= listed or len(listed) == 200
