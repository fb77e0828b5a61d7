"""Feeding a unified field from other remote values: what the value becomes, or that it becomes nothing. Pure, total.

A value that cannot be what the field holds counts as absent, so the next source is asked: a remapping never breaks
the wire types.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from atsume.model.ats.candidates import EmailAddress, PhoneNumber, SocialMedia
from atsume.model.catalogue import MODELS
from atsume.model.email import email
from atsume.model.record import Location, timestamp

Convert = Callable[[Any], Any]
"""Remote value → value of the unified field, or None."""


class Remapping(Struct, frozen=True, kw_only=True):
    """Which remote values feed a unified field instead of the connector's."""

    field: str
    keys: tuple[str, ...]
    """Keys of integration fields; the first that has a value wins."""
    how: Literal["replace", "append"] = "replace"
    """append: for lists, add the values of all keys to the connector's."""
    keeps_default: bool = True
    """Whether the connector's value stands when no key has one."""


def fed(one: Remapping, convert: Convert, values: Iterable[Any], plain: Any) -> Any:
    """Return the value of the field."""
    if one.how == "append":
        found = [*(plain or [])]
        for value in values:
            found += [entry for entry in convert(value) or [] if entry not in found]
        return found
    empty = [] if isinstance(plain, list) else None
    made = (convert(value) for value in values)
    return next((value for value in made if value not in _ABSENT), plain if one.keeps_default else empty)


_ABSENT = (None, "", [])
"""Converted values that say nothing; 0 and false do say something."""


def remappable(model: str) -> list[str]:
    """Return the unified fields of a model that may be fed otherwise."""
    names = MODELS[model].record.__struct_fields__
    return [name for name in names if name not in _FIXED and not name.endswith("_id") and name not in _hidden(model)]


def _hidden(model: str) -> tuple[str, ...]:
    return MODELS[model].hidden if model in MODELS else ()


def is_list(model: str, field: str) -> bool:
    """Return whether a field holds a list, so that values can be appended."""
    return (model, field) in _BY_FIELD and _BY_FIELD[model, field] in _LISTS


def converter(model: str, field: str) -> Convert:
    """Return what makes a remote value one of this field."""
    if (model, field) in _BY_FIELD:
        return _BY_FIELD[model, field]
    if field.endswith("_at"):
        return moment
    declared = {f.name: str(f.type) for f in msgspec.structs.fields(MODELS[model].record)}[field]
    return number if "float" in declared else flag if "bool" in declared else text


def text(value: Any) -> str | None:
    """Return a text: texts and numbers as they are, a named object's name, a list joined with commas."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int | float):
        return msgspec.json.encode(value).decode()
    if isinstance(value, Mapping):
        return text(value["name"]) if isinstance(value.get("name"), str) else None
    if isinstance(value, list):
        return ", ".join(part for one in value if (part := text(one))) or None
    return None


def number(value: Any) -> float | None:
    """Return a number: numbers, and texts that are one (`30000.00`)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if not isinstance(value, int | float) or not -1e300 < value < 1e300:
        return None
    return float(value)


def flag(value: Any) -> bool | None:
    """Return a flag: flags, and the words for them."""
    if isinstance(value, bool):
        return value
    return _WORDS.get(value.strip().lower()) if isinstance(value, str) else None


def moment(value: Any) -> str | None:
    """Return a moment as on the wire; a day is its midnight, a time without a zone is UTC."""
    if isinstance(value, Mapping):
        value = next((value[name] for name in ("date-time", "date_time", "date") if name in value), None)
    if not isinstance(value, str) or not _MOMENT.fullmatch(value.strip()):
        return None
    try:
        at = dt.datetime.fromisoformat(value.strip())
        return timestamp(at if at.tzinfo else at.replace(tzinfo=dt.UTC))
    except (ValueError, OverflowError):
        return None


def one_of(*words: str) -> Convert:
    """Return a converter into one of the words of a closed set."""

    def convert(value: Any) -> str | None:
        found = (text(value) or "").upper().replace(" ", "_").replace("-", "_")
        return found if found in words else None

    return convert


def location(value: Any) -> Location | None:
    """Return a place: a text as it is, an object by its parts."""
    if isinstance(value, Mapping):
        parts = {name: text(value.get(name)) for name in Location.__struct_fields__}
        return Location(**parts) if any(parts.values()) else None
    raw = text(value)
    return Location(raw=raw) if raw else None


def emails(value: Any) -> list[EmailAddress] | None:
    """Return e-mail addresses; invalid ones are left out."""
    return [EmailAddress(email_address=a) for one in _all(value) if (a := email(one))] or None


def phones(value: Any) -> list[PhoneNumber] | None:
    """Return phone numbers as they are written."""
    return [PhoneNumber(phone_number=one) for one in _all(value)] or None


def profiles(value: Any) -> list[SocialMedia] | None:
    """Return profiles: addresses as links, anything else as a user name."""
    found = [(one, one.lower().startswith(("http://", "https://"))) for one in _all(value)]
    return [SocialMedia(link=one) if is_link else SocialMedia(username=one) for one, is_link in found] or None


def _all(value: Any) -> list[str]:
    return [part for one in (value if isinstance(value, list) else [value]) if (part := text(one))]


_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_WORDS = {"true": True, "yes": True, "ja": True, "1": True, "false": False, "no": False, "nein": False, "0": False}
_FIXED = frozenset({"remote_id", "custom_fields", "integration_fields", "remote_data", "screening_question_answers"})
"""Fields that identify, or that have rules of their own. Neither may references be fed: they must lead somewhere."""
_LISTS = frozenset({emails, phones, profiles})
_BY_FIELD: dict[tuple[str, str], Convert] = {
    ("ats_applications", "outcome"): one_of("PENDING", "HIRED", "DECLINED"),
    ("ats_candidates", "email_addresses"): emails,
    ("ats_candidates", "phone_numbers"): phones,
    ("ats_candidates", "social_media"): profiles,
    ("ats_candidates", "location"): location,
    ("ats_jobs", "location"): location,
}
"""Fields that are neither text, number, flag nor moment. `outcome` is a closed word in the official SDKs."""
