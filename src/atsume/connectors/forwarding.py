"""Passthrough: a caller's own request to the tool. What a connector promises; the address that cannot be left. Pure.

A path is refused rather than repaired: whatever some server on the way could take for another host or another folder
(`//host`, `..`, `\\`, encoded once or five times, wide dots, path parameters) never gets as far as a URL.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Protocol, runtime_checkable
from urllib.parse import quote, unquote_to_bytes, urlencode, urlsplit

from msgspec import Struct

from atsume.errors import AtsumeError, Code

DECODINGS = 6
"""How often a path may be percent-encoded over and over; what is still encoded then is refused."""
PATH_MOST = 4000

_BAD = re.compile(r'[\x00-\x20\x7f\\"<>^`{|}#]')
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]{0,4000}")
OURS = frozenset({
    "authorization", "proxy-authorization", "cookie", "host", "content-length", "transfer-encoding", "connection",
    "keep-alive", "proxy-connection", "te", "trailer", "upgrade", "expect", "via", "forwarded", "accept-encoding",
    "user-agent", "x-http-method-override", "x-http-method", "x-method-override", "x-original-url", "x-rewrite-url",
    "x-original-host", "x-real-ip",
})  # fmt: skip
"""Headers that are ours to send, or nobody's."""


class Forward(Struct, frozen=True, kw_only=True):
    """What is to be sent."""

    api: str
    method: str
    path: str
    params: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    """Checked; see `kept_headers`."""
    body: bytes | None = None
    options: Mapping[str, str] = {}


class Forwarded(Struct, kw_only=True):
    """What came back, whatever the status. No credential of ours is in it."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    shown_url: str
    """The address as it may be logged."""
    duration_seconds: float = 0.0
    warnings: list[str] = []


@runtime_checkable
class Forwarding(Protocol):
    """A session through which callers' own requests can be sent."""

    def forward(self, request: Forward) -> Forwarded:
        """Send it once, with our authentication, inside the API's base. Raises AtsumeError."""
        ...


def confined(base: str, path: str, params: Mapping[str, str]) -> str:
    """Return the URL of a path below a base, with the parameters added. Raises AtsumeError for what could lead away."""
    if len(path) > PATH_MOST or _BAD.search(path) or _PERCENT.search(path):
        raise _refused("Percent-encode what is not a plain letter, digit or mark; leave out fragments")
    place, mark, query = path.partition("?")
    segments = place.removeprefix("/").split("/")
    for number, segment in enumerate(segments):
        if not segment and number < len(segments) - 1:
            raise _refused("Leave out `//` and the host: the path begins after the API's base address")
        _check(segment)
    more = urlencode(params)
    added = "&".join(part for part in (_ascii(query) if mark else "", more) if part)
    url = base.rstrip("/") + "/" + "/".join(map(_ascii, segments)) + (f"?{added}" if added else "")
    there, here = urlsplit(url), urlsplit(base)
    if there[:2] != here[:2] or not there.path.startswith(here.path.rstrip("/") + "/"):
        raise _refused("It would leave the API's base address")
    return url


def _check(segment: str) -> None:
    """Raise AtsumeError for a segment that somebody could take for more than a name."""
    decoded = segment
    for _ in range(DECODINGS):
        plain = unicodedata.normalize("NFKC", decoded)
        name = plain.partition(";")[0].strip()
        is_dots = bool(name) and not name.strip(".")
        if is_dots or "/" in plain or "\\" in plain or _has_control(plain):
            raise _refused("A part of it is, or decodes to, `.`, `..`, a slash, a backslash or a control character")
        try:
            following = unquote_to_bytes(decoded).decode()
        except UnicodeDecodeError:
            raise _refused("It is not percent-encoded UTF-8") from None
        if following == decoded:
            return
        decoded = following
    raise _refused("It is percent-encoded too often")


def _has_control(text: str) -> bool:
    return any(unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp") for letter in text)


def _ascii(text: str) -> str:
    return quote(text, safe="%!$&'()*+,;=:@~/?-._[]")


def _refused(reason: str) -> AtsumeError:
    return AtsumeError(Code.INPUT_INVALID, f"`path` cannot be used. {reason}.")


def kept_headers(given: Mapping[str, str], also_ours: frozenset[str] = frozenset()) -> tuple[dict[str, str], list[str]]:
    """Return a caller's headers that may be sent, and the names of those that are ours. Raises AtsumeError."""
    kept: dict[str, str] = {}
    left: list[str] = []
    for name, value in given.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise AtsumeError(
                Code.INPUT_INVALID, "`headers` must be plain names with values of one line; no line breaks or NULs."
            )
        low = name.lower()
        if low in OURS | also_ours or low.startswith(("x-forwarded", "proxy-", "x-personio-")):
            left.append(low)
        else:
            kept[name] = value
    return kept, sorted(left)


MASK = b"[redacted]"


def without_secrets(content: bytes, secrets: tuple[str, ...]) -> bytes:
    """Return bytes in which none of the secrets is left, in case the other side says back what it was told."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for form in {secret, quote(secret, safe=""), secret.replace("/", "\\/")}:
            content = content.replace(form.encode(), MASK)
    return content
