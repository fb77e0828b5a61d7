"""Which model comes from which surfaces, in which order. Jobs, applications and candidates are here; what is read
because of them is in `streams_users.py`, `streams_stages.py` and `streams_questions.py`.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import Raw, Struct

from atsume.connectors.base import Came, Mirror, Page, Stream
from atsume.connectors.personio import fields
from atsume.connectors.personio.assemble import ApplicationParts, CandidateParts, JobParts
from atsume.connectors.personio.clients.career import Feed, Published
from atsume.connectors.personio.errors import FeedUnavailable
from atsume.connectors.personio.fingerprints import fingerprint, signed, told_apart
from atsume.connectors.personio.mapping.applications import APPLICATIONS
from atsume.connectors.personio.mapping.candidates import CANDIDATES
from atsume.connectors.personio.mapping.jobs import JOBS
from atsume.connectors.personio.outcome import stage_key
from atsume.connectors.personio.remote import v2
from atsume.connectors.personio.shared import Shared
from atsume.connectors.personio.streams_questions import question_streams
from atsume.connectors.personio.streams_stages import stage_streams
from atsume.connectors.personio.streams_users import hiring_team_stream, user_stream

OVERLAP = dt.timedelta(hours=3, minutes=10)
"""So much earlier than a moment is asked for what changed since: nobody says in which zone the filter reads it (H4)."""
LIMIT = 200
"""Records a page: the most that recruiting gives."""
LIST_JOBS, LIST_APPLICATIONS = "/v2/recruiting/jobs", "/v2/recruiting/applications"
LIST_CANDIDATES = "/v2/recruiting/candidates"
LISTED = "listed"
"""Place in the walk of jobs when v2 has listed all, and those that only the feed knows are left."""


def of(shared: Shared) -> list[Stream]:
    """Return the streams that the configured surfaces allow, in an order that satisfies their `after`."""
    streams: list[Stream] = []
    if shared.can_read or shared.has_feed:
        streams.append(Jobs(shared).stream())
    if shared.can_read:
        streams += [Applications(shared).stream(), Candidates(shared).stream()]
        streams += [user_stream(shared), *stage_streams(shared), hiring_team_stream(shared)]
    if shared.has_feed:
        streams += question_streams(shared)
    return streams


class _JobCame(Struct):
    """What a job is assembled from."""

    remote_id: str
    listed: Raw | None
    published: Published | None


def _job(came: Came) -> dict[str, Any]:
    return fields.job(came.remote.listed, came.remote.published)


class Jobs:
    """v2's list of all jobs × the feed of published ones."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def stream(self) -> Stream:
        """Return the stream of all of them."""
        return Stream(
            model=JOBS.model,
            fetch=lambda: self._pages(self._list),
            resume=lambda place: self._pages(lambda: self._list_on(place)),
            decode=self._decode,
            assemble=self._assemble,
            map=JOBS,
            remote=_job,
        )

    def _list(self) -> Iterator[Page]:
        return self._shared.v2.pages(LIST_JOBS, "listing jobs", limit=LIMIT)

    def _list_on(self, place: str) -> Iterator[Page]:
        return iter(()) if place == LISTED else self._shared.v2.go_on(LIST_JOBS, place, "listing jobs", self._list)

    def _pages(self, listed: Callable[[], Iterator[Page]]) -> Iterator[Page]:
        """The feed is read first, so that every job finds it; a job that only the feed knows comes last."""
        failure: FeedUnavailable | None = None
        if self._shared.has_feed:
            try:
                self._shared.feed()
            except FeedUnavailable as fault:
                failure = fault
        if self._shared.can_read:
            for page in listed():
                page.cursor = page.cursor or LISTED
                yield page
        yield Page(None, requests=0, cursor=LISTED if failure is not None else None)
        if failure is not None:  # known jobs stay as they are, and nothing is taken for closed or deleted
            raise failure

    def _decode(self, page: Page) -> list[Came]:
        shared = self._shared
        feed = self._feed()
        if page.body is None:
            shared.listed_all_jobs = shared.can_read
            jobs = feed.jobs if feed else {}
            return [self._came(i, None, p, feed) for i, p in jobs.items() if i not in shared.seen_jobs]
        came = told_apart(page.body, shared.seed)
        for one in came:
            shared.seen_jobs[one.remote_id] = one.remote
        return [
            self._came(one.remote_id, one.remote, feed.jobs.get(one.remote_id) if feed else None, feed) for one in came
        ]

    def _came(self, remote_id: str, listed: Raw | None, published: Published | None, feed: Feed | None) -> Came:
        digests = [(lang, p.digest) for lang, p in published.positions.items()] if published else []
        site = published.site if published else None
        print_ = fingerprint(self._shared.seed, listed, digests, site, feed is not None)
        is_unsure = self._shared.has_feed and feed is None
        return Came(remote_id, print_, _JobCame(remote_id, listed, published), keep=is_unsure)

    def _assemble(self, came: list[Came], mirror: Mirror) -> list[JobParts]:
        feed_read = self._feed() is not None
        ids = [one.remote_id for one in came]
        once_published = mirror.was_published(ids)
        return [self._parts(one.remote, feed_read, once_published) for one in came]

    def _parts(self, came: _JobCame, feed_read: bool, once_published: frozenset[str]) -> JobParts:
        chosen, *others = came.published.positions.values() if came.published else [None]
        return JobParts(
            remote_id=came.remote_id,
            links=self._shared.links,
            listed=v2.job(came.listed) if came.listed is not None else None,
            position=chosen,
            fallbacks=tuple(p for p in others if p is not None),
            site=came.published.site if came.published else None,
            feed_read=feed_read,
            was_published=came.remote_id in once_published,
        )

    def _feed(self) -> Feed | None:
        if not self._shared.has_feed:
            return None
        try:
            return self._shared.feed()
        except FeedUnavailable:
            return None


class Applications:
    """v2's applications; what other models are inferred from is noted on the way."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def stream(self) -> Stream:
        """Return the stream of all of them."""
        return Stream(
            model=APPLICATIONS.model,
            fetch=self._fetch,
            resume=lambda place: self._shared.v2.go_on(LIST_APPLICATIONS, place, "listing applications", self._fetch),
            decode=self._decode,
            assemble=self._assemble,
            map=APPLICATIONS,
            some=lambda ids: _each(self._shared, "/v2/recruiting/applications/", ids),
            recent=self._changed,
            remote=fields.record,
            after=frozenset({JOBS.model}),
            is_whole=self._shared.has_all_without,
        )

    def _fetch(self) -> Iterator[Page]:
        return self._shared.v2.pages(LIST_APPLICATIONS, "listing applications", limit=LIMIT)

    def _changed(self, since: dt.datetime) -> Iterator[Page]:
        return self._shared.v2.changed(
            LIST_APPLICATIONS, "listing recent applications", limit=LIMIT, since=since - OVERLAP
        )

    def _decode(self, page: Page) -> list[Came]:
        seed, head, digest = self._shared.seed, v2.application_head, v2.digest
        note_place, note_team = self._shared.seen_places.add, self._shared.seen_teams.add
        note_channel = self._shared.seen_channels.add
        came: list[Came] = []
        for record in v2.listed(page.body).data:
            application = head(record)
            note_place((bytes(application.job), bytes(application.current_stage)))
            note_team(bytes(application.hiring_team))
            note_channel(bytes(application.channel))
            came.append(Came(application.id, signed(digest(record, seed)), record))
        return came

    def _assemble(self, came: list[Came], mirror: Mirror) -> list[ApplicationParts]:
        links = self._shared.links
        return [ApplicationParts(a := v2.application(one.remote), stage_key(a.current_stage), links) for one in came]


class Candidates:
    """v2's candidates, each with the source of its newest application."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def stream(self) -> Stream:
        """Return the stream of all of them."""
        return Stream(
            model=CANDIDATES.model,
            fetch=self._fetch,
            resume=lambda place: self._shared.v2.go_on(LIST_CANDIDATES, place, "listing candidates", self._fetch),
            decode=lambda page: told_apart(page.body, self._shared.seed),
            assemble=self._assemble,
            map=CANDIDATES,
            some=lambda ids: _each(self._shared, "/v2/recruiting/candidates/", ids),
            remote=fields.record,
            after=frozenset({APPLICATIONS.model}),
        )

    def _fetch(self) -> Iterator[Page]:
        return self._shared.v2.pages(LIST_CANDIDATES, "listing candidates", limit=LIMIT)

    def _assemble(self, came: list[Came], mirror: Mirror) -> list[CandidateParts]:
        sources, links = mirror.latest_sources([one.remote_id for one in came]), self._shared.links
        return [CandidateParts(v2.candidate(one.remote), links, sources.get(one.remote_id)) for one in came]


def _each(shared: Shared, target: str, remote_ids: Sequence[str]) -> Iterator[Page]:
    """Ask for records one by one; those that Personio says twice are gone do not come."""
    for remote_id in remote_ids:
        if remote_id.isalnum():
            body = shared.v2.record(target + remote_id, "reading a single record")
            if body is not None:
                yield Page(v2.as_page(body), received_bytes=len(body))
