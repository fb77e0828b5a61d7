"""Documents of a write: decoded from base64, or fetched from an address through the guarded way out."""

import base64
import binascii
import re
from collections.abc import Callable

from msgspec import Struct

from atsume import egress
from atsume.connectors.writing import AttachmentRestrictions, File
from atsume.egress import Egress, EgressFault
from atsume.errors import AtsumeError, Code
from atsume.model.ats.creation import AnsweredFile, AttachmentType, NewAttachment

DOWNLOAD_SECONDS = 3.0
"""For all redirects of one document together; whoever waits for the answer waits for this too."""
MOST = 20
"""Documents of one write: more than this nobody sends, and it is what Personio takes in a minute."""
_CONTENT_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(\s*;.*)?", re.ASCII)
_SAYS_NOTHING = frozenset({"application/octet-stream", "binary/octet-stream", "application/x-download"})


class Documents(Struct, frozen=True, kw_only=True):
    """How documents are had."""

    egress: Egress
    restrictions: AttachmentRestrictions
    seconds_left: Callable[[], float]

    def attachments(self, given: list[NewAttachment]) -> list[File]:
        """Return the documents of the attachments. Raises AtsumeError that names the input."""
        if len(given) > MOST:
            raise _invalid(
                f"`attachments` holds {len(given)} documents; at most {MOST} can be sent with one application."
            )
        return [self._file(f"attachments[{place}]", one, one.type) for place, one in enumerate(given)]

    def answer(self, origin: str, given: AnsweredFile) -> File:
        """Return the document that answers a question. Raises AtsumeError that names the input."""
        return self._file(origin, given, "OTHER")

    def _file(self, origin: str, given: NewAttachment | AnsweredFile, kind: AttachmentType) -> File:
        if (given.data is None) == (given.data_url is None):
            raise _invalid(f"`{origin}` must have exactly one of `data` (base64) and `data_url`.")
        if given.content_type is not None and not _CONTENT_TYPE.fullmatch(given.content_type):
            raise _invalid(f"`{origin}.content_type` must be like application/pdf.")
        most = self.restrictions.types[kind].max_file_size_bytes
        if given.data is not None:
            if given.content_type is None:
                raise _invalid(f"`{origin}.content_type` is missing; with `data` it is required.")
            content, told = _decoded(f"{origin}.data", given.data, most), given.content_type
        else:
            content, told = self._fetched(f"{origin}.data_url", given.data_url or "", most)
            told = given.content_type or told
        if not content:
            raise _invalid(f"`{origin}` is empty: the document has no bytes.")
        kind_told = None if told is None or told.partition(";")[0].strip().lower() in _SAYS_NOTHING else told
        return File(origin=origin, name=given.name, content_type=kind_told, content=content, type=kind)

    def _fetched(self, origin: str, url: str, most: int | None) -> tuple[bytes, str | None]:
        seconds = min(DOWNLOAD_SECONDS, self.seconds_left())
        try:
            answer = self.egress.download(url, max_bytes=most or egress.URL_MOST, timeout_seconds=max(seconds, 0.1))
        except EgressFault as fault:
            raise _invalid(f"`{origin}` cannot be fetched: {fault.message}") from fault
        return answer.body, answer.headers.get("content-type")


def _decoded(origin: str, text: str, most: int | None) -> bytes:
    if most is not None and len(text) > most * 4 // 3 + 1024:
        raise _invalid(f"`{origin}` holds more than {most} bytes.")
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise _invalid(
            f"`{origin}` is not base64. Send the document's bytes in base64, without a `data:` prefix."
        ) from None
    if most is not None and len(content) > most:
        raise _invalid(f"`{origin}` holds {len(content)} bytes; at most {most} are taken.")
    return content


def _invalid(message: str) -> AtsumeError:
    return AtsumeError(Code.INPUT_INVALID, message)
