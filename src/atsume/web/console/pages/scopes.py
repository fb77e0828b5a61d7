"""Scope configs: what integrations may keep and do, per model, field and action."""

from msgspec import Struct

from atsume.errors import AtsumeError, Code
from atsume.integrations import scopes
from atsume.model.operator import Role
from atsume.model.scope import ScopeConfig
from atsume.web.console.visit import Done, Page, Row, Visit

LIST = "/{environment}/scopes"
CHANGE = LIST + "/{scope_config}"


class ScopesPage(Struct, frozen=True, kw_only=True):
    """All scope configs of an environment."""

    configs: list[tuple[str, ScopeConfig, str]]
    """(address, config, its settings as they are typed in)."""
    default: str
    base: str
    name: str
    settings: str
    """What was just typed in."""


def listed(visit: Visit) -> Page:
    """List the scope configs of an environment."""
    store = visit.around.store
    body = ScopesPage(
        configs=[
            (visit.url(CHANGE, scope_config=one.id), one, _typed(one))
            for one in store.scope_configs(visit.environment.id)
        ],
        default=store.default_scope_config(visit.environment.id).name or "everything",
        base=visit.url(LIST),
        name=visit.form["name"],
        settings=visit.form["settings"] if "scope_config" not in visit.path else "",
    )
    return Page(template="scopes.html", title="Scopes", body=body)


def _typed(config: ScopeConfig) -> str:
    return "\n".join(f"{name}={setting.value}" for name, setting in sorted(config.settings.items()))


def made(visit: Visit) -> Done:
    """Make a scope config."""
    name = visit.form["name"][:100]
    if not name:
        raise AtsumeError(Code.INPUT_INVALID, "Give it a name.")
    chosen = scopes.checked(_pairs(visit.form["settings"]))
    store, at = visit.around.store, visit.around.now()
    config = store.add_scope_config(visit.environment.id, name, chosen, at, is_default=visit.form["default"] == "yes")
    return Done(to=visit.url(LIST), told="scope_made", subject=config.id, details=name)


def changed(visit: Visit) -> Done:
    """Change a scope config for all integrations that go by it."""
    config: ScopeConfig = visit.found["scope_config"]
    chosen = scopes.checked(_pairs(visit.form["settings"]))
    concerned = scopes.change(visit.around.store, config, chosen, visit.around.now)
    visit.around.wake()
    details = f"{config.name}, {len(concerned)} integrations concerned"
    return Done(to=visit.url(LIST), told="scope_changed", subject=config.id, details=details)


def _pairs(text: str) -> dict[str, str]:
    pairs = [one.partition("=") for one in text.split()]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise AtsumeError(Code.INPUT_INVALID, f"{wrong[0]!r} is not NAME=SETTING, such as ats_users=OPTIONAL.")
    return {name: value for name, _, value in pairs}


ROWS = (
    Row(method="GET", path=LIST, role=Role.VIEWER, view=listed, nav="Scopes"),
    Row(method="POST", path=LIST, role=Role.OPERATOR, view=made, action="scope_config.created", again=listed),
    Row(method="POST", path=CHANGE, role=Role.OPERATOR, view=changed, action="scope_config.changed", again=listed),
)
TOLD = {
    "scope_made": "The scope config is made.",
    "scope_changed": "It is changed. What may not be kept any more is gone; what may be kept comes with the next sync.",
}
