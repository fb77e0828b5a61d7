"""The fastest client there is for one connection, and the limit it sets: every page fetched and decoded, no more."""

import threading
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import msgspec
import pycurl

STREAMS = {
    "jobs": "/v2/recruiting/jobs?limit=200",
    "applications": "/v2/recruiting/applications?limit=200",
    "candidates": "/v2/recruiting/candidates?limit=200",
    "categories": "/v2/recruiting/categories",
}
FEED = "/career/{company}/xml?language=en"


class Client:
    """One kept-alive libcurl handle."""

    def __init__(self, headers: list[str] | None = None) -> None:
        self._curl = pycurl.Curl()
        self._curl.setopt(pycurl.HTTPHEADER, headers or [])

    def get(self, url: str) -> bytes:
        """Return the body of an answer."""
        body = BytesIO()
        self._curl.setopt(pycurl.URL, url)
        self._curl.setopt(pycurl.WRITEDATA, body)
        self._curl.perform()
        return body.getvalue()

    def send(self, method: str, url: str, sent: bytes) -> bytes:
        """Return the body of the answer to something sent."""
        self._curl.setopt(pycurl.POSTFIELDS, sent)
        self._curl.setopt(pycurl.CUSTOMREQUEST, method)
        return self.get(url)


def reader(facts: dict[str, str]) -> Client:
    """Return a client with a token of the company."""
    form = {
        "grant_type": "client_credentials",
        "client_id": facts["client_id"],
        "client_secret": facts["client_secret"],
    }
    answer = Client().send("POST", facts["url"] + "/v2/auth/token", urlencode(form).encode())
    return Client([f"Authorization: Bearer {msgspec.json.decode(answer)['access_token']}", "Beta: true"])


def pages(client: Client, url: str) -> Iterator[Any]:
    """Walk a collection of v2 and return its decoded pages."""
    decode = msgspec.json.Decoder().decode
    following: str | None = url
    while following:
        page = decode(client.get(following))
        yield page
        following = page["_meta"]["links"].get("next", {}).get("href")


def walk(facts: dict[str, str]) -> float:
    """Return the seconds in which one client fetches and decodes every page, one after another."""
    client = reader(facts)
    started = time.perf_counter()
    for path in STREAMS.values():
        _drain(client, facts["url"] + path)
    _feed(facts)
    return time.perf_counter() - started


def walk_side_by_side(facts: dict[str, str]) -> float:
    """Return the seconds in which one client for each stream does the same at once."""
    urls = [facts["url"] + path for path in STREAMS.values()]
    threads = [threading.Thread(target=_drain, args=(reader(facts), url)) for url in urls]
    threads.append(threading.Thread(target=_feed, args=(facts,)))
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started


def _drain(client: Client, url: str) -> None:
    for _ in pages(client, url):
        pass


def _feed(facts: dict[str, str]) -> None:
    Client().get(facts["url"] + FEED.format(company=facts["company"]))
