"""How pages show moments, numbers and words of the wire. Pure."""

import datetime as dt
import re
from typing import Any

from markupsafe import Markup, escape

UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def moment(at: dt.datetime | None, none: str = "–") -> Markup:
    """Return a moment to the second, in UTC, for people and for machines."""
    if at is None:
        return Markup('<span class="none">{}</span>').format(none)
    at = at.astimezone(dt.UTC)
    return Markup('<time datetime="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), at.strftime("%Y-%m-%d %H:%M:%S")
    )


def ago(at: dt.datetime | None, now: dt.datetime, none: str = "never") -> Markup:
    """Return how long ago a moment is, or how far ahead, with the moment itself behind it."""
    if at is None:
        return Markup('<span class="none">{}</span>').format(none)
    seconds = (now - at).total_seconds()
    text = "now" if abs(seconds) < 1 else f"{span(seconds)} ago" if seconds > 0 else f"in {span(-seconds)}"
    exact = at.astimezone(dt.UTC)
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        exact.isoformat(timespec="seconds"), exact.strftime("%Y-%m-%d %H:%M:%S"), text
    )


def span(seconds: float) -> str:
    """Return a length of time with one unit, two for what is short of ten of the larger."""
    if 0 < seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    for place, (size, unit) in enumerate(UNITS):
        whole, rest = divmod(int(seconds), size)
        if whole or size == 1:
            smaller = UNITS[place + 1 : place + 2]
            minor = rest // smaller[0][0] if smaller and whole < 10 else 0
            return f"{whole} {unit}" + (f" {minor} {smaller[0][1]}" if minor else "")
    return "0 s"


def number(value: float) -> str:
    """Return a whole number in groups of three."""
    return f"{value:,.0f}"


def words(name: str) -> str:
    """Return a name of the wire or of the code as words: FIRST_SYNC_PENDING is "First sync pending"."""
    return name.replace("_", " ").strip().capitalize()


def prose(text: str) -> Markup:
    """Return a sentence, what stands in backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


FILTERS: dict[str, Any] = {
    "moment": moment, "ago": ago, "span": span, "number": number, "words": words, "prose": prose,
}  # fmt: skip
