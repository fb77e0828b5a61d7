"""Upstream filtering: only applications that changed since a moment are mirrored, and whoever sent them.

The tool is asked for those alone. What is held, did not come and has not changed since is taken out of the mirror
without a word: it was not deleted in the tool, so no reader is told so. What was created through this server stays,
however old.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec import structs

from atsume.connectors.base import Came, Look, Page, Session, Stream
from atsume.model.environment import EnvironmentSettings
from atsume.model.integration import Integration, SyncType
from atsume.model.record import PENDING, timestamp
from atsume.store.store import Store
from atsume.sync.missing import absent
from atsume.sync.seen import Seen
from atsume.sync.tracked import APPLICATIONS, CANDIDATES, is_only_created

SLACK = dt.timedelta(hours=4)
"""So much older may a record be that is kept: tools read times in zones of their own, and are asked for a bit more."""


def cutoff(settings: EnvironmentSettings, now: dt.datetime) -> dt.datetime | None:
    """Return since when applications must have changed; None: all are wanted."""
    moments: list[dt.datetime] = []
    if settings.applications_since is not None:
        moments.append(dt.datetime.fromisoformat(settings.applications_since).replace(tzinfo=dt.UTC))
    if settings.applications_within_days is not None:
        moments.append(now - dt.timedelta(days=settings.applications_within_days))
    return max(moments, default=None)


def narrowed(
    streams: Sequence[Stream],
    since: dt.datetime,
    store: Store,
    integration: Integration,
    watermarks: Mapping[str, dt.datetime] | None,
) -> list[Stream]:
    """Return the streams with those of applications and candidates narrowed to what is wanted.

    A stream that asks for changes after a watermark is narrow already.
    """
    return [_narrow(stream, since, store, integration, watermarks or {}) for stream in streams]


def _narrow(
    stream: Stream, since: dt.datetime, store: Store, integration: Integration, watermarks: Mapping[str, dt.datetime]
) -> Stream:
    if stream.model == APPLICATIONS and stream.recent is not None and APPLICATIONS not in watermarks:
        return structs.replace(stream, fetch=partial(stream.recent, since), resume=None)
    if stream.model == CANDIDATES:
        return structs.replace(stream, decode=_who_applied(stream.decode, store, integration))
    return stream


def _who_applied(decode: Callable[[Page], list[Came]], store: Store, integration: Integration):
    """Return a decoder that lets only candidates of held applications by; these have come when it is first asked."""
    ids, staying = store.ids(integration), None

    def wanted(page: Page) -> list[Came]:
        nonlocal staying
        if staying is None:
            staying = store.candidates_of(integration.no, set())
        return [one for one in decode(page) if ids(CANDIDATES, one.remote_id) in staying]

    return wanted


def outside(store: Store, integration: Integration, since: dt.datetime) -> dict[str, bool]:
    """Return, by id, whether held applications are known to have last changed before the moment.

    False: it is not known when they did. Those that were created here are left out.
    """
    tracked = set(store.tracked(integration.no))
    found = store.unchanged_since(integration.no, timestamp(since - SLACK))
    return {
        our_id: is_known
        for our_id, remote_id, is_known in found
        if remote_id not in tracked and not remote_id.startswith(PENDING)
    }


def take_out(
    store: Store, integration: Integration, stream: Stream, since: dt.datetime, seen: Seen, session: Session
) -> None:
    """Take what a complete walk did not bring and the window does not want out of the mirror, without a tombstone.

    Of applications whose change time is not held the tool says whether they are there: only those leave.
    """
    if stream.model == APPLICATIONS:
        old = outside(store, integration, since)
        ids = [
            our_id
            for our_id, remote_id in absent(store, integration, APPLICATIONS, seen)
            if our_id in old and (old[our_id] or session.look(APPLICATIONS, remote_id) is Look.EXISTS)
        ]
    elif stream.model == CANDIDATES:
        staying = store.candidates_of(integration.no, set())
        lacking = absent(store, integration, CANDIDATES, seen)
        ids = [our_id for our_id, remote_id in lacking if our_id not in staying and not remote_id.startswith(PENDING)]
    else:
        return
    store.forget_records(stream.model, ids)


def decided(store: Store, integration: Integration, before: EnvironmentSettings, now: dt.datetime) -> int | None:
    """Make a changed window due: a full sync is queued. Returns how many held applications it will take out.

    None: the window is what it was.
    """
    after = store.in_force(integration)
    if _rules(before) == _rules(after):
        return None
    store.queue_sync(integration.id, SyncType.FULL, now)
    since = cutoff(after, now)
    if since is None or is_only_created(store, integration):
        return 0
    return sum(outside(store, integration, since).values())


def _rules(settings: EnvironmentSettings) -> tuple[str | None, int | None]:
    return settings.applications_since, settings.applications_within_days
