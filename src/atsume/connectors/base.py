"""What a connector provides. Promises only: imports no HTTP, no tool and no database.

A sync reads *streams*. Each stream answers for one model and brings its own stations 1 to 4; the engine brings the
order, the threads, the comparison and the store.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from enum import Enum
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct

from atsume.connectors.guide import Guide
from atsume.model.coverage import ToolCoverage
from atsume.model.fields import FieldBook
from atsume.model.record import Record


class Page(Struct):
    """One answer of the tool, as it came (station 1). What it holds is the stream's own business."""

    body: Any
    cursor: str | None = None
    """Where to resume after this page."""
    requests: int = 1
    """HTTP requests this page cost, retries included."""
    waited_seconds: float = 0.0
    """Time spent waiting for the tool's rate limit."""
    received_bytes: int = 0


class Came(Struct, gc=False):
    """A record that came, told apart but not yet decoded (station 2)."""

    remote_id: str
    fingerprint: int | None
    """64-bit signed hash of everything the record is made from. None: always map it.
    0 is reserved for "map it again" and never returned."""
    remote: Any = None
    """The bytes or struct to assemble from."""
    keep: bool = False
    """The record is known to exist but not all can be said about its content: a live one that is held stays as it is.
    One that is not held is made from what can be said, and its fingerprint must not be that of the whole."""


class Mirror(Protocol):
    """What the mirror holds, as far as a connector may ask. All ids are remote ids."""

    def latest_sources(self, candidate_ids: Sequence[str]) -> Mapping[str, str | None]:
        """Return each candidate's source: that of its newest live application. Candidates without one are left out."""
        ...

    def job_stages_in_use(self) -> Sequence[tuple[str, str]]:
        """Return the distinct (job, current stage) pairs of live applications."""
        ...

    def live(self, model: str) -> Sequence[str]:
        """Return the remote ids of the live records of a model (small models only)."""
        ...

    def was_published(self, job_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the jobs that were ever seen published."""
        ...

    def columns(self, model: str, names: Sequence[str]) -> Sequence[tuple[Any, ...]]:
        """Return (remote_id, *columns) of the live records of a model (small models only)."""
        ...


class Notes(Protocol):
    """What a connector wrote down about one integration in earlier runs, such as answers that are dear to ask for.

    Kept in the server's database as it is, so: nothing secret, nothing personal, little. Any thread may use it.
    """

    def recall(self, kind: str, *, within: dt.timedelta | None = None) -> Mapping[str, bytes]:
        """Return the notes of a kind by key; `within` leaves out those written longer ago."""
        ...

    def write(self, kind: str, key: str, content: bytes) -> None:
        """Write a note, over the one with the same key. It outlives the run at once."""
        ...

    def forget(self, kind: str, keys: Iterable[str]) -> None:
        """Erase notes."""
        ...


def _no(failed: Set[str]) -> bool:
    return False


class Stream(Struct, frozen=True, kw_only=True):
    """How one model is read: four functions, one per station.

    With `prefetch`, `fetch` runs in its own thread from the start of the run, ahead of the other stations; without, it
    starts only when every stream in `after` has ended, so it may use what they brought.
    """

    model: str
    fetch: Callable[[], Iterator[Page]]
    """Station 1, I/O. Raises RemoteFault, PermissionMissing or CredentialsRefused; whatever came before stays good."""
    decode: Callable[[Page], list[Came]]
    """Station 2, pure. Raises msgspec.DecodeError or RemoteFault when the format changed."""
    assemble: Callable[[list[Came], Mirror], list[Any]]
    """Station 3: the parts of each record that came and must be mapped, in the same order."""
    map: Callable[[Any], Record]
    """Station 4, pure and total."""
    remote: Callable[[Came], dict[str, Any]] | None = None
    """All that the tool says about a record that came, as one JSON object: what its integration fields are the leaves
    of. None: a derived record, of which there is nothing more to say."""
    names_field: Callable[[Came], tuple[str, str, str | None] | None] | None = None
    """For records that name fields of others, such as questions: (model, key, label) of the field, if it names one."""
    resume: Callable[[str], Iterator[Page]] | None = None
    """Station 1 after a page, told by that page's cursor; every page but the last must have one. A cursor that is no
    longer accepted starts the walk over. None: the stream is short and always starts at its beginning."""
    some: Callable[[Sequence[str]], Iterator[Page]] | None = None
    """Station 1 for these remote ids only, each asked for by itself; one that is gone does not come. None: the tool
    cannot tell single records."""
    recent: Callable[[dt.datetime], Iterator[Page]] | None = None
    """Station 1 for what changed since a moment, and maybe a few hours before. None: the tool cannot filter."""
    after: frozenset[str] = frozenset()
    """Models whose streams must have ended before this one is decoded."""
    prefetch: bool = True
    """False: `fetch` depends on the streams in `after`."""
    detects_deletions: bool = True
    """Whether a complete walk names every record there is, so that absence means something."""
    confirms: bool = True
    """Whether `Session.look` can ask the tool for a single record. False: derived records, absence is proof."""
    is_derived: bool = False
    """Whether its records come and go with others, so that losing all at once is plausible: a board of jobs that closes
    takes its questions along. The breaker is not for them."""
    is_whole: Callable[[Set[str]], bool] = _no
    """Asked before it is walked, with the models of `after` whose streams failed: whether all that this one is made
    from came nevertheless. If not, derived records are left as they were, and others are not taken for deleted."""


class Look(Enum):
    """What the tool says about one record when asked by id."""

    EXISTS = "exists"
    GONE = "gone"
    UNKNOWN = "unknown"


class Session(Protocol):
    """A connection to one end user's tool for the length of one sync run."""

    def streams(self) -> Sequence[Stream]:
        """Return the streams in an order that satisfies their `after`."""
        ...

    def authenticate(self) -> None:
        """Prove the credentials. Raises CredentialsRefused or RemoteFault."""
        ...

    def look(self, model: str, remote_id: str) -> Look:
        """Ask the tool whether one record exists. A fault is UNKNOWN, never GONE."""
        ...

    def warnings(self) -> Sequence[str]:
        """Return what went less than well so far, in sentences for an operator. No personal data."""
        ...

    def close(self) -> None:
        """Release connections."""
        ...


@runtime_checkable
class Resumable(Protocol):
    """A session whose streams remember something of each other, which a process that takes a run up must know."""

    def carried(self) -> bytes | None:
        """Return what was remembered since the last call. Kept with the page it came from."""
        ...

    def carry(self, carried: Sequence[bytes]) -> None:
        """Remember it again, in the order it was returned. Called once, before any page is fetched."""
        ...


@runtime_checkable
class Sourced(Protocol):
    """A session that notices the sources with which records come."""

    def sources(self) -> Sequence[tuple[str, str]]:
        """Return the sources seen so far: (remote id, name)."""
        ...


@runtime_checkable
class Incremental(Protocol):
    """A session that can tell what changed."""

    def changes(self, since: Mapping[str, dt.datetime], mirror: Mirror) -> Sequence[Stream]:
        """Return the streams of what changed since the moments at which their models were last walked to the end.

        Constant cost when nothing did. A model without a moment is walked whole. No absence means anything.
        """
        ...


class Exchange(Struct):
    """One request and its answer, recorded. Headers and bodies are redacted before they get here."""

    method: str
    url: str
    status: int | None
    """None: no answer."""
    duration_seconds: float
    request_bytes: int = 0
    response_bytes: int = 0
    error: str | None = None
    remote_trace_id: str | None = None


Observer = Callable[[Exchange], None]
"""Told of every exchange. Must be quick and must not raise."""


class ToolAssets(Struct, frozen=True):
    """Addresses of pictures, relative to the server's public URL."""

    logo: str
    icon: str
    icon_black: str


class Connector(Struct, frozen=True, kw_only=True):
    """A tool's table of contents."""

    id: str
    label: str
    category: str
    coverage: ToolCoverage
    assets: ToolAssets
    connection_guide: str | None
    """Address of the guide, relative to the server's public URL; None while there is none."""
    credentials: type[Struct]
    """Struct of the secrets; encoded, then sealed, and handed to `open`."""
    settings: type[Struct]
    """Struct of everything else a connection needs; no secrets."""
    lacks: Callable[[Any, Any], str | None]
    """(credentials, settings) → what they lack to be of any use, in a sentence that says what to give; else None."""
    open: Callable[[Any, Any, Observer], Session]
    """(credentials, settings, observer) → session."""
    help: Mapping[str, str] = {}
    """What each credential and setting is, in a sentence for whoever has to give it."""
    guide: Guide | None = None
    """What the connection flow shows and tests. None: the tool is connected without it."""
    has_delta: bool = False
    """Whether its sessions are `Incremental`."""
    lend_notes: Callable[[Any, Notes], None] | None = None
    """Hands an opened session its integration's notes, before its first stream. None: this tool writes none."""
    actions: Mapping[str, Any] = {}
    """Write actions by id: `atsume.connectors.writing.Action`."""
    fields: FieldBook = FieldBook()
    """What is known of the tool's fields."""
