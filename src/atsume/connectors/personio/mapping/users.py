"""Users ← persons; hiring teams ← jobs."""

from atsume.connectors.mapping import Table, lacks, takes
from atsume.connectors.personio.assemble import MemberParts, UserParts
from atsume.connectors.personio.mapping.rules import role
from atsume.model.ats.users import HiringTeamMember, JobRole, User
from atsume.model.email import email
from atsume.model.record import join_id


def _first_name(user: UserParts) -> str | None:
    return (user.person.first_name or user.person.preferred_name or None) if user.person else None


def _roles(member: MemberParts) -> list[str]:
    return list(dict.fromkeys(unified for label in member.labels if (unified := role(label)) is not None))


def _job_roles(member: MemberParts) -> list[JobRole]:
    return [JobRole(remote_id=None, remote_label=label, unified_type=role(label)) for label in member.labels]


USERS = Table(
    UserParts,
    User,
    model="ats_users",
    label="Users",
    rows=[
        takes("remote_id", lambda u: u.remote_id, "id"),
        takes("first_name", _first_name, "first_name, else preferred_name", "null when not readable"),
        takes("last_name", lambda u: (u.person and u.person.last_name) or None, "last_name", "null when not readable"),
        takes("email", lambda u: email(u.person.email) if u.person else None, "email", "null when not readable"),
        lacks("status", "Not part of the Personio coverage."),
        takes("remote_data", lambda _: None, "v2 object", "off by default; names, e-mail, status and times only"),
    ],
)
HIRING_TEAM = Table(
    MemberParts,
    HiringTeamMember,
    model="ats_join_jobs_users",
    label="Job hiring team members",
    rows=[
        takes("remote_id", lambda m: join_id(m.job_id, m.user_id), "job × person"),
        takes("job_id", lambda m: m.job_id, "job.id"),
        takes("user_id", lambda m: m.user_id, "person.id"),
        takes("roles", _roles, "role.name", "by words of the label, which is free text"),
        takes("job_roles", _job_roles, "role.name", "the label as it is"),
    ],
)
