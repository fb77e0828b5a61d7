"""What a worker carries out, as data. The rows are in `atsume.worker`, each kind's functions where they belong."""

import datetime as dt
from collections.abc import Callable, Sequence

from msgspec import Struct


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of work: how to find what is due, and how to carry one piece of it out."""

    name: str
    """Lower-case; kept in the durable records of unfinished work, so it is never changed."""
    due: Callable[[dt.datetime, int], Sequence[str]]
    """(now, limit) → ids of what is due, the most urgent first and no partition hiding the others. Asked about once a
    second: an indexed query that costs nothing when nothing is due. May name what is already under way."""
    carry_out: Callable[[str], None]
    """Does one piece of work. Called again after a crash, by whoever is left: goes on where it was, does nothing when
    there is nothing left to do, and puts off in its own table what has to be tried later."""
    seats: int = 4
    """How many of this kind one process carries out at once."""
    partition: Callable[[str], str] = lambda piece: piece
    """id → whose it is: of one owner's at most `share` run in one process at once, so that nobody starves others."""
    share: int = 1
