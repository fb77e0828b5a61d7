"""Opaque signed cursors: position, filters and page size of a walk.

Source: developer.personio.de/reference/get_v2-recruiting-applications (cursor only inside the `next` link).
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec


class Cursor(msgspec.Struct, array_like=True):
    """Where the next page starts: below `position`, or after so many records in lists without a time order."""

    company_id: int
    route: str
    position: int
    limit: int
    filters: dict[str, str]


def sealed(cursor: Cursor, secret: bytes) -> str:
    """Return the cursor as url-safe text with a signature."""
    payload = msgspec.json.encode(cursor)
    return urlsafe_b64encode(_sign(payload, secret) + payload).decode().rstrip("=")


def opened(text: str, secret: bytes) -> Cursor | None:
    """Return the cursor, or None when it was not sealed here."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if not hmac.compare_digest(_sign(raw[12:], secret), raw[:12]):
            return None
        return msgspec.json.decode(raw[12:], type=Cursor)
    except (ValueError, msgspec.DecodeError):
        return None


def _sign(payload: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, payload, hashlib.sha256)[:12]
