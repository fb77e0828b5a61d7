"""Connect links, the flows behind them, and activation tokens. Only hashes of tokens are kept."""

import datetime as dt
from typing import Any

import msgspec
import sqlalchemy as sa

from atsume.ids import random_id
from atsume.store.database import Database
from atsume.store.exchanges import exchange_values
from atsume.store.outbox import FlowFacts, note
from atsume.store.rows import Answers, ConnectLink, LoggedExchange, Wish
from atsume.store.schema import exchanges
from atsume.store.schema_connect import activation_tokens, connect_links

USING = dt.timedelta(minutes=1)
"""Ending a flow takes no longer, unless its process died."""
ERASED = "{}"
_wish = msgspec.json.Decoder(Wish)
_answers = msgspec.json.Decoder(Answers)
_SHOWN = [column for column in connect_links.columns if column.name != "token_hash"]


class ConnectLinks:
    """Links, their flows and the tokens at their end."""

    database: Database

    def add_link(
        self,
        environment_id: str,
        token_hash: str,
        wish: Wish,
        *,
        at: dt.datetime,
        expires_at: dt.datetime,
        integration_id: str | None = None,
        answers: Answers | None = None,
    ) -> ConnectLink:
        """Add a link. Its hash must be new."""
        made = ConnectLink(
            id=random_id(),
            environment_id=environment_id,
            created_at=at,
            expires_at=expires_at,
            wish=wish,
            answers=answers or Answers(),
            integration_id=integration_id,
        )
        values: dict[str, Any] = {
            "id": made.id,
            "token_hash": token_hash,
            "environment_id": environment_id,
            "integration_id": integration_id,
            "created_at": at,
            "expires_at": expires_at,
            "wish": msgspec.json.encode(wish).decode(),
            "answers": msgspec.json.encode(made.answers).decode(),
        }
        with self.database.writing() as connection:
            connection.execute(sa.insert(connect_links).values(values))
        return made

    def link(self, token_hash: str) -> ConnectLink | None:
        """Return the link of that hash, used or expired ones too."""
        query = sa.select(*_SHOWN).where(connect_links.c.token_hash == token_hash)
        with self.database.looking() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _link(row)

    def save_answers(self, link_id: str, answers: Answers, sealed_credentials: bytes | None) -> None:
        """Keep how far the flow has come. A link that was used keeps nothing any more."""
        values = {"answers": msgspec.json.encode(answers).decode(), "sealed_credentials": sealed_credentials}
        change = (
            sa.update(connect_links)
            .values(values)
            .where(connect_links.c.id == link_id, connect_links.c.used_at.is_(None))
        )
        with self.database.writing() as connection:
            connection.execute(change)

    def use_link(self, link_id: str, at: dt.datetime) -> bool:
        """Use a link; tell whether this was the first to do it. One whose user died on the way can be used again."""
        left_alone = sa.and_(connect_links.c.answers != ERASED, connect_links.c.used_at < at - USING)
        change = (
            sa.update(connect_links)
            .values(used_at=at)
            .where(connect_links.c.id == link_id, sa.or_(connect_links.c.used_at.is_(None), left_alone))
        )
        with self.database.writing() as connection:
            return connection.execute(change).rowcount == 1

    def free_link(self, link_id: str) -> None:
        """Give a link back whose flow could not be ended after all."""
        with self.database.writing() as connection:
            connection.execute(sa.update(connect_links).values(used_at=None).where(connect_links.c.id == link_id))

    def settle_link(self, link_id: str, integration_id: str) -> None:
        """Remember what came of a link, and forget what was typed in."""
        values = {"integration_id": integration_id, "answers": ERASED, "sealed_credentials": None}
        with self.database.writing() as connection:
            connection.execute(sa.update(connect_links).values(values).where(connect_links.c.id == link_id))

    def report_flow(self, link: ConnectLink, exchange: LoggedExchange, facts: FlowFacts, at: dt.datetime) -> bool:
        """Log that a flow is stuck and note it for the caller, once; tell whether this was the first time."""
        mark = (
            sa.update(connect_links)
            .values(reported_at=at)
            .where(connect_links.c.id == link.id, connect_links.c.reported_at.is_(None))
        )
        with self.database.writing() as connection:
            if connection.execute(mark).rowcount != 1:
                return False
            connection.execute(sa.insert(exchanges).values(exchange_values(exchange)))
            note(
                connection,
                "connection_flow_failed",
                environment_id=link.environment_id,
                integration_id=None,
                facts=facts,
                at=at,
            )
        return True

    def prune_links(self, before: dt.datetime) -> int:
        """Erase links and activation tokens that expired before that; return how many links."""
        with self.database.writing() as connection:
            connection.execute(sa.delete(activation_tokens).where(activation_tokens.c.expires_at < before))
            return connection.execute(sa.delete(connect_links).where(connect_links.c.expires_at < before)).rowcount

    def add_activation_token(
        self, token_hash: str, environment_id: str, integration_id: str, expires_at: dt.datetime
    ) -> None:
        """Add the token with which the caller learns which integration its end user made."""
        values = {
            "token_hash": token_hash,
            "environment_id": environment_id,
            "integration_id": integration_id,
            "expires_at": expires_at,
        }
        with self.database.writing() as connection:
            connection.execute(sa.insert(activation_tokens).values(values))

    def activated(self, token_hash: str, environment_id: str, at: dt.datetime) -> str | None:
        """Return the integration that a token names, while it is good, in this environment alone."""
        query = sa.select(activation_tokens.c.integration_id).where(
            activation_tokens.c.token_hash == token_hash,
            activation_tokens.c.environment_id == environment_id,
            activation_tokens.c.expires_at > at,
        )
        with self.database.looking() as connection:
            return connection.execute(query).scalar()


def _link(row: Any) -> ConnectLink:
    sealed = row.sealed_credentials
    return ConnectLink(
        id=row.id,
        environment_id=row.environment_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        wish=_wish.decode(row.wish),
        answers=_answers.decode(row.answers),
        integration_id=row.integration_id,
        used_at=row.used_at,
        reported_at=row.reported_at,
        sealed_credentials=None if sealed is None else bytes(sealed),
    )
