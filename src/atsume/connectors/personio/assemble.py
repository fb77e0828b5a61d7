"""Station 3: the remote records of several surfaces, joined by id → the parts of one unified record. Pure."""

from msgspec import Struct

from atsume.connectors.personio.remote import v2
from atsume.connectors.personio.remote.feed import Position
from atsume.connectors.personio.remote.forms import Control


class Links(Struct, frozen=True):
    """Where the tool shows records to its users; None where it cannot be told."""

    app_host: str | None = None
    candidate: str | None = None
    application: str | None = None


class JobParts(Struct, gc=False):
    """All Personio says about one job."""

    remote_id: str
    links: Links
    listed: v2.Job | None = None
    """`GET /v2/recruiting/jobs`: every job, little about each. None: only the feed knows it."""
    position: Position | None = None
    """The feed's, in the chosen language: much about each, published jobs only."""
    fallbacks: tuple[Position, ...] = ()
    """The same in other languages, for what the chosen one leaves empty."""
    site: str | None = None
    """Career site that publishes it."""
    feed_read: bool = False
    """Whether the feed was read in this run; only then absence from it means something."""
    was_published: bool = False
    """Whether it was ever seen in the feed."""

    @property
    def positions(self) -> tuple[Position, ...]:
        """All languages, the chosen one first."""
        return (self.position, *self.fallbacks) if self.position else ()


class ApplicationParts(Struct, gc=False):
    """All Personio says about one application."""

    application: v2.Application
    stage_key: str | None
    links: Links


class CandidateParts(Struct, gc=False):
    """All Personio says about one candidate."""

    candidate: v2.Candidate
    links: Links
    source: str | None = None
    """Channel of the newest application: candidates have none of their own."""


class StageParts(Struct, gc=False):
    """A stage, known from categories or from applications."""

    remote_id: str
    name: str | None


class JobStageParts(Struct, gc=False):
    """A stage of a job."""

    job_id: str
    stage_id: str
    index: int | None


class UserParts(Struct, gc=False):
    """A person. None: referenced, but not readable."""

    remote_id: str
    person: v2.User | None


class MemberParts(Struct, gc=False):
    """A person on the hiring team of a job, with all labels that the person has there."""

    job_id: str
    user_id: str
    labels: tuple[str, ...]


class QuestionParts(Struct, gc=False):
    """A screening question."""

    control: Control


class JobQuestionParts(Struct, gc=False):
    """A question on a job's form."""

    job_id: str
    control: Control
    index: int


def members(job: v2.Job) -> list[MemberParts]:
    """Return a job's hiring team: a person who is listed twice comes once, with both labels."""
    labels: dict[str, list[str]] = {}
    for member in job.hiring_team:
        mine = labels.setdefault(member.person.id, [])
        label = (member.role.name or "").strip() if member.role else ""
        if label and label not in mine:
            mine.append(label)
    return [MemberParts(job.id, person, tuple(mine)) for person, mine in labels.items()]
