"""GET /ats/actions/{action}: what a tool takes of attachments."""

from functools import partial
from typing import Literal

from msgspec import Struct

from atsume.api import envelope
from atsume.api.ats.create import APPLICATION, CANDIDATE, admitted
from atsume.api.endpoints import Call, Endpoint, Family
from atsume.connectors.writing import AttachmentRestrictions


class ActionDetails(Struct, kw_only=True):
    """What is to be known of an action."""

    attachment_restrictions: AttachmentRestrictions | None


class ActionAnswer(Struct, kw_only=True):
    """The answer of GET /ats/actions/{action}."""

    status: Literal["success"]
    data: ActionDetails


def _answer(action: str, call: Call) -> bytes:
    offered = admitted(call, action).action(call.integration, action)
    restrictions = None if offered is None else offered.attachments
    return envelope.success(ActionDetails(attachment_restrictions=restrictions))


def endpoints() -> list[Endpoint]:
    """Return those of both actions."""
    return [
        Endpoint(
            method="GET",
            path=f"/ats/actions/{action}",
            name=f"GetAtsActions{action.title().replace('_', '')}",
            family=Family.ATS,
            summary=f"Get what attachments the action takes: {action}",
            result=ActionAnswer,
            fails_with=(403, 409),
            answer=partial(_answer, action),
        )
        for action in (APPLICATION, CANDIDATE)
    ]
