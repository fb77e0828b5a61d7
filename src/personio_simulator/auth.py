"""Token endpoints: v2 issue and revoke, and the v1 personnel token.

Source: developer.personio.de/reference/post_v2-auth-token, …/reference/auth, Hochfrequenz/personio_client.py
(credentials-service-api-v2.json), github.com/personio/api-docs (personio-auth-api.yaml).
"""

import hmac
from typing import Any, NoReturn

import msgspec

from personio_simulator import errors
from personio_simulator.http import Answer, RefusedError, Request, as_json
from personio_simulator.limits import Throttle
from personio_simulator.model import Client
from personio_simulator.state import Company

FORM = "application/x-www-form-urlencoded"
REQUIRED = ("grant_type", "client_id", "client_secret")


def issue(request: Request) -> Answer:
    """`POST /v2/auth/token`: the same token until it expires; every refusal is a 400."""
    form = _token_form(request)
    company, client = _client(request, form)
    scopes = form.get("scope", "").split() or client.scopes
    if any(scope not in client.scopes for scope in scopes):
        _refuse(request, "invalid_scope", "A requested scope is unknown or not granted.", meta={"scope": form["scope"]})
    world = request.world
    token = world.tokens.issue(company, client, sorted(set(scopes)), world.clock)
    body = {
        "access_token": token.text,
        "token_type": "Bearer",
        "expires_in": max(1, round(token.expires_at - world.now())),
        "scope": " ".join(token.scopes),
    }
    delay = 0.0
    if company.knobs.token_throttle:
        delay = world.tokens.throttle.setdefault(client.id, Throttle()).wait(company.knobs.token_limit, world.now())
    answer = as_json(body)
    answer.delay = delay
    return answer


def _token_form(request: Request) -> dict[str, str]:
    if request.media_type() != FORM:
        _refuse(
            request,
            "invalid_request",
            "The content type is not supported.",
            "invalid_request_content_type",
            {"expected_content_type": FORM},
        )
    form = request.form()
    missing = [name for name in REQUIRED if not form.get(name)]
    if missing:
        _refuse(
            request,
            "invalid_request",
            "Required parameters are missing.",
            "required_parameters_missing",
            {"missing_parameters": missing},
        )
    if form["grant_type"] != "client_credentials":
        _refuse(
            request,
            "unsupported_grant_type",
            "The grant type is not supported.",
            meta={"grant_type": form["grant_type"]},
        )
    return form


def _client(request: Request, form: dict[str, str]) -> tuple[Company, Client]:
    found = request.world.client(form["client_id"])
    if found is None or not hmac.compare_digest(found[1].secret.encode(), form["client_secret"].encode()):
        _refuse(request, "invalid_client", "Client authentication failed.")
    if not found[0].features.public_api:
        _refuse(request, "unauthorized_client", "The client is not allowed to use this grant type.")
    return found


def _refuse(request: Request, error: str, text: str, detail: str = "", meta: object = None) -> NoReturn:
    raise RefusedError(errors.oauth(request.world.now(), request.world.trace(), error, text, detail, meta))


def revoke(request: Request) -> Answer:
    """`POST /v2/auth/revoke`: 200 without a body; the token is dead for everybody who holds it."""
    token = request.form().get("token") if request.media_type() == FORM else None
    if not token:
        _refuse(
            request,
            "invalid_request",
            "Required parameters are missing.",
            "required_parameters_missing",
            {"missing_parameters": ["token"]},
        )
    request.world.tokens.revoke(token)
    return Answer(200)


def personnel_token(request: Request) -> Answer:
    """`POST /v1/auth`: client id and secret as JSON, form or query. Source: personio-auth-api.yaml."""
    given: dict[str, Any] = dict(request.query)
    if request.media_type() == FORM:
        given |= request.form()
    elif request.body:
        try:
            decoded = msgspec.json.decode(request.body)
        except msgspec.DecodeError:
            decoded = {}
        given |= decoded if isinstance(decoded, dict) else {}
    world = request.world
    found = world.client(str(given.get("client_id")))
    if found is None or found[1].secret != given.get("client_secret"):
        return errors.personnel_v1(403, 0, "Wrong credentials")
    token = world.tokens.issue(found[0], found[1], sorted(found[1].scopes), world.clock)
    data = {
        "token": token.text,
        "expires_in": max(1, round(token.expires_at - world.now())),
        "scope": "employees:read",
    }
    return as_json({"success": True, "data": data})
