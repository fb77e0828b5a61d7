"""What the parameters of a path name, found in the store. What belongs to another environment is not found."""

from collections.abc import Callable
from typing import Any

from atsume.model.catalogue import MODELS
from atsume.web.console.visit import Visit

Finder = Callable[[Visit, str], Any]
"""Returns what a parameter names, None when there is no such thing where the visit is."""


def _environment(visit: Visit, ident: str) -> Any:
    return visit.around.store.environment(ident) if visit.known.operator.sees(ident) else None


def _integration(visit: Visit, ident: str) -> Any:
    found = visit.around.store.integration(ident)
    return found if found is not None and found.environment_id == visit.environment.id else None


def _run(visit: Visit, ident: str) -> Any:
    found = visit.around.store.sync_run(ident)
    return found if found is not None and found.integration_id == visit.integration.id else None


def _model(_visit: Visit, name: str) -> Any:
    return MODELS.get(name)


def _record(visit: Visit, ident: str) -> Any:
    return visit.around.store.peek(visit.path["model"], visit.integration.no, ident)


def _endpoint(visit: Visit, ident: str) -> Any:
    found = visit.around.store.endpoint(ident)
    return found if found is not None and found.environment_id == visit.environment.id else None


def _delivery(visit: Visit, ident: str) -> Any:
    found = visit.around.store.delivery(ident)
    return found if found is not None and found.endpoint_id == visit.found["endpoint"].id else None


def _key(visit: Visit, ident: str) -> Any:
    return next((one for one in visit.around.store.api_keys(visit.environment.id) if one.id == ident), None)


def _custom_field(visit: Visit, ident: str) -> Any:
    return next((one for one in visit.around.store.custom_fields(visit.environment.id) if one.id == ident), None)


def _integration_field(visit: Visit, ident: str) -> Any:
    return visit.around.store.integration_field(visit.integration.no, ident)


def _scope(visit: Visit, ident: str) -> Any:
    return next((one for one in visit.around.store.scope_configs(visit.environment.id) if one.id == ident), None)


FINDERS: dict[str, Finder] = {
    "environment": _environment,
    "integration": _integration,
    "run": _run,
    "model": _model,
    "record": _record,
    "endpoint": _endpoint,
    "delivery": _delivery,
    "key": _key,
    "scope_config": _scope,
    "custom_field": _custom_field,
    "integration_field": _integration_field,
}
"""By parameter, in the order in which they stand in paths. A path with a parameter that is not here does not start."""
