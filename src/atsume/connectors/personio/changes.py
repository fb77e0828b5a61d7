"""The streams of a delta: what changed since a moment, in a number of requests that does not grow with the mirror.

Applications and candidates have a filter, `updated_at.gt`. Nobody says in which zone it reads a time (README, H4), so a
delta asks from three hours and a bit before the last walk began: that covers two hours of zone and an hour of clocks.
What comes twice is told by its fingerprint. Jobs have no filter, but come newest first: the walk stops at the first
page whose last job is older than that; only when the feed says something else than last time are all jobs listed.
Whether a move of an application also moves its candidate's time is unknown (E11), so candidates of changed
applications are read one by one. What is derived from many records (places in the pipeline, team members, persons) is
added to, never corrected or taken away: that is left to the next full sync, as all deletions are.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

from msgspec import structs

from atsume.connectors.base import Came, Mirror, Page, Stream
from atsume.connectors.personio.feed_notes import FEED, digest_of, feed_of
from atsume.connectors.personio.mapping.applications import APPLICATIONS
from atsume.connectors.personio.mapping.candidates import CANDIDATES
from atsume.connectors.personio.mapping.jobs import JOBS
from atsume.connectors.personio.mapping.users import USERS
from atsume.connectors.personio.outcome import SYSTEM, stage_key
from atsume.connectors.personio.remote import v2
from atsume.connectors.personio.shared import Shared
from atsume.connectors.personio.streams import (
    LIMIT,
    LIST_APPLICATIONS,
    LIST_CANDIDATES,
    LIST_JOBS,
    OVERLAP,
    Applications,
    Candidates,
    Jobs,
)
from atsume.connectors.personio.streams_stages import stage_streams
from atsume.connectors.personio.streams_users import LIMIT as PERSONS
from atsume.connectors.personio.streams_users import Users, hiring_team_stream
from atsume.connectors.personio.timestamps import timestamp
from atsume.model.record import timestamp as written

Since = Mapping[str, dt.datetime]


def of(shared: Shared, since: Since, mirror: Mirror) -> list[Stream]:
    """Return the streams of what changed. A model without a moment is walked whole; nothing is taken for deleted."""
    found: list[Stream] = []
    if shared.can_read or shared.has_feed:
        found.append(_jobs(shared, since))
    if shared.can_read:
        found += [_applications(shared, since), _candidates(shared, since), _users(shared, since, mirror)]
        found += [*_stages(shared), hiring_team_stream(shared)]
    return [structs.replace(stream, detects_deletions=False) for stream in found]


def _jobs(shared: Shared, since: Since) -> Stream:
    whole = Jobs(shared)
    begin = since.get(JOBS.model)
    if begin is None or not shared.can_read:
        return whole.stream()
    oldest = written(begin - OVERLAP)

    def fetch() -> Iterator[Page]:
        feed = feed_of(shared)
        if shared.has_feed and (feed is None or shared.notes.recall(FEED).get("") != digest_of(feed)):
            yield from whole.stream().fetch()
            return
        for page in shared.v2.pages(LIST_JOBS, "listing jobs", limit=LIMIT):
            yield page
            jobs = v2.listed(page.body).data
            last = timestamp(v2.job(jobs[-1]).updated_at) if jobs else None
            if last is not None and last < oldest:
                return

    return structs.replace(whole.stream(), fetch=fetch, resume=None)


def _applications(shared: Shared, since: Since) -> Stream:
    whole = Applications(shared).stream()

    def assemble(came: list[Came], mirror: Mirror) -> list[object]:
        parts = whole.assemble(came, mirror)
        shared.seen_candidates.update(one.application.candidate.id for one in parts if one.application.candidate)
        return parts

    begin = since.get(APPLICATIONS.model)
    if begin is None:
        return structs.replace(whole, assemble=assemble)
    doing = "listing changed applications"

    def fetch() -> Iterator[Page]:
        return shared.v2.changed(LIST_APPLICATIONS, doing, limit=LIMIT, since=begin - OVERLAP)

    return structs.replace(
        whole,
        fetch=fetch,
        resume=lambda place: shared.v2.go_on(LIST_APPLICATIONS, place, doing, fetch),
        assemble=assemble,
    )


def _candidates(shared: Shared, since: Since) -> Stream:
    whole, begin = Candidates(shared).stream(), since.get(CANDIDATES.model)
    if begin is None:
        return whole

    def fetch() -> Iterator[Page]:
        came: set[str] = set()
        pages = shared.v2.changed(LIST_CANDIDATES, "listing changed candidates", limit=LIMIT, since=begin - OVERLAP)
        for page in pages:
            came.update(v2.head_id(record) for record in v2.listed(page.body).data)
            yield page
        yield from _one_by_one(shared, sorted(shared.seen_candidates - came))

    return structs.replace(whole, fetch=fetch, resume=None, prefetch=False)


def _one_by_one(shared: Shared, ids: list[str]) -> Iterator[Page]:
    for candidate_id in ids:
        body = shared.v2.record(f"{LIST_CANDIDATES}/{quote(candidate_id, safe='')}", "reading a candidate")
        if body is not None:
            yield Page(v2.as_page(body), received_bytes=len(body))


def _users(shared: Shared, since: Since, mirror: Mirror) -> Stream:
    users, begin = Users(shared), since.get(USERS.model)
    if shared.settings.users != "all":
        return structs.replace(users.stream(), fetch=lambda: users.new_ones(mirror), resume=None)
    if begin is None:
        return users.stream()

    def fetch() -> Iterator[Page]:
        return shared.v2.changed("/v2/persons", "listing changed persons", limit=PERSONS, since=begin - OVERLAP)

    return structs.replace(users.stream(), fetch=fetch, resume=None)


def _stages(shared: Shared) -> list[Stream]:
    stages, places = stage_streams(shared)
    return [
        structs.replace(stages, decode=_added(stages.decode, lambda one, page: one.remote_id in _known(page))),
        structs.replace(places, decode=_added(places.decode, lambda one, _page: one.remote.index is not None)),
    ]


def _added(
    decode: Callable[[Page], list[Came]], is_certain: Callable[[Came, Page], bool]
) -> Callable[[Page], list[Came]]:
    """Return a decoder whose records are only added, save those of which all is known."""

    def added(page: Page) -> list[Came]:
        came = decode(page)
        for one in came:
            one.keep = not is_certain(one, page)
        return came

    return added


def _known(page: Page) -> set[str | None]:
    return set(SYSTEM) | {stage_key(stage) for category in page.body or [] for stage in category.stages}
