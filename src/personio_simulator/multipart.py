"""Reads the one part `file` out of a multipart body."""

from typing import Any

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header


def file_part(content_type: str, body: bytes) -> tuple[str, bytes] | None:
    """Return (file name, content) of the part named `file`, or None when the body is broken or lacks it."""
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or b"boundary" not in options:
        return None
    reader = _Reader()
    try:
        parser = MultipartParser(options[b"boundary"], reader.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError:
        return None
    files = [item for item in reader.parts if item[0] == "file"]
    return (files[0][1], files[0][2]) if reader.ended and len(files) == 1 else None


class _Reader:
    """Collects parts as (name, file name, content)."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, str, bytes]] = []
        self.ended = False
        self.header = [bytearray(), bytearray()]
        self.disposition = b""
        self.content: list[bytes] = []

    def callbacks(self) -> Any:
        """Return the functions the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_part_data": lambda data, start, end: self.content.append(data[start:end]),
            "on_part_end": self._end_part,
            "on_header_field": lambda data, start, end: self.header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self.header[1].extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self.disposition, self.content = b"", []
        self.header = [bytearray(), bytearray()]

    def _end_header(self) -> None:
        if bytes(self.header[0]).lower() == b"content-disposition":
            self.disposition = bytes(self.header[1])
        self.header = [bytearray(), bytearray()]

    def _end_part(self) -> None:
        _, options = parse_options_header(self.disposition)
        name = options.get(b"name", b"").decode("utf-8", "replace")
        filename = options.get(b"filename", b"").decode("utf-8", "replace")
        self.parts.append((name, filename, b"".join(self.content)))

    def _end(self) -> None:
        self.ended = True
