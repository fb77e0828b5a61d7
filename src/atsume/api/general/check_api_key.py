"""GET /check-api-key."""

from typing import Literal

from msgspec import Struct

from atsume.api import envelope
from atsume.api.endpoints import Call, Endpoint, Family


class CheckedKey(Struct, frozen=True):
    """Whose key it is. `customer_id` is for older clients and the same."""

    environment_id: str
    customer_id: str


class CheckApiKeyAnswer(Struct, frozen=True):
    """The answer of GET /check-api-key."""

    status: Literal["success"]
    data: CheckedKey


def _answer(call: Call) -> bytes:
    return envelope.success(CheckedKey(call.key.environment_id, call.key.environment_id))


CHECK_API_KEY = Endpoint(
    method="GET",
    path="/check-api-key",
    name="GetCheckApiKey",
    family=Family.GENERAL,
    summary="Check an API key",
    of_integration=False,
    result=CheckApiKeyAnswer,
    answer=_answer,
)
