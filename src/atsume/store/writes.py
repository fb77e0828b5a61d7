"""The journal of writes: what is intended before it is sent, what became of it afterwards.

A write is open until its outcome is certain. Whoever carries it out owns it; everybody else may take it over when its
`due_at` has passed. The database keeps two open writes of one person for one job, or two of one key, from existing.
"""

import datetime as dt
from collections.abc import Sequence
from enum import Enum
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from atsume.store.database import Database, driver
from atsume.store.schema import Moment, moment_of, moment_text
from atsume.store.writing_schema import writes


class WriteState(Enum):
    """How far a write is."""

    INTENDED = "intended"
    """Nothing was sent that could have an effect."""
    SENDING = "sending"
    """It may have had its effect, or not."""
    CREATED = "created"
    """It had its effect; the new ids are not known yet."""
    DONE = "done"
    REFUSED = "refused"
    """It had no effect and will have none."""
    UNRESOLVED = "unresolved"
    """It had its effect, but the new ids were never found."""


class Write(Struct, frozen=True, kw_only=True):
    """A write as kept."""

    no: int
    id: str
    integration_no: int
    integration_id: str
    action: str
    state: WriteState
    key_hash: str | None
    body_hash: str
    person_hash: str
    owner: str | None
    due_at: dt.datetime | None
    attempts: int
    is_promised: bool
    """Whether it is carried through by ourselves: not when the caller was told that it failed."""
    application_id: str | None
    candidate_id: str | None
    application_remote_id: str | None
    sealed: bytes | None
    answer: bytes | None
    error: tuple[str, str, float | None] | None
    """Name of the code, message and seconds to wait: what the caller was told, or would have been."""
    warnings: list[str]
    created_at: dt.datetime
    ended_at: dt.datetime | None


class NewWrite(Struct, frozen=True, kw_only=True):
    """What `Store.open_write` needs."""

    id: str
    integration_no: int
    integration_id: str
    action: str
    key_hash: str | None
    body_hash: str
    person_hash: str
    owner: str
    sealed: bytes


_error = msgspec.json.Decoder(tuple[str, str, float | None])
_warnings = msgspec.json.Decoder(list[str])


class TooManyInFlight(Exception):
    """So many writes of the integration are being carried out that no other may begin."""


class NotMine(Exception):
    """Somebody else has taken the write over, or it moved on: look at it again."""


class WriteJournal:
    """The journal."""

    database: Database

    def open_write(
        self, new: NewWrite, at: dt.datetime, due_at: dt.datetime, most_in_flight: int
    ) -> tuple[Write, bool]:
        """Return the write that was added (then True), or the one that stands in its place.

        That is one with the same key, or an open one of the same person for the same job. Raises TooManyInFlight.
        """
        while True:
            try:
                with self.database.writing() as connection:
                    there = self._in_place(connection, new)
                    if there is not None:
                        return there, False
                    if self._in_flight(connection, new.integration_no, at) >= most_in_flight:
                        raise TooManyInFlight
                    return self._inserted(connection, new, at, due_at), True
            except self.database.integrity_error:
                continue  # another process has just added one

    def _inserted(self, connection: sa.Connection, new: NewWrite, at: dt.datetime, due_at: dt.datetime) -> Write:
        values: dict[str, Any] = {name: getattr(new, name) for name in new.__struct_fields__}
        values |= {"state": WriteState.INTENDED, "due_at": due_at, "created_at": at}
        values |= {"attempts": 0, "is_promised": 1, "warnings": []}
        sql = self.database.sql(
            "insert_write",
            lambda: sa.insert(writes).values({name: sa.bindparam(name) for name in values}).returning(*writes.c),
        )
        return _write(driver(connection).execute(sql, _plain(values)).fetchone())

    def _in_place(self, connection: sa.Connection, new: NewWrite) -> Write | None:
        raw, known = driver(connection), {"integration_no": new.integration_no}
        if new.key_hash is not None:
            row = raw.execute(self._of_key(), known | {"key_hash": new.key_hash}).fetchone()
            if row is not None:
                return _write(row)
        sql = self.database.sql(
            "open_write_of_person",
            lambda: sa.select(*writes.c).where(*_same("integration_no", "person_hash"), _IS_OPEN),
        )
        row = raw.execute(sql, known | {"person_hash": new.person_hash}).fetchone()
        return _write(row) if row is not None else None

    def _in_flight(self, connection: sa.Connection, integration_no: int, at: dt.datetime) -> int:
        """Return how many somebody is at; what waits to be looked for again is not."""
        sql = self.database.sql(
            "writes_in_flight",
            lambda: (
                sa.select(sa.func.count())
                .select_from(writes)
                .where(*_same("integration_no"), _IS_OPEN, writes.c.owner.is_not(None), writes.c.due_at > _at())
            ),
        )
        known = {"integration_no": integration_no, "at": moment_text(at)}
        return driver(connection).execute(sql, known).fetchone()[0]

    def write(self, write_id: str) -> Write | None:
        """Return a write."""
        sql = self.database.sql("write", lambda: sa.select(*writes.c).where(*_same("id")))
        return self._first(sql, {"id": write_id})

    def write_of_key(self, integration_no: int, key_hash: str) -> Write | None:
        """Return the write that was sent with this Idempotency-Key."""
        return self._first(self._of_key(), {"integration_no": integration_no, "key_hash": key_hash})

    def _of_key(self) -> str:
        return self.database.sql(
            "write_of_key", lambda: sa.select(*writes.c).where(*_same("integration_no", "key_hash"))
        )

    def _first(self, sql: str, known: dict[str, Any]) -> Write | None:
        rows = self.database.rows(sql, known)
        return _write(rows[0]) if rows else None

    def claim_write(
        self, write_id: str, owner: str, at: dt.datetime, due_at: dt.datetime, *, promised: bool = False
    ) -> Write | None:
        """Take a write over that is due; None when it has ended or somebody else is at it.

        `promised`: a caller asks again, so it need not be due, only unowned, and is carried through from now on.
        """
        free = writes.c.owner.is_(None) if promised else writes.c.due_at <= at
        again: dict[str, Any] = {"is_promised": 1, "error": None} if promised else {}
        claim = (
            sa.update(writes)
            .values(owner=owner, due_at=due_at, **again)
            .where(writes.c.id == write_id, sa.text("ended_at IS NULL"), sa.or_(free, writes.c.due_at <= at))
            .returning(writes)
        )
        with self.database.writing() as connection:
            row = connection.execute(claim).first()
        return _write(_kept(row)) if row is not None else None

    def advance_write(self, write: Write, **values: Any) -> Write:
        """Change an open write of one's own. Raises NotMine."""
        with self.database.writing() as connection:
            return advance(self.database, connection, write, **values)

    def keep_answer(self, write_id: str, answer: bytes) -> None:
        """Keep what the caller was told, sealed, to tell it again; the first answer stays."""
        keep = sa.update(writes).values(answer=answer).where(writes.c.id == write_id, writes.c.answer.is_(None))
        with self.database.writing() as connection:
            connection.execute(keep)

    def due_writes(self, at: dt.datetime, limit: int) -> list[str]:
        """Return the ids of open writes that nobody carries out, the longest due first."""
        query = (
            sa.select(writes.c.id)
            .where(sa.text("ended_at IS NULL"), writes.c.due_at <= at)
            .order_by(writes.c.due_at)
            .limit(limit)
        )
        with self.database.looking() as connection:
            return list(connection.execute(query).scalars())

    def open_writes(self, integration_no: int | None = None) -> list[Write]:
        """Return the open writes, oldest first."""
        query = sa.select(writes).where(sa.text("ended_at IS NULL")).order_by(writes.c.no)
        if integration_no is not None:
            query = query.where(writes.c.integration_no == integration_no)
        with self.database.looking() as connection:
            return [_write(_kept(row)) for row in connection.execute(query)]

    def forget_writes(self, integration_no: int, person_hashes: Sequence[str]) -> int:
        """Forget all writes of these applicants, open ones too: what was not sent yet is not. Returns how many."""
        mine = writes.c.integration_no == integration_no
        with self.database.writing() as connection:
            return sum(
                connection.execute(sa.delete(writes).where(mine, writes.c.person_hash == one)).rowcount
                for one in person_hashes
            )

    def prune_writes(self, before: dt.datetime) -> int:
        """Forget the writes that ended before a moment, with their answers; return how many."""
        with self.database.writing() as connection:
            return connection.execute(sa.delete(writes).where(writes.c.ended_at < before)).rowcount


def advance(database: Database, connection: sa.Connection, write: Write, **values: Any) -> Write:
    """Change an open write of one's own, in the transaction of something else. Raises NotMine."""
    is_told = write.application_id is not None
    given = writes.c.application_id

    def change() -> sa.Update:
        told = given == sa.bindparam("own_application_id") if is_told else given.is_(None)
        own = (writes.c.id == sa.bindparam("own_id"), writes.c.owner == sa.bindparam("own_owner"), _IS_OPEN, told)
        new = {name: sa.bindparam(f"new_{name}", type_=writes.c[name].type) for name in values}
        return sa.update(writes).values(new).where(*own).returning(*writes.c)

    sql = database.sql(("advance_write", is_told, *values), change)
    known: dict[str, Any] = {"own_id": write.id, "own_owner": write.owner}
    if is_told:
        known["own_application_id"] = write.application_id
    known |= {f"new_{name}": value for name, value in _plain(values).items()}
    row = driver(connection).execute(sql, known).fetchone()
    if row is None:
        raise NotMine
    return _write(row)


def ended(state: WriteState, at: dt.datetime) -> dict[str, Any]:
    """Return the values that end a write; the personal data of what was sent goes."""
    return {"state": state, "ended_at": at, "due_at": None, "sealed": None}


_IS_OPEN = sa.text("ended_at IS NULL")
_COLUMNS = tuple(column.name for column in writes.c)
_MOMENTS = tuple(column.name for column in writes.c if isinstance(column.type, Moment))


def _same(*names: str) -> list[sa.ColumnElement[bool]]:
    return [writes.c[name] == sa.bindparam(name) for name in names]


def _at() -> sa.BindParameter[Any]:
    return sa.bindparam("at", type_=Moment())


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as they are kept."""
    return {name: _kept_as(value) for name, value in values.items()}


def _kept_as(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.datetime):
        return moment_text(value)
    return msgspec.json.encode(value).decode() if isinstance(value, list | tuple) else value


def _kept(row: Any) -> list[Any]:
    """Return a row that SQLAlchemy has read as the driver would have brought it."""
    return [_kept_as(value) for value in row]


def _write(row: Any) -> Write:
    values: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    for name in _MOMENTS:
        values[name] = None if values[name] is None else moment_of(values[name])
    sealed, answer = values["sealed"], values["answer"]
    return Write(
        **values
        | {
            "state": WriteState(values["state"]),
            "is_promised": bool(values["is_promised"]),
            "sealed": None if sealed is None else bytes(sealed),
            "answer": None if answer is None else bytes(answer),
            "error": None if values["error"] is None else _error.decode(values["error"]),
            "warnings": _warnings.decode(values["warnings"]),
        }
    )
