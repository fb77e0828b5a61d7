"""The bytes themselves: every key with its value, nothing more and nothing less."""

import httpx
import msgspec
import pytest

from atsume.api.contents import LISTINGS
from tests.wire.conftest import Served


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda one: one.path)
def test_every_value(served: Served, listing: object) -> None:
    """A list answers exactly what was kept."""
    headers = served.world.headers(served.integration)
    path = listing.path  # type: ignore[attr-defined]
    found, cursor = [], None
    while True:
        query = {"page_size": "7"} | ({"cursor": cursor} if cursor else {})
        page = httpx.get(f"{served.url}/v1{path}", params=query, headers=headers).json()["data"]
        found, cursor = found + page["results"], page["next"]
        if cursor is None:
            break
    assert found == served.lists[path.removeprefix("/ats/")]


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda one: one.path)
def test_the_documented_struct_is_what_goes_out(served: Served, listing: object) -> None:
    """The struct in the document knows every key that is sent, and decodes every value."""
    headers = served.world.headers(served.integration)
    answer = httpx.get(f"{served.url}/v1{listing.path}?page_size=250", headers=headers)  # type: ignore[attr-defined]
    decoded = msgspec.json.decode(answer.content, type=listing.page)  # type: ignore[attr-defined]
    assert msgspec.json.decode(msgspec.json.encode(decoded)) == answer.json()
