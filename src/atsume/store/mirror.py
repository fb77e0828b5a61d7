"""What a connector may ask of the mirror, in remote ids. Implements `atsume.connectors.base.Mirror`."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from atsume.ids import record_id
from atsume.model.catalogue import Kind
from atsume.model.integration import Integration
from atsume.store.database import Among, Database
from atsume.store.given_ids import ids_of
from atsume.store.schema import RECORDS, bounds, within
from atsume.store.text import number


class StoredMirror:
    """The mirror of one integration."""

    def __init__(self, database: Database, integration: Integration) -> None:
        self._database, self._integration = database, integration

    def latest_sources(self, candidate_ids: Sequence[str]) -> Mapping[str, str | None]:
        """Return each candidate's source: that of its newest live application. Candidates without one are left out."""
        found_ids = ids_of(self._database, self._integration, "ats_candidates", candidate_ids)
        ours = dict(zip(found_ids, candidate_ids, strict=True))
        keys = RECORDS["ats_applications"].keys
        columns = (keys.c.candidate_id, keys.c.remote_created_at, keys.c.remote_id, keys.c.source, keys.c.deleted_at)
        sql = self._database.sql("latest_sources", lambda: sa.select(*columns).where(Among(columns[0], "ids")))
        rows = self._database.rows(sql, {"ids": self._database.listed(list(ours))})
        newest: dict[str, tuple[str, str, str | None]] = {}
        for candidate, created_at, remote_id, source, deleted_at in rows:
            if deleted_at is not None:  # not asked for: PostgreSQL, new to the table, takes that for the rarer thing
                continue
            age = (created_at or "", remote_id, source)
            if candidate not in newest or age[:2] > newest[candidate][:2]:
                newest[candidate] = age
        return {ours[candidate]: found[2] for candidate, found in newest.items()}

    def job_stages_in_use(self) -> Sequence[tuple[str, str]]:
        """Return the distinct (job, current stage) pairs of live applications."""
        sql = self._database.sql("job_stages_in_use", _pairs)
        return [(row[0], row[1]) for row in self._database.rows(sql, bounds(self._integration.no))]

    def live(self, model: str) -> Sequence[str]:
        """Return the remote ids of the live records of a model (small models only)."""
        return [row[0] for row in self.columns(model, ())]

    def was_published(self, job_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the jobs that were ever seen published."""
        ours = [record_id(self._integration.id, "ats_jobs", remote) for remote in job_ids]
        keys = RECORDS["ats_jobs"].keys
        sql = self._database.sql(
            "was_published",
            lambda: sa.select(keys.c.remote_id).where(Among(keys.c.id, "ids"), keys.c.was_published == number(1)),
        )
        return frozenset(row[0] for row in self._database.rows(sql, {"ids": self._database.listed(ours)}))

    def columns(self, model: str, names: Sequence[str]) -> Sequence[tuple[Any, ...]]:
        """Return (remote_id, *columns) of the live records of a model (small models only)."""
        keys = RECORDS[model].keys
        sql = self._database.sql(
            ("columns", model, tuple(names)),
            lambda: (
                sa.select(keys.c.remote_id, *(keys.c[name] for name in names))
                .where(within(keys), keys.c.deleted_at.is_(None))
                .order_by(keys.c.seq)
            ),
        )
        rows = self._database.rows(sql, bounds(self._integration.no))
        flags = {column.name for column in RECORDS[model].model.columns if column.kind is Kind.FLAG}
        if flags.isdisjoint(names):
            return [tuple(row) for row in rows]
        are_flags = [False, *(name in flags for name in names)]
        return [
            tuple(bool(v) if flag and v is not None else v for v, flag in zip(row, are_flags, strict=True))
            for row in rows
        ]


def _pairs() -> sa.Select[Any, Any]:
    """Hop from pair to pair along the index; a million applications have some thousand of them."""
    jobs, stages = RECORDS["ats_jobs"].keys, RECORDS["ats_application_stages"].keys
    applications = RECORDS["ats_applications"].keys

    def least(job_id: sa.ColumnElement[Any], *beyond: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
        return (
            sa.select(sa.func.min(applications.c.current_stage_id))
            .where(applications.c.job_id == job_id, applications.c.deleted_at.is_(None), *beyond)
            .correlate_except(applications)
            .scalar_subquery()
        )

    first = sa.select(jobs.c.id.label("job_id"), least(jobs.c.id).label("stage_id")).where(within(jobs))
    pair = first.cte("pair", recursive=True)
    following = least(pair.c.job_id, applications.c.current_stage_id > pair.c.stage_id)
    pair = pair.union_all(sa.select(pair.c.job_id, following).where(pair.c.stage_id.is_not(None)))
    named = jobs.alias("named")
    return (
        sa.select(named.c.remote_id, stages.c.remote_id)
        .select_from(pair.join(named, named.c.id == pair.c.job_id).join(stages, stages.c.id == pair.c.stage_id))
        .order_by(named.c.remote_id, stages.c.remote_id)
    )
