"""Turns at a tool that counts requests: taken from the database, so all processes share them."""

import time
from collections.abc import Callable, Mapping

from msgspec import Struct

from atsume.errors import AtsumeError, Code
from atsume.ids import random_id
from atsume.store.paces import Wait
from atsume.store.store import Store

MARGIN_SECONDS = 0.05
"""Clocks of machines differ a little."""
SURE_SECONDS = 1.0
"""How long a turn that was free when it was taken is used without asking again whether the tool said to wait."""


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
        self._reserved: dict[str, list[_Reserved]] = {}

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
        turn = reserved.pop(0) if reserved else self._take(counter, 1)[0]
        if turn.at > turn.taken_at or self._clock() - turn.taken_at > SURE_SECONDS:
            self._wait(counter, turn)
        return lambda: self._store.answer_turn(self._key(counter), turn.id, self._clock())

    def _wait(self, counter: str, turn: "_Reserved") -> None:
        """Wait until a turn may really be used: those before it may have been answered later than hoped."""
        at, (limit, window) = turn.at, self._limits[counter]
        while True:
            if (left := at - self._clock()) > 0:
                self._sleep(left)
            at = self._store.confirm_turn(self._key(counter), turn.id, self._clock(), limit, window + MARGIN_SECONDS)
            if at <= self._clock():
                return

    def refused(self, counter: str) -> None:
        """Say that the tool answered that there were too many: nobody asks again before its window has passed."""
        window = self._limits[counter][1]
        self._store.block(self._key(counter), self._clock() + window + MARGIN_SECONDS)

    def give_back(self) -> None:
        """Give back what was reserved and not used."""
        for counter, turns in self._reserved.items():
            if turns:
                self._store.give_back(self._key(counter), [turn.id for turn in turns])
        self._reserved.clear()

    def _take(self, counter: str, count: int) -> list["_Reserved"]:
        limit, window = self._limits[counter]
        ids, now = [random_id() for _ in range(count)], self._clock()
        patience = max(self._patience(), 0.0)  # however late it is, a turn that is free now is taken
        slots = self._store.take_turns(self._key(counter), ids, now, limit, window + MARGIN_SECONDS, patience)
        if isinstance(slots, Wait):
            raise TooSoon(slots.seconds, limit, window)
        return [_Reserved(turn.id, turn.at, now) for turn in slots.turns]

    def _key(self, counter: str) -> str:
        return f"{self._company}:{counter}"


class _Reserved(Struct, frozen=True):
    """A turn that is ours. Times are seconds since 1970."""

    id: str
    at: float
    """From when on it may be used."""
    taken_at: float
    """Equal to `at` when nobody was in the way: then it is good at once."""


class TooSoon(AtsumeError):
    """The tool's limit does not allow the write in time. Nothing was sent."""

    def __init__(self, seconds: float, limit: int, window: float) -> None:
        super().__init__(
            Code.REMOTE_RATE_LIMIT,
            f"The tool takes {limit} of these requests in {window:.0f} seconds from one company, and others come "
            f"first. Nothing was sent. Try again in {max(1, round(seconds + 0.5))} seconds.",
        )
        self.retry_after_seconds = seconds
