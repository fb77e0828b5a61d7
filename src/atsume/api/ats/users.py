"""GET /ats/users."""

from typing import Literal

from msgspec import Struct

from atsume.api import query
from atsume.api.ats.embeds import Id, Moment, OnOff, RemoteData
from atsume.api.paging import Listing, Where

UnifiedRole = Literal["HIRING_MANAGER", "RECRUITER", "COORDINATOR", "SOURCER", "INTERVIEWER", "ADMIN"]


class SystemRole(Struct, kw_only=True):
    """A role in the whole tool."""

    remote_id: str | None
    remote_label: str | None
    unified_type: UnifiedRole | None
    scope: Literal["SYSTEM"]


class User(Struct, kw_only=True):
    """Somebody who works in the tool."""

    id: Id
    remote_id: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    status: OnOff | None
    remote_data: RemoteData | None
    changed_at: Moment
    remote_deleted_at: Moment | None
    system_roles: list[SystemRole]


class UserPage(Struct, kw_only=True):
    """Users and the cursor of the next page."""

    results: list[User]
    next: str | None


class UsersAnswer(Struct, kw_only=True):
    """The answer of GET /ats/users."""

    status: Literal["success"]
    data: UserPage


USERS = Listing(
    path="/ats/users",
    model="ats_users",
    name="GetAtsUsers",
    summary="Get users",
    page=UsersAnswer,
    filters=(
        Where(
            name="emails",
            column="email",
            read=query.emails,
            field="email",
            description="Only users with one of these e-mail addresses, in any case.",
        ),
    ),
)
