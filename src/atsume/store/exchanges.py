"""Logged exchanges: what a `log_url` shows."""

from typing import Any

import msgspec
import sqlalchemy as sa

from atsume.store.database import Database
from atsume.store.rows import LoggedExchange
from atsume.store.schema import exchanges, integrations
from atsume.store.text import Position, number

_exchange = msgspec.json.Decoder(LoggedExchange)


def exchange_values(exchange: LoggedExchange) -> dict[str, Any]:
    """Return the row of an exchange."""
    return {
        "id": exchange.id,
        "at": exchange.at,
        "integration_id": exchange.integration_id,
        "content": msgspec.json.encode(exchange).decode(),
    }


class Exchanges:
    """The log of exchanges."""

    database: Database

    def add_exchange(self, exchange: LoggedExchange) -> None:
        """Log an exchange."""
        with self.database.writing() as connection:
            connection.execute(sa.insert(exchanges).values(exchange_values(exchange)))

    def exchange(self, exchange_id: str) -> LoggedExchange | None:
        """Return a logged exchange."""
        with self.database.looking() as connection:
            content = connection.execute(sa.select(exchanges.c.content).where(exchanges.c.id == exchange_id)).scalar()
        return None if content is None else _exchange.decode(content)

    def exchange_page(
        self,
        environment_id: str,
        *,
        integration_id: str | None = None,
        direction: str | None = None,
        before: str | None = None,
        limit: int = 50,
    ) -> list[LoggedExchange]:
        """Return the newest exchanges of an environment, or of one integration in it, newest first."""
        ours = sa.or_(
            integrations.c.environment_id == environment_id,
            sa.and_(exchanges.c.integration_id.is_(None), _says("environment_id", environment_id)),
        )
        query = sa.select(exchanges.c.content).outerjoin(integrations, integrations.c.id == exchanges.c.integration_id)
        query = query.where(ours).order_by(exchanges.c.at.desc(), exchanges.c.id.desc()).limit(limit)
        if integration_id is not None:
            query = query.where(exchanges.c.integration_id == integration_id)
        if direction is not None:
            query = query.where(_says("direction", direction))
        if before is not None:
            last = sa.select(exchanges.c.at, exchanges.c.id).where(exchanges.c.id == before).subquery()
            earlier = sa.and_(exchanges.c.at == last.c.at, exchanges.c.id < last.c.id)
            query = query.join(last, sa.true()).where(sa.or_(exchanges.c.at < last.c.at, earlier))
        with self.database.looking() as connection:
            return [_exchange.decode(content) for content in connection.execute(query).scalars()]


def _says(name: str, value: str) -> sa.ColumnElement[bool]:
    """Return the condition that an exchange has a value, which is looked for in its JSON."""
    sought = f'"{name}":{msgspec.json.encode(value).decode()}'
    return Position(exchanges.c.content, sa.literal(sought, sa.Text)) > number(0)
