"""What all unified records share.

A unified record holds the record's *own* wire keys in wire order, without our `id` and `changed_at`. References to
other records (`job_id`, `candidate_id`, …) hold the *remote* id until `refer` turns them into ours.
Fields typed `Hidden` never reach the wire: they only feed columns of the row (see `model/catalogue.py`).
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

Timestamp = str
"""A UTC moment as on the wire: `YYYY-MM-DDTHH:mm:ss.sssZ`. Sorts as text."""

PENDING = "pending:"
"""Begins the remote id of a record whose own is not known yet; no tool's ids look like that."""

Hidden = str | bool | None | UnsetType
"""A value for a column of the row that is not part of the wire record. Taken off before encoding."""

Refer = Callable[[str, str], str]
"""(model name, remote id) → our id."""


class Location(Struct, kw_only=True, gc=False):
    """A place. `raw` is what the tool says; the other parts only where they are certain."""

    city: str | None = None
    country: str | None = None
    """ISO 3166 alpha-2 when resolvable, else as the tool says."""
    raw: str | None = None
    state: str | None = None
    street_1: str | None = None
    street_2: str | None = None
    zip_code: str | None = None


class IntegrationFieldValue(Struct, kw_only=True, gc=False):
    """A passed-through field of the tool with its value on this record."""

    id: str
    key: str
    type: str
    """DEFAULT or CUSTOM."""
    value: Any
    label: str | None


class Record(Struct, kw_only=True, gc=False):
    """The base of every unified record and join."""

    remote_id: str


def timestamp(moment: dt.datetime) -> Timestamp:
    """Return an aware moment as on the wire, in UTC with milliseconds."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def join_id(*remote_ids: str) -> str:
    """Return the remote id of a join: the remote ids of what it joins, `/` between them."""
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in remote_ids)


def hide(record: Record, fields: tuple[str, ...]) -> None:
    """Take hidden fields off a record, so that encoding leaves them out."""
    for field in fields:
        setattr(record, field, UNSET)


encode = msgspec.json.Encoder().encode
"""The one encoder of records: what it writes is stored, sent and fingerprinted."""
