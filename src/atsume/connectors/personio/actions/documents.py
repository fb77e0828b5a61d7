"""Documents: under which name Personio takes them. It looks at the extension, so that must be one it knows."""

import re

from atsume.connectors.personio.actions.draft import invalid
from atsume.connectors.writing import AttachmentRestrictions, AttachmentRule, File

MOST_BYTES = 20 * 1024 * 1024
"""Of one document (personio-recruiting-api.yaml)."""

TYPES: dict[str, str] = {
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
"""Extensions that Personio takes (personio-recruiting-api.yaml) and what they hold."""
RENAMED = {"jpeg": "jpg", "tiff": "tif"}
"""Taken by the career site's own form and, a user says, by the API: sent as they are, renamed when refused."""
ALIASES = {
    "application/x-pdf": "pdf",
    "image/jpg": "jpg",
    "text/rtf": "rtf",
    "application/x-zip-compressed": "zip",
    "application/x-rar-compressed": "rar",
    "application/x-gzip": "gz",
}
"""Other words for what the table above holds."""
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"{\\rtf", "rtf"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
)
"""First bytes that say what a document is, for those whose type says nothing."""
CATEGORIES = {"CV": "cv", "COVER_LETTER": "cover-letter", "OTHER": "other"}
_LONGEST_NAME = 200
_EXTENSIONS = {kind: extension for extension, kind in TYPES.items()} | ALIASES
_UNPRINTABLE = re.compile(r'[\x00-\x1f\x7f"]')

RULE = AttachmentRule(max_file_size_bytes=MOST_BYTES, accepted_mime_types=sorted(set(TYPES.values())))
RESTRICTIONS = AttachmentRestrictions(total_size_bytes=None, types={"CV": RULE, "COVER_LETTER": RULE, "OTHER": RULE})


def filename(file: File) -> str:
    """Return the base name to send, with an extension that Personio takes. Raises AtsumeError when there is none."""
    base = _UNPRINTABLE.sub("", file.name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    if not base:
        raise invalid(f"`{file.origin}.name` holds no file name. Give one such as cv.pdf.")
    if len(file.content) > MOST_BYTES:
        raise invalid(f"`{file.origin}` holds {len(file.content)} bytes; Personio takes at most {MOST_BYTES} a file.")
    stem, dot, extension = base.rpartition(".")
    if dot and stem and extension.lower() in TYPES.keys() | RENAMED.keys():
        return f"{stem[: _LONGEST_NAME - len(extension)]}.{extension}"
    derived = _derived(file)
    if derived is None:
        raise invalid(
            f"`{file.origin}` is of no type that Personio takes. Give a name that ends in one of "
            f"{', '.join(sorted(TYPES))}, or the content type of one."
        )
    return f"{base[:_LONGEST_NAME]}.{derived}"


def renamed(name: str) -> str | None:
    """Return the name to try when Personio refused the type, if there is one."""
    stem, _, extension = name.rpartition(".")
    other = RENAMED.get(extension.lower())
    return f"{stem}.{other}" if other else None


def _derived(file: File) -> str | None:
    kind = (file.content_type or "").partition(";")[0].strip().lower()
    if kind in _EXTENSIONS:
        return _EXTENSIONS[kind]
    return next((extension for magic, extension in MAGIC if file.content.startswith(magic)), None)
