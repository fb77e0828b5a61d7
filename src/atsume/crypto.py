"""Credentials at rest (AES-256-GCM with a key id) and API-key hashes."""

import base64
import binascii
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_KEY_ID_BYTES = 4


class SealBroken(Exception):
    """The sealed bytes were made with another key, for another owner, or were changed."""


def new_key() -> str:
    """Return a fresh encryption key: base64 of 32 random bytes."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def decode_key(text: str) -> bytes:
    """Return the 32 bytes of a base64 key. Raises ValueError that says what is wrong, never the key."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("the encryption key is not base64; make one with `openssl rand -base64 32`") from error
    if len(key) != KEY_BYTES:
        raise ValueError(f"the encryption key holds {len(key)} bytes, not {KEY_BYTES}")
    return key


def key_id(key: bytes) -> bytes:
    """Return four bytes that name a key without giving it away."""
    return hashlib.blake2b(key, digest_size=_KEY_ID_BYTES, person=b"atsume-key-id").digest()


def seal(key: bytes, plain: bytes, owner: str) -> bytes:
    """Return key id + nonce + ciphertext. `owner` (an integration id) is bound in: rows cannot be swapped."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return key_id(key) + nonce + AESGCM(key).encrypt(nonce, plain, owner.encode())


def unseal(key: bytes, sealed: bytes, owner: str) -> bytes:
    """Return the plain bytes. Raises SealBroken."""
    if sealed[:_KEY_ID_BYTES] != key_id(key):
        raise SealBroken("sealed with another encryption key; set ATSUME_ENCRYPTION_KEY to the one used before")
    nonce, box = sealed[_KEY_ID_BYTES:][:_NONCE_BYTES], sealed[_KEY_ID_BYTES + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, box, owner.encode())
    except InvalidTag as error:
        raise SealBroken("the sealed credentials were changed or belong to another integration") from error


def new_api_key() -> str:
    """Return a fresh API key with 190 bits of randomness and a prefix that secret scanners can find."""
    return "atsume_" + secrets.token_urlsafe(24)


def api_key_hash(api_key: str) -> str:
    """Return what is stored of an API key. Keys are random, so one fast hash is enough."""
    return hashlib.sha256(api_key.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Return whether two secrets are equal, in time that does not depend on where they differ."""
    return hmac.compare_digest(left.encode(), right.encode())
