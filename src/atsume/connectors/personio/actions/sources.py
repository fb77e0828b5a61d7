"""Where a candidate comes from: a recruiting channel of Personio, which is a number.

Order: the caller's id, the caller's unified key or name, the integration's own channel, the environment's name.
"""

from collections.abc import Sequence

from atsume.connectors.personio.actions.draft import Draft, invalid
from atsume.connectors.writing import Channel

HOW = (
    "Create the channel in Personio (Settings, Recruiting, Channels), then give its number to the integration: "
    "`atsume integrations channels add`."
)


def put_source(draft: Draft) -> None:
    """Choose the channel and set it."""
    source = draft.wanted.creation.sent.source
    if source is not None and source.id is not None and source.id.strip():
        draft.body["recruiting_channel_id"] = _number("source.id", source.id.strip())
        draft.origins["recruiting_channel_id"] = "source.id"
        return
    name = source.name.strip() if source is not None and source.name else None
    key = source.unified_key.strip() if source is not None and source.unified_key else None
    if name or key:
        found = _keyed(draft.wanted.channels, key) or named(draft.wanted.channels, name)
        if found is not None:
            _set(draft, found.remote_id, "source.unified_key" if key and found.unified_key == key else "source.name")
            return
        asked = " or ".join(f"`source.{n}`" for n, v in (("unified_key", key), ("name", name)) if v)
        draft.warn(f"{asked} names no recruiting channel that is known for this integration. {HOW}")
    _default(draft)


def _default(draft: Draft) -> None:
    """Attribute automatically."""
    if draft.settings.recruiting_channel_id is not None:
        _set(draft, str(draft.settings.recruiting_channel_id), "the integration's recruiting channel")
        return
    attribution = draft.wanted.attribution
    if attribution is None:
        return
    found = named(draft.wanted.channels, attribution)
    if found is not None:
        _set(draft, found.remote_id, f"the recruiting channel {found.name}")
    else:
        draft.warn(f"No source was written: no recruiting channel called {attribution} is known. {HOW}")


def named(channels: Sequence[Channel], name: str | None) -> Channel | None:
    """Return the channel of that name, in any case."""
    wanted = name.casefold() if name else None
    return next((c for c in channels if c.name.strip().casefold() == wanted), None)


def _keyed(channels: Sequence[Channel], key: str | None) -> Channel | None:
    return next((c for c in channels if key is not None and c.unified_key == key), None)


def _set(draft: Draft, remote_id: str, origin: str) -> None:
    draft.body["recruiting_channel_id"] = _number(origin, remote_id)
    draft.origins["recruiting_channel_id"] = origin
    draft.droppable_channel = origin


def _number(origin: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise invalid(f"`{origin}` must be the number of a recruiting channel, such as 250624.")
    return int(text)
