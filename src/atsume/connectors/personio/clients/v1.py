"""The v1 recruiting API: upload a document, create an application. Nothing can be read through it.

Personio reads the body strictly: whole numbers as ids, no nulls, no empty texts or lists (discuss/62c6f85c).
"""

import msgspec
from msgspec import Struct

from atsume.connectors.http import FilePart, Http, Request, Response
from atsume.connectors.personio.actions.documents import renamed
from atsume.connectors.personio.actions.draft import Create, Upload
from atsume.connectors.personio.actions.refusals import refusals
from atsume.connectors.personio.clients.v2 import IDENTITY
from atsume.connectors.personio.settings import Credentials
from atsume.errors import RemoteFault

APPLICATIONS, DOCUMENTS = "/v1/recruiting/applications", "/v1/recruiting/applications/documents"
MASK = "…"
CREATE_SECONDS, UPLOAD_SECONDS = 60.0, 120.0


class _Uploaded(Struct):
    uuid: str


class V1:
    """Personio's v1 recruiting API with one credential. Thread-safe."""

    def __init__(self, http: Http, base: str, credentials: Credentials) -> None:
        self._http, self._base, self._credentials = http, base.rstrip("/"), credentials

    def headers(self, *, masked: bool = False) -> dict[str, str]:
        """Return the headers of every request."""
        token = MASK if masked else self._credentials.recruiting_token or ""
        return {
            "Authorization": f"Bearer {token}",
            "X-Company-ID": self._credentials.company_id or "",
            "Accept": "application/json",
            **IDENTITY,
        }

    def url(self, path: str) -> str:
        """Return the address of an endpoint."""
        return self._base + path

    def create(self, create: Create, uuids: list[str]) -> Response:
        """Send the create request, once, on a connection of its own. Raises NoAnswer."""
        return self._http.send(
            Request(
                method="POST",
                url=self.url(APPLICATIONS),
                headers={**self.headers(), "Content-Type": "application/json", "Expect": ""},
                body=msgspec.json.encode(body(create, uuids)),
                fresh_connection=True,
                timeout_seconds=CREATE_SECONDS,
            ),
            repeatable=False,
        )

    def upload(self, upload: Upload, filename: str | None = None) -> Response:
        """Send one document. Raises NoAnswer."""
        part = FilePart(
            name="file",
            filename=filename or upload.filename,
            content_type=upload.content_type or "application/octet-stream",
            content=upload.content,
        )
        return self._http.send(
            Request(
                method="POST",
                url=self.url(DOCUMENTS),
                headers={**self.headers(), "Expect": ""},
                file=part,
                timeout_seconds=UPLOAD_SECONDS,
            ),
            repeatable=False,
        )


def other_name(upload: Upload, response: Response) -> str | None:
    """Return the name under which to try a refused document once more, if there is one."""
    refused = response.status == 422 or any(r.reason == "errors.invalid-file-type" for r in refusals(response.body))
    return renamed(upload.filename) if refused else None


def uuid(response: Response) -> str:
    """Return the key of an uploaded document. Raises RemoteFault."""
    try:
        return msgspec.json.decode(response.body, type=_Uploaded).uuid
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise RemoteFault("Personio's answer to an uploaded document could not be read.") from None


def body(create: Create, uuids: list[str]) -> dict[str, object]:
    """Return the create request with the documents it refers to."""
    files = [
        {"uuid": key, "original_filename": upload.filename, "category": upload.category}
        for key, upload in zip(uuids, create.uploads, strict=True)
    ]
    given = create.body.get("files")
    files += given if isinstance(given, list) else []
    return {**create.body, **({"files": files} if files else {})}
