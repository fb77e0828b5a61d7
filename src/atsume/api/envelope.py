"""The two envelopes of the wire. Success bodies are built by joining bytes, a page is never decoded.

Source: kombo-wire B.3 and B.4; all four keys of `error` are required by the official SDKs.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from atsume.errors import Code

AtsCode = Annotated[str, Meta(extra_json_schema={"enum": [code.wire for code in Code]})]
"""Codes that ATS and assessment endpoints may send."""
GeneralCode = Annotated[str, Meta(extra_json_schema={"enum": [code.wire for code in Code if code.is_general]})]
"""Codes that general endpoints may send; anything else goes out as null."""

Url = Annotated[str, Meta(extra_json_schema={"format": "uri"})]


class ErrorBody(Struct, frozen=True):
    """What went wrong. Branch on `code` only."""

    code: str | None
    title: str | None
    message: str
    log_url: str | None


class ErrorEnvelope(Struct, frozen=True):
    """Every answer that is not a success."""

    status: str
    error: ErrorBody


class AtsError(Struct, frozen=True):
    """The error of an ATS or assessment endpoint."""

    code: AtsCode | None
    title: str | None
    message: str
    log_url: Url | None


class AtsErrorEnvelope(Struct, frozen=True):
    """How an ATS or assessment endpoint fails."""

    status: Literal["error"]
    error: AtsError


class GeneralError(Struct, frozen=True):
    """The error of a general endpoint."""

    code: GeneralCode | None
    title: str | None
    message: str
    log_url: Url | None


class GeneralErrorEnvelope(Struct, frozen=True):
    """How a general endpoint fails."""

    status: Literal["error"]
    error: GeneralError


encode = msgspec.json.Encoder().encode


def success(data: object) -> bytes:
    """Return the body of a success that is not a list."""
    return b'{"status":"success","data":' + encode(data) + b"}"


def page(results: bytes, next_cursor: str | None) -> bytes:
    """Return the body of a list page; `results` is the inside of the JSON array."""
    cursor = b'"' + next_cursor.encode() + b'"' if next_cursor is not None else b"null"
    return b"".join((b'{"status":"success","data":{"results":[', results, b'],"next":', cursor, b"}}"))  # one copy


def error(code: str | None, title: str, message: str, log_url: str | None) -> bytes:
    """Return the body of a failure."""
    return encode(ErrorEnvelope("error", ErrorBody(code, title, message, log_url)))
