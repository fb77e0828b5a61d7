"""A caller's own request to the tool: body made, sent with our authentication, answered, written down.

Off unless the environment allows it. The exchange is kept without bodies and without the values of its query.
"""

import base64
import binascii
import secrets
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from atsume.actions.sessions import Sessions
from atsume.connectors.forwarding import Forward, Forwarded, Forwarding
from atsume.egress import Egress, EgressFault
from atsume.errors import AtsumeError, Code
from atsume.ids import random_id
from atsume.model.integration import Integration
from atsume.store.rows import LoggedExchange
from atsume.store.store import Store
from atsume.sync.execute import FAULT_FROM, Executor

FILE_MOST_BYTES = 20 * 1024 * 1024
FILES_MOST = 20
DOWNLOAD_SECONDS = 5.0


class FormFile(Struct, kw_only=True):
    """A file of a form: its bytes in base64, or where they are."""

    name: str
    content_type: str | None = None
    data_url: str | None = None
    data: str | None = None


class FormPart(Struct, kw_only=True):
    """A part of a form: text or a file."""

    name: str
    value: str | FormFile


class Ask(Struct, kw_only=True):
    """What a caller wants to send."""

    method: Literal["GET", "POST", "DELETE", "PUT", "PATCH"]
    path: str
    headers: dict[str, str] | None = None
    params: dict[str, str] | None = None
    data: Any = None
    """Object or array: JSON. Text: as it is."""
    response_as_base64: bool | None = None
    multipart_form_data: list[FormPart] | None = None
    api_options: dict[str, str] | None = None


class Answered(Struct, kw_only=True):
    """What the tool answered."""

    url: str
    status: int
    headers: dict[str, str | list[str]]
    data: Any


class Passthrough:
    """Sends callers' requests. One for the life of the process, used by many threads."""

    def __init__(self, executor: Executor, egress: Egress) -> None:
        self._executor, self._egress = executor, egress
        self._sessions = Sessions(executor)

    def send(self, integration: Integration, api: str, ask: Ask) -> tuple[Answered, list[str]]:
        """Send it and return the answer, whatever its status, and warnings. Raises AtsumeError."""
        allowed(self._executor.store, integration)
        session = self._sessions.session(integration)
        if not isinstance(session, Forwarding):
            raise AtsumeError(Code.INPUT_INVALID, f"There is no passthrough to {integration.tool}.")
        body, content_type = self._body(ask)
        headers = dict(ask.headers or {})
        if content_type is not None and (ask.multipart_form_data or not _names(headers, "content-type")):
            headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
            headers["Content-Type"] = content_type
        forwarded = session.forward(
            Forward(
                api=api,
                method=ask.method,
                path=ask.path,
                params=ask.params or {},
                headers=headers,
                body=body,
                options=ask.api_options or {},
            )
        )
        self._write_down(integration, api, ask, forwarded)
        return _answered(ask, forwarded)

    def close(self) -> None:
        """Release connections."""
        self._sessions.close()

    def _body(self, ask: Ask) -> tuple[bytes | None, str | None]:
        if ask.multipart_form_data is not None:
            if ask.data is not None:
                raise _invalid("Send `data` or `multipart_form_data`, not both.")
            return self._form(ask.multipart_form_data)
        if ask.data is None:
            return None, None
        if isinstance(ask.data, str):
            return ask.data.encode(), "text/plain; charset=utf-8"
        return msgspec.json.encode(ask.data), "application/json"

    def _form(self, parts: list[FormPart]) -> tuple[bytes, str]:
        if sum(isinstance(part.value, FormFile) for part in parts) > FILES_MOST:
            raise _invalid(f"`multipart_form_data` holds more than {FILES_MOST} files.")
        boundary = secrets.token_hex(16)
        lines: list[bytes] = []
        for number, part in enumerate(parts):
            origin, value = f"multipart_form_data[{number}]", part.value
            head = f'Content-Disposition: form-data; name="{_quoted(part.name)}"'
            if isinstance(value, str):
                lines += [f"--{boundary}".encode(), head.encode(), b"", value.encode()]
                continue
            content, told = self._content(f"{origin}.value", value)
            kind = f"Content-Type: {_plain_type(origin, value.content_type or told or 'application/octet-stream')}"
            lines += [f"--{boundary}".encode(), f'{head}; filename="{_quoted(value.name)}"'.encode()]
            lines += [kind.encode(), b"", content]
        lines += [f"--{boundary}--".encode(), b""]
        return b"\r\n".join(lines), f"multipart/form-data; boundary={boundary}"

    def _content(self, origin: str, file: FormFile) -> tuple[bytes, str | None]:
        if (file.data is None) == (file.data_url is None):
            raise _invalid(f"`{origin}` must have exactly one of `data` (base64) and `data_url`.")
        if file.data is not None:
            try:
                return base64.b64decode("".join(file.data.split()), validate=True), None
            except (binascii.Error, ValueError):
                raise _invalid(f"`{origin}.data` is not base64.") from None
        try:
            answer = self._egress.download(
                file.data_url or "", max_bytes=FILE_MOST_BYTES, timeout_seconds=DOWNLOAD_SECONDS
            )
        except EgressFault as fault:
            raise _invalid(f"`{origin}.data_url` cannot be fetched: {fault.message}") from fault
        return answer.body, answer.headers.get("content-type")

    def _write_down(self, integration: Integration, api: str, ask: Ask, done: Forwarded) -> None:
        if done.status >= FAULT_FROM:
            return  # the session's observer has written it down
        self._executor.store.add_exchange(
            LoggedExchange(
                id=random_id(),
                direction="out",
                at=self._executor.now(),
                method=ask.method,
                url=done.shown_url,
                status=done.status,
                duration_seconds=done.duration_seconds,
                environment_id=integration.environment_id,
                integration_id=integration.id,
                message=f"Passthrough to {integration.tool}/{api}.",
            )
        )


def allowed(store: Store, integration: Integration) -> None:
    """Raise AtsumeError unless the environment, or the integration itself, allows passthrough."""
    if not store.in_force(integration).passthrough:
        raise AtsumeError(
            Code.ACTION_DISABLED,
            "Passthrough is off. Whoever runs this server turns it on with "
            f"`atsume environments set {integration.environment_id} passthrough=true`.",
        )


def _answered(ask: Ask, done: Forwarded) -> tuple[Answered, list[str]]:
    told: dict[str, str | list[str]] = dict(done.headers)
    data, warning = _data(done, as_base64=bool(ask.response_as_base64))
    warnings = [*done.warnings, *([warning] if warning else [])]
    return Answered(url=done.url, status=done.status, headers=told, data=data), warnings


def _data(done: Forwarded, *, as_base64: bool) -> tuple[Any, str | None]:
    """Return the body as the caller gets it, and what to say about that."""
    encoded = base64.b64encode(done.body).decode()
    if as_base64:
        return encoded, None
    if not done.body:
        return None, None
    kind = done.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.endswith(("/json", "+json")):
        try:
            return msgspec.json.decode(done.body), None
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
    try:
        return done.body.decode(), None
    except UnicodeDecodeError:
        return encoded, "The answer is not text, so `data` is base64. Ask with `response_as_base64` to expect that."


def _names(headers: Mapping[str, str], name: str) -> bool:
    return any(given.lower() == name for given in headers)


def _quoted(text: str) -> str:
    """Return a name inside a form's header: what would end it is percent-encoded (WHATWG, multipart/form-data)."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A").replace("\0", "%00")


def _plain_type(origin: str, text: str) -> str:
    if any(ord(letter) < 32 or ord(letter) > 126 for letter in text) or "/" not in text:
        raise _invalid(f"`{origin}.value.content_type` must be like application/pdf.")
    return text


def _invalid(message: str) -> AtsumeError:
    return AtsumeError(Code.INPUT_INVALID, message)
