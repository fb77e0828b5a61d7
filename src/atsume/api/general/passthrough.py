"""POST /passthrough/{tool}/{api}: a caller's own request to the tool (kombo-wire D.3)."""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from atsume.actions.passthrough import Answered, Ask
from atsume.api import envelope, gate
from atsume.api.endpoints import Call, Endpoint, Family
from atsume.api.query import Parameter, invalid
from atsume.errors import AtsumeError, Code
from atsume.model.integration import State


class Warning_(Struct, frozen=True):
    """What went less than well."""

    message: str


class PassthroughAnswer(Struct, frozen=True):
    """The answer of POST /passthrough/{tool}/{api}."""

    status: Literal["success"]
    data: Answered
    warnings: list[Warning_]


_ask = msgspec.json.Decoder(Ask)


def _answer(call: Call) -> bytes:
    integration = call.integration
    gate.usable(integration)
    if call.path["tool"] != integration.tool:
        raise invalid(f"The integration is one of {integration.tool}; send to /passthrough/{integration.tool}/….")
    if integration.state is State.INVALID:
        raise AtsumeError(Code.CREDENTIALS_INVALID, "The tool refused the integration's credentials. Relink it.")
    if call.deps.passthrough is None:
        raise AtsumeError(Code.UNKNOWN_ERROR, "This process sends nothing to tools.")
    ask = _decoded(call.body)
    with call.deps.in_flight.entered(integration.id, None, call.extra):
        answered, warnings = call.deps.passthrough.send(integration, call.path["api"], ask)
    return envelope.encode(PassthroughAnswer("success", answered, [Warning_(sentence) for sentence in warnings]))


def _decoded(body: bytes) -> Ask:
    try:
        return _ask.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        told: Any = str(error) if isinstance(error, msgspec.ValidationError) else "it cannot be decoded."
        raise invalid(f'The body must be JSON like {{"method": "GET", "path": "/jobs"}}: {told}') from None


def _path(name: str, description: str) -> Parameter:
    return Parameter(name=name, place="path", required=True, description=description, schema={"type": "string"})


PASSTHROUGH = Endpoint(
    method="POST",
    path="/passthrough/{tool}/{api}",
    name="PostPassthroughToolApi",
    family=Family.GENERAL,
    summary="Send a request of your own to the tool",
    parameters=(_path("tool", "Id of the tool."), _path("api", "One of the tool's APIs.")),
    body=Ask,
    result=PassthroughAnswer,
    fails_with=(403, 409, 429, 503),
    answer=_answer,
)
