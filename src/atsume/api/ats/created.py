"""The answers of both create actions: the read side's own records, reshaped.

Source: kombo-wire C.6; both answers are strict in the official SDKs, so every key is always there.
"""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from atsume.api import envelope
from atsume.api.ats.applications import QuestionAnswer
from atsume.api.ats.candidates import Candidate
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


class Warned(Struct, kw_only=True):
    """It worked, but…"""

    message: str


class CreatedCandidateRef(Struct, kw_only=True):
    """The candidate inside a created application."""

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
    tags: list[Tag]


class CreatedApplication(Struct, kw_only=True):
    """A created application."""

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
    changed_at: Moment
    remote_deleted_at: Moment | None
    remote_created_at: Moment | None
    remote_updated_at: Moment | None
    remote_data: RemoteData | None
    current_stage: StageRef | None
    job: JobRef | None
    candidate: CreatedCandidateRef | None


class CreatedApplicationAnswer(Struct, kw_only=True):
    """The answer of POST /ats/jobs/{job_id}/applications."""

    status: Literal["success"]
    data: CreatedApplication
    warnings: list[Warned]


class CreatedCandidateAnswer(Struct, kw_only=True):
    """The answer of POST /ats/candidates."""

    status: Literal["success"]
    data: Candidate
    warnings: list[Warned]


def application(listed: bytes, candidate: bytes | None, warnings: list[str]) -> bytes:
    """Return the answer about an application: its list record, with the candidate's list record inside."""
    told = msgspec.json.decode(listed, type=dict[str, Any])
    told["candidate"] = None if candidate is None else msgspec.json.decode(candidate, type=dict[str, Any])
    return _answer(msgspec.convert(told, CreatedApplication), warnings)


def candidate(listed: bytes, warnings: list[str]) -> bytes:
    """Return the answer about a candidate: its list record."""
    return _answer(msgspec.json.decode(listed, type=Candidate), warnings)


def _answer(data: Struct, warnings: list[str]) -> bytes:
    told = [Warned(message=message) for message in warnings]
    return b'{"status":"success","data":' + envelope.encode(data) + b',"warnings":' + envelope.encode(told) + b"}"
