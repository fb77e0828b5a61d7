"""Rules for identifying values that several connectors share: e-mail addresses and countries. Pure."""

import re

_EMAIL = re.compile(r"^(?!\.)(?!.*\.\.)([\w'+\-.]*)[\w+\-]@([\da-z][\da-z-]*\.)+[a-z]{2,}$", re.IGNORECASE)
"""Source: the documented validation of `email_addresses` (docs.kombo.dev OpenAPI)."""


def email(text: str | None) -> str | None:
    """Return a valid e-mail address as written, else None: invalid ones never reach the wire."""
    text = (text or "").strip()
    return text if _EMAIL.match(text) else None
