"""What the feed said when all its jobs were last compared: if it says the same, only v2 can have news of jobs."""

import xxhash

from atsume.connectors.personio.clients.career import Feed
from atsume.connectors.personio.errors import FeedUnavailable
from atsume.connectors.personio.shared import Shared

FEED = "feed_digest"
"""Kind of the note."""


def remember_feed(shared: Shared) -> None:
    """Note what the feed says, once every job of it is in the mirror."""
    feed = feed_of(shared)
    if feed is None:
        return
    digest = digest_of(feed)
    if shared.notes.recall(FEED).get("") != digest:
        shared.notes.write(FEED, "", digest)


def feed_of(shared: Shared) -> Feed | None:
    """Return the feed; None when there is none or it cannot be read."""
    try:
        return shared.feed() if shared.has_feed else None
    except FeedUnavailable:
        return None


def digest_of(feed: Feed) -> bytes:
    """Return a hash of all that the feed says."""
    said = sorted(
        (job_id, job.site, language, str(position.digest))
        for job_id, job in feed.jobs.items()
        for language, position in job.positions.items()
    )
    return xxhash.xxh3_128_digest("\n".join("\t".join(one) for one in said).encode())
