"""Documents of an application in v2: list and download.

Source: github.com/stephaneberle9/personio-client (owner id is the application id, no Beta header).
"""

from uuid import UUID

import msgspec

from personio_simulator import errors
from personio_simulator.access import DOCUMENTS, opened
from personio_simulator.clock import utc_iso
from personio_simulator.http import Answer, RefusedError, Request
from personio_simulator.model import APPLICATION_ID, Upload
from personio_simulator.paging import envelope, walk
from personio_simulator.render import encoded
from personio_simulator.state import Company, hash_text

PAGE = (200, 100)
PDF = b"%%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%% application %d document %d\ntrailer<</Root 1 0 R>>\n%%%%EOF\n"


class Document(msgspec.Struct):
    """A file of an application; `category` is `cv`, `cover-letter` or another file category."""

    id: str
    name: str
    category: str
    row: int
    at: int
    content: bytes
    mimetype: str = "application/pdf"


def of_application(company: Company, row: int) -> list[Document]:
    """Return the documents of an application row: what was written, or none, one or two made up."""
    written = company.written.get(row)
    at = company.rows.created[row]
    if written is not None:
        files: list[tuple[Upload, str]] = written.get("uploads", [])  # type: ignore[assignment]
        return [Document(u.uuid, u.filename, kind, row, at, u.content, u.mimetype) for u, kind in files]
    return [
        Document(_uuid(row, n), ("cv", "cover-letter")[n] + ".pdf", ("cv", "cover-letter")[n], row, at, PDF % (row, n))
        for n in range(row * 5 % 7 % 3)
    ]


def _uuid(row: int, number: int) -> str:
    """Return an id that holds the row, so that a download finds it."""
    return str(UUID(f"{row:08x}{number:04x}4a39{hash_text(f'{row} {number}')}"))


def list_documents(request: Request) -> Answer:
    """`GET /v2/document-management/documents?owner_id={application_id}`."""
    company, _ = opened(request, DOCUMENTS)
    page = walk(request, company, "documents", PAGE, ("owner_id", "category_id"))
    row = company.application_row(page.filters.get("owner_id", ""))
    found = [] if row is None or not company.knobs.documents else of_application(company, row)
    wanted = page.filters.get("category_id")
    found = [item for item in found if wanted in (None, item.category)][max(0, page.position) :]
    records = [encoded(_record(company, item)).encode() for item in found[: page.limit]]
    last = max(0, page.position) + page.limit if len(found) > page.limit else None
    return envelope(request, company, page, records, last)


def _record(company: Company, item: Document) -> dict[str, object]:
    return {
        "id": item.id,
        "name": item.name,
        "date": company.zone.today(item.at),
        "comment": None,
        "category": {"id": item.category},
        "owner": {"id": str(APPLICATION_ID + item.row)},
        "document_type": "UPLOADED",
        "size": len(item.content),
        "created_at": utc_iso(item.at),
        "virus_scan": {"status": "CLEAN"},
    }


def download(request: Request) -> Answer:
    """`GET /v2/document-management/documents/{id}/download`: the bytes of the file."""
    company, _ = opened(request, DOCUMENTS)
    wanted = request.params["id"]
    rows = set(company.written)
    if len(wanted) == 36:
        rows.add(int(wanted[:8], 16) if all(c in "0123456789abcdef" for c in wanted[:8]) else -1)
    for row in rows:
        for item in of_application(company, row) if company.applications.has(row) else ():
            if item.id == wanted:
                name = {"content-disposition": f"attachment; filename*=UTF-8''{item.name}"}
                return Answer(200, item.content, item.mimetype, name)
    raise RefusedError(errors.problem(404, request.world.now(), request.world.trace()))
