"""Personio's many error bodies → code, sentence, trace id; and what each means for whoever has to act.

All ten known forms are accepted: v2 problem, gateway problem, OAuth problem, v1
recruiting by field, v1 recruiting generic, v1 recruiting unreadable body, v1 personnel, bare message, nothing, HTML.
"""

from typing import Any

import msgspec
from msgspec import Struct

from atsume.connectors.verdicts import Verdict, verdict
from atsume.errors import AtsumeError, Code, CredentialsRefused, PermissionMissing, RemoteFault
from atsume.observe import redact


class Problem(Struct, frozen=True):
    """What an error body says."""

    code: str | None = None
    """Personio's own code: `common.bad_request`, `invalid_client`, `errors.file-too-big` …"""
    sentence: str | None = None
    trace_id: str | None = None
    field: str | None = None


class NotOffered(PermissionMissing):
    """A whole collection answers 404: a feature the account does not have, never a deletion."""


class BadRequest(RemoteFault):
    """Personio refused what was asked, not who asked."""


class FeedUnavailable(RemoteFault):
    """The career site's feed could not be read. Nothing follows from it about any job."""


LONGEST = 200
"""Characters of a remote sentence that are passed on."""


def problem(body: bytes) -> Problem:
    """Return what an error body says; an empty Problem for nothing and for HTML."""
    try:
        told = msgspec.json.decode(body) if body.strip() else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Problem()
    if not isinstance(told, dict):
        return Problem()
    trace_id = _text(told.get("personio_trace_id") or told.get("trace_id"))
    errors, error = told.get("errors"), told.get("error")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        return _listed(errors[0], trace_id)
    if isinstance(error, dict):
        code = _text(error.get("reason") or error.get("code"))
        return Problem(code, _text(error.get("message") or error.get("reason")), trace_id)
    if error is not None:
        uri = _text(told.get("error_uri") or told.get("type")) or ""
        detail = uri.partition("credentials.oauth2.")[2] or _text(error)
        return Problem(detail, _text(told.get("error_description") or error), trace_id)
    return Problem(None, _text(told.get("detail") or told.get("message") or told.get("title")), trace_id)


def fault(status: int, body: bytes, doing: str, right: str) -> AtsumeError:
    """Return the error to raise for an answer that is not fine. `right` is the box to tick when one is missing."""
    told, meaning = problem(body), verdict(status)
    said = f"{status}{': ' + told.sentence if told.sentence else ''}"
    trace = f" Trace id: {told.trace_id}." if told.trace_id else ""
    if meaning is Verdict.CREDENTIALS:
        return CredentialsRefused(
            f"Personio refused the credentials while {doing} ({said}). "
            f"Create a new custom integration in Personio and relink with its client id and secret.{trace}"
        )
    if meaning is Verdict.PERMISSION:
        return permission_missing(doing, right, said, trace)
    if meaning is Verdict.ABSENT:
        return NotOffered(
            f"Personio does not know the address used for {doing} ({said}). "
            f"Check that Recruiting and its API are part of the Personio plan.{trace}"
        )
    if status == 429:
        return RemoteFault(f"Personio kept limiting {doing} ({said}).{trace}", Code.REMOTE_RATE_LIMIT)
    if meaning is Verdict.WAIT:
        return RemoteFault(f"Personio failed while {doing} ({said}). The next run tries again.{trace}")
    return BadRequest(f"Personio did not accept {doing} ({said}).{trace}", Code.UNKNOWN_HTTP_ERROR)


def permission_missing(doing: str, right: str, said: str, trace: str = "") -> PermissionMissing:
    """Return the error for good credentials without a right."""
    return PermissionMissing(
        f"Personio refused {doing} ({said}). Tick '{right}' for the custom integration, then relink.{trace}"
    )


def _listed(first: dict[str, Any], trace_id: str | None) -> Problem:
    inner = first.get("errors")
    if isinstance(inner, list) and inner and isinstance(inner[0], dict):  # v1 recruiting, by field
        reason, field = _text(inner[0].get("reason")), _text(first.get("field"))
        return Problem(reason, f"{field}: {reason}" if field else reason, trace_id, field)
    code = (_text(first.get("type")) or "").rpartition("#")[2] or None
    sentence = _text(first.get("detail") or first.get("title"))
    return Problem(code, sentence, trace_id or _text(first.get("id")))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    return redact(str(value))[:LONGEST] or None
