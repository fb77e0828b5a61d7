"""How an integration changes: one table for its three states. Pure.

Three facets change on their own: whether it syncs (`State`), how far its setup is (`SetupStatus`) and whether its first
data passed (`QaStatus`). A trigger may move any of them. Source: kombo-wire G.7.
"""

import datetime as dt
from enum import Enum

from msgspec import Struct

from atsume.model.integration import QaStatus, SetupStatus, State

Facet = State | SetupStatus | QaStatus

REFUSED_FOR = dt.timedelta(days=3)
"""So long must the tool refuse the credentials, at every attempt, before the integration is INVALID."""
IDLE_FOR = dt.timedelta(days=14)
"""So long may nobody ask for the records of an integration whose environment has `idle_rule`."""


class Trigger(Enum):
    """What can happen to an integration."""

    REFUSED_FOR_LONG = "the tool has refused the credentials for three days"
    ACCEPTED = "the tool accepted the credentials"
    RELINKED = "the end user gave new credentials"
    DISABLED = "it was disabled"
    ENABLED = "it was enabled"
    IDLED = "nobody asked for its records for two weeks"
    SETUP_OPENED = "the end user has setup steps left"
    SETUP_FINISHED = "the end user finished the setup"
    SYNCED = "a sync ended with usable records"
    LOOKED_WRONG = "the first records did not pass the quality checks"
    LOOKED_RIGHT = "the first records passed the quality checks"
    QA_ACCEPTED = "an operator accepted its records"
    QA_REJECTED = "an operator rejected its records"


NEXT: dict[tuple[Facet, Trigger], Facet] = {
    # whether it syncs; what was disabled stays so until somebody enables it
    (State.ACTIVE, Trigger.REFUSED_FOR_LONG): State.INVALID,
    (State.ACTIVE, Trigger.DISABLED): State.INACTIVE,
    (State.ACTIVE, Trigger.IDLED): State.INACTIVE,
    (State.INVALID, Trigger.ACCEPTED): State.ACTIVE,
    (State.INVALID, Trigger.RELINKED): State.ACTIVE,
    (State.INVALID, Trigger.DISABLED): State.INACTIVE,
    (State.INACTIVE, Trigger.ENABLED): State.ACTIVE,
    # how far its setup is
    (SetupStatus.COMPLETED, Trigger.SETUP_OPENED): SetupStatus.INCOMPLETE,
    (SetupStatus.FINAL_SYNC_PENDING, Trigger.SETUP_OPENED): SetupStatus.INCOMPLETE,
    (SetupStatus.INCOMPLETE, Trigger.SETUP_FINISHED): SetupStatus.FINAL_SYNC_PENDING,
    (SetupStatus.FINAL_SYNC_PENDING, Trigger.SYNCED): SetupStatus.COMPLETED,
    # whether its first data passed; what passed is not looked at again
    (QaStatus.PENDING, Trigger.LOOKED_WRONG): QaStatus.FAILED,
    (QaStatus.PENDING, Trigger.LOOKED_RIGHT): QaStatus.PASSED,
    (QaStatus.FAILED, Trigger.LOOKED_RIGHT): QaStatus.PASSED,
    (QaStatus.PENDING, Trigger.QA_ACCEPTED): QaStatus.PASSED,
    (QaStatus.FAILED, Trigger.QA_ACCEPTED): QaStatus.PASSED,
    (QaStatus.PENDING, Trigger.QA_REJECTED): QaStatus.FAILED,
    (QaStatus.PASSED, Trigger.QA_REJECTED): QaStatus.FAILED,
}
"""All there is. A pair that is not here changes nothing."""


class Standing(Struct, frozen=True):
    """Where an integration stands: all three facets."""

    state: State
    setup_status: SetupStatus
    qa_status: QaStatus


def after(standing: Standing, trigger: Trigger) -> Standing:
    """Return where the integration stands after the trigger."""
    facets = (standing.state, standing.setup_status, standing.qa_status)
    return Standing(*(NEXT.get((facet, trigger), facet) for facet in facets))  # pyright: ignore[reportArgumentType]


def is_refused_for_long(refused_since: dt.datetime | None, now: dt.datetime) -> bool:
    """Return whether refusals that began then have lasted long enough. A clock that stepped back says no."""
    return refused_since is not None and now - refused_since >= REFUSED_FOR
