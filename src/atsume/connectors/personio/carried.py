"""What streams remember of each other, written down page by page, so that another process can take a run up.

Little: jobs as v2 lists them, and the distinct places and teams of applications, however many applications there are.
"""

from collections.abc import Sequence
from itertools import islice

import msgspec
from msgspec import Raw, Struct

from atsume.connectors.personio.shared import Shared


class _Carried(Struct, array_like=True):
    jobs: list[tuple[str, bytes]]
    places: list[tuple[bytes, bytes]]
    teams: list[bytes]
    listed_all_jobs: bool
    candidates: list[str]
    warnings: list[str]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Carried).decode


class Carrier:
    """Tells what a session has learnt since it was last asked. For the engine's thread alone."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._jobs, self._warnings, self._listed_all_jobs = 0, 0, False
        self._places: set[tuple[bytes, bytes]] = set()
        self._teams: set[bytes] = set()
        self._candidates: set[str] = set()

    def carried(self) -> bytes | None:
        """Return what was learnt since the last call; None when nothing was."""
        shared, warnings = self._shared, self._shared.warnings()
        grown = (
            len(shared.seen_jobs) != self._jobs,
            len(shared.seen_places) != len(self._places),
            len(shared.seen_teams) != len(self._teams),
            len(shared.seen_candidates) != len(self._candidates),
            len(warnings) != self._warnings,
            shared.listed_all_jobs != self._listed_all_jobs,
        )
        if not any(grown):
            return None
        fresh = _Carried(
            jobs=[(i, bytes(listed)) for i, listed in islice(shared.seen_jobs.items(), self._jobs, None)],
            places=list(shared.seen_places - self._places),
            teams=list(shared.seen_teams - self._teams),
            listed_all_jobs=shared.listed_all_jobs,
            candidates=list(shared.seen_candidates - self._candidates),
            warnings=list(warnings[self._warnings :]),
        )
        self._told()
        return _encode(fresh)

    def carry(self, carried: Sequence[bytes]) -> None:
        """Learn it again."""
        shared = self._shared
        for fresh in map(_decode, carried):
            shared.seen_jobs |= {i: Raw(listed) for i, listed in fresh.jobs}
            shared.seen_places.update(fresh.places)
            shared.seen_teams.update(fresh.teams)
            shared.seen_candidates.update(fresh.candidates)
            shared.listed_all_jobs = fresh.listed_all_jobs
            for sentence in fresh.warnings:
                shared.warn(sentence)
        self._told()

    def _told(self) -> None:
        shared = self._shared
        self._jobs, self._warnings = len(shared.seen_jobs), len(shared.warnings())
        self._listed_all_jobs = shared.listed_all_jobs
        self._places |= shared.seen_places
        self._teams |= shared.seen_teams
        self._candidates |= shared.seen_candidates
