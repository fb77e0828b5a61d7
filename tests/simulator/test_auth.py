"""Tokens: how they are given, refused, narrowed, expire and die."""

import pytest

from .conftest import Caller

REFUSALS = [
    ({"client_secret": "wrong"}, "invalid_client", "error_uri"),
    ({"client_id": "papi-unknown"}, "invalid_client", "error_uri"),
    ({"grant_type": "password"}, "unsupported_grant_type", "error_uri"),
    ({"scope": "personio:recruiting:read personio:nothing:read"}, "invalid_scope", "error_uri"),
    ({"client_id": ""}, "invalid_request", "error_uri"),
]


@pytest.mark.parametrize(("fields", "error", "key"), REFUSALS)
def test_every_refusal_is_a_400_problem(sim: Caller, fields: dict[str, str], error: str, key: str) -> None:
    """Rule: the token endpoint answers 400 problem+json, even for a wrong secret."""
    answer = sim.grant(**fields)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()[key].startswith("https://developer.personio.de/reference/errors#credentials.oauth2.")
    assert {"timestamp", "trace_id", "error_description", "meta"} <= set(answer.json())


def test_json_is_not_a_form(sim: Caller) -> None:
    """Rule: only a url-encoded form is read; the page of the error is then called `type`."""
    answer = sim.http.post("/v2/auth/token", json={"grant_type": "client_credentials", **sim.client})
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("invalid_request.invalid_request_content_type")


def test_missing_parameters_are_named(sim: Caller) -> None:
    """Rule: `meta.missing_parameters` lists what is missing."""
    answer = sim.http.post("/v2/auth/token", data={"grant_type": "client_credentials"})
    assert answer.json()["meta"] == {"missing_parameters": ["client_id", "client_secret"]}


def test_the_token_stays_the_same_until_it_expires(sim: Caller) -> None:
    """Rule: asking again within the lifetime gives the same token; after it, another, and the old one is dead."""
    assert sim.grant().json()["access_token"] == sim.token
    sim.advance(86401)
    assert sim.get("/v2/recruiting/jobs").status_code == 401
    assert sim.grant().json()["access_token"] != sim.token


def test_a_short_lifetime_can_be_chosen(sim: Caller) -> None:
    """Rule: the knob `token_ttl` sets `expires_in` of new tokens."""
    sim.knobs(token_ttl=2)
    assert sim.grant(scope="personio:persons:read").json()["expires_in"] == 2


def test_revoked_tokens_die(sim: Caller) -> None:
    """Rule: revoke answers 200 without a body."""
    answer = sim.http.post("/v2/auth/revoke", data={"token": sim.token})
    assert (answer.status_code, answer.content) == (200, b"")
    assert sim.get("/v2/recruiting/jobs").status_code == 401


@pytest.mark.belief
def test_scopes_decide(sim: Caller) -> None:
    """Rule: without the scope, persons answer 401 and recruiting answers a 403 problem."""
    persons = sim.grant(scope="personio:persons:read").json()["access_token"]
    recruiting = sim.grant(scope="personio:recruiting:read").json()
    assert recruiting["scope"] == "personio:recruiting:read"
    assert sim.get("/v2/persons", token=recruiting["access_token"]).status_code == 401
    refused = sim.get("/v2/recruiting/jobs", token=persons)
    assert (refused.status_code, refused.json()["errors"][0]["title"]) == (403, "Forbidden")


def test_credentials_are_not_interchangeable(sim: Caller) -> None:
    """Rule: the recruiting token is no v2 token, nor the reverse; 401 has no body unless the knob says so."""
    answer = sim.get("/v2/recruiting/jobs", token=sim.info["recruiting_token"])
    assert (answer.status_code, answer.content) == (401, b"")
    sim.writer["Authorization"] = f"Bearer {sim.token}"
    assert sim.create().status_code == 401
    sim.knobs(unauthorized_body="message")
    assert sim.create().json() == {"error": {"message": "Unauthorized Request"}}


def test_more_than_150_tokens_a_minute_are_slowed(sim: Caller) -> None:
    """Rule: the excess waits, one a second."""
    sim.knobs(token_limit=2)
    assert sim.grant().elapsed.total_seconds() < 0.5
    assert sim.grant().elapsed.total_seconds() >= 1


@pytest.mark.parametrize("how", ["json", "data", "params"])
def test_v1_auth_takes_json_form_and_query(sim: Caller, how: str) -> None:
    """Rule: `POST /v1/auth` wraps its answer in success and data."""
    answer = sim.http.post("/v1/auth", **{how: sim.client})
    assert answer.json()["success"] is True
    wrong = sim.http.post("/v1/auth", **{how: {**sim.client, "client_secret": "x"}})
    assert wrong.json()["error"]["message"] == "Wrong credentials"


def test_partner_headers_are_logged(sim: Caller) -> None:
    """Rule: `X-Personio-*` can be looked up in the request log."""
    sim.http.post("/v2/auth/token", headers={"X-Personio-App-ID": "MY_APP"})
    assert sim.control("GET", "/log?path=/v2/auth")[-1]["headers"]["x-personio-app-id"] == "MY_APP"
