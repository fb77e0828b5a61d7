"""The query string: one value a parameter, read strictly. Unknown parameters are ignored, as the documentation says.

Messages name the parameter and what it may be; they never repeat the value, which may be personal.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import unquote_plus

from msgspec import Struct

from atsume.errors import AtsumeError, Code
from atsume.model.record import Timestamp, timestamp

Value = TypeVar("Value")

VALUES_MOST = 2000
"""Values in one comma-joined parameter; a database takes only so many."""
FIELDS_MOST = 200

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DATE = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(T(?P<time>\d{2}:\d{2}:\d{2})(\.(?P<fraction>\d+))?(?P<zone>Z|[+\- ]\d{2}:\d{2})?)?Z?",
    re.ASCII,
)
_EMAIL = re.compile(r"[^@\s,]+@[^@\s,]+")


class Parameter(Struct, frozen=True, kw_only=True):
    """A query or path parameter as the OpenAPI document tells it."""

    name: str
    description: str
    schema: dict[str, Any]
    required: bool = False
    place: str = "query"


def parse(query: bytes, known: frozenset[str]) -> dict[str, str]:
    """Return the known parameters that were given. Raises AtsumeError for repeated, empty or unreadable ones."""
    if not query:
        return {}
    given: dict[str, str] = {}
    for name, value in _pairs(query):
        if name not in known:
            continue
        if name in given:
            raise invalid(f"`{name}` was given more than once. Give it once; join several values with commas.")
        if "\0" in value:
            raise invalid(f"`{name}` must not contain a NUL character.")
        given[name] = value
    return given


def _pairs(query: bytes) -> list[tuple[str, str]]:
    """Return names and values. `parse_qsl` takes six times as long."""
    try:
        parts = query.decode("ascii").split("&", FIELDS_MOST)
        if len(parts) > FIELDS_MOST:
            raise ValueError
        return [(_plain(name), _plain(value)) for name, _, value in [part.partition("=") for part in parts]]
    except ValueError:
        raise invalid(
            f"The query string must be percent-encoded UTF-8 with at most {FIELDS_MOST} parameters."
        ) from None


def _plain(text: str) -> str:
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text


def invalid(message: str) -> AtsumeError:
    """Return the error for input that cannot be accepted."""
    return AtsumeError(Code.INPUT_INVALID, message)


def text(name: str, given: str) -> str:
    """Return the text as it is, when there is any."""
    if not given:
        raise invalid(f"`{name}` is empty. Give a value or leave the parameter out.")
    return given


def csv(name: str, given: str) -> tuple[str, ...]:
    """Return the values between the commas, each once, sorted."""
    values = {part for part in given.split(",") if part}
    if not values:
        raise invalid(f"`{name}` is empty. Give one or more values joined with commas, or leave the parameter out.")
    if len(values) > VALUES_MOST:
        raise invalid(f"`{name}` takes at most {VALUES_MOST} values. Ask in several requests.")
    return tuple(sorted(values))


def one_of(allowed: Sequence[str], *, several: bool) -> Callable[[str, str], tuple[str, ...]]:
    """Return a reader of a closed set of words."""

    def read(name: str, given: str) -> tuple[str, ...]:
        values = csv(name, given) if several else (text(name, given),)
        if not set(values) <= set(allowed):
            joined = " (several joined with commas)" if several else ""
            raise invalid(f"`{name}` must be one of {', '.join(allowed)}{joined}.")
        return values

    return read


def flag(name: str, given: str) -> bool:
    """Return a boolean: `true` or `false`."""
    if given not in ("true", "false"):
        raise invalid(f"`{name}` must be true or false.")
    return given == "true"


def count(name: str, given: str, least: int, most: int) -> int:
    """Return a whole number within limits."""
    if not (given.isascii() and given.isdigit() and len(given) < 10 and least <= int(given) <= most):
        raise invalid(f"`{name}` must be a whole number from {least} to {most}.")
    return int(given)


def moment(name: str, given: str) -> Timestamp:
    """Return the moment in any of the four forms; without a zone it is UTC, without a time midnight."""
    found = _DATE.fullmatch(given)
    if found is not None:
        # an unencoded "+" of an offset arrives as a blank
        zone = (found["zone"] or "Z").replace(" ", "+").replace("Z", "+00:00")
        fraction = (found["fraction"] or "0")[:6].ljust(6, "0")
        try:
            at = dt.datetime.fromisoformat(f"{found['day']}T{found['time'] or '00:00:00'}.{fraction}{zone}")
            return timestamp(max(at, _EPOCH))
        except (ValueError, OverflowError):
            pass
    raise invalid(
        f"`{name}` must be a date or a moment: 2026-01-31, 2026-01-31T12:00:00, 2026-01-31T12:00:00.000Z "
        "or 2026-01-31T12:00:00+02:00 (percent-encode the +). Without a zone it is UTC."
    )


def email(name: str, given: str) -> tuple[str, ...]:
    """Return the address, lower-cased."""
    if not _EMAIL.fullmatch(given):
        raise invalid(f"`{name}` must be an e-mail address.")
    return (given.lower(),)


def emails(name: str, given: str) -> tuple[str, ...]:
    """Return the addresses, lower-cased."""
    return tuple(sorted({found for one in csv(name, given) for found in email(name, one)}))


def exactly(name: str, given: str) -> tuple[str, ...]:
    """Return the text as the only value."""
    return (text(name, given),)


def lowered(name: str, given: str) -> tuple[str, ...]:
    """Return the text in lower case as the only value."""
    return (text(name, given).lower(),)


def since(name: str, given: str) -> tuple[str, ...]:
    """Return the moment as the only value."""
    return (moment(name, given),)
