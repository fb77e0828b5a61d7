"""What was created through this server, and the sources that are known from what came."""

import datetime as dt
from collections.abc import Iterable

import sqlalchemy as sa
from msgspec import Struct

from atsume.store.database import Database, insert
from atsume.store.schema import RECORDS
from atsume.store.writing_schema import sources, tracked_applications


class Tracked:
    """Tracked applications and learned sources."""

    database: Database

    def track(self, connection: sa.Connection, integration_no: int, remote_ids: Iterable[str], at: dt.datetime) -> None:
        """Track applications, inside the transaction that writes their records."""
        values = [{"integration_no": integration_no, "remote_id": r, "since": at} for r in remote_ids]
        if values:
            connection.execute(insert(connection, tracked_applications).on_conflict_do_nothing(), values)

    def tracked(self, integration_no: int) -> list[str]:
        """Return the remote ids of tracked applications."""
        query = (
            sa.select(tracked_applications.c.remote_id)
            .where(tracked_applications.c.integration_no == integration_no)
            .order_by(tracked_applications.c.remote_id)
        )
        with self.database.looking() as connection:
            return list(connection.execute(query).scalars())

    def candidates_applied(self, integration_no: int) -> list[str]:
        """Return the remote ids of the candidates who sent live tracked applications."""
        applications, candidates = RECORDS["ats_applications"].keys, RECORDS["ats_candidates"].keys
        mine = tracked_applications
        query = (
            sa.select(candidates.c.remote_id)
            .distinct()
            .select_from(
                applications.join(candidates, candidates.c.id == applications.c.candidate_id).join(
                    mine,
                    sa.and_(
                        mine.c.integration_no == applications.c.integration_no,
                        mine.c.remote_id == applications.c.remote_id,
                    ),
                )
            )
            .where(applications.c.integration_no == integration_no, applications.c.deleted_at.is_(None))
        )
        with self.database.looking() as connection:
            return list(connection.execute(query).scalars())

    def candidates_of(self, integration_no: int, without: set[str]) -> set[str]:
        """Return the ids of the candidates of live applications, some applications left out."""
        applications = RECORDS["ats_applications"].keys
        query = sa.select(applications.c.id, applications.c.candidate_id).where(
            applications.c.integration_no == integration_no, applications.c.deleted_at.is_(None)
        )
        with self.database.looking() as connection:
            return {row[1] for row in connection.execute(query) if row[0] not in without}

    def learn_sources(self, integration_no: int, found: Iterable[tuple[str, str]]) -> None:
        """Remember sources (remote id, name) that records came with; what somebody configured stays as it is."""
        rows = [Source(remote_id=remote_id, name=name) for remote_id, name in found]
        self._keep_sources(integration_no, rows, only_learned=True)

    def configure_source(self, integration_no: int, source: "Source") -> None:
        """Keep a source that somebody entered; it replaces what was known of the same remote id."""
        self._keep_sources(integration_no, [source], only_learned=False)

    def _keep_sources(self, integration_no: int, found: list["Source"], *, only_learned: bool) -> None:
        values = [
            {
                "integration_no": integration_no,
                "remote_id": one.remote_id,
                "name": one.name,
                "unified_key": one.unified_key,
                "is_configured": int(not only_learned),
            }
            for one in found
        ]
        if not values:
            return
        with self.database.writing() as connection:
            put = insert(connection, sources)
            renew = put.on_conflict_do_update(
                index_elements=[sources.c.integration_no, sources.c.remote_id],
                set_={name: put.excluded[name] for name in ("name", "unified_key", "is_configured")},
                where=sources.c.is_configured == 0 if only_learned else None,
            )
            connection.execute(renew, values)

    def forget_source(self, integration_no: int, remote_id: str) -> bool:
        """Forget a source; tell whether there was one."""
        forget = sa.delete(sources).where(sources.c.integration_no == integration_no, sources.c.remote_id == remote_id)
        with self.database.writing() as connection:
            return connection.execute(forget).rowcount == 1

    def sources(self, integration_no: int) -> list["Source"]:
        """Return the known sources, configured ones first."""
        query = (
            sa.select(sources.c.remote_id, sources.c.name, sources.c.unified_key, sources.c.is_configured)
            .where(sources.c.integration_no == integration_no)
            .order_by(sources.c.is_configured.desc(), sources.c.name, sources.c.remote_id)
        )
        with self.database.looking() as connection:
            return [Source(row[0], row[1], row[2], bool(row[3])) for row in connection.execute(query)]


class Source(Struct, frozen=True):
    """A source that the tool knows."""

    remote_id: str
    name: str
    unified_key: str | None = None
    is_configured: bool = False
