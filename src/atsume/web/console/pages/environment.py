"""An environment: its settings, its API keys; and making another one."""

import datetime as dt
from typing import Any

import msgspec
from msgspec import Struct

from atsume import crypto
from atsume.errors import AtsumeError, Code
from atsume.integrations.fields import settle_environment
from atsume.model.environment import EnvironmentSettings, UnknownSetting, changed
from atsume.model.operator import Role
from atsume.store.rows import ApiKey
from atsume.web.console.pages.webhooks import SecretPage
from atsume.web.console.visit import HOME, Done, Page, Row, Visit

SHOW = "/{environment}/settings"
KEYS = "/{environment}/keys"
KEY = KEYS + "/{key}/revoke"
YES = {True: "yes", False: "no"}


class SettingLine(Struct, frozen=True, kw_only=True):
    """A setting, its value, and how it is typed in."""

    name: str
    value: str
    default: str
    choices: tuple[str, ...]
    """Empty: it is typed in."""


class EnvironmentPage(Struct, frozen=True, kw_only=True):
    """Settings."""

    name: str
    id: str
    created_at: dt.datetime
    settings: list[SettingLine]
    base: str


class KeysPage(Struct, frozen=True, kw_only=True):
    """API keys."""

    keys: list[tuple[str, ApiKey]]
    """With the address that revokes it."""
    base: str
    now: dt.datetime


def shown(visit: Visit) -> Page:
    """Show the settings of an environment."""
    settings, defaults = visit.environment.settings, EnvironmentSettings()
    body = EnvironmentPage(
        name=visit.environment.name,
        id=visit.environment.id,
        created_at=visit.environment.created_at,
        settings=[
            SettingLine(
                name=one.name,
                value=_typed(getattr(settings, one.name)),
                default=_typed(getattr(defaults, one.name)) or "none",
                choices=_choices(one.type),
            )
            for one in msgspec.structs.fields(EnvironmentSettings)
        ],
        base=visit.url(SHOW),
    )
    return Page(template="environment.html", title="Environment", body=body)


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return YES[value]
    return " ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def _choices(kind: Any) -> tuple[str, ...]:
    if kind is bool:
        return ("yes", "no")
    return (
        tuple(getattr(kind, "__args__", ()))
        if getattr(kind, "__origin__", None) is not None
        and all(isinstance(one, str) for one in getattr(kind, "__args__", (0,)))
        else ()
    )


def settled(visit: Visit) -> Done:
    """Change settings; what is empty goes back to its default."""
    known = {one.name: one.type for one in msgspec.structs.fields(EnvironmentSettings)}
    before = visit.environment.settings
    given: dict[str, Any] = {}
    for name, kind in known.items():
        if name in visit.form.values and visit.form[name] != _typed(getattr(before, name)):
            given[name] = _read(kind, visit.form[name])
    try:
        after = changed(before, given)
    except UnknownSetting as wrong:
        raise AtsumeError(Code.INPUT_INVALID, str(wrong)) from wrong
    visit.around.store.update_environment_settings(visit.environment.id, after)
    settle_environment(visit.around.work, visit.environment.id)
    visit.around.wake()
    return Done(
        to=visit.url(SHOW), told="settings_saved", subject=visit.environment.id, details=", ".join(given) or None
    )


def _read(kind: Any, text: str) -> Any:
    if not text:
        return None
    if kind is bool:
        return text == "yes"
    return tuple(text.split()) if kind == tuple[str, ...] else text


def made(visit: Visit) -> Done:
    """Make another environment."""
    name = visit.form["name"][:100]
    if not name or visit.known.operator.environments is not None:
        raise AtsumeError(Code.INPUT_INVALID, "Give it a name. Whoever may see some environments only cannot make one.")
    environment = visit.around.store.create_environment(name, visit.around.now())
    to = f"{HOME}/{environment.id}/integrations"
    return Done(to=to, told="environment_made", subject=environment.id, details=name)


def keys(visit: Visit) -> Page:
    """List the API keys of an environment."""
    found = visit.around.store.api_keys(visit.environment.id)
    body = KeysPage(
        keys=[(visit.url(KEY, key=one.id), one) for one in reversed(found)],
        base=visit.url(KEYS),
        now=visit.around.now(),
    )
    return Page(template="keys.html", title="API keys", body=body)


def key_made(visit: Visit) -> Page:
    """Make a key and show it, this once."""
    key, name = crypto.new_api_key(), visit.form["name"][:100] or "unnamed"
    store, at = visit.around.store, visit.around.now()
    store.add_api_key(visit.environment.id, name, crypto.api_key_hash(key), key[:12], at)
    hint = "Send it as `Authorization: Bearer …`. Only its first characters and a hash are kept."
    body = SecretPage(what="The API key", secret=key, hint=hint, back=visit.url(KEYS))
    done = Done(subject=key[:12], details=name)
    return Page(template="secret.html", title="API key", body=body, done=done)


def key_revoked(visit: Visit) -> Done:
    """Make a key worthless, at once."""
    key: ApiKey = visit.found["key"]
    visit.around.store.revoke_api_key(key.id, visit.around.now())
    return Done(to=visit.url(KEYS), told="key_revoked", subject=key.id, details=key.name)


ROWS = (
    Row(method="GET", path=KEYS, role=Role.ADMIN, view=keys, nav="API keys"),
    Row(method="POST", path=KEYS, role=Role.ADMIN, view=key_made, action="key.created"),
    Row(method="POST", path=KEY, role=Role.ADMIN, view=key_revoked, action="key.revoked"),
    Row(method="GET", path=SHOW, role=Role.VIEWER, view=shown, nav="Environment"),
    Row(method="POST", path=SHOW, role=Role.ADMIN, view=settled, action="environment.changed", again=shown),
    Row(method="POST", path=SHOW + "/new", role=Role.ADMIN, view=made, action="environment.created", again=shown),
)
TOLD = {
    "settings_saved": "The settings are saved; what follows from them is under way.",
    "environment_made": "The environment is made.",
    "key_revoked": "The key is worth nothing any more.",
}
