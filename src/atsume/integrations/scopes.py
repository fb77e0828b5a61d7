"""Give an integration another scope, or change a scope config for all that go by it."""

import datetime as dt
from collections.abc import Callable

from atsume.errors import AtsumeError, Code
from atsume.model.integration import Integration, State, SyncType
from atsume.model.record import timestamp
from atsume.model.scope import ScopeConfig, Setting, unknown
from atsume.store.scopes import built_in
from atsume.store.store import Store
from atsume.sync.shed import shed

Now = Callable[[], dt.datetime]


def config_for(store: Store, environment_id: str, config_id: str | None) -> ScopeConfig:
    """Return the environment's config of that id, its default without one. Raises AtsumeError for other people's."""
    if config_id is None:
        return store.default_scope_config(environment_id)
    everything = built_in(environment_id)
    if config_id == everything.id:
        return everything
    config = store.scope_config(config_id)
    if config is None or config.environment_id != environment_id:
        raise AtsumeError(
            Code.INPUT_INVALID,
            "There is no such scope config in the environment of this API key; `atsume scopes list` shows them.",
        )
    return config


def stored_id(config: ScopeConfig) -> str | None:
    """Return what an integration remembers of its config: nothing of the built-in one."""
    return None if config.id == built_in(config.environment_id).id else config.id


def checked(settings: dict[str, str]) -> dict[str, Setting]:
    """Return settings as a config keeps them. Raises AtsumeError that names what is wrong."""
    if wrong := unknown(settings):
        raise AtsumeError(
            Code.INPUT_INVALID,
            f"There is no model, field or action {wrong[0]!r} that could be switched. Write ats_jobs, "
            "ats_jobs.description or ats_create_application; docs/reference/models.md lists the models.",
        )
    try:
        return {name: Setting(value.upper()) for name, value in settings.items()}
    except ValueError:
        raise AtsumeError(Code.INPUT_INVALID, "A setting is ENABLED, DISABLED or OPTIONAL.") from None


def give(
    store: Store, integration: Integration, *, config_id: str | None, opted_out: tuple[str, ...], now: Now
) -> bool:
    """Let an integration go by a config and opt-outs; tell whether that changes what it keeps.

    What may not be kept any more is tombstoned at once; fields, and what may be kept from now on, come with the sync
    that is queued.
    """
    before = store.scope(integration)
    store.set_scope(integration.id, config_id, opted_out, None)
    changed = store.integration(integration.id)
    return changed is not None and _renew(store, changed, before != store.scope(changed), now)


def change(store: Store, config: ScopeConfig, settings: dict[str, Setting], now: Now) -> list[str]:
    """Replace a config's settings. Returns the integrations whose data it changes."""
    concerned = [i for i in store.integrations(config.environment_id) if store.scope_config_of(i).id == config.id]
    before = {i.id: store.scope(i) for i in concerned}
    store.change_scope_config(config.id, settings)
    return [i.id for i in concerned if _renew(store, i, before[i.id] != store.scope(i), now)]


def _renew(store: Store, integration: Integration, differs: bool, now: Now) -> bool:
    if not differs:
        return False
    store.set_scope(integration.id, integration.scope_config_id, integration.opted_out, now())
    if shed(store, integration, store.scope(integration), lambda: timestamp(now())):
        store.settle(integration.no, lambda: timestamp(now()))
    if integration.state is State.ACTIVE:
        store.queue_sync(integration.id, SyncType.FULL, now())
    return True
