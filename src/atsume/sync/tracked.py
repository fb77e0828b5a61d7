"""Sync only created applications: what is tracked is read by id, and nothing else of people is kept."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from atsume.model.integration import Integration
from atsume.model.record import PENDING, Timestamp
from atsume.store.rows import Writes
from atsume.store.store import Store
from atsume.sync.plan import Tracked

APPLICATIONS, CANDIDATES = "ats_applications", "ats_candidates"
TRACKED = frozenset({APPLICATIONS, CANDIDATES})
"""Models of which only tracked records are read, where that is chosen."""
BATCH = 500


def is_only_created(store: Store, integration: Integration) -> bool:
    """Return whether only created applications are mirrored: as the integration says, else as its environment does."""
    name = "only_created_applications"
    chosen = integration.overrides.get(name, integration.settings.get(name))
    return store.in_force(integration).only_created_applications if chosen is None else bool(chosen)


def tracked_in(store: Store, integration: Integration) -> Tracked:
    """Return how to ask for the tracked records of an integration: applications, and whoever sent them."""
    return {
        APPLICATIONS: lambda: store.tracked(integration.no),
        CANDIDATES: lambda: store.candidates_applied(integration.no),
    }


def untracked(store: Store, integration: Integration) -> tuple[list[str], list[str]]:
    """Return the ids of the live applications that were not created here, and of candidates who have no other."""
    tracked = set(store.tracked(integration.no))
    applications = {
        our_id
        for our_id, remote_id in live(store, integration, APPLICATIONS)
        if remote_id not in tracked and not remote_id.startswith(PENDING)
    }
    staying = store.candidates_of(integration.no, applications)
    candidates = [
        our_id
        for our_id, remote_id in live(store, integration, CANDIDATES)
        if our_id not in staying and not remote_id.startswith(PENDING)
    ]
    return sorted(applications), candidates


def shed_untracked(store: Store, integration: Integration, stamp: Callable[[], Timestamp]) -> None:
    """Tombstone what was mirrored before only created applications were wanted. Nothing to do costs two looks."""
    for model, ids in zip((APPLICATIONS, CANDIDATES), untracked(store, integration), strict=True):
        for batch in _batched(ids):
            store.commit(model, integration, Writes(deleted=batch), stamp)


def live(store: Store, integration: Integration, model: str) -> Iterator[tuple[str, str]]:
    """Yield (id, remote id) of every live record of a model."""
    after, top = 0, store.high_water(model, integration.no)
    while rows := store.live_rows(model, integration.no, up_to_seq=top, after_seq=after):
        yield from ((our_id, remote_id) for _, our_id, remote_id in rows)
        after = rows[-1][0]


def _batched(ids: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield batch
