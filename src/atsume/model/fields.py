"""Integration fields, custom fields, remapping: what people decide about fields, and what it makes of a record. Pure.

An *integration field* is a leaf of the tool's own record (`model/paths.py`). A *custom field* is a key that callers
invented; an integration maps it to one integration field. A *remapping* feeds a unified field from other integration
fields than the connector's. All that is decided for one model of one integration is a `FieldPlan`.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec
import xxhash
from msgspec import UNSET, Raw, Struct

from atsume.model import paths, remapping
from atsume.model.catalogue import MODELS
from atsume.model.record import IntegrationFieldValue, Record, encode
from atsume.model.remapping import Remapping
from atsume.model.scope import Scope, allows

CUSTOMISABLE = tuple(name for name, m in MODELS.items() if "integration_fields" in m.record.__struct_fields__)
"""Models that have custom and integration fields."""
EVERYTHING = "*"
"""In place of keys: all of a remote record."""

_KEY = re.compile(r"[a-zA-Z][a-zA-Z0-9_]{0,63}", re.ASCII)
_PLAIN = re.compile(r"[^a-z0-9äöüß]+")


class FieldKind(Struct, frozen=True):
    """What a connector knows of a field of its tool before it has seen one."""

    label: str | None = None
    type: Literal["DEFAULT", "CUSTOM"] = "DEFAULT"
    """CUSTOM: the end user made it up in the tool."""
    feeds: tuple[str, ...] = ()
    """Unified fields that are made from it, as `model.field`. All of them switched off: its value is not kept."""


class FieldBook(Struct, frozen=True):
    """What a connector knows of its tool's fields."""

    surfaces: Mapping[str, Mapping[str, str]] = {}
    """Model → top-level name in the remote record → endpoint path; the name "" is all the rest."""
    kinds: Mapping[str, Mapping[str, FieldKind]] = {}
    """Model → key → what is known."""
    shows_remote: frozenset[str] = frozenset()
    """Models whose `remote_data` is part of the tool's coverage."""

    def kind(self, model: str, key: str) -> FieldKind:
        """Return what is known of a field; of an unknown one, what its name tells."""
        known = self.kinds.get(model, {}).get(key)
        return known or FieldKind(type="CUSTOM" if "custom_" in key else "DEFAULT")

    def withheld(self, model: str, scope: Scope) -> frozenset[str]:
        """Return the keys whose values may not be kept: all that they feed was switched off."""

        def is_off(fed: str) -> bool:
            of, _, field = fed.partition(".")
            return not allows(scope, of) or (of, field) in scope.disabled_fields

        kinds = self.kinds.get(model, {})
        return frozenset(key for key, kind in kinds.items() if kind.feeds and all(map(is_off, kind.feeds)))


class Passed(Struct, frozen=True):
    """An integration field that is passed through."""

    id: str
    key: str
    type: str
    label: str | None


class FieldPlan(Struct, frozen=True, kw_only=True):
    """All that is decided about the fields of one model of one integration."""

    custom: tuple[tuple[str, str], ...] = ()
    """(custom field's key, integration field's key), mapped ones only, sorted."""
    passed: tuple[Passed, ...] = ()
    remapped: tuple[Remapping, ...] = ()
    shows_remote: bool = False
    """Whether records carry `remote_data`."""
    keeps_all: bool = False
    """Whether the whole remote record is kept, so that any field can be mapped at once."""
    withheld: frozenset[str] = frozenset()
    """Keys whose values may not be kept."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys whose values it needs."""
        of_remappings = (key for one in self.remapped for key in one.keys)
        wanted = {*(key for _, key in self.custom), *(one.key for one in self.passed), *of_remappings}
        return frozenset(wanted) - self.withheld

    @property
    def holds(self) -> frozenset[str]:
        """The keys whose values are kept beside the records; EVERYTHING for all."""
        return frozenset({EVERYTHING}) if self.keeps_all or self.shows_remote else self.keys

    @property
    def is_empty(self) -> bool:
        """Whether nothing is decided: the connector's mapping is all there is."""
        return not (self.custom or self.passed or self.remapped or self.shows_remote or self.keeps_all)

    @property
    def digest(self) -> str:
        """What changes with every decision; empty when there is none."""
        facts = (self.custom, self.passed, self.remapped, self.shows_remote, sorted(self.holds), sorted(self.withheld))
        return "" if self.is_empty else xxhash.xxh3_64_hexdigest(msgspec.json.encode(facts))

    def can_use(self, held: Collection[str]) -> bool:
        """Return whether what is held beside the records is enough to apply this without the tool."""
        return EVERYTHING in held or (EVERYTHING not in self.holds and self.holds <= set(held))


class Kept(Struct, array_like=True):
    """What is kept beside a record."""

    remote: dict[str, Any]
    """The remote record, or the part of it that may and must be kept."""
    plain: dict[str, Any] = {}
    """Values of remapped unified fields as the connector mapped them."""


class Station:
    """Applies a plan to records of one model. Made once, used for many."""

    def __init__(self, model: str, plan: FieldPlan, surfaces: Mapping[str, str]) -> None:
        self.plan = plan
        self._keeps = bool(plan.holds) and not (plan.shows_remote and not plan.remapped)
        self._surfaces = surfaces
        self._custom = [(key, self._path(of)) for key, of in plan.custom]
        self._passed = [(one, self._path(one.key)) for one in plan.passed]
        self._remapped = [
            (one, remapping.converter(model, one.field), [self._path(key) for key in one.keys]) for one in plan.remapped
        ]

    def _path(self, key: str) -> Sequence[paths.Step] | None:
        return None if key in self.plan.withheld else paths.steps(key)

    def __call__(self, record: Record, remote: Mapping[str, Any]) -> Kept | None:
        """Apply the plan to a record as the connector mapped it; return what to keep beside it."""
        plan = self.plan
        plain = {one.field: getattr(record, one.field) for one, _, _ in self._remapped}
        for one, convert, sources in self._remapped:
            values = (_value(remote, path) for path in sources)
            setattr(record, one.field, remapping.fed(one, convert, values, plain[one.field]))
        if self._custom:
            record.custom_fields = {key: _value(remote, path) for key, path in self._custom}  # pyright: ignore
        if self._passed:
            record.integration_fields = [  # pyright: ignore
                IntegrationFieldValue(id=p.id, key=p.key, type=p.type, value=_value(remote, path), label=p.label)
                for p, path in self._passed
            ]
        may_keep = paths.without(remote, plan.withheld) if plan.withheld else dict(remote)
        if plan.shows_remote:
            record.remote_data = shown(may_keep, self._surfaces) if may_keep else None  # pyright: ignore
        if not self._keeps:
            return None
        kept = may_keep if plan.holds == {EVERYTHING} else paths.only(may_keep, plan.keys)
        return Kept({} if plan.shows_remote else kept, plain)


def _value(remote: Mapping[str, Any], path: Sequence[paths.Step] | None) -> Any:
    found = UNSET if path is None else paths.follow(remote, path)
    return None if found is UNSET else found


def shown(remote: Mapping[str, Any], surfaces: Mapping[str, str]) -> Raw:
    """Return a remote record as `remote_data` shows it: keyed by endpoint path."""
    bodies = {path: remote[name] for name, path in surfaces.items() if name and name in remote}
    rest = {name: value for name, value in remote.items() if name not in surfaces}
    main = surfaces.get("")
    return Raw(encode({main: rest} | bodies if main is not None and rest else bodies))


def unshown(data: Mapping[str, Any], surfaces: Mapping[str, str]) -> dict[str, Any]:
    """Return the remote record that `shown` showed."""
    names = {path: name for name, path in surfaces.items() if name}
    main = data.get(surfaces.get("", ""), {})
    return {**main, **{names[path]: body for path, body in data.items() if path in names}}


class CustomField(Struct, frozen=True, kw_only=True):
    """A key that the callers of an environment invented."""

    id: str
    environment_id: str
    model: str
    key: str
    label: str | None = None
    description: str | None = None
    aliases: tuple[str, ...] = ()
    """Other names it may have in a tool; `*` stands for anything."""
    is_automatic: bool = True
    """Whether an integration field whose key or label is its key, label or an alias is mapped to it by itself."""


class IntegrationField(Struct, frozen=True, kw_only=True):
    """A field of the tool, as found."""

    id: str
    model: str
    key: str
    label: str | None
    type: str
    is_passthrough_enabled: bool = False
    seen: int = 0
    """Records that were looked at."""
    filled: int = 0
    """Of these, how many had a value."""
    examples: tuple[str, ...] = ()
    """Values met; none unless the environment allows them."""


def bad_key(key: str) -> str | None:
    """Return what is wrong with a custom field's key, in a sentence; None when nothing is."""
    if _KEY.fullmatch(key):
        return None
    return f"{key!r} cannot be a custom field's key: letters, digits and _ only, a letter first, at most 64."


def chosen(custom: CustomField, found: Iterable[IntegrationField]) -> IntegrationField | None:
    """Return the integration field that a custom field's rules choose; None when none fits, or several fit as well.

    Earlier names count more than later ones, and keys more than labels.
    """
    if not custom.is_automatic:
        return None
    mine = sorted((f for f in found if f.model == custom.model), key=lambda f: f.key)
    for name in (custom.key, *((custom.label,) if custom.label else ()), *custom.aliases):
        pattern = _pattern(name)
        for texts in (lambda f: (f.key, f.key.rpartition(".")[2]), lambda f: (f.label or "",)):
            fits = [f for f in mine if any(pattern.fullmatch(_plain(text)) for text in texts(f) if text)]
            if len(fits) == 1:
                return fits[0]
            if fits:
                whole = [f for f in fits if pattern.fullmatch(_plain(f.key))]
                return whole[0] if len(whole) == 1 else None
    return None


def _plain(text: str) -> str:
    return _PLAIN.sub("", text.lower())


def _pattern(name: str) -> re.Pattern[str]:
    parts = [re.escape(_plain(part)) for part in name.split("*")]
    return re.compile(".*".join(parts) if any(parts) else "(?!)")
