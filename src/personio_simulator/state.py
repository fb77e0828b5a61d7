"""The state of one simulated company, compact enough for a million applications.

Applications and candidates are rows of arrays (columns); names and other texts are made from a candidate's random
bits when asked for. What a caller changed lies in small dicts beside the columns.
"""

from array import array
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from personio_simulator.clock import Clock, Zone, day_text
from personio_simulator.knobs import Knobs
from personio_simulator.limits import Bucket, Throttle, Window
from personio_simulator.model import (
    APPLICATION_ID,
    CANDIDATE_ID,
    SYSTEM_STAGES,
    Attribute,
    Category,
    Client,
    Features,
    Job,
    Member,
    Named,
    Person,
    Stage,
    Transition,
    Upload,
)
from personio_simulator.names import Identity, identity
from personio_simulator.order import UpdatedOrder

NO_CHANNEL = 255
ANONYMISED, TWIN = 1, 2


class Columns:
    """The compact rows: applications and candidates. Times are UTC seconds."""

    def __init__(self) -> None:
        self.candidate = array("I")  # of an application: row of its candidate
        self.job = array("I")  # of an application: index into Company.job_list
        self.stage = array("H")  # of an application: 0-4 system, then 5 + index into Company.stages
        self.channel = array("B")
        self.flags = array("B")
        self.created = array("I")
        self.updated = array("I")
        self.bits = array("Q")  # of a candidate: what its texts are made from
        self.first = array("I")  # of a candidate: row of its first application
        self.c_flags = array("B")
        self.c_created = array("I")
        self.c_updated = array("I")


class Company:
    """One Personio customer: credentials, settings and records."""

    def __init__(  # noqa: PLR0915 - one line per field
        self, id: int, label: str, token: str, zone: str, knobs: Knobs
    ) -> None:
        self.id, self.label, self.recruiting_token = id, label, token
        self.zone, self.knobs = Zone(zone), knobs
        self.features = Features()
        self.clients: list[Client] = []
        self.channels: list[Named] = []
        self.categories: list[Category] = []
        self.stages: list[Stage] = []
        self.attributes: list[Attribute] = []
        self.departments: list[Named] = []
        self.persons: dict[int, Person] = {}
        self.job_list: list[Job | None] = []
        self.job_index: dict[int, int] = {}
        self.tags: set[str] = set()
        self.postings: dict[int, set[str]] = {}  # channel index -> posting ids a multiposter handed over
        self.rows = Columns()
        self.seeded_candidates = 0
        self.applications = UpdatedOrder(self.rows.updated)
        self.candidates = UpdatedOrder(self.rows.c_updated)
        self.identities: dict[int, Identity] = {}
        self.by_email: dict[str, set[int]] = {}
        self.later: dict[int, list[int]] = {}  # candidate row -> application rows added after seeding
        self.transitions: dict[int, list[Transition]] = {}
        self.application_team: dict[int, list[Member]] = {}
        self.local_created: dict[int, str] = {}  # application row -> a wall time that never existed
        self.application_date: dict[int, str] = {}
        self.written: dict[int, dict[str, object]] = {}  # application row -> what the write API was sent
        self.deleted: set[int] = set()  # application rows
        self.deleted_candidates: set[int] = set()
        self.hidden: list[tuple[float, int]] = []  # (readable at, application row)
        self.uploads: dict[str, Upload] = {}
        self.version = 0
        self.feeds: dict[str, tuple[int, bytes]] = {}  # language -> (version, document)
        self.renderer: Any = None  # (state, Renderer), kept by api_v2
        self.buckets: dict[tuple[str, str], Bucket] = {}
        self.windows: dict[str, Window] = {}

    def changed(self) -> None:
        """Note that something readable changed: cached answers are stale."""
        self.version += 1

    def jobs(self) -> list[Job]:
        """Return the jobs in order of creation."""
        return [job for job in self.job_list if job is not None]

    def job(self, job_id: int) -> Job | None:
        """Return a job by its id."""
        index = self.job_index.get(job_id)
        return None if index is None else self.job_list[index]

    def category(self, category_id: int | None) -> Category | None:
        """Return a category by its id."""
        return next((item for item in self.categories if item.id == category_id), None)

    def stage_code(self, stage_id: int) -> int | None:
        """Return the code of a custom stage, or None."""
        return next((5 + at for at, stage in enumerate(self.stages) if stage.id == stage_id), None)

    def stage_name(self, code: int) -> str:
        """Return the system key, or the id of the custom stage as text."""
        return SYSTEM_STAGES[code] if code < 5 else str(self.stages[code - 5].id)

    def channel_index(self, channel_id: int) -> int | None:
        """Return the place of a channel, or None."""
        return next((at for at, channel in enumerate(self.channels) if channel.id == channel_id), None)

    def date_of(self, row: int) -> str:
        """Return the application date: as written, else the local date of creation."""
        return self.application_date.get(row) or day_text(self.zone.local(self.rows.created[row]) // 86400)

    def identity(self, row: int) -> Identity:
        """Return the texts of a candidate row."""
        known = self.identities.get(row)
        if known is not None:
            return known
        source = row - 1 if self.rows.c_flags[row] & TWIN else row
        return identity(self.rows.bits[source], source, bool(self.rows.c_flags[row] & ANONYMISED))

    def applications_of(self, candidate: int, include_hidden: bool = False) -> list[int]:
        """Return the application rows of a candidate row."""
        seeded: Iterable[int] = ()
        if candidate < self.seeded_candidates:
            seeded = range(self.rows.first[candidate], self.rows.first[candidate + 1])
        found = [*seeded, *self.later.get(candidate, ())]
        if include_hidden:
            return [row for row in found if row not in self.deleted]
        return [row for row in found if self.applications.has(row)]

    def candidates_by_email(self, email: str) -> list[int]:
        """Return the candidate rows with this address, upper and lower case alike."""
        wanted = email.strip().lower()
        found = set(self.by_email.get(wanted, ()))
        tail = wanted.partition("@")[0].rpartition(".")[2]
        if tail.isascii() and tail.isdigit():
            row = int(tail[:9])
            found.update(at for at in (row, row + 1) if at < self.seeded_candidates and at not in self.identities)
        return sorted(
            row
            for row in found
            if row not in self.deleted_candidates and (self.identity(row).email or "").lower() == wanted
        )

    def history(self, row: int) -> list[Transition]:
        """Return the stages an application entered, oldest first."""
        known = self.transitions.get(row)
        return known if known is not None else self._seeded_history(row)

    def _seeded_history(self, row: int) -> list[Transition]:
        rows = self.rows
        job = self.job_list[rows.job[row]]
        category = self.category(job.category_id if job else None)
        road = [] if category is None else [5 + self._stage_at(stage) for stage in category.stage_ids]
        last, start, end = rows.stage[row], rows.created[row], rows.updated[row]
        if last in road:
            passed = road[: road.index(last) + 1]
        elif last == 0:
            passed = [0]
        else:
            passed = [*road[: 1 + (row * 7) % max(1, len(road))], last]
        steps = max(1, len(passed) - 1)
        return [Transition(start + (end - start) * at // steps, code) for at, code in enumerate(passed)]

    def _stage_at(self, stage_id: int) -> int:
        return (self.stage_code(stage_id) or 5) - 5

    def settle(self, now: float) -> None:
        """Make readable what was written long enough ago."""
        if not self.hidden:
            return
        due = [row for at, row in self.hidden if at <= now]
        self.hidden = [(at, row) for at, row in self.hidden if at > now]
        for row in due:
            self.reveal(row)

    def reveal(self, row: int) -> None:
        """Make an application row and its candidate readable."""
        candidate = self.rows.candidate[row]
        self.applications.put(row, self.rows.updated[row])
        self.candidates.put(candidate, self.rows.c_updated[candidate])
        self.changed()

    def touch(self, order: UpdatedOrder, row: int, now: float) -> None:
        """Mark an application or candidate row as updated now."""
        updated = self.rows.updated if order is self.applications else self.rows.c_updated
        updated[row] = int(now)
        if order.has(row):
            order.put(row, int(now))
        self.changed()

    def application_row(self, application_id: str) -> int | None:
        """Return the readable row of an application id."""
        return _row(application_id, APPLICATION_ID, self.applications)

    def candidate_row(self, candidate_id: str) -> int | None:
        """Return the readable row of a candidate id."""
        return _row(candidate_id, CANDIDATE_ID, self.candidates)

    def bucket(self, caller: str, route: str, burst: int, now: float) -> Bucket:
        """Return the token bucket of a caller at an endpoint."""
        key = (caller, route)
        if key not in self.buckets:
            self.buckets[key] = Bucket(burst, now)
        return self.buckets[key]

    def window(self, endpoint: str) -> Window:
        """Return the v1 counter of an endpoint."""
        return self.windows.setdefault(endpoint, Window())


def _row(text: str, base: int, order: UpdatedOrder) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        return None
    row = int(text) - base
    return row if row >= 0 and order.has(row) else None


class Token:
    """A v2 (or v1 personnel) access token of a client."""

    __slots__ = ("client", "company", "expires_at", "scopes", "text")

    def __init__(self, text: str, company: Company, client: Client, scopes: list[str], expires_at: float) -> None:
        self.text, self.company, self.client = text, company, client
        self.scopes, self.expires_at = scopes, expires_at


class Tokens:
    """The live tokens: the same one is handed out again until it expires or is revoked."""

    def __init__(self) -> None:
        self.by_text: dict[str, Token] = {}
        self.by_grant: dict[tuple[str, str], Token] = {}
        self.issued = 0
        self.throttle: dict[str, Throttle] = {}

    def live(self, text: str, now: float) -> Token | None:
        """Return the token unless it expired."""
        token = self.by_text.get(text)
        return token if token is not None and now < token.expires_at else None

    def issue(self, company: Company, client: Client, scopes: list[str], clock: Clock) -> Token:
        """Return the live token of this client and scope set, or a new one."""
        grant = (client.id, " ".join(sorted(scopes)))
        known = self.by_grant.get(grant)
        if known is not None and self.live(known.text, clock.now()):
            return known
        self.issued += 1
        text = f"papi-sim-{company.id}-{self.issued:04d}-{hash_text(client.secret + grant[1])}"
        token = Token(text, company, client, scopes, clock.now() + company.knobs.token_ttl)
        self.by_text[text] = self.by_grant[grant] = token
        return token

    def forget(self, company: Company) -> None:
        """Revoke every token of a company."""
        for text in [text for text, token in self.by_text.items() if token.company is company]:
            self.revoke(text)

    def revoke(self, text: str) -> None:
        """Forget a token."""
        token = self.by_text.pop(text, None)
        if token is not None:
            self.by_grant = {key: value for key, value in self.by_grant.items() if value is not token}


def hash_text(text: str) -> str:
    """Return 16 hexadecimal digits that depend only on `text`."""
    return sha256(text.encode()).hexdigest()[:16]
