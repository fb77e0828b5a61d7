"""Fields: those of the tool as found, what is mapped to them, and what a mapping would do, before it is saved."""

from typing import Any

import msgspec
from msgspec import Struct

from atsume.errors import AtsumeError, Code
from atsume.integrations import explorer, fields
from atsume.integrations.explorer import Explored
from atsume.integrations.fields import Preview
from atsume.model.catalogue import MODELS
from atsume.model.fields import CUSTOMISABLE, CustomField, IntegrationField
from atsume.model.operator import Role
from atsume.sync.settle import Settled
from atsume.web.console.pages.integrations import SHOW
from atsume.web.console.visit import Answer, Done, Page, Row, Visit

LIST = SHOW + "/fields"
MAP = LIST + "/{custom_field}"
PASS = LIST + "/found/{integration_field}"
PREVIEWED = 10
"""Live records that a preview shows."""


class Found(Struct, frozen=True, kw_only=True):
    """A field of the tool."""

    field: IntegrationField
    filled: str
    """Share of the looked-at records that have a value."""
    path: str


class Custom(Struct, frozen=True, kw_only=True):
    """A custom field and what it is mapped to."""

    field: CustomField
    path: str
    mapped_to: str
    """Id of the tool's field; empty for none."""
    decided_by: str
    choices: list[IntegrationField]


class FieldsPage(Struct, frozen=True, kw_only=True):
    """Fields of one model."""

    models: list[tuple[str, str, bool]]
    label: str
    model: str
    found: list[Found]
    custom: list[Custom]
    base: str
    live: list[Explored] | None
    live_fault: str
    ask: str
    preview: list[tuple[str, str, str]] | None
    """(id in the tool, what it has now, what it would have)."""
    previewed: str
    """The custom field that the preview is about."""
    chosen: str


def shown(visit: Visit) -> Page:
    """Show the fields of a model."""
    return _page(visit, None)


def _page(visit: Visit, preview: list[Preview] | None) -> Page:
    asked = visit.query.get("model", "") or visit.form["model"]
    model = asked if asked in CUSTOMISABLE else CUSTOMISABLE[0]
    if (about := visit.found.get("custom_field")) is not None:
        model = about.model
    store, integration = visit.around.store, visit.integration
    found = store.integration_fields(integration.no, model)
    live, fault = _live(visit, model) if visit.query.get("live") == "yes" else (None, "")
    body = FieldsPage(
        models=[(MODELS[one].label, visit.address_of(LIST, model=one), one == model) for one in CUSTOMISABLE],
        label=MODELS[model].label,
        model=model,
        found=[
            Found(
                field=one,
                filled=f"{100 * one.filled // one.seen} %" if one.seen else "–",
                path=visit.url(PASS, integration_field=one.id),
            )
            for one in found
        ],
        custom=_custom(visit, model, found),
        base=visit.url(LIST),
        live=live,
        live_fault=fault,
        ask=visit.address_of(LIST, model=model, live="yes"),
        preview=None if preview is None else [(one.remote_id, _json(one.before), _json(one.after)) for one in preview],
        previewed=about.key if about is not None else "",
        chosen=visit.form["field"],
    )
    return Page(template="fields.html", title="Fields", body=body)


def _custom(visit: Visit, model: str, found: list[IntegrationField]) -> list[Custom]:
    mapped = visit.around.work.known(visit.integration).mapped
    return [
        Custom(
            field=one,
            path=visit.url(MAP, custom_field=one.id),
            mapped_to=(decided.integration_field_id or "") if decided is not None else "",
            decided_by=decided.decided_by if decided is not None else "",
            choices=found,
        )
        for one in visit.around.store.custom_fields(visit.environment.id)
        if one.model == model
        for decided in [mapped.get(one.id)]
    ]


def _live(visit: Visit, model: str) -> tuple[list[Explored] | None, str]:
    """Return the fields of a few live records, or why there are none."""
    scope = visit.around.store.scope(visit.integration)
    try:
        live = _fetched(visit, model)
    except AtsumeError as fault:
        return None, fault.message
    if model in live.faults:
        return None, live.faults[model]
    may_show = visit.around.store.in_force(visit.integration).field_examples
    return explorer.explored(live.samples, visit.connector.fields, scope, with_examples=may_show), ""


def _fetched(visit: Visit, model: str) -> explorer.Live:
    store, session = visit.around.store, visit.around.open(visit.integration)
    try:
        mirror, scope = store.mirror(visit.integration), store.scope(visit.integration)
        return explorer.fetch(session, mirror, scope, limit=PREVIEWED, models=(model,))
    finally:
        session.close()


def _json(values: dict[str, Any]) -> str:
    return msgspec.json.encode(values).decode() if values else "–"


def mapped(visit: Visit) -> Answer:
    """Map a custom field to a field of the tool, or show first what that would do."""
    field: CustomField = visit.found["custom_field"]
    work, wanted = visit.around.work, visit.form["field"]
    target = fields.integration_field(work, visit.integration, wanted) if wanted else None
    if visit.form["do"] == "preview":
        live = _fetched(visit, field.model)
        if field.model in live.faults:
            raise AtsumeError(Code.SERVICE_UNAVAILABLE, live.faults[field.model])
        return _page(visit, fields.preview_mapping(work, visit.integration, field, target, live.samples))
    settled = fields.map_custom_field(work, visit.integration, field, target)
    details = f"{field.key} ← {target.key if target else 'nothing'}"
    return _done(visit, settled, field.model, field.id, details)


def passed(visit: Visit) -> Done:
    """Switch whether records carry a field of the tool as it is."""
    field: IntegrationField = visit.found["integration_field"]
    enabled = visit.form["enabled"] == "yes"
    settled = fields.pass_through(visit.around.work, visit.integration, field, enabled=enabled)
    return _done(visit, settled, field.model, field.id, f"{field.key} {'passed through' if enabled else 'left out'}")


def defined(visit: Visit) -> Done:
    """Define a custom field of the environment."""
    form = visit.form
    field = fields.define(
        visit.around.work,
        visit.environment.id,
        model=form["model"],
        key=form["key"],
        label=form["label"] or None,
        aliases=tuple(form["aliases"].split()),
    )
    visit.around.wake()
    to = visit.address_of(LIST, model=field.model)
    return Done(to=to, told="field_defined", subject=field.id, details=f"{field.model}.{field.key}")


def removed(visit: Visit) -> Done:
    """Remove a custom field of the environment."""
    field: CustomField = visit.found["custom_field"]
    fields.remove(visit.around.work, field)
    visit.around.wake()
    to = visit.address_of(LIST, model=field.model)
    return Done(to=to, told="field_removed", subject=field.id, details=f"{field.model}.{field.key}")


def _done(visit: Visit, settled: Settled, model: str, subject: str, details: str) -> Done:
    visit.around.wake()
    told = "field_sync" if settled.waiting else "field_now" if settled.remade else "field_later"
    return Done(to=visit.address_of(LIST, model=model), told=told, subject=subject, details=details)


ROWS = (
    Row(method="GET", path=LIST, role=Role.VIEWER, view=shown, tab="Fields"),
    Row(method="POST", path=LIST, role=Role.OPERATOR, view=defined, action="custom_field.defined", again=shown),
    Row(method="POST", path=MAP, role=Role.OPERATOR, view=mapped, action="custom_field.mapped", again=shown),
    Row(method="POST", path=MAP + "/remove", role=Role.ADMIN, view=removed, action="custom_field.removed"),
    Row(method="POST", path=PASS, role=Role.OPERATOR, view=passed, action="integration_field.passed"),
)
TOLD = {
    "field_now": "Saved. Stored records are being made anew at once.",
    "field_sync": "Saved. It needs values that are not held, so a full sync is queued.",
    "field_later": "Saved. It shows with the next records that come.",
    "field_defined": "The custom field is defined for every integration of this environment.",
    "field_removed": "The custom field is removed; its values leave the records.",
}
