"""One struct per page: all that a template may see. Secrets are in none of them, save the one-time activation token."""

from msgspec import Struct


class Mark(Struct, frozen=True):
    """A step in the progress line."""

    label: str
    state: str
    """done, here or later."""


class Shell(Struct, frozen=True, kw_only=True):
    """What every page of a flow has around it."""

    title: str
    token: str
    """Of the link; it travels in forms."""
    step: str
    steps: tuple[Mark, ...]
    at: int
    tool: str
    icon: str
    caller: str
    organization: str
    back: str | None = None
    """The step before, None at the first."""
    help_url: str | None = None
    has_invitation: bool = True


class Option(Struct, frozen=True):
    """A tool to choose."""

    id: str
    label: str
    icon: str


class ToolPage(Struct, frozen=True):
    """Which tool?"""

    shell: Shell
    options: tuple[Option, ...]


class Part(Struct, frozen=True, kw_only=True):
    """A model, field or action that is read or written."""

    name: str
    label: str
    what: str
    is_optional: bool
    is_allowed: bool
    parts: tuple["Part", ...] = ()
    """Optional fields of a model."""


class DataPage(Struct, frozen=True):
    """What will be read and written?"""

    shell: Shell
    reads: tuple[Part, ...]
    writes: tuple[Part, ...]


class FieldChoice(Struct, frozen=True, kw_only=True):
    """A custom field, and the tool's fields that may feed it."""

    id: str
    label: str
    what: str
    model: str
    options: tuple[Option, ...]
    chosen: str
    """Id of an option; empty for none."""


class MappingPage(Struct, frozen=True):
    """Which of the tool's fields feed the caller's own?"""

    shell: Shell
    rows: tuple[FieldChoice, ...]


class Prerequisite(Struct, frozen=True):
    """What must be there, and how to see it."""

    id: str
    text: str
    test: str


class PrerequisitesPage(Struct, frozen=True):
    """What has to be there before one starts."""

    shell: Shell
    prerequisites: tuple[Prerequisite, ...]


class Instruction(Struct, frozen=True):
    """A step in the tool, and the picture after it."""

    text: str
    picture: str | None


class Input(Struct, frozen=True, kw_only=True):
    """A field of the form. `value` is never a secret."""

    name: str
    label: str
    hint: str
    value: str
    example: str
    pattern: str
    is_secret: bool
    is_optional: bool
    kept: str | None
    """Says that a secret is kept from before."""
    fault: str | None


class ChapterPage(Struct, frozen=True, kw_only=True):
    """What to do in the tool, and what to copy from it."""

    shell: Shell
    intro: str
    instructions: tuple[Instruction, ...]
    inputs: tuple[Input, ...]
    can_skip: bool
    copy: str | None = None
    """A text to copy into the tool."""


class Line(Struct, frozen=True, kw_only=True):
    """A permission."""

    title: str
    why: str
    sentence: str
    state: str
    """passed, missing or unclear."""
    is_blocking: bool
    chapter: str
    """Where to change what was typed in; empty where nothing is."""
    can_exchange: bool


class TestPage(Struct, frozen=True, kw_only=True):
    """Which permissions are there."""

    shell: Shell
    state: str
    """good, warn, lacking or not_yet."""
    lines: tuple[Line, ...]


class InvitePage(Struct, frozen=True):
    """A link for a colleague."""

    shell: Shell
    link: str
    mail: str


class DonePage(Struct, frozen=True):
    """The end."""

    shell: Shell
    activation_token: str
    is_setup: bool


class GonePage(Struct, frozen=True):
    """A link that leads nowhere."""

    title: str
    intro: str
