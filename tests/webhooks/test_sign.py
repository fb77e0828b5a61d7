"""Signatures: known answers, and that nothing else verifies."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atsume.webhooks import sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""The example of the Standard Webhooks specification."""


def test_the_example_of_the_specification() -> None:
    """Standard Webhooks publishes one signature; ours is the same."""
    body = b'{"test": 2432232314}'
    found = sign.standard_signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_kombo_form_is_base64url_without_padding() -> None:
    """The key is the secret as it is written, the message the raw body."""
    digest = hmac.new(b"a secret", b'{"a":1}', hashlib.sha256).digest()
    expected = base64.b64encode(digest).decode().replace("+", "-").replace("/", "_").rstrip("=")
    assert sign.kombo_signature("a secret", b'{"a":1}') == expected
    assert len(expected) == 43


@given(st.binary(max_size=200), st.integers(0, 199), st.integers(1, 255))
def test_a_changed_byte_does_not_verify(body: bytes, place: int, change: int) -> None:
    """Nor does another secret, another id or another time."""
    other = bytearray(body)
    if body:
        other[place % len(body)] ^= change
    else:
        other += b"x"
    assert sign.kombo_signature(SECRET, body) != sign.kombo_signature(SECRET, bytes(other))
    mine = sign.standard_signature(SECRET, "id", 1, body)
    assert mine not in {
        sign.standard_signature(SECRET, "id", 1, bytes(other)),
        sign.standard_signature(SECRET, "ie", 1, body),
        sign.standard_signature(SECRET, "id", 2, body),
        sign.standard_signature(sign.new_secret(b"x" * 32), "id", 1, body),
    }


@pytest.mark.parametrize("count", [1, 2])
def test_each_secret_in_force_signs(count: int) -> None:
    """In Standard Webhooks' form all of them, the newest first; Kombo's form knows one signature: the newest."""
    secrets = [sign.new_secret(bytes([n]) * sign.SECRET_BYTES) for n in range(count)]
    headers = sign.headers(secrets, "event", 1700000000, b"body")
    assert headers == {
        "Content-Type": "application/json",
        "X-Kombo-Signature": sign.kombo_signature(secrets[0], b"body"),
        "webhook-id": "event",
        "webhook-timestamp": "1700000000",
        "webhook-signature": " ".join(sign.standard_signature(s, "event", 1700000000, b"body") for s in secrets),
    }
