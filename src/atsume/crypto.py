"""Credentials at rest (AES-256-GCM with a key id), hashes of API keys, tokens and passwords."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

KEY_BYTES = 32
SCRYPT = {"n": 1 << 15, "r": 8, "p": 3}
"""What a password costs to try: 32 MiB and about a fifth of a second (OWASP's second choice for scrypt)."""
_SCRYPT_MOST_BYTES = 64 * 1024 * 1024
_hashing = threading.Semaphore(2)
"""So many passwords are hashed at once: strangers cannot take all memory."""
_NONCE_BYTES = 12
_KEY_ID_BYTES = 4


class SealBroken(Exception):
    """The sealed bytes were made with another key, for another owner, or were changed."""


class Keys(Struct, frozen=True):
    """The encryption keys in force: the first one seals, every one of them opens what it sealed."""

    load: Callable[[], Sequence[bytes]]
    """Return the keys as they are now: a rotation changes them while the server runs. Never empty."""


def fixed(keys: Sequence[bytes]) -> Keys:
    """Return keys that stay as they are as long as the process lives."""
    return Keys(lambda: keys)


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


def decode_keys(text: str) -> list[bytes]:
    """Return the keys of a text that holds one or several, split by commas or white space. Raises ValueError."""
    return [decode_key(part) for part in re.split(r"[\s,]+", text.strip()) if part]


def key_id(key: bytes) -> bytes:
    """Return four bytes that name a key without giving it away."""
    return hashlib.blake2b(key, digest_size=_KEY_ID_BYTES, person=b"atsume-key-id").digest()


def sealed_with(sealed: bytes) -> bytes:
    """Return the id of the key that sealed these bytes."""
    return sealed[:_KEY_ID_BYTES]


def seal(keys: Keys, plain: bytes, owner: str) -> bytes:
    """Return key id + nonce + ciphertext. `owner` (an integration id) is bound in: rows cannot be swapped."""
    key, nonce = keys.load()[0], secrets.token_bytes(_NONCE_BYTES)
    return key_id(key) + nonce + AESGCM(key).encrypt(nonce, plain, owner.encode())


def unseal(keys: Keys, sealed: bytes, owner: str) -> bytes:
    """Return the plain bytes. Raises SealBroken."""
    key = next((key for key in keys.load() if key_id(key) == sealed_with(sealed)), None)
    if key is None:
        raise SealBroken("sealed with another encryption key; add the one used before to ATSUME_ENCRYPTION_KEY")
    nonce, box = sealed[_KEY_ID_BYTES:][:_NONCE_BYTES], sealed[_KEY_ID_BYTES + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, box, owner.encode())
    except InvalidTag as error:
        raise SealBroken("the sealed credentials were changed or belong to another integration") from error


def new_token() -> str:
    """Return a fresh token for one purpose and a limited time: 256 bits of randomness, safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str, purpose: str) -> str:
    """Return what is stored of a token. The purpose is hashed in: no token opens what it was not made for."""
    return hashlib.sha256(f"{purpose}\0{token}".encode()).hexdigest()


def new_api_key() -> str:
    """Return a fresh API key with 190 bits of randomness and a prefix that secret scanners can find."""
    return "atsume_" + secrets.token_urlsafe(24)


def api_key_hash(api_key: str) -> str:
    """Return what is stored of an API key. Keys are random, so one fast hash is enough."""
    return hashlib.sha256(api_key.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Return whether two secrets are equal, in time that does not depend on where they differ."""
    return hmac.compare_digest(left.encode(), right.encode())


def password_hash(password: str) -> str:
    """Return what is stored of a password: the costs, a salt and the hash."""
    salt = secrets.token_bytes(16)
    costs = ",".join(f"{name}={value}" for name, value in SCRYPT.items())
    return "$".join(("scrypt", costs, salt.hex(), _scrypt(password, salt, SCRYPT).hex()))


def password_fits(password: str, stored: str | None) -> bool:
    """Return whether a password is the one stored. It takes as long when nothing is stored."""
    _, costs, salt, kept = (stored or _NOBODY).split("$")
    parameters = {name: int(value) for name, _, value in (cost.partition("=") for cost in costs.split(","))}
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt), parameters), bytes.fromhex(kept)) and bool(stored)


def _scrypt(password: str, salt: bytes, costs: dict[str, int]) -> bytes:
    with _hashing:
        return hashlib.scrypt(password.encode(), salt=salt, maxmem=_SCRYPT_MOST_BYTES, dklen=32, **costs)


_NOBODY = f"scrypt${','.join(f'{name}={value}' for name, value in SCRYPT.items())}${'00' * 16}${'00' * 32}"
"""Compared with when there is no such operator, so that the time does not tell."""
