"""The OpenAPI 3.1 document, made from the endpoints and the wire structs. Nothing is written twice."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from atsume.api.endpoints import PREFIX, Endpoint, Family
from atsume.api.envelope import AtsErrorEnvelope, GeneralErrorEnvelope

_REF = "#/components/schemas/{name}"
_MEANINGS = {
    400: "The request failed validation, or the tool does not have this.",
    401: "The API key is missing, unknown or revoked.",
    403: "Switched off or not permitted.",
    404: "There is no such integration.",
    405: "The path does not take this method.",
    409: "The integration is not in a state that allows this.",
    413: "The body is too large.",
    429: "The quota is used up.",
    500: "An unexpected error.",
    502: "The tool answered what nobody expects.",
    503: "The tool is not available.",
    501: "Not available yet in this version.",
}
SOMETIMES = frozenset({("Link", "static_ips")})
"""(schema, key) of what is sent only when it was asked for. Every other key is always there."""
_RATE_LIMIT = {
    "ratelimit-limit": "Requests allowed in a minute.",
    "ratelimit-remaining": "Requests left in this minute.",
    "ratelimit-reset": "Seconds until the next minute begins.",
}


def document(endpoints: Sequence[Endpoint], public_url: str) -> dict[str, Any]:
    """Return the document."""
    types = [t for e in endpoints for t in (e.result, e.body) if t is not None]
    types += [AtsErrorEnvelope, GeneralErrorEnvelope]
    _, schemas = msgspec.json.schema_components(types, ref_template=_REF)
    answered = {e.body.__name__ for e in endpoints if e.body is not None}
    for name, schema in schemas.items():
        if "properties" in schema and name not in answered:
            schema["required"] = [key for key in schema["properties"] if (name, key) not in SOMETIMES]
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(PREFIX + endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Atsume",
            "version": "1",
            "summary": "The open-source, self-hosted unified ATS API",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": public_url.rstrip("/")}],
        "tags": [{"name": family.value} for family in Family],
        "security": [{"ApiKey": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"ApiKey": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    told = {
        "operationId": endpoint.name,
        "tags": [endpoint.family.value],
        "summary": endpoint.summary,
        "parameters": _parameters(endpoint),
        "responses": _responses(endpoint),
    }
    if endpoint.body is not None:
        told["requestBody"] = {"content": _json(endpoint.body.__name__), "required": False}
    return told


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    told = [
        {"name": p.name, "in": p.place, "required": p.required, "description": p.description, "schema": p.schema}
        for p in endpoint.parameters
    ]
    named = {p.name for p in endpoint.parameters}
    told += [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", endpoint.path)
        if name not in named
    ]
    if endpoint.of_integration:
        told.append({
            "name": "X-Integration-Id",
            "in": "header",
            "required": True,
            "description": "Id of the integration to use.",
            "schema": {"type": "string"},
        })  # fmt: skip
    return told


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    failure = (GeneralErrorEnvelope if endpoint.family.is_general else AtsErrorEnvelope).__name__
    statuses = {400, 401, 429, 500, *endpoint.fails_with}
    if endpoint.of_integration:
        statuses.add(404)
    if endpoint.method != "GET":
        statuses.add(413)
    told: dict[str, Any] = {}
    if endpoint.result is not None:
        told["200"] = {"description": "Success.", "headers": _headers(), "content": _json(endpoint.result.__name__)}
    for status in sorted(statuses):
        told[str(status)] = {"description": _MEANINGS[status], "content": _json(failure)}
    return told


def _headers() -> dict[str, Any]:
    return {
        name: {"description": meaning, "schema": {"type": "integer"}, "required": False}
        for name, meaning in _RATE_LIMIT.items()
    }


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(name=name)}}}
