"""What can be seen of a running server: structured logs, with secrets taken out before they are written."""

import contextvars
import logging
import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import structlog

_SECRET = re.compile(r"(Bearer\s+)[\w.\-~+/=]+|(papi-)[\w-]+|(atsume_)[\w-]{8,}", re.IGNORECASE)


def redact(text: str) -> str:
    """Return the text with everything that looks like one of our or Personio's secrets replaced."""
    return _SECRET.sub(lambda m: next(g for g in m.groups() if g) + "[redacted]", text)


def _redact_event(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}


def configure(*, as_json: bool, level: int = logging.INFO) -> None:
    """Send logs to stderr: JSON lines for machines, coloured lines for a terminal."""
    renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact_event,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def about(**names: str) -> AbstractContextManager[None]:
    """Put these names into every log line of this thread, and of the threads that `inherited` starts, inside."""
    return structlog.contextvars.bound_contextvars(**names)


def inherited(work: Callable[[], None]) -> Callable[[], None]:
    """Return the work, to be done in another thread, with the names that this thread's log lines have."""
    context = contextvars.copy_context()
    return lambda: context.run(work)


log: structlog.typing.FilteringBoundLogger = structlog.get_logger("atsume")
"""The logger. Give it names and numbers, never record contents."""
