"""POST /ats/jobs/{job_id}/applications and POST /ats/candidates: what is asked."""

import datetime as dt
import re
import types
import typing
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from atsume.actions.perform import Actions, Ask, Done
from atsume.api import gate, query
from atsume.api.ats import created
from atsume.api.endpoints import Call, Endpoint, Family
from atsume.api.query import Parameter
from atsume.connectors.writing import RemoteRequest
from atsume.crypto import SealBroken, seal, unseal
from atsume.errors import AtsumeError, Code
from atsume.ids import digest
from atsume.model.ats.creation import CreateApplication, CreateCandidate, Creation, Sent
from atsume.model.integration import State
from atsume.model.scope import allows_action
from atsume.store.rows import Filter, ListRequest, Op

APPLICATION, CANDIDATE = "ats_create_application", "ats_create_candidate"
KEY_MOST = 255
_REASON = re.compile(r"(?P<reason>.*?)(?: - at `(?P<path>\$.*)`)?$", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_TYPES = {"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "object": "an object",
          "array": "a list", "null": "absent"}  # fmt: skip
_EXPECTED = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")

PARAMETERS = (
    Parameter(
        name="dry_run",
        description="Return the exact requests that would be sent to the tool, secrets masked, and send nothing.",
        schema={"type": "string", "enum": ["true", "false"], "default": "false"},
    ),
    Parameter(
        name="Idempotency-Key",
        place="header",
        description="Names this request for 7 days: sent again with the same body, it has the same answer and no "
        "other effect; with another body it is refused.",
        schema={"type": "string", "minLength": 1, "maxLength": KEY_MOST},
    ),
)


class DryRun(Struct, kw_only=True):
    """What a dry run shows instead of a record."""

    dry_run: bool
    requests: list[RemoteRequest]


def _creation(call: Call, action: str) -> Creation:
    body = decoded(call.body, CreateApplication if action == APPLICATION else CreateCandidate)
    unknown = unknown_keys(msgspec.json.decode(call.body), type(body))
    if isinstance(body, CreateApplication):
        return Creation(sent=body, job_id=call.path["job_id"], stage_id=body.stage_id, unknown=unknown)
    return Creation(
        sent=body,
        job_id=body.application.job_id,
        stage_id=body.application.stage_id,
        job_path="application.job_id",
        stage_path="application.stage_id",
        unknown=unknown,
    )


def decoded(body: bytes, kind: type[Sent]) -> Any:
    """Return the body as a struct. Raises AtsumeError with a sentence that names the input, never its value."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise query.invalid(_sentence(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise query.invalid("The body is not JSON. Send an object with `candidate` and what else there is.") from None


def _sentence(error: str) -> str:
    match = _REASON.match(error)
    reason, path = (match["reason"], match["path"] or "$") if match else (error, "$")
    where = path.removeprefix("$").removeprefix(".")
    if missing := _MISSING.match(reason):
        return f"`{'.'.join(filter(None, (where, missing[1])))}` is missing. It is required."
    if expected := _EXPECTED.match(reason):
        wanted = " or ".join(
            _TYPES.get(one.strip(), one.strip()) for one in expected[1].split("|") if "null" not in one
        )
        return f"`{where or 'The body'}` must be {wanted}, not {_TYPES.get(expected[2], expected[2])}."
    if reason.startswith("Invalid enum value"):
        return f"`{where}` must be one of {', '.join(CHOICES.get(where.rpartition('.')[2], ()))}."
    return f"`{where or 'The body'}` cannot be read: {reason.partition('`')[0].strip()}."


CHOICES = {
    "gender": ("MALE", "FEMALE", "OTHER"),
    "period": ("MONTH", "YEAR"),
    "type": ("CV, COVER_LETTER, OTHER for attachments", "PERSONAL, WORK, OTHER elsewhere"),
}
"""Last part of an input's name → what it may be."""


def unknown_keys(told: Any, kind: Any, path: str = "") -> list[str]:
    """Return the names in a body that no input answers to; what is free-form is not looked into."""
    found: list[str] = []
    kinds = [k for k in _members(kind) if isinstance(k, type) and issubclass(k, Struct)]
    if isinstance(told, dict) and kinds:
        fields = {f.encode_name: f.type for k in kinds for f in msgspec.structs.fields(k)}
        for name, value in told.items():
            at = f"{path}.{name}" if path else str(name)
            found += unknown_keys(value, fields[name], at) if name in fields else [at]
    if isinstance(told, list):
        inner = [typing.get_args(k)[0] for k in _members(kind) if typing.get_origin(k) is list]
        for place, value in enumerate(told) if inner else ():
            found += unknown_keys(value, inner[0], f"{path}[{place}]")
    return found


def _members(kind: Any) -> tuple[Any, ...]:
    return (
        typing.get_args(kind)
        if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union
        else (kind,)
    )


def _answer(action: str, call: Call) -> bytes:
    asked_at, key = call.deps.now(), call.header(b"idempotency-key")
    with call.deps.in_flight.entered(call.integration.id, key, call.extra):
        actions = admitted(call, action)
        given = query.parse(call.query, frozenset({"dry_run"}))
        ask = Ask(
            integration=call.integration,
            action=action,
            creation=_creation(call, action),
            body_hash=_body_hash(call, action),
            key=_key(key),
            deadline=asked_at + dt.timedelta(seconds=actions.answer_seconds),
        )
        if "dry_run" in given and query.flag("dry_run", given["dry_run"]):
            return _dry(actions, ask)
        done = actions.perform(ask)
        return _told(call, actions, action, done)


def admitted(call: Call, action: str) -> Actions:
    """Return what carries out actions, when this integration may do this one. Raises AtsumeError."""
    integration, actions = call.integration, call.deps.actions
    if actions is None or actions.action(integration, action) is None:
        raise gate.refuse_action(call.deps, integration, action)
    gate.usable(integration)
    if integration.state is State.INVALID:
        raise AtsumeError(
            Code.CREDENTIALS_INVALID,
            "The tool does not accept the credentials of this integration any more. The end user has to relink it.",
        )
    if not allows_action(call.deps.scope(integration), action):
        raise AtsumeError(
            Code.ACTION_DISABLED, f'The "{action}" action is switched off for this integration by its scope config.'
        )
    return actions


def _key(key: str | None) -> str | None:
    if key is not None and not (0 < len(key) <= KEY_MOST and key.isprintable()):
        raise query.invalid(f"The Idempotency-Key header must hold 1 to {KEY_MOST} printable characters.")
    return key


def _body_hash(call: Call, action: str) -> str:
    """Return the hash of what is asked: order of keys and nulls do not count."""
    told = _without_nulls(msgspec.json.decode(call.body))
    return digest(action, call.path.get("job_id", ""), msgspec.json.encode(told, order="sorted").decode())


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def _dry(actions: Actions, ask: Ask) -> bytes:
    requests, warnings = actions.dry_run(ask)
    told = msgspec.json.encode([created.Warned(message=message) for message in warnings])
    data = msgspec.json.encode(DryRun(dry_run=True, requests=requests))
    return b'{"status":"success","data":' + data + b',"warnings":' + told + b"}"


def _told(call: Call, actions: Actions, action: str, done: Done) -> bytes:
    """Return the answer: the one that was given before, else a fresh one, kept when the request has a key."""
    keys, owner = actions.executor.encryption_key, call.integration.id
    if done.write.answer is not None:
        try:
            return unseal(keys, done.write.answer, owner)
        except SealBroken:
            pass  # sealed with a key that is gone: tell it anew
    answer = _composed(call, action, done)
    if done.write.key_hash is not None:
        call.deps.store.keep_answer(done.write.id, seal(keys, answer, owner))
    return answer


def _composed(call: Call, action: str, done: Done) -> bytes:
    candidate = _listed(call, "ats_candidates", done.candidate_id)
    if action == APPLICATION:
        listed = _listed(call, "ats_applications", done.application_id)
        if listed is not None:
            told = msgspec.json.decode(listed, type=dict[str, Any])
            if told.get("candidate_id") not in (None, done.candidate_id):  # it was joined to one that was there
                candidate = _listed(call, "ats_candidates", told["candidate_id"])
            return created.application(listed, candidate, done.warnings)
    elif candidate is not None:
        return created.candidate(candidate, done.warnings)
    raise AtsumeError(Code.UNKNOWN_ERROR, "The application was created, but its record cannot be shown at the moment.")


def _listed(call: Call, model: str, our_id: str) -> bytes | None:
    request = ListRequest(
        model=model,
        integration_no=call.integration.no,
        integration_id=call.integration.id,
        limit=1,
        filters=(Filter("id", Op.IN, (our_id,)),),
        include_deleted=True,
    )
    return call.deps.store.list_page(request).results or None


def _endpoint(path: str, name: str, action: str, summary: str, body: type[Struct], result: type[Struct]) -> Endpoint:
    answer: Callable[[Call], bytes] = partial(_answer, action)
    return Endpoint(
        method="POST",
        path=path,
        name=name,
        family=Family.ATS,
        summary=summary,
        parameters=PARAMETERS,
        body=body,
        result=result,
        fails_with=(403, 409, 502, 503),
        is_action=True,
        answer=answer,
    )


CREATE_APPLICATION = _endpoint(
    "/ats/jobs/{job_id}/applications",
    "PostAtsJobsJobIdApplications",
    APPLICATION,
    "Create application",
    CreateApplication,
    created.CreatedApplicationAnswer,
)
CREATE_CANDIDATE = _endpoint(
    "/ats/candidates",
    "PostAtsCandidates",
    CANDIDATE,
    "Create candidate",
    CreateCandidate,
    created.CreatedCandidateAnswer,
)
