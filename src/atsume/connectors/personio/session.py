"""A session: one connection to one end user's Personio for the length of one sync run."""

import datetime as dt
from collections.abc import Mapping, Sequence

from msgspec import Raw

from atsume.connectors.base import Look, Mirror, Observer, Stream
from atsume.connectors.forwarding import Forward, Forwarded
from atsume.connectors.http import Http
from atsume.connectors.personio import changes, streams
from atsume.connectors.personio.carried import Carrier
from atsume.connectors.personio.passthrough import Passthrough
from atsume.connectors.personio.remote import v2
from atsume.connectors.personio.settings import Addresses, Credentials, Settings, lacks
from atsume.connectors.personio.shared import Shared
from atsume.connectors.personio.writer import PersonioWriter
from atsume.errors import AtsumeError, Code

LOOKS = {
    "ats_applications": "/v2/recruiting/applications/",
    "ats_candidates": "/v2/recruiting/candidates/",
    "ats_jobs": "/v2/recruiting/jobs/",
    "ats_users": "/v2/persons/",
}
"""Model → address of its single records."""


class PersonioSession:
    """Reads through the streams, looks at single records, proves the credentials."""

    def __init__(
        self,
        credentials: Credentials,
        settings: Settings,
        observer: Observer,
        addresses: Addresses,
        http: Http | None = None,
    ) -> None:
        self.shared = Shared(credentials, settings, observer, addresses, http)
        self._writer = PersonioWriter(self.shared, credentials)
        self._passthrough = Passthrough(self.shared, credentials, settings)
        self._carrier = Carrier(self.shared)
        self._lacking = lacks(credentials, settings)

    def streams(self) -> Sequence[Stream]:
        """Return the streams in an order that satisfies their `after`."""
        return streams.of(self.shared)

    def changes(self, since: Mapping[str, dt.datetime], mirror: Mirror) -> Sequence[Stream]:
        """Return the streams of what changed since the moments at which their models were last walked."""
        return changes.of(self.shared, since, mirror)

    def carried(self) -> bytes | None:
        """Return what was learnt since the last call that later streams need."""
        return self._carrier.carried()

    def carry(self, carried: Sequence[bytes]) -> None:
        """Learn it again."""
        self._carrier.carry(carried)

    def authenticate(self) -> None:
        """Prove the credentials. Raises CredentialsRefused or RemoteFault."""
        if self._lacking is not None:
            raise AtsumeError(Code.SETUP_INCOMPLETE, self._lacking)
        if self.shared.can_read:
            self.shared.v2.token()
        else:
            self.shared.feed()

    def look(self, model: str, remote_id: str) -> Look:
        """Ask Personio whether one record exists. A fault is UNKNOWN, never GONE."""
        try:
            if model in ("ats_screening_questions", "ats_join_jobs_screening_questions"):
                return self._look_at_forms(model, remote_id)
            if model not in LOOKS:
                return Look.UNKNOWN
            return self._look_at(model, remote_id)
        except AtsumeError:
            return Look.UNKNOWN

    def writer(self) -> PersonioWriter:
        """Return the writing side: one for the session, so that its token is used again."""
        return self._writer

    def forward(self, request: Forward) -> Forwarded:
        """Send a caller's own request."""
        return self._passthrough.forward(request)

    def sources(self) -> Sequence[tuple[str, str]]:
        """Return the recruiting channels with which applications came: (number, name)."""
        seen = [v2.named(Raw(raw)) for raw in sorted(self.shared.seen_channels) if raw.startswith(b"{")]
        return [(one.id, one.name.strip()) for one in seen if one.id and one.name and one.name.strip()]

    def warnings(self) -> Sequence[str]:
        """Return what went less than well so far."""
        return self.shared.warnings()

    def close(self) -> None:
        """Release connections; fetching threads give up at their next request."""
        self.shared.http.close()

    def _look_at(self, model: str, remote_id: str) -> Look:
        if model == "ats_jobs" and self.shared.has_feed and remote_id in self.shared.feed().jobs:
            return Look.EXISTS
        if not self.shared.can_read:
            return Look.GONE if model == "ats_jobs" and self.shared.has_feed else Look.UNKNOWN
        found = self.shared.v2.exists(LOOKS[model] + _segment(remote_id), "looking for a single record")
        return Look.EXISTS if found else Look.GONE

    def _look_at_forms(self, model: str, remote_id: str) -> Look:
        failed = self.shared.forms().failed
        if model == "ats_screening_questions":
            return Look.UNKNOWN if failed else Look.GONE
        job_id = remote_id.partition("/")[0].replace("%2F", "/").replace("%25", "%")
        return Look.UNKNOWN if job_id in failed else Look.GONE


def _segment(remote_id: str) -> str:
    """Return an id as one path segment: it came from outside and must not leave its place."""
    safe = "".join(c for c in remote_id if c.isalnum() or c in "-_")
    if safe != remote_id or not safe:
        raise AtsumeError(Code.UNKNOWN_HTTP_ERROR, "An id that Personio cannot have given.")
    return safe
