"""Every switch of a company: what the documentation leaves open, and known quirks, each with a default.

A knob is lasting; for something that happens once or by chance use a fault.
"""

from typing import Literal, TypeVar

import msgspec

Failure = Literal[
    "none", "marketing", "too_many", "challenge", "truncated", "server_error", "not_found", "redirect", "empty"
]


class Knobs(msgspec.Struct, forbid_unknown_fields=True):
    """The switches of one company; durations in seconds."""

    # authentication
    beta: Literal["optional", "required"] = "optional"
    unauthorized_body: Literal["empty", "message"] = "empty"
    token_ttl: float = 86400
    token_throttle: bool = True
    token_limit: int = 150
    # rate limits of v2 ("report" shows full buckets and never refuses)
    rate_limits: Literal["enforce", "report"] = "enforce"
    v2_replenish_rate: float = 30
    v2_burst_capacity: int = 100
    # paging
    next_includes_filters: bool = False
    trailing_empty_page: bool = False
    relative_next: bool = False
    self_loop_next: bool = False
    foreign_next: str = ""
    # v2 records
    named_system_stages: bool = False
    timestamp_form: Literal["date-time", "date_time", "date", "bare", "bare_utc"] = "date-time"
    timestamp_basis: Literal["local", "utc"] = "local"
    jobs_listed: Literal["all", "published"] = "all"
    documents: bool = True
    bump_candidate_with_application: bool = False
    bump_applications_with_candidate: bool = False
    # filters
    filter_reject_z: bool = False
    filter_reject_zoneless: bool = False
    filter_zone: Literal["utc", "company"] = "utc"
    # v1 writes
    read_after_write: float = 2.0
    v1_limit: int = 20
    v1_window: float = 60
    accept_option_labels: bool = False
    created_body: Literal["", "{}"] = ""
    upload_ttl: float = 3600
    upload_max_bytes: int = 20 * 1024 * 1024
    unify_candidates: bool = False
    duplicate_check_fails: bool = False
    # career site
    feed: Literal["on", "off"] = "on"
    feed_off: Literal["redirect", "not_found", "marketing"] = "redirect"
    career_failure: Failure = "none"
    xml_unknown_language: Literal["default", "not_found"] = "default"
    xml_last_modified: bool = False
    application_form_json: bool = True


class WorldKnobs(msgspec.Struct, forbid_unknown_fields=True):
    """The switches of the whole process."""

    latency: float = 0.0
    unknown_company: Literal["not_found", "redirect", "marketing"] = "not_found"


AnyKnobs = TypeVar("AnyKnobs", Knobs, WorldKnobs)


def patched(knobs: AnyKnobs, changes: dict[str, object]) -> AnyKnobs:
    """Return the knobs with `changes` applied; an unknown name or value raises `msgspec.ValidationError`."""
    return msgspec.convert({**msgspec.to_builtins(knobs), **changes}, type(knobs))
