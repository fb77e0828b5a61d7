"""Whether the first records of an integration look right. Pure: what it sees is handed in.

Conservative: each check finds what no healthy company looks like, so that a finding is worth an operator's minute.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

SAMPLE = 1000
"""Records of a model that are looked at."""
ENOUGH = 20
"""Fewer records than this prove nothing about a share."""
MOST = 0.95
"""A share from which on a lack is no accident."""

TELLING = ("ats_jobs", "ats_candidates", "ats_applications", "ats_users")
"""Models of which a company has something. Stages are there before anybody uses the tool."""

Wire = Mapping[str, Any]


class Sample(Struct, frozen=True):
    """What the checks see: how many live records there are, and the wire records of the first of them."""

    counts: Mapping[str, int]
    records: Mapping[str, Sequence[Wire]]


def findings(sample: Sample) -> list[str]:
    """Return what looks wrong, in sentences for an operator; no personal data. Empty: it looks right."""
    found = (check(sample) for check in CHECKS)
    return [sentence for sentence in found if sentence is not None]


def _nothing_came(sample: Sample) -> str | None:
    if any(sample.counts.get(model) for model in TELLING):
        return None
    return "Nothing came: no job, no candidate, no application, no user. Was the right company connected?"


def _jobs_without_names(sample: Sample) -> str | None:
    return _mostly(sample, "ats_jobs", lambda job: not job["name"], "jobs have no name")


def _nameless_candidates(sample: Sample) -> str | None:
    def is_nobody(candidate: Wire) -> bool:
        return not (candidate["first_name"] or candidate["last_name"] or candidate["email_addresses"])

    return _mostly(sample, "ats_candidates", is_nobody, "candidates have neither a name nor an e-mail address")


def _applications_for_nothing(sample: Sample) -> str | None:
    return _mostly(
        sample, "ats_applications", lambda one: one["job"] is None, "applications are for a job that is not there"
    )


def _applications_of_nobody(sample: Sample) -> str | None:
    def has_no_sender(application: Wire) -> bool:
        return application["candidate"] is None

    return _mostly(sample, "ats_applications", has_no_sender, "applications are of a candidate who is not there")


def _mostly(sample: Sample, model: str, lacks: Callable[[Wire], bool], what: str) -> str | None:
    records = sample.records.get(model, ())
    lacking = sum(1 for record in records if lacks(record))
    if len(records) < ENOUGH or lacking < MOST * len(records):
        return None
    return f"{lacking} of the first {len(records)} {what}."


CHECKS: tuple[Callable[[Sample], str | None], ...] = (
    _nothing_came,
    _jobs_without_names,
    _nameless_candidates,
    _applications_for_nothing,
    _applications_of_nobody,
)
"""All checks."""
