"""The answers of both create actions: the read side's own records, reshaped.

Source: kombo-wire C.6; both answers are strict in the official SDKs, so every key is always there.
"""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from atsume.api import envelope
from atsume.api.ats.applications import ApplicationFacts
from atsume.api.ats.candidates import Candidate, CandidateFacts
from atsume.api.ats.embeds import JobRef, Moment, RemoteData, StageRef, Tag


class Warned(Struct, kw_only=True):
    """It worked, but…"""

    message: str


class CreatedCandidateRef(CandidateFacts, kw_only=True):
    """The candidate inside a created application."""

    tags: list[Tag]


class CreatedApplication(ApplicationFacts, kw_only=True):
    """A created application."""

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
