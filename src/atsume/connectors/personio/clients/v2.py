"""The v2 API: token, pages, single records. Every request carries `Beta: true` (missing: 404, README, E1)."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlencode, urljoin, urlsplit

import msgspec

from atsume.connectors.base import Page
from atsume.connectors.http import Http, Request, Response
from atsume.connectors.personio.errors import BadRequest, fault, permission_missing, problem
from atsume.connectors.personio.remote import v2
from atsume.connectors.personio.settings import Credentials
from atsume.errors import AtsumeError, CredentialsRefused, RemoteFault

IDENTITY = {"X-Personio-Partner-ID": "ATSUME", "X-Personio-App-ID": "ATSUME"}
"""Asked for on every request (developer.personio.de, introduction)."""
EARLY_SECONDS = 60.0
"""A token is renewed this long before it ends."""
MOST_PAGES = 100_000
CONFIRM_SECONDS = 1.0
"""Pause before a 404 is asked again: single ones are sporadic (README, E6)."""
RIGHTS = {"recruiting": "Recruiting: read", "persons": "Persons: read"}
"""Area of the API → box to tick in Personio."""
PROBES = {"recruiting": "/v2/recruiting/jobs?limit=1", "persons": "/v2/persons?limit=1"}

TIME_FORMS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ")
"""Forms of a UTC time in a filter, the likelier first."""


class V2:
    """Personio's v2 API with one credential. Thread-safe."""

    def __init__(
        self, http: Http, base: str, credentials: Credentials, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._http, self._base, self._credentials, self._monotonic = http, base.rstrip("/"), credentials, monotonic
        self._lock = threading.Lock()
        self._token: str | None = None
        self._token_ends = 0.0
        self._worked: set[str] = set()
        self._time_form: str | None = None

    def token(self, refused: str | None = None) -> str:
        """Return a token that is good for a while; not the one that was just refused. Raises CredentialsRefused."""
        with self._lock:
            if self._token and self._token != refused and self._monotonic() < self._token_ends:
                return self._token
            asked_at = self._monotonic()
            fresh = self._fetch_token()
            self._token = fresh.access_token
            self._token_ends = asked_at + max(fresh.expires_in - EARLY_SECONDS, fresh.expires_in / 2)
            return self._token

    def get(self, target: str, doing: str, *, params: Mapping[str, str] | None = None) -> Response:
        """Return the answer to a GET, 200 or 404. Raises an AtsumeError for everything else."""
        url = self._base + target if target.startswith("/") else target
        if params:
            url += "?" + urlencode(params, safe=",")
        area = _area(url)
        response = self._authorised(url)
        if response.status == 200:
            self._worked.add(area)
        elif response.status == 401:
            raise self._unauthorised(response, area, doing)
        elif response.status != 404:
            raise fault(response.status, response.body, doing, RIGHTS[area])
        return response

    def pages(
        self, target: str, doing: str, *, limit: int | None = None, params: Mapping[str, str] | None = None
    ) -> Iterator[Page]:
        """Walk a collection. Raises RemoteFault when the walk is incomplete: what came before stays good."""
        query = urlencode(({"limit": str(limit)} if limit else {}) | dict(params or {}))
        return self._walk(f"{self._base}{target}" + (f"?{query}" if query else ""), doing)

    def go_on(self, target: str, place: str, doing: str, anew: Callable[[], Iterator[Page]]) -> Iterator[Page]:
        """Walk on after a page, told by its cursor. One that is no longer accepted means to walk anew."""
        try:
            walk = self._walk(self._followed(place, self._base + target, doing), doing)
            first = next(walk)
        except BadRequest:
            yield from anew()
            return
        yield first
        yield from walk

    def _walk(self, url: str, doing: str) -> Iterator[Page]:
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            seen.add(url)
            page, href = self._page(url, doing)
            yield page
            if href is None:
                return
            url = self._followed(href, url, doing)
            if url in seen:
                raise RemoteFault(f"Personio's pages repeat while {doing}: the walk is incomplete.")
        raise RemoteFault(f"Personio never ended while {doing}: the walk is incomplete.")

    def changed(self, target: str, doing: str, *, limit: int, since: dt.datetime) -> Iterator[Page]:
        """Walk what changed after a moment.

        Some endpoints refuse a zone-less time, others one with `Z` (README, E4): the form that was accepted is
        remembered. `.gt` and `.lt` together are refused, so only `.gt` is ever sent (E3).
        """
        forms = [self._time_form] if self._time_form else list(TIME_FORMS)
        for form in forms:
            walk = self.pages(target, doing, limit=limit, params={"updated_at.gt": since.strftime(form)})
            try:
                first = next(walk)
            except BadRequest:
                if form == forms[-1]:
                    raise
                continue
            self._time_form = form
            yield first
            yield from walk
            return

    def exists(self, target: str, doing: str) -> bool:
        """Return whether a record exists: absent only if a second look agrees. Raises when it cannot be told."""
        return self.record(target, doing) is not None

    def record(self, target: str, doing: str) -> bytes | None:
        """Return a single record's bytes; None when Personio says twice that there is none."""
        response = self.get(target, doing)
        if response.status == 404:
            self._http.wait(CONFIRM_SECONDS)
            response = self.get(target, doing)
        if response.status == 200:
            return response.body
        if (problem(response.body).code or "").startswith("api"):  # the gateway's: the address, not the record
            raise fault(404, response.body, doing, RIGHTS[_area(self._base + target)])
        return None

    def _page(self, url: str, doing: str) -> tuple[Page, str | None]:
        response = self.get(url, doing)
        if response.status == 404:
            self._http.wait(CONFIRM_SECONDS)
            response = self.get(url, doing)
        if response.status == 404:
            raise fault(404, response.body, doing, RIGHTS[_area(url)])
        try:
            href = v2.next_href(response.body)
        except msgspec.DecodeError:
            raise RemoteFault(f"Personio's answer could not be read while {doing}: no page of records.") from None
        page = Page(
            response.body,
            cursor=href,
            requests=response.requests,
            waited_seconds=response.waited_seconds,
            received_bytes=len(response.body),
        )
        return page, href

    def _followed(self, href: str, url: str, doing: str) -> str:
        """Return the absolute address of the next page. Raises RemoteFault rather than send the token elsewhere."""
        target = urljoin(url, href)
        if urlsplit(target)[:2] != urlsplit(self._base)[:2]:
            raise RemoteFault(f"Personio pointed to another host while {doing}: not followed, the walk is incomplete.")
        return target

    def _authorised(self, url: str) -> Response:
        """Return the answer; a 401 gets one fresh token and one more try."""
        token = self.token()
        response = self._send(url, token)
        if response.status == 401:
            response = self._send(url, self.token(refused=token))
        return response

    def _send(self, url: str, token: str) -> Response:
        headers = {"Authorization": f"Bearer {token}", "Beta": "true", "Accept": "application/json", **IDENTITY}
        return self._http.get(url, headers, paced=True)

    def _unauthorised(self, response: Response, area: str, doing: str) -> AtsumeError:
        """Tell a missing right from bad credentials: persons without the right answer 401 (README, E2)."""
        if self._worked - {area} or any(self._works(other) for other in PROBES if other != area):
            return permission_missing(doing, RIGHTS[area], "401")
        return fault(401, response.body, doing, RIGHTS[area])

    def _works(self, area: str) -> bool:
        return self._authorised(self._base + PROBES[area]).status == 200

    def _fetch_token(self) -> v2.Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._credentials.client_id or "",
            "client_secret": self._credentials.client_secret or "",
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", **IDENTITY}
        url = f"{self._base}/v2/auth/token"
        response = self._http.send(Request(method="POST", url=url, headers=headers, body=urlencode(form).encode()))
        if response.status == 200:
            try:
                return msgspec.json.decode(response.body, type=v2.Token, strict=False)
            except msgspec.DecodeError:
                raise RemoteFault("Personio's token answer could not be read.") from None
        raise _token_fault(response)


def _token_fault(response: Response) -> AtsumeError:
    told = problem(response.body)
    kind = (told.code or "").partition(".")[0]
    if response.status in (400, 401, 403) and kind not in ("server_error", "temporarily_unavailable"):
        return CredentialsRefused(
            f"Personio does not accept client id and client secret ({told.code or response.status}). "
            "Copy both again from the custom integration in Personio, or create a new one, then relink."
        )
    return fault(response.status, response.body, "asking for a token", RIGHTS["recruiting"])


def _area(url: str) -> str:
    return "persons" if "/v2/persons" in url else "recruiting"
