"""Pages run ahead of the engine without growing in memory, and faults arrive after the pages before them."""

import threading

import pytest

from atsume.connectors.base import Page
from atsume.errors import RemoteFault
from atsume.sync.prefetch import IN_MEMORY, PageQueue, lumps, prefetch


def numbered(count: int, fault: Exception | None = None):
    for number in range(count):
        yield Page(body=b"%d" % number)
    if fault:
        raise fault


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, IN_MEMORY + 1, 300])
@pytest.mark.parametrize("limit", [1, 10])
def test_pages_arrive_in_order(count, limit) -> None:
    """Every page arrives once, in order, whether it waited in memory or on disk."""
    queue = prefetch(lambda: numbered(count), "test")
    came = [page.body for lump in lumps(queue, limit) for page in lump]
    queue.stop()
    assert came == [b"%d" % number for number in range(count)]


def test_pages_that_wait_go_to_disk() -> None:
    """Past a few pages only the place in the file is kept; slots freed by the reader are used again."""
    queue = PageQueue(in_memory=2)
    pages = [Page(body=b"x" * 1000) for _ in range(5)]
    for page in pages:
        queue.put(page)
    assert [len(page.body) for page in pages] == [1000, 1000, 0, 0, 0]
    taken = [queue.take(wait=True) for _ in range(5)]
    assert [len(page.body) for page in taken if page] == [1000] * 5
    late = Page(body=b"y")
    queue.put(late)
    assert late.body == b"y"
    queue.stop()


@pytest.mark.parametrize("count", [0, 3, 25])
def test_a_fault_comes_after_the_pages_before_it(count) -> None:
    """What was fetched before the fault is good and is worked through first."""
    queue = prefetch(lambda: numbered(count, RemoteFault("gone away")), "test")
    came: list[bytes] = []

    def walk() -> None:
        for lump in lumps(queue, 10):
            came.extend(page.body for page in lump)

    with pytest.raises(RemoteFault, match="gone away"):
        walk()
    queue.stop()
    assert len(came) == count


def test_a_stopped_queue_ends_its_thread() -> None:
    """Nobody fetches for a run that has ended."""
    begun, ended = threading.Event(), threading.Event()

    def endless():
        try:
            while True:
                begun.set()
                yield Page(body=b"again")
        finally:
            ended.set()

    queue = prefetch(endless, "test")
    assert begun.wait(5)
    queue.stop()
    assert ended.wait(5)
    assert list(lumps(queue, 10)) == []
