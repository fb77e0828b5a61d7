"""A create request while it is filled in, row by row, and as it is kept until it has been sent."""

from typing import Any

from msgspec import Struct, field

from atsume.connectors.personio.settings import Settings
from atsume.connectors.writing import Wanted
from atsume.errors import AtsumeError, Code

LONGEST = 255
"""Characters of a text (the legacy form's limits, the only ones published: README, F.8)."""
LONGEST_AVAILABILITY = 100


class Upload(Struct, kw_only=True):
    """A document to upload before the application."""

    origin: str
    filename: str
    category: str
    content_type: str | None
    content: bytes


class Create(Struct, kw_only=True):
    """`POST /v1/recruiting/applications` with the documents it refers to."""

    body: dict[str, Any]
    """Everything but `files`, which is known only after the uploads."""
    uploads: list[Upload] = []
    origins: dict[str, str] = {}
    """Personio's field → the input it was made from, to name it when Personio refuses it."""
    labels: dict[str, str] = {}
    """Attribute → label of the option sent: sent instead when Personio does not know the option's name (H10)."""
    droppable_channel: str | None = None
    """Where the channel comes from when it was not asked for by id: it is left out if Personio does not know it."""


class Draft(Struct):
    """What the rows of the table fill in."""

    wanted: Wanted
    settings: Settings
    body: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    uploads: list[Upload] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    droppable_channel: str | None = None

    def text(self, name: str, origin: str, value: str, longest: int = LONGEST) -> None:
        """Set a top-level text that must not be blank."""
        self.body[name] = checked(origin, value, longest)
        self.origins[name] = origin

    def attribute(self, name: str, origin: str, value: str, longest: int = LONGEST) -> None:
        """Set an attribute; a blank value sets nothing."""
        if value.strip():
            self.attributes[name] = checked(origin, value, longest)
            self.origins[name] = origin

    def warn(self, sentence: str) -> None:
        """Add a warning."""
        self.warnings.append(sentence)


def checked(origin: str, value: str, longest: int) -> str:
    """Return a text without blanks around it. Raises AtsumeError when there is none or too much."""
    value = value.strip()
    if not value:
        raise invalid(f"`{origin}` is blank. Give at least one character.")
    if len(value) > longest:
        raise invalid(f"`{origin}` has {len(value)} characters; Personio takes at most {longest}.")
    return value


def invalid(message: str) -> AtsumeError:
    """Return the error of an input that cannot be sent."""
    return AtsumeError(Code.INPUT_INVALID, message)
