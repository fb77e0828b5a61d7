"""The shape of a create request: what fails before anybody looks at the credentials.

Source: developer.personio.de/discuss/62c6f85c5afdc9003e7566eb, …/649e833946e724069a9106ef, …/68fb50feea9db5735d156ce4.
"""

from typing import Any, NoReturn

import msgspec

from personio_simulator import errors
from personio_simulator.http import RefusedError, Request

INVALID = "Invalid request body supplied"
TEXT, NUMBER, LIST, OBJECT = str, int, list, dict
FIELDS: dict[str, type] = {
    "first_name": TEXT,
    "last_name": TEXT,
    "email": TEXT,
    "job_position_id": NUMBER,
    "recruiting_channel_id": NUMBER,
    "external_posting_id": TEXT,
    "message": TEXT,
    "application_date": TEXT,
    "phase": OBJECT,
    "tags": LIST,
    "files": LIST,
    "attributes": LIST,
}
REQUIRED = ("first_name", "last_name", "email", "job_position_id")
PARTS: dict[str, tuple[str, ...]] = {"files": ("uuid", "original_filename", "category"), "attributes": ("id", "value")}


def checked_shape(request: Request) -> dict[str, Any]:
    """Return the decoded body, or refuse it in the form 'could not be read'."""
    try:
        body = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = None
    if not isinstance(body, dict) or any(name not in FIELDS for name in body):
        _refuse(INVALID)
    for name in REQUIRED:
        _present(body, name)
    if not all(isinstance(value, FIELDS[name]) and not isinstance(value, bool) for name, value in body.items()):
        _refuse(INVALID)
    _nested(body)
    return body


def _nested(body: dict[str, Any]) -> None:
    if "phase" in body:
        _phase(body["phase"])
    for name, keys in PARTS.items():
        for item in body.get(name, []):
            _part(item, keys)
    if not all(isinstance(tag, str) for tag in body.get("tags", [])):
        _refuse(INVALID)


def _refuse(reason: str) -> NoReturn:
    raise RefusedError(errors.malformed(reason))


def _present(values: dict[str, Any], name: str) -> None:
    if values.get(name) is None:
        _refuse(f"Field '{name}' is required")


def _phase(phase: dict[str, Any]) -> None:
    for name in ("type", "id"):
        _present(phase, name)
    if phase["type"] not in ("system", "custom") or not set(phase) <= {"type", "id"}:
        _refuse(INVALID)
    if isinstance(phase["id"], bool) or not isinstance(phase["id"], str if phase["type"] == "system" else int):
        _refuse(INVALID)


def _part(item: Any, keys: tuple[str, ...]) -> None:
    if not isinstance(item, dict):
        _refuse(INVALID)
    for name in keys:
        _present(item, name)
    if not all(isinstance(value, str) for value in item.values()) or set(item) != set(keys):
        _refuse(INVALID)
