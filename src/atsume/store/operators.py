"""Operators of the console and their sessions. Of passwords and session tokens only hashes are kept."""

import datetime as dt
from typing import Any

import msgspec
import sqlalchemy as sa

from atsume.model.operator import Operator, Role, Session
from atsume.store.database import Database, StoreError
from atsume.store.schema_console import operator_sessions, operators

_SHOWN = [operators.c[name] for name in Operator.__struct_fields__]
_SESSION = [operator_sessions.c[name] for name in Session.__struct_fields__]


class Operators:
    """Operators and sessions."""

    database: Database

    def add_operator(self, operator: Operator, password_hash: str | None) -> None:
        """Add an operator. Raises StoreError when the name is taken."""
        values = {name: getattr(operator, name) for name in Operator.__struct_fields__}
        values |= {"role": operator.role.value, "environments": _ids(operator.environments)}
        with self.database.writing() as connection:
            if connection.execute(sa.select(operators.c.id).where(operators.c.name == operator.name)).first():
                raise StoreError(f"There is an operator {operator.name} already.")
            connection.execute(sa.insert(operators).values(**values, password_hash=password_hash))

    def operators(self) -> list[Operator]:
        """Return all operators by name."""
        return self._operators()

    def operator(self, name: str) -> Operator | None:
        """Return the operator of that name."""
        return next(iter(self._operators(operators.c.name == name)), None)

    def _operators(self, *where: sa.ColumnElement[bool]) -> list[Operator]:
        with self.database.looking() as connection:
            rows = connection.execute(sa.select(*_SHOWN).where(*where).order_by(operators.c.name))
            return [_operator(row) for row in rows]

    def password_hash(self, operator_id: str) -> str | None:
        """Return the hash of an operator's password; None when it has none."""
        with self.database.looking() as connection:
            query = sa.select(operators.c.password_hash).where(operators.c.id == operator_id)
            return connection.execute(query).scalar()

    def change_operator(
        self,
        operator_id: str,
        *,
        role: Role | None = None,
        password_hash: str | None = None,
        keep_session: str | None = None,
    ) -> None:
        """Give an operator another role or password. All of its sessions end but the one that is kept."""
        values = {"role": role.value if role else None, "password_hash": password_hash}
        change = sa.update(operators).values({name: value for name, value in values.items() if value is not None})
        with self.database.writing() as connection:
            connection.execute(change.where(operators.c.id == operator_id))
            mine = operator_sessions.c.operator_id == operator_id
            others = operator_sessions.c.id != keep_session if keep_session else sa.true()
            connection.execute(sa.delete(operator_sessions).where(mine, others))

    def remove_operator(self, operator_id: str) -> None:
        """Remove an operator; its sessions end."""
        with self.database.writing() as connection:
            connection.execute(sa.delete(operator_sessions).where(operator_sessions.c.operator_id == operator_id))
            connection.execute(sa.delete(operators).where(operators.c.id == operator_id))

    def add_session(self, session: Session, token_hash: str) -> None:
        """Add a session, and forget those that have ended."""
        values = {name: getattr(session, name) for name in Session.__struct_fields__}
        over = operator_sessions.c.expires_at <= sa.bindparam(
            None, session.created_at, operator_sessions.c.seen_at.type
        )
        with self.database.writing() as connection:
            connection.execute(sa.delete(operator_sessions).where(over))
            connection.execute(sa.insert(operator_sessions).values(**values, token_hash=token_hash))

    def session(self, token_hash: str) -> tuple[Session, Operator] | None:
        """Return the session of that token and whose it is."""
        query = (
            sa.select(*_SESSION, *(column.label(f"operator_{column.name}") for column in _SHOWN[1:]))
            .join(operators, operators.c.id == operator_sessions.c.operator_id)
            .where(operator_sessions.c.token_hash == token_hash)
        )
        with self.database.looking() as connection:
            row = connection.execute(query).first()
        return None if row is None else (_session(row), _operator(row, "operator_"))

    def sessions(self, operator_id: str) -> list[Session]:
        """Return an operator's sessions, newest first."""
        query = sa.select(*_SESSION).where(operator_sessions.c.operator_id == operator_id)
        with self.database.looking() as connection:
            rows = connection.execute(query.order_by(operator_sessions.c.created_at.desc(), operator_sessions.c.id))
            return [_session(row) for row in rows]

    def saw_session(self, session_id: str, at: dt.datetime) -> None:
        """Remember that a session asked for something."""
        with self.database.writing() as connection:
            mine = operator_sessions.c.id == session_id
            connection.execute(sa.update(operator_sessions).values(seen_at=at).where(mine))

    def end_session(self, operator_id: str, session_id: str) -> bool:
        """End one of an operator's sessions; tell whether there was one."""
        mine = (operator_sessions.c.operator_id == operator_id, operator_sessions.c.id == session_id)
        with self.database.writing() as connection:
            return connection.execute(sa.delete(operator_sessions).where(*mine)).rowcount == 1


def _ids(environments: tuple[str, ...] | None) -> str | None:
    return None if environments is None else msgspec.json.encode(environments).decode()


def _operator(row: Any, prefix: str = "") -> Operator:
    environments = getattr(row, prefix + "environments")
    return Operator(
        id=row.operator_id if prefix else row.id,
        name=getattr(row, prefix + "name"),
        role=Role(getattr(row, prefix + "role")),
        created_at=getattr(row, prefix + "created_at"),
        environments=None if environments is None else msgspec.json.decode(environments, type=tuple[str, ...]),
    )


def _session(row: Any) -> Session:
    return Session(**{name: getattr(row, name) for name in Session.__struct_fields__})
