"""Scope: what may be kept. Applied to every record before it is compared or stored (station 5)."""

from msgspec import Struct

from atsume.model.catalogue import MODELS
from atsume.model.record import Record


class Scope(Struct, frozen=True):
    """What an integration's scope config, less the end user's opt-outs, leaves out."""

    disabled_models: frozenset[str] = frozenset()
    disabled_fields: frozenset[tuple[str, str]] = frozenset()
    """(model name, field name)."""


NEVER_DISABLED = frozenset({"remote_id"})
"""Without these a record cannot be addressed."""


def allows(scope: Scope, model: str) -> bool:
    """Return whether records of this model may be kept at all."""
    return model not in scope.disabled_models


def apply(scope: Scope, model: str, record: Record) -> Record:
    """Return the record without the fields that were not asked for. They go back to the model's own default."""
    blanks = _blanks(scope, model)
    for name, blank in blanks:
        setattr(record, name, blank() if callable(blank) else blank)
    return record


def _blanks(scope: Scope, model: str) -> list[tuple[str, object]]:
    if not scope.disabled_fields:
        return []
    record = MODELS[model].record
    return [
        (name, [] if name in _LISTS else None)
        for disabled, name in scope.disabled_fields
        if disabled == model and name in record.__struct_fields__ and name not in NEVER_DISABLED
    ]


_LISTS = frozenset({"integration_fields", "roles", "job_roles", "screening_question_answers"})
"""Never null on the wire."""
