"""`/docs`: the OpenAPI 3.1 document, and a page of our own that shows it without asking any other server."""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import Any

import msgspec
from litestar import MediaType, Response, get
from litestar.types import ControllerRouterHandler

from atsume.api.contents import ENDPOINTS
from atsume.api.deps import Deps
from atsume.api.endpoints import Family
from atsume.api.openapi import document

_STYLE = (files("atsume.api") / "documentation.css").read_text("utf-8")
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_ORDER = (Family.ATS, Family.GENERAL, Family.CONNECT, Family.ASSESSMENT)
"""Of the page: what most callers look for comes first."""


def routes(deps: Deps) -> Sequence[ControllerRouterHandler]:
    """Return the page and the document."""
    told = document(ENDPOINTS, deps.config.public_url)
    described, shown = msgspec.json.encode(told), page(told)

    @get("/docs", sync_to_thread=False, name="docs")
    def docs() -> Response[str]:
        return Response(shown, media_type=MediaType.HTML, headers=_HEADERS)

    @get("/docs/openapi.json", sync_to_thread=False, name="openapi")
    def openapi() -> Response[bytes]:
        return Response(described, media_type=MediaType.JSON, headers={"x-content-type-options": "nosniff"})

    return [docs, openapi]


def page(told: dict[str, Any]) -> str:
    """Return the page that shows an OpenAPI document."""
    operations = [(m.upper(), path, o) for path, methods in told["paths"].items() for m, o in methods.items()]
    families = [(f.value, [o for o in operations if o[2]["tags"] == [f.value]]) for f in _ORDER]
    families = [(name, own) for name, own in families if own]
    links = "".join(f'<a href="#{_anchor(name)}">{escape(name)}</a>' for name, _ in families)
    groups = "".join(
        f'<h2 id="{_anchor(name)}">{escape(name)}</h2>' + "".join(_operation(*one) for one in sorted(own, key=_last))
        for name, own in families
    )
    shapes = "".join(_shape(name, schema) for name, schema in sorted(told["components"]["schemas"].items()))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Atsume API</title><style>{_STYLE}</style></head><body>"
        f'<nav><div><b>Atsume API</b>{links}<a href="#shapes">Shapes</a><a href="/docs/openapi.json">openapi.json</a>'
        f"</div></nav><main><h1>Atsume API</h1>{_INTRODUCTION}{groups}"
        f'<h2 id="shapes">Shapes</h2><p>Every key is always sent; where there is nothing to say it is null.</p>{shapes}'
        "</main></body></html>"
    )


_INTRODUCTION = (
    "<p>Every request carries <code>Authorization: Bearer</code> with an API key. What is about one integration also "
    "carries <code>X-Integration-Id</code>. A success is <code>{&quot;status&quot;: &quot;success&quot;, "
    "&quot;data&quot;: …}</code>, a failure <code>{&quot;status&quot;: &quot;error&quot;, &quot;error&quot;: …}</code> "
    "with a code to branch on, a message that says what to do, and a <code>log_url</code> that opens the recorded "
    "request. Lists page by <code>cursor</code>: pass <code>next</code> back, with the same filters, until it is "
    "null.</p>"
)


def _last(operation: tuple[str, str, Any]) -> bool:
    """Sort what has no success yet to the end."""
    return "200" not in operation[2]["responses"]


def _operation(method: str, path: str, told: dict[str, Any]) -> str:
    is_off = _last((method, path, told))
    fields = [
        ("Parameters", _table(("name", "type", "meaning"), map(_parameter, told["parameters"]))),
        ("Body", _table(("key", "type", ""), [("body", _type(_schema_of(told.get("requestBody"))), "")])),
        ("Answers", _table(("status", "shape", "meaning"), (_answer(*one) for one in told["responses"].items()))),
    ]
    inside = "".join(f"<h4>{name}</h4>{table}" for name, table in fields if table and (name != "Body" or _body(told)))
    example = "" if is_off else f"<h4>Example</h4><pre>{escape(_curl(method, path, told))}</pre>"
    return (
        f'<details id="{escape(told["operationId"])}"{" class=off" if is_off else ""}><summary>'
        f'<span class="method {method}">{method}</span><code>{escape(path)}</code>'
        f'<span class="quiet">{escape(told["summary"])}</span></summary><div>{inside}{example}</div></details>'
    )


def _body(told: dict[str, Any]) -> bool:
    return "requestBody" in told


def _parameter(one: dict[str, Any]) -> tuple[str, str, str]:
    place = {"query": "", "path": "in the path", "header": "header"}[one["in"]]
    marks = ", ".join(m for m in (place, "required" if one["required"] else "") if m)
    name = f"<code>{escape(one['name'])}</code>" + (f' <span class="quiet">{marks}</span>' if marks else "")
    return name, _type(one["schema"]), _prose(one.get("description", ""))


def _answer(status: str, told: dict[str, Any]) -> tuple[str, str, str]:
    return f"<code>{status}</code>", _type(_schema_of(told)), _prose(told["description"])


def _schema_of(told: dict[str, Any] | None) -> dict[str, Any]:
    return (told or {}).get("content", {}).get("application/json", {}).get("schema", {})


def _curl(method: str, path: str, told: dict[str, Any]) -> str:
    lines = [f'curl{"" if method == "GET" else f" -X {method}"} "$SERVER{path}"', '  -H "Authorization: Bearer $KEY"']
    if any(one["name"] == "X-Integration-Id" for one in told["parameters"]):
        lines.append('  -H "X-Integration-Id: $INTEGRATION"')
    if _body(told):
        lines.append("  -H 'Content-Type: application/json' -d '{ … }'")
    return " \\\n".join(lines)


def _shape(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", ())
    rows = [
        (f"<code>{escape(key)}</code>", _type(one), "" if key in required else "optional")
        for key, one in schema.get("properties", {}).items()
    ]
    told = _table(("key", "type", ""), rows) or f"<p>{_type(schema)}</p>"
    return (
        f'<h3 id="{escape(name)}">{escape(name)}</h3><p class="quiet">{_prose(schema.get("description", ""))}</p>{told}'
    )


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    head = "".join(f"<th>{name}</th>" for name in heads)
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>' if body else ""


def _type(schema: dict[str, Any]) -> str:
    """Return a schema in words: `string or null`, `list of Job`, a link to a shape."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(_type(one) for one in schema[key]))
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(str(schema.get("type", "any"))) + _limits(schema)


def _limits(schema: dict[str, Any]) -> str:
    low, high, usual = schema.get("minimum"), schema.get("maximum"), schema.get("default")
    told = [f"{low} to {high}"] if low is not None and high is not None else []
    told += [f"{usual} unless given"] if usual is not None and usual != "" else []
    return f', <span class="quiet">{escape(", ".join(told))}</span>' if told else ""


def _prose(text: str) -> str:
    """Return a sentence with what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _anchor(name: str) -> str:
    return name.lower().replace(" ", "-")
