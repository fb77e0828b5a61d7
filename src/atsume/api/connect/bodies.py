"""Bodies of the connect endpoints, read strictly: a wrong one is answered with what it must look like."""

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from atsume.api.endpoints import Call
from atsume.api.query import invalid
from atsume.store.rows import AuditEntry

Body = TypeVar("Body", bound=Struct)

Language = Literal["en", "de", "fr", "it", "es"]
LinkType = Literal["EMBEDDED", "MAGIC_LINK"]
Name = Annotated[str, Meta(min_length=1, max_length=500)]
Email = Annotated[str, Meta(max_length=320, pattern=r"^[^@\s]+@[^@\s]+$", extra_json_schema={"format": "email"})]


class NoBody(Struct, frozen=True):
    """An empty object."""


def decoded(call: Call, kind: type[Body]) -> Body:
    """Return the body of a call. Raises AtsumeError that names the field, never its value."""
    try:
        return msgspec.json.decode(call.body.strip() or b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise invalid(f"The body is not as documented: {_reason(error)}. /docs shows what it may be.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise invalid("The body must be a JSON object. /docs shows what it may be.") from None


def _reason(error: msgspec.ValidationError) -> str:
    reason, _, place = str(error).partition(" - at `$.")
    name = place.rstrip("`")
    if "Invalid enum value" in reason:
        reason = "has a value that is not allowed"
    return f"`{name}`: {reason}" if name else reason


def note(call: Call, action: str, subject: str | None, details: dict[str, Any] | None = None) -> None:
    """Write into the audit log what an API key did."""
    told = msgspec.json.encode(details).decode() if details else None
    call.deps.store.note_audit(
        AuditEntry(
            at=call.deps.now(),
            actor=f"key {call.key.prefix}… ({call.key.name})",
            action=action,
            environment_id=call.key.environment_id,
            subject=subject,
            details=told,
        )
    )
