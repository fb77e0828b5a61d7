"""Carry one write to its end, from whatever state it is in: the same steps live and after a crash.

    INTENDED ──▶ SENDING ──▶ CREATED ──▶ DONE          every arrow is a transaction in the journal
        │            │           └─────▶ UNRESOLVED    (the tool never shows it)
        └──▶ REFUSED ◀┘

Nothing is sent that may have an effect before the journal says SENDING. From SENDING the tool is looked at first; it is
sent again only when nothing is found, and a tool that says "already there" then means us. Synchronous: it waits a lot.
"""

import datetime as dt
from collections.abc import Callable, Iterator

from msgspec import Struct

from atsume.actions.keep import Keeper, bury_provisional, keep_found, keep_provisional
from atsume.connectors.writing import Found, Outcome, Prepared, Result, Turns, Writer
from atsume.errors import AtsumeError, Code, CredentialsRefused, Fixer, PermissionMissing
from atsume.observe import log
from atsume.store.writes import NotMine, Write, WriteState, ended

LOOKS = (0.0, 0.15, 0.35, 0.5, 1.0, 1.0)
"""Pauses before each look after something unclear: the read side shows what was written only after a while."""
PATIENT_LOOKS = (0.0, 0.15, 0.25, 0.4, 0.6, 0.8, 1.0, 1.0, 1.5, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Pauses before each look at what was created, while somebody may be waiting."""
AGAIN_SECONDS = 1.0
"""Pause before a write is sent again that the tool took for a repetition without showing one (E28)."""
MOST_SENDS = 2
"""In one go."""
DOUBT = dt.timedelta(hours=24)
"""How long something is looked for of which nobody knows whether it was written."""
GIVE_UP = dt.timedelta(days=7)
"""How long what was written is looked for: a sync that brings it later would make a second record of it."""
BACKOFF_SECONDS = (30.0, 60.0, 120.0, 300.0, 600.0)
"""Pauses between two goes at a write, in its first day."""
SELDOM_SECONDS = 6 * 3600.0
"""The same afterwards."""


class Stint(Struct, frozen=True, kw_only=True):
    """One go at a write."""

    keeper: Keeper
    writer: Writer
    turns: Turns
    now: Callable[[], dt.datetime]
    sleep: Callable[[float], None]
    until: dt.datetime
    """When to leave the rest to the next go."""
    lease: dt.timedelta
    """How long nobody else may take the write over after a step."""


def carry(stint: Stint, write: Write, prepared: Prepared) -> Write:
    """Carry a write of one's own as far as this go gets it. Returns it as it stands then. Raises NotMine."""
    sends = 0
    while write.ended_at is None:
        if write.state is WriteState.CREATED:
            return _resolve(stint, write, prepared)
        if write.state is WriteState.SENDING:
            found = _look(stint, prepared, LOOKS)
            if found is not None:
                return _finish(stint, write, prepared, found)
            if not write.is_promised or (write.attempts and sends >= MOST_SENDS):
                return _later(stint, write)
        sends += 1
        write, again = _send(stint, write, prepared, is_last=sends >= MOST_SENDS)
        if not again:
            return write
    return write


def _send(stint: Stint, write: Write, prepared: Prepared, *, is_last: bool) -> tuple[Write, bool]:
    """Send it once. Returns it as it stands, and whether to go on."""
    was_unclear = write.state is WriteState.SENDING
    step = _Step(stint, write)
    try:
        outcome = stint.writer.send(prepared, stint.turns, step.before_effect)
    except AtsumeError as error:  # no turn in time, or an answer that cannot be read
        result = Result.UNKNOWN if step.write.attempts > write.attempts else Result.UNTOUCHED
        outcome = Outcome(result=result, error=error, retry_after_seconds=error.retry_after_seconds)
    prepared.warnings += outcome.warnings
    write = step.write
    if outcome.result is Result.EXISTS and (was_unclear or write.attempts > 1):
        outcome = Outcome(result=Result.CREATED)  # what the tool already has is ours
    if outcome.result is Result.CREATED:
        return _advance(stint, write, state=WriteState.CREATED), True
    error = outcome.error or AtsumeError(Code.UNKNOWN_ERROR, "The tool gave no reason.")
    if outcome.result is Result.EXISTS:
        return _exists(stint, write, prepared, error, is_last=is_last)
    if outcome.result is Result.REFUSED:
        return _refuse(stint, write, error), False
    if outcome.result is Result.UNKNOWN:
        return (_fail(stint, write, error), False) if is_last else (write, True)
    error.retry_after_seconds = outcome.retry_after_seconds
    return _untouched(stint, write, outcome, error, is_last=is_last, was_unclear=was_unclear)


class _Step:
    """The journal's step before the effect."""

    def __init__(self, stint: Stint, write: Write) -> None:
        self._stint, self.write = stint, write

    def before_effect(self) -> None:
        """Write down that from now on it may have had its effect. Raises NotMine; then nothing is sent."""
        attempts = self.write.attempts + 1
        self.write = _advance(self._stint, self.write, state=WriteState.SENDING, attempts=attempts)


def _untouched(
    stint: Stint, write: Write, outcome: Outcome, error: AtsumeError, *, is_last: bool, was_unclear: bool
) -> tuple[Write, bool]:
    """Nothing reached the tool this time: soon again, later again, or tell the caller."""
    if outcome.retry_after_seconds is None and not is_last and not isinstance(error, CredentialsRefused):
        stint.sleep(0.3)
        back = WriteState.SENDING if was_unclear else WriteState.INTENDED
        return _advance(stint, write, state=back), True
    if write.application_id is not None or was_unclear:
        seconds = outcome.retry_after_seconds or BACKOFF_SECONDS[0]
        state = WriteState.SENDING if was_unclear else WriteState.INTENDED
        return _advance(stint, write, state=state, owner=None, seconds=seconds), False
    try:
        return _end_untold(stint, write, error), False
    except NotMine:  # told at this very moment that it will be sent: so it will
        write = mine_again(stint, write)
        return _untouched(stint, write, outcome, error, is_last=is_last, was_unclear=was_unclear)


def _exists(stint: Stint, write: Write, prepared: Prepared, error: AtsumeError, *, is_last: bool) -> tuple[Write, bool]:
    """The tool says it has it, and it was not us: find it, or ask once more, because it also says so when unsure."""
    if not stint.writer.can_find or is_last or _look(stint, prepared, LOOKS[:2]) is not None:
        return _refuse(stint, write, error), False
    stint.sleep(AGAIN_SECONDS)
    write = _advance(stint, write, state=WriteState.INTENDED, attempts=0)
    return write, True


def _resolve(stint: Stint, write: Write, prepared: Prepared) -> Write:
    """Find the ids of what was created."""
    if not stint.writer.can_find:
        return _never(stint, write, prepared)
    found = _look(stint, prepared, PATIENT_LOOKS)
    if found is not None:
        return _finish(stint, write, prepared, found)
    if stint.now() - write.created_at > GIVE_UP:
        return _never(stint, write, prepared)
    return _later(stint, write)


def _look(stint: Stint, prepared: Prepared, pauses: tuple[float, ...]) -> Found | None:
    """Look for it, again and again as long as this go lasts."""
    if not stint.writer.can_find:
        return None
    for pause in _within(stint, pauses):
        stint.sleep(pause)
        try:
            found = stint.writer.find(prepared)
        except (CredentialsRefused, PermissionMissing):
            return None
        except AtsumeError as fault:
            log.warning("a write could not be looked for", reason=fault.message)
            continue
        if found is not None:
            return found
    return None


def _within(stint: Stint, pauses: tuple[float, ...]) -> Iterator[float]:
    for pause in pauses:
        if stint.now() + dt.timedelta(seconds=pause) > stint.until:
            return
        yield pause


def _finish(stint: Stint, write: Write, prepared: Prepared, found: Found) -> Write:
    """Keep what was found and end the write, under the ids that were told, if any were."""
    while True:
        try:
            keep_found(stint.keeper, write, found, [*prepared.warnings, *found.warnings])
        except NotMine:
            write = mine_again(stint, write)
            continue
        return stint.keeper.store.write(write.id) or write


def _refuse(stint: Stint, write: Write, error: AtsumeError) -> Write:
    """End a write that had no effect. Its key is free again, unless only another request could fare better."""
    if write.application_id is None:
        try:
            return _end_untold(stint, write, error)
        except NotMine:  # told at this very moment: what was told has to go again
            write = mine_again(stint, write)
    told = (error.code.name, error.message, error.retry_after_seconds)
    bury_provisional(stint.keeper, write, told)
    return stint.keeper.store.write(write.id) or write


def _end_untold(stint: Stint, write: Write, error: AtsumeError) -> Write:
    """End a write that had no effect and whose ids nobody was told. Raises NotMine, also when they were meanwhile."""
    values = ended(WriteState.REFUSED, stint.now())
    if error.code.fixer is not Fixer.CALLER:
        values["key_hash"] = None
    told = (error.code.name, error.message, error.retry_after_seconds)
    return stint.keeper.store.advance_write(write, **values, error=told)


def _fail(stint: Stint, write: Write, error: AtsumeError) -> Write:
    """Tell the caller that it failed, though it may have had its effect: from now on it is only looked for."""
    if write.application_id is not None:
        return _later(stint, write)
    told = (error.code.name, error.message, error.retry_after_seconds)
    due_at = stint.now() + dt.timedelta(seconds=BACKOFF_SECONDS[0])
    try:
        return stint.keeper.store.advance_write(write, is_promised=0, error=told, owner=None, due_at=due_at)
    except NotMine:  # told at this very moment: then it stays promised
        return _later(stint, mine_again(stint, write))


def _never(stint: Stint, write: Write, prepared: Prepared) -> Write:
    """End a write whose ids cannot be found. Its records stay as they were sent."""
    if write.application_id is None:
        try:
            keep_provisional(stint.keeper, write, stint.writer, prepared)
        except NotMine:
            log.info("a write moved on", write_id=write.id)
        write = stint.keeper.store.write(write.id) or write
    values = ended(WriteState.UNRESOLVED, stint.now())
    return _advance(stint, write, **values, warnings=prepared.warnings)


def _later(stint: Stint, write: Write) -> Write:
    """Leave the rest to the next go; what nobody was promised and nobody finds is given up after a day."""
    age = stint.now() - write.created_at
    if age > DOUBT and not write.is_promised:
        error = write.error or (Code.SERVICE_UNAVAILABLE.name, "The tool never showed it.", None)
        return _advance(stint, write, **ended(WriteState.REFUSED, stint.now()), error=error)
    place = min(int(age.total_seconds() // 120), len(BACKOFF_SECONDS) - 1)
    return _advance(stint, write, owner=None, seconds=SELDOM_SECONDS if age > DOUBT else BACKOFF_SECONDS[place])


def _advance(stint: Stint, write: Write, *, seconds: float | None = None, **values: object) -> Write:
    """Take a step in the journal. Raises NotMine when somebody else has taken the write over."""
    if "due_at" not in values:
        wait = dt.timedelta(seconds=seconds) if seconds is not None else stint.lease
        values["due_at"] = stint.now() + wait
    while True:
        try:
            return stint.keeper.store.advance_write(write, **values)
        except NotMine:
            write = mine_again(stint, write)


def mine_again(stint: Stint, write: Write) -> Write:
    """Return the write as it is now, if only its ids were told meanwhile. Raises NotMine."""
    fresh = stint.keeper.store.write(write.id)
    is_told = fresh is not None and fresh.application_id != write.application_id
    if fresh is None or fresh.owner != write.owner or fresh.ended_at is not None or not is_told:
        raise NotMine
    return fresh
