"""Faults: what goes wrong once, a number of times, or by a seeded chance, at chosen routes.

Source: developer.personio.de/reference/errors (statuses), developer.personio.de/discuss (sporadic 404, 502, 504),
github.com/stephaneberle9/personio-client (429 without Retry-After, `next` bugs).
"""

import random
from fnmatch import fnmatchcase
from typing import Any, Literal

import msgspec

Kind = Literal[
    # instead of the answer, the request has no effect
    "status",
    "html_502",
    "not_found",
    "reset",
    "hang",
    "bare_429",
    # after the request took effect
    "reset_after",
    "hang_after",
    "status_after",
    # the way of the answer
    "slow_body",
    "cut_body",
    "gzip",
    # the content of the answer
    "truncate",
    "content_type",
    "extra_fields",
    "missing_hiring_team",
    "bare_timestamps",
    "duplicate_item",
    "update_midwalk",
]
BEFORE = ("status", "html_502", "not_found", "reset", "hang", "bare_429")


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """A fault. `route` is a name of `urls.py` or a path pattern with `*`; `count` None is for ever.

    `skip` lets that many matching requests pass first. `seconds` is for hang and slow_body, `fraction` for
    truncate and cut_body, `text` is the content type of content_type.
    """

    kind: Kind
    route: str = "*"
    method: str = "*"
    count: int | None = 1
    probability: float = 1.0
    skip: int = 0
    status: int = 500
    seconds: float = 5.0
    fraction: float = 0.5
    text: str = "text/plain"
    id: int = 0
    hits: int = 0


class Faults:
    """The active faults, in the order they were added; chance comes from one seeded source."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.active: list[Fault] = []
        self.added = 0
        self.chance = random.Random(seed)  # noqa: S311 - repeatable, not secret

    def add(self, fault: Fault) -> Fault:
        """Start a fault and return it with its id."""
        self.added += 1
        fault.id = self.added
        self.active.append(fault)
        return fault

    def clear(self, fault_id: int | None = None) -> None:
        """End one fault, or all of them; the chance starts again from the seed when all end."""
        self.active = [fault for fault in self.active if fault_id is not None and fault.id != fault_id]
        if fault_id is None:
            self.chance = random.Random(self.seed)  # noqa: S311 - repeatable, not secret

    def strike(self, method: str, route: str, path: str) -> list[Fault]:
        """Return the faults that hit this request, and count them."""
        if not self.active:
            return []
        return [fault for fault in self.active if self._hits(fault, method, route, path)]

    def _hits(self, fault: Fault, method: str, route: str, path: str) -> bool:
        if fault.method not in ("*", method) or not _meant(fault.route, route, path) or fault.count == 0:
            return False
        if fault.skip > 0:
            fault.skip -= 1
            return False
        if fault.probability < 1 and self.chance.random() >= fault.probability:
            return False
        fault.hits += 1
        if fault.count is not None:
            fault.count -= 1
        return True


def _meant(pattern: str, route: str, path: str) -> bool:
    return pattern == route or fnmatchcase(path, pattern)


def extra_fields(value: Any) -> Any:
    """Return the value with keys nobody documented added to every object that has an id."""
    if isinstance(value, list):
        return [extra_fields(item) for item in value]
    if not isinstance(value, dict):
        return value
    grown = {key: extra_fields(item) for key, item in value.items()}
    return {**grown, "zz_unexpected": {"nested": [1, None, "ü"]}, "new_flag": True} if "id" in value else grown


def missing_hiring_team(value: Any) -> Any:
    """Return the value without any `hiring_team`."""
    if isinstance(value, list):
        return [missing_hiring_team(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: missing_hiring_team(item) for key, item in value.items() if key != "hiring_team"}


def bare_timestamps(value: Any) -> Any:
    """Return the value with wrapped times as bare text."""
    if isinstance(value, list):
        return [bare_timestamps(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "timezone" in value:
        return next(text for key, text in value.items() if key != "timezone")
    return {key: bare_timestamps(item) for key, item in value.items()}


REWRITES = {
    "extra_fields": extra_fields,
    "missing_hiring_team": missing_hiring_team,
    "bare_timestamps": bare_timestamps,
}
