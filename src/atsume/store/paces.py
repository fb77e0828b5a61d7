"""Whose turn it is to ask a tool that counts: shared by all processes, first come, first served.

A turn counts from when its request was answered, because when it arrived at the tool is not known; until then it
counts as just made. A turn whose process died counts from the moment it was meant for.
"""

from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from atsume.store.database import Database, driver, insert
from atsume.store.writing_schema import paces

STALE_SECONDS = 180.0
"""A turn that was not answered for so long belongs to a dead process."""


class Turn(Struct, array_like=True):
    """One request. Times are seconds since 1970."""

    id: str
    at: float
    """When it may be sent."""
    answered_at: float | None = None


class Slots(Struct, frozen=True):
    """Turns that were given, in order."""

    turns: tuple[Turn, ...]


class Wait(Struct, frozen=True):
    """None was given: the last of them would come only after so many seconds."""

    seconds: float


_turns = msgspec.json.Decoder(list[Turn])


class Paces:
    """The counters."""

    database: Database

    def take_turns(
        self, key: str, ids: list[str], now: float, limit: int, window_seconds: float, patience_seconds: float
    ) -> Slots | Wait:
        """Take a turn for each of the ids, all or none: none when the last would be later than the patience."""
        with self.database.writing() as connection:
            taken, blocked_until = self._locked(connection, key)
            kept = [t for t in taken if _counts_until(t, now, window_seconds) > now]
            given: list[Turn] = []
            for one in ids:
                at = max(now, blocked_until, given[-1].at if given else max((t.at for t in kept), default=0.0))
                ends = sorted(_counts_until(t, now, window_seconds) for t in kept)
                if len(ends) >= limit:
                    at = max(at, ends[len(ends) - limit])
                turn = Turn(one, at)
                kept.append(turn)
                given.append(turn)
            if given and given[-1].at - now > patience_seconds:
                return Wait(given[-1].at - now)
            self._keep(connection, key, kept, blocked_until)
        return Slots(tuple(given))

    def confirm_turn(self, key: str, turn_id: str, now: float, limit: int, window_seconds: float) -> float:
        """Return from when on a turn may really be used: requests before it may have been answered later than hoped."""
        with self.database.writing() as connection:
            taken, blocked_until = self._locked(connection, key)
            place = next((n for n, turn in enumerate(taken) if turn.id == turn_id), None)
            if place is None:
                return now
            ends = sorted(_counts_until(turn, now, window_seconds) for turn in taken[:place])
            at = max(now, blocked_until, ends[len(ends) - limit] if len(ends) >= limit else now)
            taken[place].at = at
            self._keep(connection, key, taken, blocked_until)
        return at

    def answer_turn(self, key: str, turn_id: str, now: float) -> None:
        """Say that a turn's request was answered."""
        self._change(key, lambda turns: [msgspec.structs.replace(t, answered_at=now) if t.id == turn_id else t for t in turns])  # fmt: skip # noqa: E501

    def give_back(self, key: str, turn_ids: list[str]) -> None:
        """Give turns back that were not used."""
        self._change(key, lambda turns: [t for t in turns if t.id not in turn_ids])

    def block(self, key: str, until: float) -> None:
        """Let nobody ask before a moment."""
        with self.database.writing() as connection:
            taken, blocked_until = self._locked(connection, key)
            self._keep(connection, key, taken, max(until, blocked_until))

    def _change(self, key: str, change: Any) -> None:
        with self.database.writing() as connection:
            taken, blocked_until = self._locked(connection, key)
            self._keep(connection, key, change(taken), blocked_until)

    def _locked(self, connection: sa.Connection, key: str) -> tuple[list[Turn], float]:
        raw, known = driver(connection), {"key": key}
        sql = self.database.sql(
            "pace",
            lambda: (
                sa.select(paces.c.taken, paces.c.blocked_until)
                .where(paces.c.key == sa.bindparam("key"))
                .with_for_update()
            ),
        )
        row = raw.execute(sql, known).fetchone()
        if row is None:
            first = insert(connection, paces).values(key=key, taken="[]", blocked_until=0.0)
            connection.execute(first.on_conflict_do_nothing())
            row = raw.execute(sql, known).fetchone()
        return _turns.decode(row[0]), row[1]

    def _keep(self, connection: sa.Connection, key: str, turns: list[Turn], blocked_until: float) -> None:
        sql = self.database.sql(
            "keep_pace",
            lambda: (
                sa.update(paces)
                .values(taken=sa.bindparam("turns"), blocked_until=sa.bindparam("until"))
                .where(paces.c.key == sa.bindparam("of_key"))
            ),
        )
        values = {"turns": msgspec.json.encode(turns).decode(), "until": blocked_until, "of_key": key}
        driver(connection).execute(sql, values)


def _counts_until(turn: Turn, now: float, window_seconds: float) -> float:
    """Return until when a turn counts."""
    if turn.answered_at is not None:
        return turn.answered_at + window_seconds
    if now - turn.at > STALE_SECONDS:
        return turn.at + window_seconds
    return max(turn.at, now) + window_seconds
