"""The v2 API's records: recruiting and persons. Lenient: only ids are required, unknown keys are ignored.

The recruiting shapes come from public clients of the live service and from the changelog, not from a
published schema, so every other field is optional.
"""

from typing import TypeVar

import msgspec
import xxhash
from msgspec import Raw, Struct, field

from atsume.connectors.personio.remote.tolerant import Decoder
from atsume.connectors.personio.timestamps import Moment

NULL = Raw(b"null")
Time = Moment | str | None
T = TypeVar("T")


class Named(Struct, gc=False):
    """Something with an id and a name: department, category, channel."""

    id: str | None = None
    name: str | None = None


class Person(Struct, gc=False):
    """A reference to a person."""

    id: str


class Role(Struct, gc=False):
    """The customer's own label of a role."""

    name: str | None = None


class Member(Struct, gc=False):
    """A member of a hiring team."""

    person: Person
    role: Role | None = None


class Stage(Struct, gc=False):
    """Where an application stands. System stages have no id (inferred)."""

    id: str | None = None
    name: str | None = None
    kind: str | None = None
    type: str | None = None


class ApplicationCandidate(Struct, gc=False):
    """The candidate inside an application."""

    id: str | None = None


class ApplicationJob(Struct, gc=False):
    """The job inside an application."""

    id: str | None = None
    name: str | None = None


class Application(Struct, gc=False):
    """`GET /v2/recruiting/applications`."""

    id: str
    application_date: str | None = None
    candidate: ApplicationCandidate | None = None
    job: ApplicationJob | None = None
    current_stage: Stage | None = None
    channel: Named | None = None
    is_anonymized: bool | None = None
    created_at: Time = None
    updated_at: Time = None


class Applicant(Struct):
    """The candidate inside an application, as far as a write is found again by."""

    id: str | None = None
    email: str | None = None


class AppliedApplication(Struct):
    """An application, as far as a write is found again by."""

    id: str
    candidate: Applicant | None = None
    job: ApplicationJob | None = None
    current_stage: Stage | None = None
    channel: Named | None = None


class Candidate(Struct, gc=False):
    """`GET /v2/recruiting/candidates`."""

    id: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    location: str | None = None
    linkedin_profile: str | None = None
    created_at: Time = None
    updated_at: Time = None


class Job(Struct, gc=False):
    """`GET /v2/recruiting/jobs`: every job, little about each."""

    id: str
    name: str | None = None
    department: Named | None = None
    category: Named | str | None = None
    hiring_team: list[Member] = []
    created_at: Time = None
    updated_at: Time = None

    @property
    def category_name(self) -> str | None:
        """Name of the recruiting category; a bare string is tolerated."""
        return self.category.name if isinstance(self.category, Named) else self.category


class Category(Struct, gc=False):
    """`GET /v2/recruiting/categories`: a set of stages that jobs share, in pipeline order (inferred)."""

    id: str
    name: str | None = None
    stages: list[Stage] = []


class User(Struct, gc=False):
    """`GET /v2/persons`, only what users need. Attributes that the credential may not read are absent."""

    id: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    preferred_name: str | None = None
    status: str | None = None
    created_at: Time = None
    updated_at: Time = None


class Link(Struct, gc=False):
    """A link."""

    href: str | None = None


class Links(Struct, gc=False):
    """The links of a page."""

    next: Link | str | None = None


class Meta(Struct, gc=False):
    """About a page."""

    links: Links | None = None


class Tail(Struct, gc=False):
    """The part of a page that says how it goes on."""

    meta: Meta | None = field(default=None, name="_meta")

    @property
    def next(self) -> str | None:
        """Address of the next page, as given."""
        link = self.meta.links.next if self.meta and self.meta.links else None
        return (link.href if isinstance(link, Link) else link) or None


class Listed(Tail):
    """A page whose records are not decoded yet."""

    data: list[Raw] = field(default_factory=list, name="_data")


class Wrapped(Struct, gc=False):
    """A single record in an envelope."""

    data: Raw | None = field(default=None, name="_data")


class Head(Struct, gc=False):
    """A record's id: all that telling it apart needs."""

    id: str


class LooseHead(Struct, gc=False):
    """The same where ids come as numbers."""

    id: str | int


class ApplicationHead(Struct, gc=False):
    """An application's id, and what other models are inferred from, undecoded."""

    id: str
    job: Raw = NULL
    current_stage: Raw = NULL
    hiring_team: Raw = NULL
    channel: Raw = NULL


class Token(Struct, gc=False):
    """`POST /v2/auth/token`."""

    access_token: str
    expires_in: float = 86400.0
    scope: str | None = None


application = Decoder(Application)
applied = Decoder(AppliedApplication)
candidate = Decoder(Candidate)
job = Decoder(Job)
category = Decoder(Category)
user = Decoder(User)
listed = msgspec.json.Decoder(Listed).decode
stage = Decoder(Stage)
named = Decoder(Named)
applied_job = Decoder(ApplicationJob)
team = msgspec.json.Decoder(list[Member]).decode
digest = xxhash.xxh3_64_intdigest
_tail = msgspec.json.Decoder(Tail).decode
_head = msgspec.json.Decoder(Head).decode
_application_head = msgspec.json.Decoder(ApplicationHead).decode
_wrapped = msgspec.json.Decoder(Wrapped).decode
_loose_head = msgspec.json.Decoder(LooseHead).decode
_BIG = 4096


def next_href(body: bytes) -> str | None:
    """Return the address of the next page. None when this is the last: no `next`, or nothing on the page.

    Only the end of a big page is decoded: `_meta` is the last key of the envelope. Where it is not, the tail does not
    parse and the whole page is decoded instead.
    """
    if len(body) > _BIG and (at := body.rfind(b'"_meta"')) >= 0:
        try:
            return _tail(b"{" + body[at:]).next
        except msgspec.DecodeError:
            pass
    page = listed(body)
    return page.next if page.data else None


def head_id(record: Raw) -> str:
    """Return a record's id as text. Raises msgspec.DecodeError when it has none."""
    try:
        return _head(record).id
    except msgspec.ValidationError:
        return str(_loose_head(record).id)


def application_head(record: Raw) -> ApplicationHead:
    """Return an application's id and the parts that are noted. Raises msgspec.DecodeError when it has no id."""
    try:
        return _application_head(record)
    except msgspec.ValidationError:
        whole = application(record)
        return ApplicationHead(whole.id, *(Raw(msgspec.json.encode(x)) for x in (whole.job, whole.current_stage)))


def as_page(record: bytes) -> bytes:
    """Return a single record as a page of one. Some clients saw single records wrapped in `_data`."""
    try:
        wrapped = _wrapped(record).data
    except msgspec.DecodeError:
        wrapped = None
    return b'{"_data":[' + (bytes(wrapped) if wrapped is not None else record) + b"]}"
