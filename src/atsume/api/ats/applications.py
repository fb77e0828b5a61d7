"""GET /ats/applications."""

from typing import Any, Literal

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
    OnOff,
    Outcome,
    PhoneNumber,
    RemoteData,
    SocialMedia,
    Tag,
)
from atsume.api.paging import DATE, Listing, Where, words, words_csv
from atsume.store.rows import Op

_OUTCOMES = ("PENDING", "HIRED", "DECLINED")


class AnsweredQuestion(Struct, kw_only=True):
    """The question of an answer; `type` tells which key the answer has."""

    remote_id: str | None
    title: str
    type: Literal["TEXT", "SINGLE_SELECT", "MULTI_SELECT", "BOOLEAN", "NUMBER", "DATE", "UNKNOWN"]


class QuestionAnswer(Struct, kw_only=True):
    """A screening question and its answer: content, choice, choices, checked, number, date or raw."""

    answer: dict[str, Any]
    question: AnsweredQuestion


class CandidateRef(Struct, kw_only=True):
    """The candidate inside an application."""

    id: Id
    remote_id: str
    first_name: str | None
    last_name: str | None
    email_addresses: list[EmailAddress] | None
    phone_numbers: list[PhoneNumber] | None
    social_media: list[SocialMedia] | None
    source: str | None
    remote_url: str | None
    tags: list[Tag]


class CurrentStage(Struct, kw_only=True):
    """The stage in which the application stands."""

    id: Id
    remote_id: str | None
    name: str | None
    status: OnOff | None
    custom_fields: CustomFields | None
    index: int | None


class InterviewRef(Struct, kw_only=True):
    """An interview inside an application."""

    id: Id
    remote_id: str | None
    title: str | None
    starting_at: Moment | None
    ending_at: Moment | None
    canceled: bool | None
    location: Location | None


class OfferRef(Struct, kw_only=True):
    """An offer inside an application."""

    id: Id
    remote_id: str | None
    status: Literal["ACCEPTED", "DECLINED", "SENT", "APPROVED", "DRAFT", "ABANDONED"] | None


class ApplicationFacts(Struct, kw_only=True):
    """What every telling of an application begins with."""

    id: Id
    remote_id: str | None
    outcome: Outcome | None
    rejection_reason_name: str | None
    rejected_at: Moment | None
    current_stage_id: Id | None
    job_id: Id | None
    candidate_id: Id | None
    screening_question_answers: list[QuestionAnswer] | None
    custom_fields: CustomFields | None
    integration_fields: list[IntegrationField]
    remote_url: str | None


class Application(ApplicationFacts, kw_only=True):
    """What a candidate sent for a job."""

    remote_created_at: Moment | None
    remote_updated_at: Moment | None
    remote_data: RemoteData | None
    changed_at: Moment
    remote_deleted_at: Moment | None
    candidate: CandidateRef | None
    current_stage: CurrentStage | None
    job: JobRef | None
    interviews: list[InterviewRef]
    offers: list[OfferRef]


class ApplicationPage(Struct, kw_only=True):
    """Applications and the cursor of the next page."""

    results: list[Application]
    next: str | None


class ApplicationsAnswer(Struct, kw_only=True):
    """The answer of GET /ats/applications."""

    status: Literal["success"]
    data: ApplicationPage


APPLICATIONS = Listing(
    path="/ats/applications",
    model="ats_applications",
    name="GetAtsApplications",
    summary="Get applications",
    page=ApplicationsAnswer,
    filters=(
        Where(
            name="outcomes",
            column="outcome",
            read=query.one_of(_OUTCOMES, several=True),
            field="outcome",
            schema=words_csv(*_OUTCOMES),
            description="Only applications with one of these outcomes.",
        ),
        Where(
            name="outcome",
            column="outcome",
            read=query.one_of(_OUTCOMES, several=False),
            field="outcome",
            schema=words(*_OUTCOMES),
            description="Deprecated: use `outcomes`.",
        ),
        Where(name="job_ids", column="job_id", read=query.csv, description="Only applications for these jobs."),
        Where(
            name="job_remote_ids",
            column="job_id",
            read=query.csv,
            remote_of="ats_jobs",
            description="Only applications for the jobs with these ids of the tool.",
        ),
        Where(
            name="current_stage_ids",
            column="current_stage_id",
            read=query.csv,
            description="Only applications that stand in one of these stages.",
        ),
        Where(
            name="remote_created_after",
            column="remote_created_at",
            op=Op.SINCE,
            read=query.since,
            field="remote_created_at",
            schema=DATE,
            description="Only applications created in the tool at this moment or later.",
        ),
    ),
)
