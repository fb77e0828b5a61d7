"""Candidates: who applies. Wire keys in wire order (GET /ats/candidates)."""

from typing import Any

from msgspec import Struct

from atsume.model.record import IntegrationFieldValue, Location, Record, Timestamp


class EmailAddress(Struct, kw_only=True, gc=False):
    """An e-mail address; `type` is a free word or null."""

    email_address: str | None
    type: str | None = None


class PhoneNumber(Struct, kw_only=True, gc=False):
    """A phone number as the tool wrote it."""

    phone_number: str
    type: str | None = None


class SocialMedia(Struct, kw_only=True, gc=False):
    """A profile elsewhere."""

    link: str | None = None
    type: str | None = None
    username: str | None = None


class Candidate(Record):
    """A unified candidate."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    title: str | None = None
    confidential: bool | None = None
    source: str | None = None
    """Where the candidate came from, as the tool shows it."""
    phone_numbers: list[PhoneNumber] | None = None
    email_addresses: list[EmailAddress] | None = None
    social_media: list[SocialMedia] | None = None
    location: Location | None = None
    custom_fields: dict[str, Any] | None = None
    integration_fields: list[IntegrationFieldValue] = []
    remote_url: str | None = None
    remote_created_at: Timestamp | None = None
    remote_updated_at: Timestamp | None = None
    remote_data: Any = None


class TagEmbed(Struct, kw_only=True, gc=False):
    """A tag inside a candidate."""

    id: str
    remote_id: str | None
    name: str | None


class CandidateEmbed(Struct, kw_only=True, gc=False):
    """A candidate inside an application."""

    id: str
    remote_id: str
    first_name: str | None
    last_name: str | None
    email_addresses: list[EmailAddress] | None
    phone_numbers: list[PhoneNumber] | None
    social_media: list[SocialMedia] | None
    source: str | None
    remote_url: str | None
    tags: list[TagEmbed] = []


def embed(candidate: Candidate, candidate_id: str) -> CandidateEmbed:
    """Return the candidate as it appears inside an application."""
    return CandidateEmbed(
        id=candidate_id,
        remote_id=candidate.remote_id,
        first_name=candidate.first_name,
        last_name=candidate.last_name,
        email_addresses=candidate.email_addresses,
        phone_numbers=candidate.phone_numbers,
        social_media=candidate.social_media,
        source=candidate.source,
        remote_url=candidate.remote_url,
    )


def emails(candidate: Candidate) -> str:
    """Return the addresses lower-cased, each between line breaks: `\\na@b.c\\n`. Empty when there is none."""
    found = [e.email_address.lower() for e in candidate.email_addresses or [] if e.email_address]
    return "\n" + "\n".join(found) + "\n" if found else ""
