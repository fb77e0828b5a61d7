"""Users of the tool, and the hiring teams they form (GET /ats/users, jobs[].hiring_team)."""

from typing import Any

from msgspec import Struct

from atsume.model.record import Record, Refer


class User(Record):
    """A unified user: somebody who works in the tool."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    status: str | None = None
    """ACTIVE or INACTIVE (closed enum in the SDKs)."""
    remote_data: Any = None


class UserEmbed(Struct, kw_only=True, gc=False):
    """A user inside a hiring team."""

    id: str
    remote_id: str | None
    first_name: str | None
    last_name: str | None
    email: str | None


def embed(user: User, user_id: str) -> UserEmbed:
    """Return the user as it appears inside a hiring team."""
    return UserEmbed(
        id=user_id,
        remote_id=user.remote_id,
        first_name=user.first_name,
        last_name=user.last_name,
        email=user.email,
    )


class JobRole(Struct, kw_only=True, gc=False):
    """A role on a job: the tool's label and what it means."""

    remote_id: str | None
    remote_label: str | None
    unified_type: str | None
    """HIRING_MANAGER, RECRUITER, COORDINATOR, SOURCER, INTERVIEWER, ADMIN or null."""
    scope: str = "JOB"


class HiringTeamMember(Record):
    """A user on the team of a job: the join `ats_join_jobs_users`. `remote_id` is `job/user`."""

    job_id: str
    user_id: str
    roles: list[str] = []
    """Unified roles: HIRING_MANAGER, RECRUITER, COORDINATOR, SOURCER, INTERVIEWER."""
    job_roles: list[JobRole] = []


def refer_member(join: HiringTeamMember, ids: Refer) -> None:
    """Turn the remote ids of job and user into ours."""
    join.job_id = ids("ats_jobs", join.job_id)
    join.user_id = ids("ats_users", join.user_id)
