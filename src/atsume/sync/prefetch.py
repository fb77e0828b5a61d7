"""Station 1 runs ahead: each stream's pages are fetched by a thread of its own and wait here for their turn.

Memory stays flat: past a few pages, bodies go to an unnamed temporary file, which the system deletes with the process.
Threads, not asyncio: the client is synchronous and a run has fewer than ten streams.
"""

import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import IO

from atsume.connectors.base import Page
from atsume.observe import inherited

IN_MEMORY = 16
"""Pages of one stream kept in memory before bodies go to disk."""


class Stopped(Exception):
    """The run was told to stop."""


class PageQueue:
    """Pages of one stream, in order, between its fetching thread and the engine."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._in_memory = in_memory
        self._entries: deque[tuple[Page, tuple[int, int] | None]] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._stopped = False
        self._failure: BaseException | None = None
        self._spool: IO[bytes] | None = None
        self._spool_end = 0
        self._held = 0

    def put(self, page: Page) -> None:
        """Add a page. Raises Stopped when nobody wants it any more."""
        with self._changed:
            if self._stopped:
                raise Stopped
            place = self._spill(page) if self._held >= self._in_memory and isinstance(page.body, bytes) else None
            self._held += place is None
            self._entries.append((page, place))
            self._changed.notify()

    def end(self, failure: BaseException | None = None) -> None:
        """Say that no page follows, and why if it was a fault."""
        with self._changed:
            self._ended, self._failure = True, failure
            self._changed.notify()

    def stop(self) -> None:
        """Make the fetching thread give up at its next page and drop what is kept."""
        with self._changed:
            self._stopped = True
            self._entries.clear()
            if self._spool is not None:
                self._spool.close()
                self._spool = None
            self._changed.notify()

    def take(self, *, wait: bool) -> Page | None:
        """Return the next page; None when there is none now (`wait=False`) or none ever. Raises the fault."""
        with self._changed:
            while wait and not self._entries and not self._ended and not self._stopped:
                self._changed.wait()
            if self._entries:
                page, place = self._entries.popleft()
                return self._unspill(page, place)
            if self._ended and self._failure is not None:
                failure, self._failure = self._failure, None
                raise failure
            return None

    @property
    def exhausted(self) -> bool:
        """Whether every page was taken and none can follow."""
        with self._changed:
            return self._stopped or (self._ended and not self._entries and self._failure is None)

    def _spill(self, page: Page) -> tuple[int, int]:
        if self._spool is None:
            self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the queue
        self._spool.seek(self._spool_end)
        self._spool.write(page.body)
        place = (self._spool_end, len(page.body))
        self._spool_end += len(page.body)
        page.body = b""
        return place

    def _unspill(self, page: Page, place: tuple[int, int] | None) -> Page:
        if place is None:
            self._held -= 1
        elif self._spool is not None:
            self._spool.seek(place[0])
            page.body = self._spool.read(place[1])
            if not any(kept for _, kept in self._entries):
                self._spool_end = 0  # all that was spilled is taken: the file starts over, so it stays small
                self._spool.truncate(0)
        return page


def prefetch(fetch: Callable[[], Iterator[Page]], name: str) -> PageQueue:
    """Start fetching in a thread and return the queue it fills."""
    queue = PageQueue()

    def work() -> None:
        try:
            for page in fetch():
                queue.put(page)
        except Stopped:
            queue.end()
        except BaseException as failure:
            queue.end(failure)
        else:
            queue.end()

    threading.Thread(target=inherited(work), name=f"fetch {name}", daemon=True).start()
    return queue


def lumps(queue: PageQueue, limit: int) -> Iterator[list[Page]]:
    """Return pages in lumps: as many as are there, up to `limit`; never waits with a lump in hand.

    A fault of the fetching thread is raised after the pages that came before it.
    """
    while not queue.exhausted:
        lump: list[Page] = []
        try:
            while len(lump) < limit and (page := queue.take(wait=not lump)) is not None:
                lump.append(page)
        except BaseException:
            if lump:
                yield lump
            raise
        if lump:
            yield lump
