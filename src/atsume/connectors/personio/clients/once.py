"""Something that is fetched once a session, by whoever needs it first; others wait and share the result."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from atsume.errors import AtsumeError

T = TypeVar("T")


class Once(Generic[T]):
    """A value that is made on first use. A fault is remembered as well and raised to everybody."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make, self._lock = make, threading.Lock()
        self._made: list[T] = []
        self._fault: AtsumeError | None = None

    def __call__(self) -> T:
        """Return the value. Raises what making it raised."""
        with self._lock:
            if self._fault is not None:
                raise self._fault
            if not self._made:
                try:
                    self._made.append(self._make())
                except AtsumeError as fault:
                    self._fault = fault
                    raise
            return self._made[0]
