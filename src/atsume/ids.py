"""Ids and page cursors.

Record ids are computed, never looked up: the same integration, model and remote id give the same id on every
machine and after every re-sync. Shape: 24 characters of base 58, as on the wire (docs.kombo.dev, OpenAPI pattern
`^[1-9A-HJ-NP-Za-km-z]{24}$`).
"""

import binascii
import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

ALPHABET = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LENGTH = 24
"""Characters. 24 bytes of a digest, each folded onto the 58 letters: over 139 bits of entropy."""

_FOLD = bytes(ALPHABET[byte % 58] for byte in range(256))


def record_id(integration_id: str, model: str, remote_id: str) -> str:
    """Return the id of a record: always the same one, on every machine, without a look-up."""
    key = f"{integration_id}\0{model}\0{remote_id}".encode()
    return hashlib.blake2b(key, digest_size=LENGTH).digest().translate(_FOLD).decode()


def random_id() -> str:
    """Return a fresh id that nobody can guess: environments, keys, sync runs, exchanges."""
    return "".join(chr(secrets.choice(ALPHABET)) for _ in range(LENGTH))


def integration_id(tool: str) -> str:
    """Return a fresh integration id, `<tool>:<24 characters>`."""
    return f"{tool}:{random_id()}"


def digest(*facts: str) -> str:
    """Return the hash under which facts are found again; they cannot be read from it."""
    return hashlib.blake2b("\0".join(facts).encode(), digest_size=24).hexdigest()


def applicant(integration_id: str, email: str, job_remote_id: str) -> str:
    """Return the hash of whoever applies for a job: the database keeps two of one from being written at once."""
    return digest(integration_id, email.lower(), job_remote_id)


class Cursor(msgspec.Struct, array_like=True, frozen=True):
    """Where the next page begins. Opaque on the wire, bound to the filters it was made for."""

    bound_to: str
    """Digest of endpoint, integration and filters; another request cannot use it."""
    seq: int
    """Sequence number of the last record sent."""
    touched_at: str | None = None
    """Change time of the last record sent, when the walk is ordered by it."""


def bind(*facts: object) -> str:
    """Return the digest that ties a cursor to these facts (endpoint, integration, filters)."""
    return hashlib.blake2b(msgspec.json.encode(facts), digest_size=9).hexdigest()


def encode_cursor(cursor: Cursor) -> str:
    """Return the cursor as URL-safe text."""
    return urlsafe_b64encode(msgspec.msgpack.encode(cursor)).decode().rstrip("=")


def decode_cursor(text: str) -> Cursor | None:
    """Return the cursor in the text, or None when this server never wrote it."""
    try:
        packed = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        cursor = msgspec.msgpack.decode(packed, type=Cursor)
    except (ValueError, UnicodeError, binascii.Error, msgspec.DecodeError):
        return None
    return cursor if encode_cursor(cursor) == text else None
