"""What an endpoint is: one struct, from which the route, its documentation and its answer are made."""

from collections.abc import Callable
from enum import Enum

from msgspec import Struct

from atsume.api.deps import Deps
from atsume.api.query import Parameter
from atsume.errors import AtsumeError, Code
from atsume.model.integration import Integration
from atsume.quota import Header
from atsume.store.rows import ApiKey

PREFIX = "/v1"


class Family(Enum):
    """Which error codes may go out: the SDKs know different ones for each."""

    GENERAL = "General"
    CONNECT = "Connect"
    ATS = "Unified ATS API"
    ASSESSMENT = "Assessment and background check"

    @property
    def is_general(self) -> bool:
        """Whether only PLATFORM codes may go out."""
        return self in (Family.GENERAL, Family.CONNECT)


class Call(Struct, frozen=True):
    """An authenticated request for one endpoint."""

    deps: Deps
    key: ApiKey
    named: Integration | None
    """The integration of the X-Integration-Id header; see `integration`."""
    query: bytes
    path: dict[str, str]
    """Path parameters, decoded."""
    body: bytes
    header: Callable[[bytes], str | None] = lambda _name: None
    """Value of a request header, by its name in lower case."""
    extra: list[Header] = []
    """Headers to add to the answer, whatever becomes of it."""

    @property
    def integration(self) -> Integration:
        """The integration this call is about."""
        if self.named is None:
            raise AtsumeError(Code.UNKNOWN_ERROR, "This endpoint does not work on an integration.")
        return self.named


class Endpoint(Struct, frozen=True, kw_only=True):
    """One method and path."""

    method: str
    path: str
    """Below `/v1`, parameters in braces."""
    name: str
    """Operation id."""
    family: Family
    summary: str
    answer: Callable[[Call], bytes]
    """The body of the success. Raises AtsumeError."""
    of_integration: bool = True
    """Whether X-Integration-Id is required."""
    parameters: tuple[Parameter, ...] = ()
    body: type[Struct] | None = None
    result: type[Struct] | None = None
    """Struct of the success envelope; None where there is no success yet."""
    fails_with: tuple[int, ...] = ()
    """HTTP statuses that are this endpoint's own, for the document."""
    is_action: bool = False
    """Whether it asks the tool, which takes seconds: such requests have threads of their own."""
