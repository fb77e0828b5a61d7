"""How many tombstones one run may write for a stream before a person must say so. Pure."""

from msgspec import Struct

from atsume.errors import AtsumeError, Code
from atsume.model.catalogue import MODELS
from atsume.model.environment import EnvironmentSettings


class Breaker(Struct, frozen=True):
    """Stops a run that would bury an implausible share of a model."""

    percent: int = 100
    """Of the live records; 100 never stops anything."""
    floor: int = 0
    """So many may always go, however few there are."""

    def allows(self, live: int) -> int | None:
        """Return how many of so many live records may go at once; None: all."""
        return None if self.percent >= 100 else max(self.floor, live * self.percent // 100)


OPEN = Breaker()
"""Stops nothing: an operator said so."""


def breaker(settings: EnvironmentSettings, *, is_allowed: bool) -> Breaker:
    """Return the breaker of a run; `is_allowed`: an operator lets this one bury however much is gone."""
    return OPEN if is_allowed else Breaker(settings.deletion_limit_percent, settings.deletion_floor)


class HeldBack(AtsumeError):
    """The breaker stopped a stream: nothing of it was buried."""

    def __init__(self, model: str, gone: int, live: int, integration_id: str) -> None:
        self.gone = gone
        super().__init__(
            Code.UNKNOWN_ERROR,
            f"At least {gone} of {live} are gone in the tool, more than one run may delete, so none was deleted. "
            f"If that is right, run `atsume integrations sync {integration_id} --allow-deletions`; "
            f"if not, look at what the tool shows the integration. Model: {MODELS[model].label.lower()}.",
        )
