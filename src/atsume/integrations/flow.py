"""The connection flow: from a link, step by step, to an integration. What pages show is not known here.

What the end user typed in is kept sealed with the link until the flow ends, so nothing has to be typed twice.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct, structs

from atsume.connectors.base import Connector
from atsume.connectors.guide import Chapter, Guide
from atsume.crypto import Keys, seal, unseal
from atsume.errors import AtsumeError, Code
from atsume.ids import random_id
from atsume.integrations import links, mapping, scopes
from atsume.integrations.connect import Consent, connect, relink, set_up
from atsume.integrations.fields import Fieldwork
from atsume.integrations.scopes import config_for
from atsume.model.catalogue import MODELS
from atsume.model.environment import source_name
from atsume.model.fields import CustomField
from atsume.model.integration import Integration
from atsume.model.permission import merged
from atsume.model.scope import Scope, ScopeConfig, allows, allows_action, scope_of
from atsume.store.outbox import FlowFacts
from atsume.store.rows import Answers, AuditEntry, ConnectLink, LoggedExchange, Purpose
from atsume.store.store import Store
from atsume.store.tracked import Source
from atsume.sync import permissions
from atsume.sync.access import access
from atsume.sync.permissions import Shown


class Surroundings(Struct, frozen=True, kw_only=True):
    """What a flow may touch."""

    store: Store
    connectors: Mapping[str, Connector]
    keys: Keys
    public_url: str
    now: Callable[[], dt.datetime]
    wake: Callable[[], None]
    """Tells the worker that a sync was queued."""


class Flow(Struct, frozen=True, kw_only=True):
    """A flow as it stands."""

    around: Surroundings
    link: ConnectLink
    connector: Connector | None
    """None: the end user has yet to choose a tool."""
    config: ScopeConfig
    scope: Scope
    """What is left out, opt-outs included."""
    integration: Integration | None
    """What is relinked or set up."""
    source: str | None
    """Name of the source that applications are attributed to; None: to none."""
    custom: tuple[CustomField, ...] = ()
    """The custom fields that the end user is asked to map."""

    @property
    def answers(self) -> Answers:
        """What the end user chose so far."""
        return self.link.answers

    @property
    def guide(self) -> Guide:
        """The guide of the chosen tool."""
        if self.connector is None or self.connector.guide is None:
            raise AtsumeError(Code.INPUT_INVALID, "No tool is chosen yet.")
        return self.connector.guide

    @property
    def chapters(self) -> list[Chapter]:
        """The chapters that the scope needs."""
        return [chapter for chapter in self.guide.chapters if self.needs(chapter)]

    def needs(self, chapter: Chapter) -> bool:
        """Return whether anything in the scope needs this chapter."""
        kept = (allows(self.scope, n) if n in MODELS else allows_action(self.scope, n) for n in chapter.needed_for)
        return any(kept)

    def steps(self) -> list[str]:
        """Return the steps, in order. Chapters of the guide are steps of their own."""
        if self.link.wish.purpose is Purpose.SETUP:
            return ["source"]
        first = [] if self.link.wish.tool else ["tool"]
        if self.connector is None:
            return [*first, "data"]
        source = self.guide.source
        last = ["mapping"] if self.custom else []
        last += ["source"] if source is not None and self.source and self.needs(source) else []
        chapters = [chapter.id for chapter in self.chapters]
        return [*first, "data", "prerequisites", *chapters, "test", *last]

    def step(self) -> str:
        """Return the first step that the end user has not passed by."""
        return next((step for step in self.steps() if step not in self.answers.passed_by), self.steps()[-1])


def has_its_integration(around: Surroundings, link: ConnectLink) -> bool:
    """Tell whether what a link is about still exists: an integration may be deleted while links to it are open."""
    if link.wish.purpose is Purpose.CONNECT:
        return True
    return link.integration_id is not None and around.store.integration(link.integration_id) is not None


def load(around: Surroundings, link: ConnectLink) -> Flow:
    """Return the flow behind a link. Raises AtsumeError when what it is about is gone."""
    integration = around.store.integration(link.integration_id) if link.integration_id else None
    if link.wish.purpose is not Purpose.CONNECT and integration is None:
        raise AtsumeError(Code.INTEGRATION_NOT_FOUND, "The integration that this link belongs to does not exist.")
    tool = integration.tool if integration else link.answers.tool or link.wish.tool
    config_id = link.wish.scope_config_id
    if config_id is None and integration is not None:
        config = around.store.scope_config_of(integration)
    else:
        config = config_for(around.store, link.environment_id, config_id)
    scope, environment = scope_of(config, link.answers.opted_out), around.store.environment(link.environment_id)
    with_mapping = link.wish.with_field_mapping and link.wish.purpose is not Purpose.SETUP
    return Flow(
        around=around,
        link=link,
        connector=around.connectors.get(tool) if tool else None,
        config=config,
        scope=scope,
        integration=integration,
        source=source_name(environment.name, environment.settings) if environment is not None else None,
        custom=mapping.mappable(around.store, link.environment_id, scope) if with_mapping else (),
    )


def typed(flow: Flow) -> dict[str, str]:
    """Return the credentials typed in so far."""
    sealed = flow.link.sealed_credentials
    if sealed is None:
        return {}
    return msgspec.json.decode(unseal(flow.around.keys, sealed, flow.link.id), type=dict[str, str])


def stored(flow: Flow) -> dict[str, str]:
    """Return the credentials that the integration has already; nothing while it is being connected."""
    around, integration = flow.around, flow.integration
    if integration is None:
        return {}
    opened = access(around.store, around.connectors, around.keys, integration)
    return {name: value for name, value in msgspec.to_builtins(opened.credentials).items() if value}


def keep(flow: Flow, answers: Answers, credentials: Mapping[str, str]) -> Flow:
    """Remember how far the flow has come and return it."""
    around, link = flow.around, flow.link
    sealed = seal(around.keys, msgspec.json.encode(dict(credentials)), link.id) if credentials else None
    around.store.save_answers(link.id, answers, sealed)
    return load(around, structs.replace(link, answers=answers, sealed_credentials=sealed))


def passed(flow: Flow, step: str, **changes: Any) -> Answers:
    """Return the answers after a step."""
    passed_by = tuple(dict.fromkeys([*flow.answers.passed_by, step]))
    return structs.replace(flow.answers, passed_by=passed_by, **changes)


def test(flow: Flow, *probes: str) -> Flow:
    """Test the permissions with what was typed in: some by name, else all but those of the source, which comes later.

    Remembers what was found.
    """
    connector, at = flow.connector, flow.around.now()
    if connector is None:
        raise AtsumeError(Code.INPUT_INVALID, "No tool is chosen yet.")
    source = flow.guide.source.id if flow.guide.source is not None else None
    wanted = [
        probe
        for probe in permissions.wanted(flow.guide, flow.scope)
        if (probe.id in probes if probes else probe.chapter != source)
    ]
    given = _given(flow, connector)
    found = permissions.ask(connector, *given, lambda _exchange: None, wanted, at)
    known = merged(flow.answers.permissions, found) if probes else found
    tested = keep(flow, structs.replace(flow.answers, permissions=known), typed(flow))
    if lacking := [one for one in told(tested, "en") if one.is_blocking]:
        _report(tested, lacking, at)
    return tested


def look(flow: Flow) -> Flow:
    """Look for what custom fields can be mapped to, once, and choose what their rules do. Raises AtsumeError."""
    if flow.connector is None or not flow.custom:
        return flow
    found = mapping.look(flow.connector, *_given(flow, flow.connector), flow.scope, flow.custom)
    before = mapping.in_force(flow.around.store, flow.integration) if flow.integration is not None else {}
    mapped = mapping.by_rule(flow.custom, found) | before | flow.answers.mapped
    return keep(flow, structs.replace(flow.answers, found=found, mapped=mapped), typed(flow))


def _given(flow: Flow, connector: Connector) -> tuple[Any, Any]:
    """Return credentials and settings as they stand in the flow."""
    settings = (flow.integration.settings if flow.integration is not None else {}) | flow.answers.settings
    return _convert(connector.credentials, stored(flow) | typed(flow)), _convert(connector.settings, settings)


def told(flow: Flow, language: str) -> list[Shown]:
    """Return what the last test found, in words."""
    return permissions.told(flow.guide, flow.config, flow.scope, flow.answers.permissions, language)


def may_end(flow: Flow) -> bool:
    """Return whether everything that is required was tested and is there."""
    if flow.link.wish.purpose is Purpose.SETUP:
        return True
    return bool(flow.answers.permissions) and not any(one.is_blocking for one in told(flow, "en"))


class Ended(Struct, frozen=True):
    """How a flow ended well."""

    integration: Integration
    activation_token: str


def end(flow: Flow) -> Ended:
    """Make of the flow what it is for, once. Raises AtsumeError; then the flow goes on where it was."""
    around, link = flow.around, flow.link
    if not may_end(flow) or flow.connector is None:
        raise AtsumeError(Code.PERMISSION_MISSING, "Something that is required is still missing.")
    at = around.now()
    if not around.store.use_link(link.id, at):
        raise AtsumeError(Code.INPUT_INVALID, "This link was used already.")
    try:
        integration = _made(flow, at)
    except BaseException:
        around.store.free_link(link.id)
        raise
    around.store.settle_link(link.id, integration.id)
    _finish(flow, integration)
    action = {Purpose.CONNECT: "connected", Purpose.RELINK: "relinked", Purpose.SETUP: "set_up"}[link.wish.purpose]
    around.store.note_audit(
        AuditEntry(
            at=at,
            actor="end user",
            action=f"integration.{action}",
            environment_id=link.environment_id,
            subject=integration.id,
        )
    )
    around.wake()
    return Ended(integration, links.activate(around.store, integration, at))


def _made(flow: Flow, at: dt.datetime) -> Integration:
    around, link, connector = flow.around, flow.link, flow.connector
    answers = link.answers
    if connector is None:
        raise AtsumeError(Code.INPUT_INVALID, "No tool is chosen yet.")
    if flow.integration is not None and link.wish.purpose is Purpose.SETUP:
        return set_up(around.store, connector, flow.integration, answers.settings)
    if flow.integration is not None:
        made = relink(
            around.store,
            connector,
            flow.integration,
            settings=answers.settings,
            credentials=stored(flow) | typed(flow),
            keys=around.keys,
            permissions=answers.permissions,
            at=at,
        )
        config_id = scopes.stored_id(flow.config)
        scopes.give(around.store, made, config_id=config_id, opted_out=answers.opted_out, now=around.now)
        return made
    return connect(
        around.store,
        connector,
        environment_id=link.environment_id,
        end_user=link.wish.end_user,
        settings=answers.settings,
        credentials=typed(flow),
        encryption_key=around.keys,
        at=at,
        consent=Consent(scope_config_id=flow.config.id, opted_out=answers.opted_out, permissions=answers.permissions),
    ).integration


def _finish(flow: Flow, integration: Integration) -> None:
    """Keep what was said about sources and custom fields."""
    around, answers = flow.around, flow.answers
    number = answers.settings.get(flow.guide.source_setting or "")
    if number and flow.source:
        around.store.configure_source(integration.no, Source(remote_id=str(number), name=flow.source))
    if flow.custom:
        work = Fieldwork(store=around.store, connectors=around.connectors, now=around.now)
        mapping.decide(work, integration, flow.custom, answers.found, answers.mapped)


def _convert(struct: type[Struct], given: Mapping[str, Any]) -> Any:
    try:
        return msgspec.convert(dict(given), struct, strict=False)
    except msgspec.ValidationError as error:
        raise AtsumeError(Code.INPUT_INVALID, f"What was typed in cannot be used: {error}") from error


def _report(flow: Flow, lacking: list[Shown], at: dt.datetime) -> None:
    """Tell the caller, once a link, that its end user is stuck."""
    link, connector = flow.link, flow.connector
    if link.reported_at is not None or connector is None:
        return
    names = ", ".join(one.title for one in lacking)
    exchange = LoggedExchange(
        id=random_id(),
        direction="in",
        at=at,
        method="POST",
        url=links.PATH,
        status=Code.PERMISSION_MISSING.status,
        duration_seconds=0.0,
        environment_id=link.environment_id,
        code=Code.PERMISSION_MISSING.wire,
        message=f"The connection flow of {link.wish.end_user.organization_name} is stuck. Missing: {names}.",
    )
    facts = FlowFacts(
        tool=connector.id, category=connector.category, end_user=link.wish.end_user, exchange_id=exchange.id
    )
    flow.around.store.report_flow(link, exchange, facts, at)
