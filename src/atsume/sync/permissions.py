"""Scope testing: which permissions an integration needs, which of them are there, remembered with the time.

While connecting everything is tested; before a sync only what costs one request each, and only when it was missing
before or was looked at long ago.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from atsume.connectors.base import Connector, Observer
from atsume.connectors.guide import Guide, Probe, sentence
from atsume.model.catalogue import MODELS
from atsume.model.integration import Integration
from atsume.model.permission import Finding, Permission, merged
from atsume.model.scope import Scope, ScopeConfig, Setting, allows, allows_action, setting
from atsume.store.store import Store
from atsume.sync.access import Access

FRESH = dt.timedelta(hours=6)
"""A permission that was there so recently is not looked at again before a sync."""


class Shown(Struct, frozen=True, kw_only=True):
    """A permission in words: what the pages, the API and the command line show."""

    probe: str
    chapter: str
    finding: Finding
    is_blocking: bool
    """Nothing works, or something that is required, before it is granted."""
    title: str
    why: str
    sentence: str
    """What was found, and how to grant what is missing."""
    needed_for: tuple[str, ...]
    """Models and actions."""
    checked_at: dt.datetime


def wanted(guide: Guide, scope: Scope) -> list[Probe]:
    """Return the probes of what an integration keeps and does."""
    return [probe for probe in guide.probes if any(_in_scope(scope, name) for name in probe.needed_for)]


def _in_scope(scope: Scope, name: str) -> bool:
    return allows(scope, name) if name in MODELS else allows_action(scope, name)


def ask(
    connector: Connector, credentials: Any, settings: Any, observer: Observer, probes: Iterable[Probe], at: dt.datetime
) -> tuple[Permission, ...]:
    """Ask the tool for each permission."""
    if connector.guide is None:
        return ()
    found = connector.guide.probe(credentials, settings, observer, [probe.id for probe in probes])
    return tuple(
        Permission(probe=one.probe, finding=one.finding, reason=one.reason, facts=dict(one.facts), checked_at=at)
        for one in found
    )


def due(guide: Guide, scope: Scope, known: tuple[Permission, ...], at: dt.datetime) -> list[Probe]:
    """Return the cheap probes to repeat before a sync. What was never tested is left to whoever connects."""
    held = {one.probe: one for one in known}
    cheap = [probe for probe in wanted(guide, scope) if probe.is_cheap and probe.id in held]
    stale = any(
        held[probe.id].finding is not Finding.PASSED or at - held[probe.id].checked_at >= FRESH for probe in cheap
    )
    return cheap if stale else []


def before_sync(
    store: Store, opened: Access, integration: Integration, scope: Scope, observer: Observer, at: dt.datetime
) -> list[str]:
    """Look again, cheaply, at what was missing. Returns a sentence for each permission that a sync will miss."""
    guide = opened.connector.guide
    if guide is None:
        return []
    known = integration.permissions
    if probes := due(guide, scope, known, at):
        found = ask(opened.connector, opened.credentials, opened.settings, observer, probes, at)
        known = merged(known, found)
        store.save_permissions(integration.id, known)
    shown = told(guide, store.scope_config_of(integration), scope, known)
    return [f"{one.title}: {one.sentence}" for one in shown if one.finding is Finding.MISSING and one.needed_for]


def test(store: Store, opened: Access, integration: Integration, observer: Observer, at: dt.datetime) -> list[Shown]:
    """Test every permission that the integration needs, remember and return what was found."""
    guide, scope = opened.connector.guide, store.scope(integration)
    if guide is None:
        return []
    found = ask(opened.connector, opened.credentials, opened.settings, observer, wanted(guide, scope), at)
    store.save_permissions(integration.id, merged(integration.permissions, found))
    return told(guide, store.scope_config_of(integration), scope, found)


def blocks(config: ScopeConfig, scope: Scope, probe: Probe, finding: Finding) -> bool:
    """Return whether the flow must not end like this: something required needs what is missing."""
    if finding is Finding.PASSED or not probe.is_vital:
        return False
    if finding is Finding.INCONCLUSIVE and not probe.is_cheap:
        return False
    needing = [name for name in probe.needed_for if _in_scope(scope, name)]
    return any(setting(config.settings, name) is Setting.ENABLED for name in needing)


def told(
    guide: Guide, config: ScopeConfig, scope: Scope, known: Iterable[Permission], language: str = "en"
) -> list[Shown]:
    """Return the permissions that matter for this scope, in words, in the guide's order."""
    held = {one.probe: one for one in known}
    texts = guide.texts(language)
    return [
        Shown(
            probe=probe.id,
            chapter=probe.chapter,
            finding=one.finding,
            is_blocking=blocks(config, scope, probe, one.finding),
            title=texts[f"probe.{probe.id}.title"],
            why=texts[f"probe.{probe.id}.why"],
            sentence=sentence(texts, probe.id, one.reason, _named(texts, one.facts)),
            needed_for=tuple(sorted(name for name in probe.needed_for if _in_scope(scope, name))),
            checked_at=one.checked_at,
        )
        for probe in wanted(guide, scope)
        for one in [held.get(probe.id)]
        if one is not None
    ]


def _named(texts: Any, facts: dict[str, str]) -> dict[str, str]:
    """Return facts as people read them: names of attributes in their language."""
    return {
        name: ", ".join(texts.get(f"attribute.{part}", part) for part in value.split(","))
        if name == "attributes"
        else value
        for name, value in facts.items()
    }


def lacking(guide: Guide, known: Iterable[Permission], name: str) -> str | None:
    """Return the sentence that helps when a model or an action lacks a permission; None when nothing is known to."""
    texts = guide.texts("en")
    needed = {probe.id for probe in guide.probes if name in probe.needed_for and probe.is_vital}
    return next(
        (
            sentence(texts, one.probe, one.reason, _named(texts, one.facts))
            for one in known
            if one.probe in needed and one.finding is Finding.MISSING
        ),
        None,
    )
