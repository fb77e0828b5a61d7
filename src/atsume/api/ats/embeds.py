"""Shapes that several lists embed. Strict: every key is always there, null where there is nothing."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

Id = Annotated[str, Meta(pattern="^[1-9A-HJ-NP-Za-km-z]{24}$")]
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
"""`YYYY-MM-DDTHH:mm:ss.sssZ`."""
CustomFields = dict[str, Any]
RemoteData = dict[str, Any]
OnOff = Literal["ACTIVE", "INACTIVE"]
Outcome = Literal["PENDING", "HIRED", "DECLINED"]


class Location(Struct, kw_only=True):
    """A place."""

    city: str | None
    country: str | None
    raw: str | None
    state: str | None
    street_1: str | None
    street_2: str | None
    zip_code: str | None


class IntegrationField(Struct, kw_only=True):
    """A passed-through field of the tool with its value."""

    id: str
    key: str
    type: Literal["DEFAULT", "CUSTOM"]
    value: Any
    label: str | None


class EmailAddress(Struct, kw_only=True):
    """An e-mail address."""

    email_address: str | None
    type: str | None


class PhoneNumber(Struct, kw_only=True):
    """A phone number."""

    phone_number: str
    type: str | None


class SocialMedia(Struct, kw_only=True):
    """A profile elsewhere."""

    link: str | None
    type: str | None
    username: str | None


class Tag(Struct, kw_only=True):
    """A tag."""

    id: Id
    remote_id: str | None
    name: str | None


class JobRef(Struct, kw_only=True):
    """A job inside another record."""

    id: Id
    remote_id: str
    name: str | None


class StageRef(Struct, kw_only=True):
    """The current stage inside an application of a candidate."""

    id: Id
    remote_id: str | None
    name: str | None
    index: int | None
