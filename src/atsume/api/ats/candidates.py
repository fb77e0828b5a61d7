"""GET /ats/candidates."""

from typing import Literal

from msgspec import Struct

from atsume.api import query
from atsume.api.ats.embeds import (
    CustomFields,
    EmailAddress,
    Id,
    IntegrationField,
    JobRef,
    Location,
    Moment,
    Outcome,
    PhoneNumber,
    RemoteData,
    SocialMedia,
    StageRef,
    Tag,
)
from atsume.api.paging import TEXT, Listing, Where
from atsume.store.rows import Op


class CandidateApplication(Struct, kw_only=True):
    """An application inside its candidate."""

    id: Id
    remote_id: str | None
    outcome: Outcome | None
    rejection_reason_name: str | None
    rejected_at: Moment | None
    remote_url: str | None
    changed_at: Moment
    remote_created_at: Moment | None
    remote_updated_at: Moment | None
    current_stage: StageRef | None
    job: JobRef | None


class CandidateFacts(Struct, kw_only=True):
    """What every telling of a candidate holds."""

    id: Id
    remote_id: str
    first_name: str | None
    last_name: str | None
    company: str | None
    title: str | None
    confidential: bool | None
    source: str | None
    phone_numbers: list[PhoneNumber] | None
    email_addresses: list[EmailAddress] | None
    social_media: list[SocialMedia] | None
    location: Location | None
    custom_fields: CustomFields | None
    integration_fields: list[IntegrationField]
    remote_url: str | None
    remote_created_at: Moment | None
    remote_updated_at: Moment | None
    remote_data: RemoteData | None
    changed_at: Moment
    remote_deleted_at: Moment | None


class Candidate(CandidateFacts, kw_only=True):
    """Somebody who applies."""

    applications: list[CandidateApplication]
    tags: list[Tag]


class CandidatePage(Struct, kw_only=True):
    """Candidates and the cursor of the next page."""

    results: list[Candidate]
    next: str | None


class CandidatesAnswer(Struct, kw_only=True):
    """The answer of GET /ats/candidates."""

    status: Literal["success"]
    data: CandidatePage


CANDIDATES = Listing(
    path="/ats/candidates",
    model="ats_candidates",
    name="GetAtsCandidates",
    summary="Get candidates",
    page=CandidatesAnswer,
    filters=(
        Where(
            name="email",
            column="emails",
            op=Op.HAS_LINE,
            read=query.email,
            field="email_addresses",
            schema={"type": "string", "format": "email"},
            description="Only candidates with this e-mail address, in any case.",
        ),
        Where(
            name="job_ids",
            column="id",
            op=Op.HAS_APPLICATION_FOR,
            read=query.csv,
            description="Only candidates who applied for one of these jobs.",
        ),
        Where(
            name="first_name",
            column="first_name_lower",
            read=query.lowered,
            field="first_name",
            schema=TEXT,
            description="Only candidates with exactly this first name, in any case.",
        ),
        Where(
            name="last_name",
            column="last_name_lower",
            read=query.lowered,
            field="last_name",
            schema=TEXT,
            description="Only candidates with exactly this last name, in any case.",
        ),
    ),
)
