"""What a connector provides for write actions. Promises only: imports no HTTP, no tool and no database.

A write has three parts. `prepare` is pure: it turns what the caller wants, all ids resolved and all files fetched, into
a `Prepared` that holds everything crossing a crash needs. `send` has the one effect. `find` looks for what it made.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Literal, Protocol

from msgspec import Struct

from atsume.connectors.base import Page, Session
from atsume.errors import AtsumeError
from atsume.model.ats.creation import AttachmentType, Creation
from atsume.model.ats.screening_questions import Format
from atsume.model.record import Record


class File(Struct, kw_only=True):
    """A document, fetched or decoded."""

    origin: str
    """The input it came with, such as `attachments[0]`."""
    name: str
    """As the caller wrote it."""
    content_type: str | None
    """What the caller, the server it was fetched from, or its own bytes say it is."""
    content: bytes
    type: AttachmentType


class Answer(Struct, kw_only=True):
    """An answer, its question found."""

    origin: str
    remote_id: str
    """The question's."""
    format: Format | None
    """None: the question is named by its remote id and not in the mirror."""
    given: Any
    file: File | None = None
    """Of format FILE: what was answered."""
    is_automatic: bool = False
    """The caller did not answer; the environment says to fill in something harmless."""


class Channel(Struct, frozen=True, kw_only=True):
    """A source that the tool knows."""

    remote_id: str
    name: str
    unified_key: str | None = None


class Wanted(Struct, kw_only=True):
    """A write with everything resolved that only this server knows."""

    creation: Creation
    job_remote_id: str
    stage_remote_id: str | None = None
    answers: list[Answer] = []
    files: list[File] = []
    channels: Sequence[Channel] = ()
    """Sources known for this integration: configured ones first."""
    attribution: str | None = None
    """Name of the source that every application carries unless the caller names another; None: none."""
    warnings: list[str] = []


class Prepared(Struct, kw_only=True):
    """A write, ready to be sent. Holds personal data: sealed wherever it is kept."""

    person: str
    """The candidate's e-mail address, as it goes out."""
    job_remote_id: str
    remote: bytes
    """The connector's own."""
    warnings: list[str] = []


class RemoteRequest(Struct, frozen=True, kw_only=True):
    """A request that a write would send, secrets masked: what a dry run shows."""

    method: str
    url: str
    headers: dict[str, str]
    body: Any


class Result(Enum):
    """What became of a write that was sent."""

    CREATED = "created"
    REFUSED = "refused"
    """The tool said no: there was no effect."""
    EXISTS = "exists"
    """The tool says it already has it."""
    UNTOUCHED = "untouched"
    """Nothing of it reached the tool, or the tool turned it away unread: no effect; sending again is safe."""
    UNKNOWN = "unknown"
    """It may or may not have had an effect."""


class Outcome(Struct, frozen=True, kw_only=True):
    """How sending ended."""

    result: Result
    error: AtsumeError | None = None
    """What to tell the caller; None when it was created."""
    warnings: list[str] = []
    retry_after_seconds: float | None = None
    """For UNTOUCHED: when the tool may be asked again."""


class Found(Struct, kw_only=True):
    """What a write made, as the tool tells it: pages for the streams of these models, in the order to keep them."""

    application_remote_id: str
    candidate_remote_id: str
    pages: list[tuple[str, Page]]
    warnings: list[str] = []
    """What turned out other than asked for."""


class Turns(Protocol):
    """Whose turn it is: the tool's limits, shared by everybody who writes to the same company."""

    def reserve(self, wanted: Mapping[str, int]) -> None:
        """Reserve turns (counter → how many) before anything is sent. Raises AtsumeError when they come too late."""
        ...

    def take(self, counter: str) -> Callable[[], None]:
        """Wait for a turn; call what comes back when the request has been answered. Raises AtsumeError."""
        ...

    def give_back(self) -> None:
        """Give back what was reserved and not used."""
        ...

    def refused(self, counter: str) -> None:
        """Say that the tool answered that there were too many."""
        ...


class Writer(Protocol):
    """The writing side of a session."""

    def prepare(self, wanted: Wanted) -> Prepared:
        """Turn what is wanted into what is sent. Pure. Raises AtsumeError that names the input."""
        ...

    def requests(self, prepared: Prepared) -> list[RemoteRequest]:
        """Return what would be sent, in order, secrets masked."""
        ...

    def send(self, prepared: Prepared, turns: Turns, before_effect: Callable[[], None]) -> Outcome:
        """Send it, once. `before_effect` is called when the next request is the one that may have an effect."""
        ...

    def find(self, prepared: Prepared) -> Found | None:
        """Look for what the write made. None: not there (yet). Raises AtsumeError when it cannot be told."""
        ...

    def check_open(self, job_remote_id: str) -> None:
        """Raise JOB_CLOSED when the tool says now that a job takes no applications; nothing when it cannot be told."""
        ...

    @property
    def can_find(self) -> bool:
        """Whether the tool can be asked at all."""
        ...

    def provisional(self, prepared: Prepared, remote_id: str) -> list[tuple[str, Record]]:
        """Return (model, record) of what was sent, as it will look, in the order to keep them."""
        ...


class AttachmentRule(Struct, frozen=True, kw_only=True):
    """What a tool takes of one type of attachment. None: no limit known."""

    is_supported: Literal[True] = True
    min_amount: int | None = None
    max_amount: int | None = None
    max_file_size_bytes: int | None = None
    accepted_mime_types: list[str] | None = None


class AttachmentRestrictions(Struct, frozen=True, kw_only=True):
    """What a tool takes of attachments, as `GET /ats/actions/…` tells it."""

    total_size_bytes: int | None
    types: dict[AttachmentType, AttachmentRule]


class Input(Struct, frozen=True, kw_only=True):
    """One input of an action: what it becomes in the tool."""

    field: str
    becomes: str | None
    """The tool's field; None: the tool cannot take it, and a warning says so."""
    note: str = ""
    proof: str = ""
    """The test that proves it."""
    covered: bool = True
    """Whether it is one of the inputs that the tool's coverage lists."""


class Action(Struct, frozen=True, kw_only=True):
    """A write action of a connector."""

    id: str
    label: str
    inputs: tuple[Input, ...]
    attachments: AttachmentRestrictions
    predefined_stages: tuple[str, ...]
    """Remote ids of stages that every account of the tool has."""
    limits: Mapping[str, tuple[int, float]]
    """Counter → (requests, seconds): what the tool takes from one company."""
    company: Callable[[Any], str | None]
    """Credentials → whose counters these are; None: the connection cannot write, `lacks` says why."""
    lacks: Callable[[Any], str | None]
    writer: Callable[[Session], Writer]
    """The writing side of a session."""
