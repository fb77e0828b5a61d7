"""Scope: what may be kept and done. Applied to every record before it is compared or stored (station 5).

A *scope config* belongs to an environment and says for each model, field and action ENABLED, DISABLED or OPTIONAL. The
end user may opt out of what is OPTIONAL. Both together give an integration's `Scope`: what it leaves out.
"""

from collections.abc import Iterable, Mapping
from enum import Enum

from msgspec import UNSET, Struct

from atsume.model.catalogue import MODELS
from atsume.model.record import Record


class Setting(Enum):
    """What a scope config says of a model, a field or an action."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    OPTIONAL = "OPTIONAL"


class ScopeConfig(Struct, frozen=True, kw_only=True):
    """A scope config of an environment."""

    id: str
    environment_id: str
    name: str
    settings: Mapping[str, Setting] = {}
    """`ats_jobs`, `ats_jobs.description` or `ats_create_application` → setting. What is not named is ENABLED."""
    is_default: bool = False


class Scope(Struct, frozen=True):
    """What an integration's scope config, less the end user's opt-outs, leaves out."""

    disabled_models: frozenset[str] = frozenset()
    disabled_fields: frozenset[tuple[str, str]] = frozenset()
    """(model name, field name)."""
    disabled_actions: frozenset[str] = frozenset()


NEVER_DISABLED = frozenset({"id", "remote_id", "changed_at", "remote_deleted_at"})
"""Without these a record cannot be addressed."""
ACTIONS = frozenset({"ats_create_candidate", "ats_create_application"})
"""All that can be switched besides models and fields."""
BOTH_SIDES = {
    "ats_join_jobs_application_stages": ("ats_jobs", "ats_application_stages"),
    "ats_join_jobs_screening_questions": ("ats_jobs", "ats_screening_questions"),
    "ats_join_jobs_users": ("ats_jobs", "ats_users"),
}
"""A join goes with either of the models it joins."""
FED_BY = {("ats_candidates", "source"): ("ats_applications", "source")}
"""A field that is made from another record: switched off, what it is made from must not be kept either."""


def setting(settings: Mapping[str, Setting], name: str) -> Setting:
    """Return what a config says of `model`, `action` or `model.field`; a field is never freer than its model."""
    own = settings.get(name, Setting.ENABLED)
    model, dot, _ = name.partition(".")
    if not dot:
        return own
    above = settings.get(model, Setting.ENABLED)
    if Setting.DISABLED in (own, above):
        return Setting.DISABLED
    return Setting.OPTIONAL if Setting.OPTIONAL in (own, above) else Setting.ENABLED


def scope_of(config: ScopeConfig | None, opted_out: Iterable[str] = ()) -> Scope:
    """Return what a config and the end user's opt-outs leave out. An opt-out of what is not OPTIONAL counts nothing."""
    settings = config.settings if config is not None else {}
    wanted = {name for name in opted_out if setting(settings, name) is Setting.OPTIONAL}
    off = wanted | {name for name in settings if setting(settings, name) is Setting.DISABLED}
    fields = {(model, field) for model, dot, field in (name.partition(".") for name in off) if dot}
    fields |= {FED_BY[one] for one in fields if one in FED_BY}
    models = {name for name in off if "." not in name and name not in ACTIONS}
    models |= {join for join, sides in BOTH_SIDES.items() if models & set(sides)}
    return Scope(frozenset(models), frozenset(fields), frozenset(off & ACTIONS))


def unknown(names: Iterable[str]) -> list[str]:
    """Return those of the names that are no model, field or action, or may never be switched off."""
    return [name for name in names if not _is_known(name)]


def _is_known(name: str) -> bool:
    model, dot, field = name.partition(".")
    if not dot:
        return name in MODELS or name in ACTIONS
    return model in MODELS and field in MODELS[model].record.__struct_fields__ and field not in NEVER_DISABLED


def allows(scope: Scope, model: str) -> bool:
    """Return whether records of this model may be kept at all."""
    return model not in scope.disabled_models


def allows_action(scope: Scope, action: str) -> bool:
    """Return whether this write action may be done."""
    return action not in scope.disabled_actions


def apply(scope: Scope, model: str, record: Record) -> Record:
    """Return the record without the fields that were not asked for. They go back to the model's own default."""
    for name, blank in _blanks(scope, model):
        setattr(record, name, blank() if callable(blank) else blank)
    return record


def _blanks(scope: Scope, model: str) -> list[tuple[str, object]]:
    if not scope.disabled_fields:
        return []
    record = MODELS[model].record
    off = [
        name
        for disabled, name in scope.disabled_fields
        if disabled == model and name in record.__struct_fields__ and name not in NEVER_DISABLED
    ]
    if off and "remote_data" in record.__struct_fields__:
        off.append("remote_data")  # the tool's own bodies hold what was switched off
    hidden = MODELS[model].hidden
    return [(name, UNSET if name in hidden else list if name in _LISTS else None) for name in off]


_LISTS = frozenset({"integration_fields", "roles", "job_roles", "screening_question_answers"})
"""Never null on the wire."""
