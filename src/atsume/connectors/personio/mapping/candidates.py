"""Candidates ← v2, with the source of their newest application."""

from atsume.connectors.mapping import Table, lacks, takes
from atsume.connectors.personio.assemble import CandidateParts
from atsume.connectors.personio.mapping.rules import place
from atsume.model.ats.candidates import Candidate, EmailAddress, PhoneNumber, SocialMedia
from atsume.model.email import email


def _emails(parts: CandidateParts) -> list[EmailAddress]:
    address = email(parts.candidate.email)
    return [EmailAddress(email_address=address)] if address else []


def _phones(parts: CandidateParts) -> list[PhoneNumber]:
    number = (parts.candidate.phone or "").strip()
    return [PhoneNumber(phone_number=number)] if number else []


def _profiles(parts: CandidateParts) -> list[SocialMedia]:
    link = (parts.candidate.linkedin_profile or "").strip()
    if not link:
        return []
    if not link.lower().startswith(("http://", "https://")):
        return [SocialMedia(type="LINKEDIN", username=link)]
    _, found, rest = link.partition("/in/")
    return [SocialMedia(link=link, type="LINKEDIN", username=rest.strip("/").split("?")[0] or None if found else None)]


def _remote_url(parts: CandidateParts) -> str | None:
    template = parts.links.candidate
    if template is None:
        return None
    return template.replace("{app_host}", parts.links.app_host or "").replace("{candidate_id}", parts.candidate.id)


CANDIDATES = Table(
    CandidateParts,
    Candidate,
    model="ats_candidates",
    label="Candidates",
    rows=[
        takes("remote_id", lambda c: c.candidate.id, "id"),
        takes("first_name", lambda c: c.candidate.first_name or None, "first_name", "null when anonymised"),
        takes("last_name", lambda c: c.candidate.last_name or None, "last_name", "null when anonymised"),
        lacks("company", "Personio has no such field."),
        lacks("title", "Personio has no such field."),
        lacks("confidential", "Personio has no such field."),
        takes("source", lambda c: c.source, "channel.name of the newest application"),
        takes("phone_numbers", _phones, "phone"),
        takes("email_addresses", _emails, "email", "invalid ones are left out"),
        takes("social_media", _profiles, "linkedin_profile"),
        takes("location", lambda c: place(c.candidate.location), "location", "split at a single comma"),
        takes("custom_fields", lambda _: {}, "field mappings of the caller", "empty until fields are mapped"),
        takes("integration_fields", lambda _: [], "fields passed through", "empty until fields are passed through"),
        takes("remote_url", _remote_url, "template of the settings", "null without: Personio documents no address"),
        lacks("remote_created_at", "Not part of the Personio coverage."),
        lacks("remote_updated_at", "Not part of the Personio coverage."),
        lacks("remote_data", "Not part of the Personio coverage."),
    ],
)
