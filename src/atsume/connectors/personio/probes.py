"""Scope testing: one look per permission. Nothing is read that is kept, nothing is written.

A token is asked for once per scope (`invalid_scope`: missing), then one record per endpoint, because a scope can be
granted while the account lacks the feature. The recruiting token has no endpoint to read: it is proved by a complete
application that can never be accepted, for two reasons (README, "Scope testing").
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from atsume.connectors.guide import Found, Observer, Probe
from atsume.connectors.http import Http, Request, Response
from atsume.connectors.personio.clients.career import NOT_FOUND, sites
from atsume.connectors.personio.clients.v2 import IDENTITY
from atsume.connectors.personio.errors import problem
from atsume.connectors.personio.remote.feed import NotAFeed, Position, positions
from atsume.connectors.personio.settings import Addresses, Credentials, Settings
from atsume.errors import RemoteFault
from atsume.model.permission import Finding

READ = frozenset({"ats_jobs", "ats_candidates", "ats_applications", "ats_application_stages"})
USERS = frozenset({"ats_users"})
FEED = frozenset({"ats_jobs", "ats_screening_questions"})
WRITE = frozenset({"ats_create_candidate", "ats_create_application"})

PROBES = (
    Probe(id="client", chapter="read", needed_for=READ | USERS, is_cheap=True),
    Probe(id="recruiting_read", chapter="read", needed_for=READ, is_cheap=True),
    Probe(id="persons_read", chapter="read", needed_for=USERS, is_cheap=True),
    Probe(id="person_attributes", chapter="read", needed_for=USERS),
    Probe(id="feed", chapter="career", needed_for=FEED),
    Probe(id="same_company", chapter="career", needed_for=FEED),
    Probe(id="recruiting_token", chapter="write", needed_for=WRITE),
    Probe(id="channel", chapter="source", needed_for=WRITE, is_vital=False),
)
SCOPES = {"recruiting_read": "personio:recruiting:read", "persons_read": "personio:persons:read"}
ATTRIBUTES = ("first_name", "last_name", "email")
"""What users are made of."""
NEVER = {
    "first_name": "Connection",
    "last_name": "Test",
    "email": "connection-test@example.com",
    "job_position_id": 2147483647,
    "application_date": "2999-01-01",
}
"""A complete application that can never be accepted: no such job, and a date far away."""
SECONDS = 15.0
"""Somebody is looking at the page meanwhile."""


class _Unanswered(Exception):
    """Personio did not answer, or failed: nothing follows."""


def probe(
    credentials: Credentials, settings: Settings, observer: Observer, addresses: Addresses, wanted: Collection[str]
) -> Sequence[Found]:
    """Return what each of the wanted probes found, in the order of PROBES."""
    http = Http(observer)
    looks = Looks(http, credentials, settings, addresses)
    try:
        return [looks.look(one.id) for one in PROBES if one.id in wanted]
    finally:
        http.close()


class Looks:
    """The probes of one connection. What several need is asked once."""

    def __init__(self, http: Http, credentials: Credentials, settings: Settings, addresses: Addresses) -> None:
        self._http, self._credentials, self._settings, self._addresses = http, credentials, settings, addresses
        self._base = addresses.api.rstrip("/")
        self._known: dict[str, Any] = {}
        self._table: dict[str, Callable[[], Found]] = {
            "client": self._client,
            "recruiting_read": self._recruiting_read,
            "persons_read": self._persons_read,
            "person_attributes": self._person_attributes,
            "feed": self._feed,
            "same_company": self._same_company,
            "recruiting_token": self._recruiting_token,
            "channel": self._channel,
        }

    def look(self, probe_id: str) -> Found:
        """Return what one probe found."""
        if probe_id not in self._known:
            try:
                self._known[probe_id] = self._table[probe_id]()
            except (_Unanswered, RemoteFault):
                self._known[probe_id] = unclear(probe_id, "no_answer")
        return self._known[probe_id]

    def _client(self) -> Found:
        if not self._credentials.can_read:
            return missing("client", "not_given")
        answer = self._token(None)
        if answer.status == 200:
            return passed("client")
        if _code(answer) == "unauthorized_client":
            return missing("client", "no_api")
        return missing("client", "swapped" if self._token(None, is_swapped=True).status == 200 else "refused")

    def _recruiting_read(self) -> Found:
        granted = self._granted("recruiting_read")
        if isinstance(granted, Found):
            return granted
        answer = self._get("/v2/recruiting/jobs?limit=1", granted)
        if answer.status == 200:
            return passed("recruiting_read")
        return missing("recruiting_read", "not_booked") if answer.status in (403, 404) else _refused("recruiting_read")

    def _persons_read(self) -> Found:
        granted = self._granted("persons_read")
        if isinstance(granted, Found):
            return granted
        answer = self._get("/v2/persons?limit=50", granted)
        if answer.status == 200:
            self._known["persons"] = answer.body
            return passed("persons_read")
        return missing("persons_read", "not_granted") if answer.status in (401, 403) else _refused("persons_read")

    def _person_attributes(self) -> Found:
        if self.look("persons_read").finding is not Finding.PASSED:
            return unclear("person_attributes", "not_tested")
        persons = [msgspec.json.decode(one, type=dict[str, Any]) for one in _records(self._known["persons"])]
        if not persons:
            return unclear("person_attributes", "nobody")
        hidden = [name for name in ATTRIBUTES if all(name not in person for person in persons)]
        if hidden:
            return missing("person_attributes", "not_readable", attributes=",".join(hidden))
        return passed("person_attributes")

    def _feed(self) -> Found:
        if not self._settings.companies:
            return missing("feed", "not_given")
        count = 0
        for company in self._settings.companies:
            found = self._published(company)
            if isinstance(found, Found):
                return found
            count += len(found)
        return passed("feed", count=str(count))

    def _same_company(self) -> Found:
        """A job that the career site shows must be one that the client may read."""
        if {self.look(one).finding for one in ("feed", "recruiting_read")} != {Finding.PASSED}:
            return unclear("same_company", "not_tested")
        for company in self._settings.companies:
            found = self._published(company)
            if isinstance(found, Found) or not found:
                continue
            answers = [
                self._get(f"/v2/recruiting/jobs/{one.id}", self._token_text("recruiting_read")) for one in found[:3]
            ]
            if all(answer.status == 404 for answer in answers):
                return missing("same_company", "other", host=self._host(company))
        is_empty = not any(self._known[f"feed {company}"] for company in self._settings.companies)
        return unclear("same_company", "no_jobs") if is_empty else passed("same_company")

    def _recruiting_token(self) -> Found:
        if not (self._credentials.company_id and self._credentials.recruiting_token):
            return missing("recruiting_token", "not_given")
        answer = self._written()
        if answer.status == 401:
            return missing("recruiting_token", "refused")
        if answer.status == 403:
            return missing("recruiting_token", "not_booked")
        if answer.status == 400 and _by_field(answer.body):
            return passed("recruiting_token")
        return unclear("recruiting_token", "unclear")

    def _channel(self) -> Found:
        channel = self._settings.recruiting_channel_id
        if channel is None:
            return missing("channel", "not_given")
        if self.look("recruiting_token").finding is not Finding.PASSED:
            return unclear("channel", "not_tested")
        fields = _by_field(self._written().body)
        if any("channel" in (field + reason) for field, reason in fields):
            return missing("channel", "unknown", channel=str(channel))
        return passed("channel", channel=str(channel))

    def _granted(self, probe_id: str) -> Found | str:
        """Return a token for the scope of a probe, or why there is none."""
        client = self.look("client")
        if client.finding is not Finding.PASSED:
            return unclear(probe_id, "not_tested" if client.finding is Finding.MISSING else "no_answer")
        answer = self._token(SCOPES[probe_id])
        if answer.status == 200:
            return self._token_text(probe_id)
        is_missing = _code(answer) == "invalid_scope"
        return missing(probe_id, "not_granted") if is_missing else unclear(probe_id, "no_answer")

    def _token(self, scope: str | None, *, is_swapped: bool = False) -> Response:
        key = f"token {scope} {is_swapped}"
        if key not in self._known:
            pair = (self._credentials.client_id or "", self._credentials.client_secret or "")
            client_id, client_secret = pair[::-1] if is_swapped else pair
            form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret} | (
                {"scope": scope} if scope else {}
            )
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", **IDENTITY}
            self._known[key] = self._send("POST", f"{self._base}/v2/auth/token", headers, urlencode(form).encode())
        return self._known[key]

    def _token_text(self, probe_id: str) -> str:
        try:
            told = msgspec.json.decode(self._token(SCOPES[probe_id]).body, type=dict[str, Any])
        except msgspec.DecodeError:
            raise _Unanswered from None
        return str(told.get("access_token", ""))

    def _get(self, target: str, token: str) -> Response:
        headers = {"Authorization": f"Bearer {token}", "Beta": "true", "Accept": "application/json", **IDENTITY}
        return self._send("GET", self._base + target, headers)

    def _published(self, company: str) -> list[Position] | Found:
        key = f"feed {company}"
        if key not in self._known:
            self._known[key] = self._ask_feed(company)
        return self._known[key]

    def _ask_feed(self, company: str) -> list[Position] | Found:
        for site in sites(self._addresses.career, company):
            answer = self._send("GET", f"{site}/xml?language=en", {})
            if answer.headers.get("x-vercel-mitigated", "").lower() == "challenge" or answer.status in (403, 429):
                return unclear("feed", "challenge", host=self._host(company))
            if answer.status in NOT_FOUND:
                continue
            try:
                return positions(answer.body)
            except NotAFeed:
                break
        return missing("feed", "off", host=self._host(company))

    def _host(self, company: str) -> str:
        return self._addresses.career.replace("{company}", company).partition("://")[2].rstrip("/")

    def _written(self) -> Response:
        """Ask to create what can never be created: one request proves the token and the channel, if there is one."""
        if "written" not in self._known:
            channel = self._settings.recruiting_channel_id
            body = NEVER | ({} if channel is None else {"recruiting_channel_id": channel})
            headers = {
                "Authorization": f"Bearer {self._credentials.recruiting_token}",
                "X-Company-ID": self._credentials.company_id or "",
                "Content-Type": "application/json",
                "Accept": "application/json",
                **IDENTITY,
            }
            url = f"{self._base}/v1/recruiting/applications"
            self._known["written"] = self._send("POST", url, headers, msgspec.json.encode(body))
        return self._known["written"]

    def _send(self, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Response:
        """Return an answer that means something; a passing fault gets one more try."""
        request = Request(method=method, url=url, headers=headers, body=body, timeout_seconds=SECONDS)
        for is_last in (False, True):
            try:
                answer = self._http.send(request, repeatable=False)
            except RemoteFault:
                answer = None
            if answer is not None and answer.status < 500 and answer.status != 429:
                return answer
            if not is_last:
                self._http.wait(1.0)
        raise _Unanswered


class _Listed(Struct):
    data: list[msgspec.Raw] = msgspec.field(default=[], name="_data")


def _records(body: bytes) -> list[msgspec.Raw]:
    try:
        return msgspec.json.decode(body, type=_Listed).data
    except msgspec.DecodeError:
        raise _Unanswered from None


def _by_field(body: bytes) -> list[tuple[str, str]]:
    """Return (field, reason) of a refusal that looked at the meaning of a body: its writer was known."""
    try:
        told = msgspec.json.decode(body)
        return [(str(one.get("field", "")), str(r.get("reason", ""))) for one in told["errors"] for r in one["errors"]]
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError):
        return []


def passed(probe_id: str, **facts: str) -> Found:
    """Return that a permission is there."""
    return Found(probe=probe_id, finding=Finding.PASSED, reason="ok", facts=facts)


def missing(probe_id: str, reason: str, **facts: str) -> Found:
    """Return that somebody has to grant it."""
    return Found(probe=probe_id, finding=Finding.MISSING, reason=reason, facts=facts)


def unclear(probe_id: str, reason: str, **facts: str) -> Found:
    """Return that it cannot be told."""
    return Found(probe=probe_id, finding=Finding.INCONCLUSIVE, reason=reason, facts=facts)


def _code(answer: Response) -> str:
    return (problem(answer.body).code or "").partition(".")[0]


def _refused(probe_id: str) -> Found:
    return unclear(probe_id, "no_answer")
