"""The two writes of the v1 recruiting API: create an application, upload a document.

Order of checks: shape, credentials, features, counter, meaning.
Source: github.com/personio/api-docs (personio-recruiting-api.yaml), developer.personio.de/reference/introduction-1,
developer.personio.de/discuss/68fb50feea9db5735d156ce4 (400 before 401).
"""

from typing import Any
from uuid import UUID

from personio_simulator import errors, mutate
from personio_simulator.http import Answer, RefusedError, Request, as_json
from personio_simulator.model import Upload
from personio_simulator.multipart import file_part
from personio_simulator.names import Identity
from personio_simulator.state import NO_CHANNEL, Company, hash_text
from personio_simulator.v1_body import checked_shape
from personio_simulator.v1_rules import Meaning, checked_meaning

EXTENSIONS = {
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "7z": "application/x-7z-compressed",
    "gz": "application/gzip",
    "rar": "application/vnd.rar",
    "zip": "application/zip",
    "bmp": "image/bmp",
    "gif": "image/gif",
    "jpg": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "csv": "text/csv",
    "txt": "text/plain",
    "rtf": "application/rtf",
    "mp4": "video/mp4",
    "3gp": "video/3gpp",
    "mov": "video/quicktime",
    "avi": "video/x-msvideo",
    "wmv": "video/x-ms-wmv",
}
MAGIC = [
    (b"%PDF", "application/pdf"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
]
BAD_MULTIPART = "Invalid multipart request body and/or headers supplied."


def create_application(request: Request) -> Answer:
    """`POST /v1/recruiting/applications`: 201 without a body, never an id."""
    body = checked_shape(request)
    company = _admitted(request, "applications")
    meaning = checked_meaning(company, body, request.world.now())
    if meaning.found:
        return errors.field_errors(meaning.found)
    _store(company, body, meaning, request.world.now())
    return Answer(201, company.knobs.created_body.encode())


def _admitted(request: Request, endpoint: str) -> Company:
    """Return the company of a v1 recruiting call: credentials, then features, then the counter."""
    world, company_id = request.world, request.headers.get("x-company-id", "").strip()
    companies: list[Company] = list(world.companies.values())
    company = next((item for item in companies if str(item.id) == company_id), None)
    if company is None or request.bearer() != company.recruiting_token:
        style = any(item.knobs.unauthorized_body == "message" for item in companies)
        raise RefusedError(errors.unauthorized("message" if style else "empty"))
    for feature, code in (("recruiting", "feature.recruiting.disabled"), ("public_api", "feature.public-api.disabled")):
        if not getattr(company.features, feature):
            raise RefusedError(errors.field_errors([("company", code)], 403))
    knobs = company.knobs
    if not company.window(endpoint).allow(knobs.v1_limit, knobs.v1_window, world.now()):
        raise RefusedError(errors.generic_v1(429, world.trace(), "Too Many Requests", "Wait 60 seconds."))
    company.settle(world.now())
    return company


def _store(company: Company, body: dict[str, Any], meaning: Meaning, now: float) -> None:
    values = {item["id"]: item["value"] for item in body.get("attributes", [])}
    gender = values.get("gender")
    who = Identity(
        first_name=body["first_name"].strip(),
        last_name=body["last_name"].strip(),
        email=body["email"].strip(),
        gender=None if gender == "undefined" else gender,
        phone=values.get("phone"),
        location=values.get("location"),
        birthday=values.get("birthday"),
        available_from=values.get("available_from"),
    )
    at = now + company.knobs.read_after_write
    known = company.candidates_by_email(body["email"]) if company.knobs.unify_candidates else []
    candidate = known[0] if known else mutate.add_candidate(company, who, now, visible=False)
    channel = NO_CHANNEL if meaning.channel is None else meaning.channel
    row = mutate.add_application(company, candidate, meaning.job, meaning.stage, now, channel, readable_at=at)
    if "application_date" in body:
        company.application_date[row] = body["application_date"]
    company.tags.update(body.get("tags", []))
    uploads = [(company.uploads[item["uuid"]], item["category"]) for item in body.get("files", [])]
    company.written[row] = {"body": body, "uploads": uploads}


def upload_document(request: Request) -> Answer:
    """`POST /v1/recruiting/applications/documents`: one part `file`; 413 above 20 MB, 422 for other types."""
    part = file_part(request.headers.get("content-type", ""), request.body)
    if part is None or not part[0]:
        return errors.malformed(BAD_MULTIPART)
    company = _admitted(request, "documents")
    filename, content = part[0].replace("\\", "/").rpartition("/")[2], part[1]
    if len(content) > company.knobs.upload_max_bytes:
        return errors.field_errors([("file", "errors.file-too-big")], 413)
    extension = filename.rpartition(".")[2].lower() if "." in filename else ""
    if extension not in EXTENSIONS:
        return errors.field_errors([("file", "errors.invalid-file-type")], 422)
    number = len(company.uploads) + 1
    key = hash_text(f"upload {company.id} {number}") + hash_text(f"{company.recruiting_token} {number}")
    detected = next((kind for magic, kind in MAGIC if content.startswith(magic)), EXTENSIONS[extension])
    upload = Upload(str(UUID(key, version=4)), filename, detected, content, request.world.now())
    company.uploads[upload.uuid] = upload
    return as_json(
        {
            "uuid": upload.uuid,
            "size": len(content),
            "mimetype": detected,
            "original_filename": filename,
            "extension": extension,
        }
    )
