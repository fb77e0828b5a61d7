"""The checks between the API key and the data, in one order (kombo-wire J7).

integration → INACTIVE → SETUP_INCOMPLETE → SETUP_SYNC_PENDING → QA_FAILED → model supported → model enabled.
An integration with refused credentials (INVALID) still serves what was mirrored.
"""

import re
import time
from collections.abc import Callable

from atsume.api.deps import Deps
from atsume.connectors.base import Connector
from atsume.errors import AtsumeError, Code
from atsume.model.coverage import Coverage, Status
from atsume.model.integration import Integration, QaStatus, SetupStatus, State
from atsume.model.permission import Finding
from atsume.model.scope import allows
from atsume.store.rows import ApiKey
from atsume.store.store import Store
from atsume.sync.permissions import lacking

RECENT_SECONDS = 0.1
_RECENT_MOST = 10_000

_ID = re.compile(r"[a-z0-9_]{1,40}:[1-9A-HJ-NP-Za-km-z]{24}")


Lookup = Callable[[str], Integration | None]


class Recent:
    """Integrations that were readable a moment ago: a walk through pages need not ask for every one.

    What is not readable is asked for each time, so nobody waits for a first sync longer than it takes.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._readable: dict[str, tuple[Integration, float]] = {}

    def integration(self, integration_id: str) -> Integration | None:
        """Return the integration, as it is or was a tenth of a second ago."""
        now = time.monotonic()
        recent = self._readable.get(integration_id)
        if recent is not None and recent[1] > now:
            return recent[0]
        found = self._store.integration(integration_id)
        if found is not None and _is_readable(found):
            if len(self._readable) >= _RECENT_MOST:
                self._readable.clear()
            self._readable[integration_id] = (found, now + RECENT_SECONDS)
        else:
            self._readable.pop(integration_id, None)
        return found


def _is_readable(integration: Integration) -> bool:
    return (
        integration.state is not State.INACTIVE
        and integration.setup_status is not SetupStatus.INCOMPLETE
        and integration.first_synced_at is not None
        and integration.qa_status is not QaStatus.FAILED
    )


def find(lookup: Lookup, key: ApiKey, integration_id: str) -> Integration:
    """Return the key's integration. The same error for unknown, deleted, malformed and other people's ids."""
    integration = lookup(integration_id) if _ID.fullmatch(integration_id) else None
    if integration is None or integration.environment_id != key.environment_id:
        raise AtsumeError(
            Code.INTEGRATION_NOT_FOUND,
            "There is no such integration in the environment of this API key. "
            "Check the integration id, and that the key belongs to the same environment.",
        )
    return integration


def named(lookup: Lookup, key: ApiKey, header: str | None) -> Integration:
    """Return the integration that the X-Integration-Id header names."""
    if not header:
        raise AtsumeError(
            Code.INPUT_INVALID,
            "The header X-Integration-Id is missing. Send the id of the integration to use, like `personio:…`; "
            "with an SDK, set `integration_id`.",
        )
    return find(lookup, key, header)


def usable(integration: Integration) -> None:
    """Raise when the integration is switched off or not set up."""
    if integration.state is State.INACTIVE:
        raise AtsumeError(Code.INACTIVE, "This integration is disabled. Enable it to use it again.")
    if integration.setup_status is SetupStatus.INCOMPLETE:
        raise AtsumeError(
            Code.SETUP_INCOMPLETE, "The setup of this integration is not finished. The end user has steps left."
        )


def readable(deps: Deps, integration: Integration, model: str) -> Coverage:
    """Return what the tool can fill of the model, when its mirrored records may be read."""
    synced(integration)
    coverage = offered(connector(deps, integration).coverage.read_models, model)
    if coverage is None:
        raise not_available(deps, integration, model)
    if not allows(deps.scope(integration), model):
        raise AtsumeError(
            Code.MODEL_DISABLED, f'The "{model}" model is switched off for this integration by its scope config.'
        )
    _permitted(deps, integration, model)
    return coverage


def _permitted(deps: Deps, integration: Integration, model: str) -> None:
    """Raise when nothing of a model could ever be mirrored for want of a permission: "none" would be untrue."""
    if not any(one.finding is Finding.MISSING for one in integration.permissions):
        return
    guide = connector(deps, integration).guide
    why = lacking(guide, integration.permissions, model) if guide is not None else None
    if why is not None and deps.store.is_empty(model, integration.no):
        raise AtsumeError(Code.PERMISSION_MISSING, why)


def synced(integration: Integration) -> None:
    """Raise unless the records of the integration may be read."""
    usable(integration)
    if integration.first_synced_at is None:
        raise AtsumeError(
            Code.SETUP_SYNC_PENDING,
            "The first sync of this integration has not finished, so there are no records yet. Try again later.",
        )
    if integration.qa_status is QaStatus.FAILED:
        raise AtsumeError(
            Code.QA_FAILED, "The first records of this integration did not pass the quality checks of the operator."
        )


def not_available(deps: Deps, integration: Integration, model: str) -> AtsumeError:
    """Return the error of a model that the tool does not have."""
    return AtsumeError(
        Code.MODEL_NOT_AVAILABLE,
        f'The "{model}" model is not yet available for {label(deps, integration)}. '
        "GET /v1/tools/ats lists the models that are.",
    )


def refuse_action(deps: Deps, integration: Integration, action: str) -> AtsumeError:
    """Return the error of an action that the tool does not have."""
    usable(integration)
    return AtsumeError(
        Code.ACTION_NOT_AVAILABLE,
        f'The "{action}" action is not yet available for {label(deps, integration)}. '
        "GET /v1/tools/ats lists the actions that are.",
    )


def connector(deps: Deps, integration: Integration) -> Connector:
    """Return the integration's connector."""
    found = deps.connectors.get(integration.tool)
    if found is None:
        raise AtsumeError(Code.UNKNOWN_ERROR, f"This server has no connector for {integration.tool}.")
    return found


def label(deps: Deps, integration: Integration) -> str:
    """Return the tool's name for people."""
    return connector(deps, integration).label


def offered(coverages: tuple[Coverage, ...], wanted: str) -> Coverage | None:
    """Return the coverage with this id when it is supported."""
    return next((c for c in coverages if c.id == wanted and c.coverage_status is Status.SUPPORTED), None)
