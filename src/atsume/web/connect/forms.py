"""What a posted form says, step by step: the choices it holds, and what is wrong with them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct

from atsume.connectors.guide import Chapter
from atsume.integrations.flow import Flow, stored, typed
from atsume.model.scope import Setting, setting
from atsume.web.texts import Translator

FORM_MOST_BYTES = 64 * 1024
VALUE_MOST = 4096


class Form(Struct, frozen=True):
    """A posted form. Values are stripped of what copying adds."""

    values: dict[str, str]
    many: dict[str, list[str]]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


def read(body: bytes) -> Form:
    """Return the form in a body; an unreadable one is empty."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=400)
    except ValueError:
        pairs = []
    many: dict[str, list[str]] = {}
    for name, value in pairs:
        many.setdefault(name, []).append(value.strip().replace("\0", "")[:VALUE_MOST])
    return Form({name: values[-1] for name, values in many.items()}, many)


def opted_out(flow: Flow, form: Form) -> tuple[str, ...]:
    """Return what is optional and was not ticked. Only what the page offered counts."""
    allowed = set(form.many.get("allow", []))
    offered = form.many.get("offered", [])
    settings = flow.config.settings
    return tuple(name for name in offered if setting(settings, name) is Setting.OPTIONAL and name not in allowed)


def mapped(flow: Flow, form: Form) -> dict[str, str]:
    """Return what each custom field is mapped to: only fields that were found, empty for none."""
    found = {(one.model, one.key) for one in flow.answers.found}
    chosen = {one.id: form[f"field.{one.id}"] for one in flow.custom if f"field.{one.id}" in form.values}
    return flow.answers.mapped | {
        one.id: chosen[one.id] if (one.model, chosen[one.id]) in found else ""
        for one in flow.custom
        if one.id in chosen
    }


class Filled(Struct, frozen=True):
    """A chapter's form: settings and credentials with what was kept from before, and faults by field."""

    settings: dict[str, Any]
    credentials: dict[str, str]
    faults: dict[str, str]


def filled(flow: Flow, chapter: Chapter, form: Form, t: Translator) -> Filled:
    """Return what a chapter's form leads to. A secret that was left empty stays as it was."""
    settings, credentials = dict(flow.answers.settings), typed(flow)
    kept = stored(flow) | credentials
    given = {field.name: form[field.name] for field in chapter.fields}
    faults = {name: t(f"fault.{key}") for name, key in flow.guide.faults(given)}
    for field in chapter.fields:
        value = given[field.name]
        if not value and not field.is_optional and not (field.is_secret and kept.get(field.name)):
            faults.setdefault(field.name, t("form.required"))
        if field.kind == "setting":
            settings[field.name] = value or None
        elif value:
            credentials[field.name] = value
    return Filled({name: value for name, value in settings.items() if value is not None}, credentials, faults)


def shown(flow: Flow, chapter: Chapter, form: Form | None) -> Mapping[str, str]:
    """Return what the inputs hold: what was just sent, else what is remembered. Never a secret."""
    before = {name: str(value) for name, value in flow.answers.settings.items()}
    if flow.integration is not None:
        before = {name: str(v) for name, v in flow.integration.settings.items() if v is not None} | before
    known = before | stored(flow) | typed(flow)
    values = {field.name: known.get(field.name, "") for field in chapter.fields if not field.is_secret}
    return values | {name: form[name] for name in values if form is not None}


def held(flow: Flow) -> frozenset[str]:
    """Return the names of credentials that need not be typed in again."""
    return frozenset(name for name, value in (stored(flow) | typed(flow)).items() if value)
