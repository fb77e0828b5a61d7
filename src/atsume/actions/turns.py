"""Turns at a tool that counts requests: taken from the database, so all processes share them."""

import time
from collections.abc import Callable, Mapping

from atsume.errors import AtsumeError, Code
from atsume.ids import random_id
from atsume.store.paces import Wait
from atsume.store.store import Store

MARGIN_SECONDS = 0.05
"""Clocks of machines differ a little."""


class SharedTurns:
    """The turns of one write. Implements `atsume.connectors.writing.Turns`."""

    def __init__(
        self,
        store: Store,
        company: str,
        limits: Mapping[str, tuple[int, float]],
        patience: Callable[[], float],
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store, self._company, self._limits, self._patience = store, company, limits, patience
        self._clock, self._sleep = clock, sleep
        self._reserved: dict[str, list[tuple[str, float]]] = {}

    def reserve(self, wanted: Mapping[str, int]) -> None:
        """Reserve turns on several counters, all or none. Raises AtsumeError when they come too late."""
        for counter, count in wanted.items():
            if count:
                try:
                    self._reserved.setdefault(counter, []).extend(self._take(counter, count))
                except AtsumeError:
                    self.give_back()
                    raise

    def take(self, counter: str) -> Callable[[], None]:
        """Wait for a turn; call what comes back when the request has been answered. Raises AtsumeError."""
        reserved = self._reserved.get(counter)
        turn_id, at = reserved.pop(0) if reserved else self._take(counter, 1)[0]
        limit, window = self._limits[counter]
        while True:
            if (left := at - self._clock()) > 0:
                self._sleep(left)
            at = self._store.confirm_turn(self._key(counter), turn_id, self._clock(), limit, window + MARGIN_SECONDS)
            if at <= self._clock():
                break
        return lambda: self._store.answer_turn(self._key(counter), turn_id, self._clock())

    def refused(self, counter: str) -> None:
        """Say that the tool answered that there were too many: nobody asks again before its window has passed."""
        window = self._limits[counter][1]
        self._store.block(self._key(counter), self._clock() + window + MARGIN_SECONDS)

    def give_back(self) -> None:
        """Give back what was reserved and not used."""
        for counter, turns in self._reserved.items():
            if turns:
                self._store.give_back(self._key(counter), [turn_id for turn_id, _ in turns])
        self._reserved.clear()

    def _take(self, counter: str, count: int) -> list[tuple[str, float]]:
        limit, window = self._limits[counter]
        ids = [random_id() for _ in range(count)]
        slots = self._store.take_turns(
            self._key(counter), ids, self._clock(), limit, window + MARGIN_SECONDS, self._patience()
        )
        if isinstance(slots, Wait):
            raise TooSoon(slots.seconds, limit, window)
        return [(turn.id, turn.at) for turn in slots.turns]

    def _key(self, counter: str) -> str:
        return f"{self._company}:{counter}"


class TooSoon(AtsumeError):
    """The tool's limit does not allow the write in time. Nothing was sent."""

    def __init__(self, seconds: float, limit: int, window: float) -> None:
        super().__init__(
            Code.REMOTE_RATE_LIMIT,
            f"The tool takes {limit} of these requests in {window:.0f} seconds from one company, and others come "
            f"first. Nothing was sent. Try again in {max(1, round(seconds + 0.5))} seconds.",
        )
        self.retry_after_seconds = seconds
