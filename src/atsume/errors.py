"""Every error a caller can meet: wire code, title, HTTP status, who can fix it. One table.

Add a code here, never a string elsewhere. A published code keeps its meaning; a retired one stays as a comment.
The enum is closed in the official SDKs, so only the codes they know may go out.
Source: docs.kombo.dev/ats/guides/errors and the SDKs' `KomboAtsErrorCode`.
"""

from enum import Enum


class Fixer(Enum):
    """Who can make the error go away."""

    CALLER = "caller"
    END_USER = "end_user"
    OPERATOR = "operator"
    WAIT = "wait"


class Code(Enum):
    """The wire codes: (code, title, HTTP status, fixer)."""

    AUTHENTICATION_INVALID = ("PLATFORM.AUTHENTICATION_INVALID", "API key invalid", 401, Fixer.CALLER)
    IP_NOT_WHITELISTED = ("PLATFORM.IP_NOT_WHITELISTED", "Address not allowed", 403, Fixer.CALLER)
    INPUT_INVALID = ("PLATFORM.INPUT_INVALID", "Input invalid", 400, Fixer.CALLER)
    INTEGRATION_NOT_FOUND = ("PLATFORM.INTEGRATION_NOT_FOUND", "Integration not found", 404, Fixer.CALLER)
    RATE_LIMIT_EXCEEDED = ("PLATFORM.RATE_LIMIT_EXCEEDED", "Rate limit exceeded", 429, Fixer.WAIT)
    CONCURRENCY_LIMIT_EXCEEDED = (
        "PLATFORM.CONCURRENCY_LIMIT_EXCEEDED",
        "Too many actions in flight",
        429,
        Fixer.WAIT,
    )
    TASK_TIMED_OUT = ("PLATFORM.TASK_TIMED_OUT", "Task timed out", 504, Fixer.WAIT)
    UNKNOWN_ERROR = ("PLATFORM.UNKNOWN_ERROR", "Unexpected error", 500, Fixer.OPERATOR)

    PERMISSION_MISSING = ("INTEGRATION.PERMISSION_MISSING", "Permission missing", 403, Fixer.END_USER)
    CREDENTIALS_INVALID = (
        "INTEGRATION.AUTHENTICATION_INVALID",
        "Credentials of the tool refused",
        403,
        Fixer.END_USER,
    )
    SETUP_INCOMPLETE = ("INTEGRATION.SETUP_INCOMPLETE", "Setup incomplete", 409, Fixer.END_USER)
    SETUP_SYNC_PENDING = ("INTEGRATION.SETUP_SYNC_PENDING", "First sync still running", 409, Fixer.WAIT)
    QA_FAILED = ("INTEGRATION.QA_FAILED", "Quality check failed", 409, Fixer.OPERATOR)
    INACTIVE = ("INTEGRATION.INACTIVE", "Integration disabled", 409, Fixer.CALLER)
    MODEL_NOT_AVAILABLE = (
        "INTEGRATION.MODEL_NOT_AVAILABLE",
        "This data model isn't supported for the selected integration.",
        400,
        Fixer.CALLER,
    )
    MODEL_DISABLED = ("INTEGRATION.MODEL_DISABLED", "Model disabled", 403, Fixer.CALLER)
    ACTION_NOT_AVAILABLE = (
        "INTEGRATION.ACTION_NOT_AVAILABLE",
        "This action isn't supported for the selected integration.",
        400,
        Fixer.CALLER,
    )
    ACTION_DISABLED = ("INTEGRATION.ACTION_DISABLED", "Action disabled", 403, Fixer.CALLER)

    SERVICE_UNAVAILABLE = ("REMOTE.SERVICE_UNAVAILABLE", "Tool unavailable", 503, Fixer.WAIT)
    REMOTE_RATE_LIMIT = ("REMOTE.RATE_LIMIT_EXCEEDED", "Tool's rate limit exceeded", 429, Fixer.WAIT)
    REMOTE_INPUT_INVALID = ("REMOTE.INPUT_INVALID", "Tool refused the input", 400, Fixer.CALLER)
    UNKNOWN_HTTP_ERROR = ("REMOTE.UNKNOWN_HTTP_ERROR", "Unexpected answer of the tool", 502, Fixer.WAIT)

    JOB_CLOSED = ("ATS.JOB_CLOSED", "Job closed", 400, Fixer.CALLER)
    APPLICATION_ALREADY_EXISTS = (
        "ATS.APPLICATION_ALREADY_EXISTS",
        "Candidate has already applied to this job.",
        409,
        Fixer.CALLER,
    )

    def __init__(self, wire: str, title: str, status: int, fixer: Fixer) -> None:
        self.wire, self.title, self.status, self.fixer = wire, title, status, fixer

    @property
    def is_general(self) -> bool:
        """Whether general endpoints may send it: they know `PLATFORM.*` only, else the code goes out as null."""
        return self.wire.startswith("PLATFORM.")


class AtsumeError(Exception):
    """Something to tell the caller: a code and a message that says what happened and what to do.

    The message must hold no secret and no personal data: it is logged and sent.
    """

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.retry_after_seconds: float | None = None
        """When trying again can help, where that is known."""


class CredentialsRefused(AtsumeError):
    """The tool refused the credentials themselves; nothing else can work until somebody relinks."""

    def __init__(self, message: str) -> None:
        super().__init__(Code.CREDENTIALS_INVALID, message)


class PermissionMissing(AtsumeError):
    """The credentials are good, one right is missing."""

    def __init__(self, message: str) -> None:
        super().__init__(Code.PERMISSION_MISSING, message)


class RemoteFault(AtsumeError):
    """The tool failed or answered what cannot be read; nothing may be concluded from it."""

    def __init__(self, message: str, code: Code = Code.SERVICE_UNAVAILABLE) -> None:
        super().__init__(code, message)
