"""Signatures of a webhook's raw bytes, in the two forms receivers know. Pure.

`X-Kombo-Signature`: HMAC-SHA256 of the body with the secret's own characters as the key, base64url without padding
(docs.kombo.dev/webhooks). Standard Webhooks (standardwebhooks.com, version 1): HMAC-SHA256 of `id.timestamp.body`
with the decoded secret as the key, base64, one signature for each secret in force.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret(randomness: bytes) -> str:
    """Return a secret made of random bytes, in the form of Standard Webhooks."""
    return PREFIX + base64.b64encode(randomness).decode()


def kombo_signature(secret: str, body: bytes) -> str:
    """Return what `X-Kombo-Signature` says."""
    return base64.urlsafe_b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode().rstrip("=")


def standard_signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature of `webhook-signature`. `timestamp`: seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{event_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def headers(secrets: Sequence[str], event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers of an attempt. The first secret is the newest; the others are still good for a while."""
    return {
        "Content-Type": "application/json",
        "X-Kombo-Signature": kombo_signature(secrets[0], body),
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(standard_signature(secret, event_id, timestamp, body) for secret in secrets),
    }
