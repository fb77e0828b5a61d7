"""Which of Personio's APIs callers may reach through us, and how each authenticates.

Source: README of the `kombo` SDK on PyPI for the ids and addresses; developer.personio.de for the credentials (v2
takes the OAuth token, not the recruiting token that the SDK's README names).
"""

import threading
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from atsume.connectors.forwarding import Forward, Forwarded, confined, kept_headers, without_secrets
from atsume.connectors.http import Request, Response, redacted
from atsume.connectors.personio.clients.career import sites
from atsume.connectors.personio.clients.v2 import IDENTITY
from atsume.connectors.personio.settings import Credentials, Settings
from atsume.connectors.personio.shared import Shared
from atsume.errors import AtsumeError, Code, CredentialsRefused, PermissionMissing

SECONDS = 30.0
EARLY_SECONDS = 60.0
"""A token is renewed this long before it ends."""
TOKENS = "auth"
"""First part of the paths that make and revoke tokens: those are ours."""


class Api(Struct, frozen=True):
    """An API that can be reached."""

    path: str
    """Below the API's host; empty for the career site."""
    sign: str
    """none, v1, v2 or recruiting."""


APIS: Mapping[str, Api] = {
    "jobboard": Api("", "none"),
    "personnel": Api("/v1", "v1"),
    "personnelv2": Api("/v2", "v2"),
    "recruiting": Api("/v1/recruiting", "recruiting"),
    "recruitingV2": Api("/v2/recruiting", "v2"),
}
OWN_HEADERS = frozenset({"x-company-id", "beta"})


class _Token(Struct):
    token: str
    expires_in: float = 86400.0


class _TokenAnswer(Struct):
    data: _Token


class Passthrough:
    """Sends callers' requests with one connection's credentials. Thread-safe."""

    def __init__(self, shared: Shared, credentials: Credentials, settings: Settings) -> None:
        self._shared, self._credentials, self._settings = shared, credentials, settings
        self._http, self._api = shared.http, shared.addresses.api.rstrip("/")
        self._lock = threading.Lock()
        self._v1: tuple[str, float] | None = None
        self._told: set[str] = set()

    def forward(self, request: Forward) -> Forwarded:
        """Send it once; a token that was refused is renewed once, because nothing was done with it."""
        api = APIS.get(request.api)
        if api is None:
            raise AtsumeError(Code.INPUT_INVALID, f"Personio has no API of that name; there are: {', '.join(APIS)}.")
        url = confined(self._base(api, request.options), request.path, request.params)
        _check_tokens(api, urlsplit(url).path.removeprefix(api.path))
        headers, left = kept_headers(request.headers, OWN_HEADERS)
        warnings = [f"These headers are set by the server and were left out: {', '.join(left)}."] if left else []
        started = time.monotonic()
        response = self._send(api, request, url, headers, refused=None)
        if response.status == 401 and api.sign in ("v1", "v2"):
            response = self._send(api, request, url, headers, refused=self._used(api))
        told = {k: without_secrets(v.encode("latin-1"), self._secrets()).decode("latin-1")
                for k, v in response.headers.items() if k not in ("set-cookie", "content-encoding")}  # fmt: skip
        return Forwarded(
            url=url,
            status=response.status,
            headers=told,
            body=without_secrets(response.body, self._secrets()),
            shown_url=redacted(url),
            duration_seconds=time.monotonic() - started,
            warnings=warnings,
        )

    def _send(self, api: Api, request: Forward, url: str, headers: Mapping[str, str], refused: str | None) -> Response:
        signed = {**headers, **IDENTITY, **self._signed(api, refused)} if api.sign != "none" else dict(headers)
        sent = Request(
            method=request.method,
            url=url,
            headers={**signed, "Expect": ""},
            body=request.body,
            timeout_seconds=SECONDS,
        )
        return self._http.send(sent, repeatable=False)

    def _base(self, api: Api, options: Mapping[str, str]) -> str:
        if api.sign != "none":
            return self._api + api.path
        companies = self._settings.companies
        company = options.get("company", companies[0] if companies else "")
        if company not in companies:
            raise AtsumeError(
                Code.INPUT_INVALID,
                "This integration has no such career site; `api_options.company` may be one of: "
                f"{', '.join(companies) or 'none, because none is connected'}.",
            )
        return sites(self._shared.addresses.career, company)[0]

    def _signed(self, api: Api, refused: str | None) -> dict[str, str]:
        """Return the headers that authenticate. Raises PermissionMissing when the connection lacks what it takes."""
        if api.sign == "recruiting":
            token, company = self._credentials.recruiting_token, self._credentials.company_id
            if not (token and company):
                raise PermissionMissing("This integration has no recruiting token and company id. Relink with both.")
            return {"Authorization": f"Bearer {token}", "X-Company-ID": company}
        if not self._credentials.can_read:
            raise PermissionMissing("This integration has no client id and secret. Relink with both.")
        token = self._shared.v2.token(refused) if api.sign == "v2" else self._v1_token(refused)
        self._told.add(token)
        beta = {"Beta": "true"} if api.sign == "v2" else {}
        return {"Authorization": f"Bearer {token}", **beta}

    def _used(self, api: Api) -> str | None:
        return self._shared.v2.token() if api.sign == "v2" else (self._v1[0] if self._v1 else None)

    def _v1_token(self, refused: str | None) -> str:
        """Return a token of the v1 personnel API. Source: github.com/personio/api-docs, personio-auth-api.yaml."""
        with self._lock:
            if self._v1 is not None and self._v1[0] != refused and time.monotonic() < self._v1[1]:
                return self._v1[0]
            given = {"client_id": self._credentials.client_id, "client_secret": self._credentials.client_secret}
            answer = self._http.send(
                Request(
                    method="POST",
                    url=f"{self._api}/v1/auth",
                    headers={"Content-Type": "application/json", "Accept": "application/json", **IDENTITY},
                    body=msgspec.json.encode(given),
                )
            )
            try:
                fresh = msgspec.json.decode(answer.body, type=_TokenAnswer).data
            except (msgspec.DecodeError, UnicodeDecodeError):
                raise CredentialsRefused("Personio refused the client id and secret. Relink with new ones.") from None
            self._v1 = (fresh.token, time.monotonic() + max(fresh.expires_in - EARLY_SECONDS, fresh.expires_in / 2))
            return fresh.token

    def _secrets(self) -> tuple[str, ...]:
        own = (self._credentials.client_secret, self._credentials.recruiting_token, self._credentials.client_id)
        return (*(secret for secret in own if secret), *self._told)


def _check_tokens(api: Api, path: str) -> None:
    """Keep callers from the token endpoints: what they say there would be about our token."""
    first = path.strip("/").partition("/")[0].partition(";")[0].lower()
    if api.sign in ("v1", "v2") and first == TOKENS:
        raise AtsumeError(Code.INPUT_INVALID, "Tokens are made and revoked by the server; send the request itself.")
