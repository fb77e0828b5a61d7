"""What a caller sends to create a candidate with an application. Wire keys of both POST bodies; null means absent.

The official SDKs leave unset keys out, raw clients send null: both read the same here. What no rule of a type can say
(addresses, sizes, one of two keys) is checked where it is used.
"""

from typing import Any, Literal

from msgspec import Struct, field

Kind = Literal["PERSONAL", "WORK", "OTHER"]
AttachmentType = Literal["CV", "COVER_LETTER", "OTHER"]


class AdditionalEmail(Struct, kw_only=True):
    """A further e-mail address."""

    email_address: str
    type: Kind | None = None


class AdditionalPhone(Struct, kw_only=True):
    """A further phone number."""

    phone_number: str
    type: Kind | None = None


class NewLocation(Struct, kw_only=True):
    """Where the candidate lives. `country`: two capital letters, ISO 3166-1."""

    country: str
    city: str | None = None
    state: str | None = None
    street_1: str | None = None
    zip_code: str | None = None


class SalaryExpectations(Struct, kw_only=True):
    """What the candidate would like to earn. No currency: callers have none to give."""

    period: Literal["MONTH", "YEAR"]
    amount: float


class SocialLink(Struct, kw_only=True):
    """A profile elsewhere."""

    url: str


class NewCandidate(Struct, kw_only=True):
    """Who applies."""

    first_name: str
    last_name: str
    email_address: str
    additional_email_addresses: list[AdditionalEmail] | None = None
    company: str | None = None
    title: str | None = None
    phone_number: str | None = None
    additional_phone_numbers: list[AdditionalPhone] | None = None
    location: NewLocation | None = None
    gender: Literal["MALE", "FEMALE", "OTHER"] | None = None
    availability_date: str | None = None
    """A date, or a moment of which the date is taken as it is written."""
    salary_expectations: SalaryExpectations | None = None
    social_links: list[SocialLink] | None = None


class NewAttachment(Struct, kw_only=True):
    """A document. Exactly one of `data` (base64, with `content_type`) and `data_url` (fetched at once)."""

    name: str
    type: AttachmentType
    content_type: str | None = None
    data_url: str | None = None
    data: str | None = None


class NewAnswer(Struct, kw_only=True):
    """An answer to a screening question; its form depends on the question's format."""

    question_id: str
    answer: Any


class AnsweredFile(Struct, kw_only=True):
    """The answer to a question of format FILE."""

    name: str
    content_type: str | None = None
    data_url: str | None = None
    data: str | None = None


class NewSource(Struct, kw_only=True):
    """Where the candidate comes from."""

    name: str | None = None
    unified_key: str | None = None
    id: str | None = None


class SourcedBy(Struct, kw_only=True):
    """Who found the candidate."""

    user_id: str


class GdprConsent(Struct, kw_only=True):
    """What the candidate agreed to."""

    expires_at: str | None = None
    given: bool | None = None


class Sent(Struct, kw_only=True):
    """What both actions share."""

    candidate: NewCandidate
    attachments: list[NewAttachment] | None = None
    source: NewSource | None = None
    sourced_by: SourcedBy | None = None
    gdpr_consent: GdprConsent | None = None
    remote_fields: dict[str, Any] | None = None
    """Tool → fields that are passed on as they are."""
    screening_question_answers: list[NewAnswer] | None = None


class CreateApplication(Sent, kw_only=True):
    """The body of POST /ats/jobs/{job_id}/applications."""

    stage_id: str | None = None


class NewApplication(Struct, kw_only=True):
    """The application inside POST /ats/candidates."""

    job_id: str
    stage_id: str | None = None


class CreateCandidate(Sent, kw_only=True):
    """The body of POST /ats/candidates."""

    application: NewApplication


class Creation(Struct, kw_only=True):
    """Either body, read: the same write for a tool that knows no candidates without an application."""

    sent: Sent
    job_id: str
    stage_id: str | None
    job_path: str = "job_id"
    """How the caller named the job: a part of the path, or `application.job_id`."""
    stage_path: str = "stage_id"
    unknown: list[str] = field(default_factory=list)
    """Keys of the body that no input answers to."""
