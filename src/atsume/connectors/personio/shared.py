"""What the streams of one run share: the clients, the feed, categories and forms read once, what was seen so far.

Fetching threads use the clients and the `Once` values, which lock. Everything called `seen_…` is written and read by
the engine's thread alone; a stream that reads it while fetching starts after those that write it have ended.
"""

import datetime as dt
import threading
from collections.abc import Iterable, Mapping, Sequence, Set

import msgspec
from msgspec import Raw

from atsume.connectors.base import Notes, Observer
from atsume.connectors.http import Http
from atsume.connectors.personio.assemble import Links
from atsume.connectors.personio.clients.career import Career, Feed
from atsume.connectors.personio.clients.once import Once
from atsume.connectors.personio.clients.v2 import V2
from atsume.connectors.personio.fingerprints import seed
from atsume.connectors.personio.forms import Forms, read_forms
from atsume.connectors.personio.remote import v2
from atsume.connectors.personio.remote.forms import Choice, Control
from atsume.connectors.personio.settings import Addresses, AskedQuestion, Credentials, Settings
from atsume.errors import Code, PermissionMissing, RemoteFault

CATEGORIES = "categories_came"
"""Kind of the note that this account's categories could once be read."""


class NoNotes:
    """A session that was lent no notes remembers nothing."""

    def recall(self, kind: str, *, within: dt.timedelta | None = None) -> Mapping[str, bytes]:
        """Return nothing."""
        return {}

    def write(self, kind: str, key: str, content: bytes) -> None:
        """Forget at once."""

    def forget(self, kind: str, keys: Iterable[str]) -> None:
        """Nothing is there."""


class Shared:
    """One run's view of one Personio."""

    def __init__(
        self, credentials: Credentials, settings: Settings, observer: Observer, addresses: Addresses, http: Http | None
    ) -> None:
        self.settings, self.addresses = settings, addresses
        self.http = http or Http(observer)
        self.v2 = V2(self.http, addresses.api, credentials)
        self.can_read = credentials.can_read
        self.career = Career(self.http, addresses.career, settings.companies, settings.languages)
        self.links = Links(settings.app_host, settings.candidate_url, settings.application_url)
        self.seed = seed(settings, addresses)
        self.feed = Once(self._feed)
        self.categories = Once(self._categories)
        self.forms = Once(self._forms)
        self.notes: Notes = NoNotes()
        self.seen_jobs: dict[str, Raw] = {}
        self.listed_all_jobs = False
        """Whether v2's list of jobs came to its end, whatever became of the feed."""
        self.seen_places: set[tuple[bytes, bytes]] = set()
        """Distinct (job, current stage) of applications, undecoded: few, however many applications there are."""
        self.seen_channels: set[bytes] = set()
        """Distinct recruiting channels of applications, undecoded."""
        self.seen_teams: set[bytes] = set()
        """Distinct hiring teams of applications, undecoded."""
        self.seen_candidates: set[str] = set()
        """Candidates of applications that a delta brought: to be read again, whatever their own time says (E11)."""
        self._warnings: dict[str, None] = {}
        self._lock = threading.Lock()

    def warnings(self) -> Sequence[str]:
        """Return what went less than well so far."""
        with self._lock:
            return list(self._warnings)

    def warn(self, sentence: str) -> None:
        """Add a warning, once."""
        with self._lock:
            self._warnings[sentence] = None

    @property
    def has_feed(self) -> bool:
        """Whether a career site is configured."""
        return bool(self.settings.companies)

    def has_all_without(self, failed: Set[str]) -> bool:
        """Whether all that the other streams need of jobs came: v2's list does, and only the feed has failed."""
        return failed == {"ats_jobs"} and self.listed_all_jobs

    def _feed(self) -> Feed:
        return self.career.feed()

    def _categories(self) -> list[v2.Category] | None:
        """Return all categories; None without credentials, and where this account was never let read them.

        A 404 is a refusal like any other, never "there are none" (E1, E6). Once categories came, a refusal is a fault:
        what they told stays. Until then stages are those of applications, without a place in the pipeline.
        """
        if not self.can_read:
            return None
        found: dict[str, v2.Category] = {}
        try:
            for page in self.v2.pages("/v2/recruiting/categories", "listing categories"):
                for record in v2.listed(page.body).data:
                    category = v2.category(record)
                    found[category.id] = category
        except msgspec.DecodeError as error:
            raise RemoteFault(f"Personio's categories could not be read: {error}", Code.UNKNOWN_HTTP_ERROR) from None
        except PermissionMissing as missing:
            if self.notes.recall(CATEGORIES):
                raise
            self.warn(f"Stages of jobs are those of applications, without their order: {missing.message}")
            return None
        self.notes.write(CATEGORIES, "", b"")
        return list(found.values())

    def _forms(self) -> Forms:
        """Return the forms of all published jobs: read, kept from an earlier run, or entered by hand."""
        settings = self.settings
        jobs = self.feed().jobs if self.has_feed else {}
        entered = [_entered(question) for question in settings.entered_questions]
        forms = Forms({}, set())
        if settings.screening_questions == "career_site":
            forms = read_forms(self.career, jobs, self.notes, self.seed, self._form_pause)
        if forms.failed and not entered:
            self.warn(f"{len(forms.failed)} application form(s) could not be read; their questions stay as they were.")
        if entered:
            return Forms({job_id: entered for job_id in jobs} | forms.by_job, set())
        return forms

    def _form_pause(self) -> float:
        return self.http.wait(self.addresses.form_interval_seconds)


def _entered(question: AskedQuestion) -> Control:
    choices = [Choice(value, label) for value, label in question.options.items()]
    return Control(question.id, question.title, question.type, question.required, None, choices)
