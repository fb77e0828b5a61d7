"""Jobs and stages as other records embed them, kept in memory for as long as they are provably the current ones.

An integration has few jobs, stages and places of stages in jobs, and thousands of applications embed the same ones.
Every commit that writes one of them raises the integration's `revision` in the same transaction; every page statement
reads that number with the page. What is kept here belongs to one revision and is used for pages of that revision only,
so a rename, a deletion or a new place shows in the first page that is read after its commit, in every process.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from atsume.store.database import Among, Database
from atsume.store.schema import RECORDS

JOBS, STAGES, PLACES = "ats_jobs", "ats_application_stages", "ats_join_jobs_application_stages"
MODELS = frozenset({JOBS, STAGES, PLACES})
"""A change of these raises the revision."""

INTEGRATIONS_MOST = 256
ENDINGS_MOST = 20_000
"""Kept for one integration: some 5 MB."""

Look = Callable[[str, Mapping[str, Any]], list[Any]]
"""Reads a statement; text comes as UTF-8."""

Place = tuple[bytes | None, bytes | None]
"""Ids of a job and a stage."""


class Unknown(Exception):
    """A job or a stage has to be looked up first."""


class Endings(dict[Place, bytes]):
    """The end of a record that stands in a stage of a job: both embedded, each or both null."""

    def __init__(self, related: "Related", *, in_brief: bool) -> None:
        super().__init__()
        self._related, self._in_brief = related, in_brief

    def __missing__(self, place: Place) -> bytes:
        """Write the ending. Raises Unknown."""
        ending = self[place] = self._related.written(place, in_brief=self._in_brief)
        return ending


class Related:
    """Of one integration, at one revision."""

    def __init__(self, revision: int) -> None:
        self.revision = revision
        self.jobs: dict[bytes | None, bytes | None] = {None: None}
        """What each embeds as; null when it is not held or deleted."""
        self.stages: dict[bytes | None, tuple[bytes | None, bytes | None]] = {None: (None, None)}
        """The same in both forms."""
        self.places: dict[Place, int | None] = {}
        """Index of a stage in a job, of all stages of the known jobs."""
        self.endings, self.brief_endings = Endings(self, in_brief=False), Endings(self, in_brief=True)

    def written(self, place: Place, *, in_brief: bool) -> bytes:
        """Return `"current_stage":…,"job":…` without its braces. Raises Unknown."""
        job_id, stage_id = place
        if job_id not in self.jobs or stage_id not in self.stages:
            raise Unknown
        job, stage = self.jobs[job_id], self.stages[stage_id][in_brief]
        index = self.places.get(place)
        told = b"null" if stage is None else b'{%b,"index":%b}' % (stage, b"null" if index is None else b"%d" % index)
        return b'"current_stage":%b,"job":%b' % (told, b"null" if job is None else b"{%b}" % job)

    def learn(self, database: Database, look: Look, places: Iterable[Place]) -> None:
        """Look up what is unknown of the jobs and stages; `look` must see the moment of the revision."""
        jobs, stages = {place[0] for place in places}, {place[1] for place in places}
        if jobs := jobs - self.jobs.keys():
            wanted = {"ids": database.listed([job.decode() for job in jobs if job])}
            found = {row[0]: row[1] for row in look(database.sql("related jobs", lambda: _embeds(JOBS)), wanted)}
            for row in look(database.sql("related places", _places), wanted):
                self.places[row[0], row[1]] = row[2]
            self.jobs |= {job: found.get(job) for job in jobs}
        if stages := stages - self.stages.keys():
            wanted = {"ids": database.listed([stage.decode() for stage in stages if stage])}
            held = {row[0]: row[1:] for row in look(database.sql("related stages", lambda: _embeds(STAGES)), wanted)}
            self.stages |= {stage: held.get(stage, (None, None)) for stage in stages}


class RelatedOf:
    """What is kept, by integration. Used by many threads; whoever comes with another revision begins anew."""

    def __init__(self) -> None:
        self._kept: dict[int, Related] = {}
        self._turn = threading.Lock()

    def at(self, integration_no: int, revision: int) -> Related:
        """Return what is known at that revision, maybe nothing."""
        related = self._kept.get(integration_no)
        if related is None or related.revision != revision or len(related.endings) > ENDINGS_MOST:
            related = Related(revision)
            with self._turn:
                if len(self._kept) >= INTEGRATIONS_MOST:
                    self._kept.clear()
                self._kept[integration_no] = related
        return related


def _embeds(model: str) -> sa.Select[Any, Any, Any]:
    keys, fragments = RECORDS[model].keys, RECORDS[model].fragments
    return (
        sa.select(keys.c.id, fragments.c.embed, fragments.c.brief)
        .select_from(keys.join(fragments, fragments.c.seq == keys.c.seq))
        .where(Among(keys.c.id, "ids"))
    )


def _places() -> sa.Select[Any, Any, Any]:
    keys = RECORDS[PLACES].keys
    return (
        sa.select(keys.c.job_id, keys.c.stage_id, sa.func.min(keys.c.position))
        .where(Among(keys.c.job_id, "ids"), keys.c.deleted_at.is_(None))
        .group_by(keys.c.job_id, keys.c.stage_id)
    )
