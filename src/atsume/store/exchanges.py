"""Logged exchanges: what a `log_url` shows."""

from typing import Any

import msgspec
import sqlalchemy as sa

from atsume.store.database import Database
from atsume.store.rows import LoggedExchange
from atsume.store.schema import exchanges

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
