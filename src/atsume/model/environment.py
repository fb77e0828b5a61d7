"""What an environment decides for its integrations, and what a single integration may decide otherwise. Pure."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct


class EnvironmentSettings(Struct, frozen=True, kw_only=True):
    """The switches of an environment. Every one has a default; what is stored holds only those that were set."""

    kind: Literal["production", "development"] = "production"
    """What the environment is for."""
    remote_data: bool = False
    """Whether records carry `remote_data`: the tool's own bodies, keyed by endpoint path."""
    keep_remote_records: bool = False
    """Whether everything that the tool says about a job, candidate or application is kept, compressed, so that any
    field can be mapped at once. Off: only values of fields that are mapped or passed through."""
    field_examples: bool = False
    """Whether example values of the tool's fields are kept and shown. They may be personal."""
    passthrough: bool = False
    """Whether callers may send requests of their own to the tool, with the integration's credentials."""
    deletion_limit_percent: Annotated[int, Meta(ge=0, le=100)] = 30
    """A sync that would delete more of a model's records than this share deletes none of them and says so.
    100: no limit."""
    deletion_floor: Annotated[int, Meta(ge=0)] = 20
    """So many records of a model may always go in one sync, however few there are."""
    qa_gate: bool = True
    """Whether the first records of an integration must pass the quality checks before they can be read."""
    idle_rule: bool = False
    """Whether an integration that nobody asked for in two weeks becomes INACTIVE. Meant for development."""
    only_created_applications: bool = True
    """Mirror only the applications, and their candidates, that were created through this server."""
    applications_since: Annotated[str, Meta(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")] | None = None
    """Mirror only applications that changed on this day (UTC) or later, such as `2026-01-01`, and whoever sent them.
    What was created through this server stays."""
    applications_within_days: Annotated[int, Meta(ge=1)] | None = None
    """The same, counted back from each full sync."""
    writes_source: bool = True
    """Attribute every created application to a source, unless the caller names one."""
    source_name: str | None = None
    """Name of that source. None: the environment's own name, without an ending such as "(Prod)"."""
    answers_required_questions: bool = False
    """Answer required screening questions that the caller left out with a placeholder."""
    connect_name: str | None = None
    """What the connection flow calls the caller. None: the environment's name without a trailing `(Prod)`."""
    connect_origins: tuple[str, ...] = ()
    """Origins such as `https://app.example.com` that may show the connection flow in a frame. None listed: any."""
    full_sync_hours: Annotated[float, Meta(gt=0)] = 12
    """How often everything is read, deletions found and mappings renewed."""
    delta_sync_minutes: Annotated[float, Meta(ge=0)] = 60
    """How often what changed is read, where the tool can tell. 0: never."""
    full_sync_hours_without_delta: Annotated[float, Meta(gt=0)] = 3
    """How often everything is read where nothing can tell what changed."""
    sync_timeout_hours: Annotated[float, Meta(gt=0)] = 24
    """A sync that takes longer is ended as TIMED_OUT; what it brought stays."""


def caller_name(name: str, settings: EnvironmentSettings) -> str:
    """Return what end users know the caller by."""
    return settings.connect_name or re.sub(r"\s*\([^()]*\)\s*$", "", name) or name


def source_name(name: str, settings: EnvironmentSettings) -> str | None:
    """Return the source that every created application is attributed to; None when it is to none."""
    if not settings.writes_source:
        return None
    named = settings.source_name or name
    suffix = next((s for s in _STAGES_OF_LIFE if named.lower().endswith(s)), "")
    return named[: len(named) - len(suffix)].strip() or None


_STAGES_OF_LIFE = tuple(
    f" ({stage})" for stage in ("prod", "production", "live", "dev", "development", "test", "staging", "sandbox")
)
"""What names of environments end with and names of sources do not."""


class UnknownSetting(ValueError):
    """There is no such setting, or it cannot have that value; the message says what can be set."""


def changed(settings: EnvironmentSettings, values: Mapping[str, Any]) -> EnvironmentSettings:
    """Return the settings with some of them changed; None takes one back to its default. Raises UnknownSetting.

    Values may be text, as a command line gives them.
    """
    known = {field.name: field for field in msgspec.structs.fields(EnvironmentSettings)}
    for name in values:
        if name not in known:
            raise UnknownSetting(f"There is no setting {name!r}. There are: {', '.join(sorted(known))}.")
    plain = {name: getattr(settings, name) for name in known} | dict(values)
    try:
        return msgspec.convert(
            {name: value for name, value in plain.items() if value is not None}, EnvironmentSettings, strict=False
        )
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$.")
        raise UnknownSetting(f"{place.rstrip('`') or 'A setting'}: {reason}.") from error


def effective(settings: EnvironmentSettings, overrides: Mapping[str, Any]) -> EnvironmentSettings:
    """Return what is in force for an integration: its environment's settings with its own overrides on top."""
    return changed(settings, overrides)


def overridden(overrides: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an integration's overrides with some of them changed; None follows the environment again.

    Raises UnknownSetting.
    """
    checked = msgspec.to_builtins(changed(EnvironmentSettings(), values))
    kept = {name: value for name, value in overrides.items() if name not in values}
    return kept | {name: checked[name] for name, value in values.items() if value is not None}


def stored(settings: EnvironmentSettings) -> dict[str, Any]:
    """Return what to keep: only what differs from the defaults, so that a better default reaches everybody."""
    defaults = EnvironmentSettings()
    names = (field.name for field in msgspec.structs.fields(EnvironmentSettings))
    return {n: msgspec.to_builtins(getattr(settings, n)) for n in names if getattr(settings, n) != getattr(defaults, n)}
