"""Fields on the road: what is decided about them becomes part of each record, and new ones are met on the way.

Where nothing is decided a stream costs a look at a few records and nothing else. A record's remote fingerprint is
salted with the plan that it was made with, so a changed plan maps exactly the records of its model again.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from atsume.connectors.base import Came, Stream
from atsume.model import paths
from atsume.model.environment import EnvironmentSettings
from atsume.model.fields import (
    CUSTOMISABLE,
    CustomField,
    FieldBook,
    FieldPlan,
    IntegrationField,
    Passed,
    Station,
    chosen,
)
from atsume.model.integration import Integration
from atsume.model.record import Record, encode
from atsume.model.remapping import Remapping
from atsume.model.scope import Scope
from atsume.store.fields import Mapped, field_id
from atsume.store.remotes import packed
from atsume.store.rows import Row
from atsume.store.store import Store

FIRST_LOOK, LATER_EVERY = 50, 500
"""Records looked at for their fields: so many of a stream's first lump of pages, then one in so many. A look costs as
much as mapping some ten records does."""
EXAMPLES_MOST, EXAMPLE_LENGTH = 3, 120


class Decided(Struct, frozen=True, kw_only=True):
    """All that is known and decided about an integration's fields."""

    integration: Integration
    settings: EnvironmentSettings
    scope: Scope
    book: FieldBook
    found: Sequence[IntegrationField]
    custom: Sequence[CustomField]
    mapped: Mapping[str, Mapped]
    remappings: Mapping[str, Sequence[Remapping]]

    def plan(self, model: str) -> FieldPlan:
        """Return what it comes to for a model."""
        mine = {one.id: one for one in self.found if one.model == model}
        targets = ((one.key, self.target(one)) for one in self.custom if one.model == model)
        passed = sorted((f for f in mine.values() if f.is_passthrough_enabled), key=lambda f: f.key)
        off = {field for of, field in self.scope.disabled_fields if of == model}
        shows_remote = self.settings.remote_data and model in self.book.shows_remote
        plan = FieldPlan(
            custom=()
            if "custom_fields" in off
            else tuple(sorted((key, mine[field].key) for key, field in targets if field in mine)),
            passed=() if "integration_fields" in off else tuple(Passed(f.id, f.key, f.type, f.label) for f in passed),
            remapped=tuple(
                sorted((r for r in self.remappings.get(model, ()) if r.field not in off), key=lambda one: one.field)
            ),
            shows_remote=shows_remote and "remote_data" not in off,
            keeps_all=self.settings.keep_remote_records and model in CUSTOMISABLE,
        )
        return plan if plan.is_empty else structs.replace(plan, withheld=self.book.withheld(model, self.scope))

    def target(self, custom: CustomField) -> str | None:
        """Return the id of the integration field that a custom field is mapped to."""
        mapped = self.mapped.get(custom.id)
        return mapped.integration_field_id if mapped is not None else None

    def by_rule(self) -> dict[str, str | None]:
        """Return what rules choose for custom fields that nobody has decided about."""
        open_ = [one for one in self.custom if one.id not in self.mapped]
        return {one.id: field.id for one in open_ if (field := chosen(one, self.found)) is not None}


def decided(store: Store, integration: Integration, book: FieldBook) -> Decided:
    """Return what is known and decided about an integration's fields."""
    return Decided(
        integration=integration,
        settings=store.in_force(integration),
        scope=store.scope(integration),
        book=book,
        found=store.integration_fields(integration.no),
        custom=store.custom_fields(integration.environment_id),
        mapped=store.field_mappings(integration.no),
        remappings=store.remappings(integration.no),
    )


def apply_rules(store: Store, known: Decided, at: dt.datetime) -> bool:
    """Map what rules choose; tell whether that was anything."""
    if not (chosen_now := known.by_rule()):
        return False
    store.map_fields(known.integration.no, chosen_now, decided_by="rule", at=at)
    return True


class RunFields:
    """The fields of one run."""

    def __init__(self, store: Store, integration: Integration, book: FieldBook, now: Callable[[], dt.datetime]) -> None:
        self._store, self._integration, self._book, self._now = store, integration, book, now
        self._known = decided(store, integration, book)
        self._states = store.field_states(integration.no)
        self._used = {model: self._known.plan(model).digest for model in CUSTOMISABLE}

    def of(self, stream: Stream, *, is_resumed: bool = False) -> "StreamFields | NamedFields | None":
        """Return the fields of a stream; None for derived records, which have none."""
        if stream.names_field is not None:
            return NamedFields(self, stream.names_field)
        return None if stream.remote is None else StreamFields(self, stream, is_resumed=is_resumed)

    def is_outdated(self) -> bool:
        """Return whether something was decided during the run that it did not heed."""
        known = decided(self._store, self._integration, self._book)
        return any(known.plan(model).digest != digest for model, digest in self._used.items())

    def plan(self, model: str) -> FieldPlan:
        """Return what is decided for a model."""
        return self._known.plan(model)

    def surfaces(self, model: str) -> Mapping[str, str]:
        """Return where a model's remote records come from."""
        return self._book.surfaces.get(model, {})

    def met(self, found: Sequence[IntegrationField], *, counts: bool) -> None:
        """Remember fields, where they are not known as they are; new ones may be what rules wait for."""
        held = {one.id: one for one in self._known.found}
        news = [one for one in found if one.id not in held]
        moved = [one for one in found if counts and one.id in held and _moved(held[one.id], one)]
        if not news and not moved:
            return
        if self._store.found_fields(self._integration, [*news, *moved], counts=counts):
            known = decided(self._store, self._integration, self._book)
            if apply_rules(self._store, known, self._now()):
                known = decided(self._store, self._integration, self._book)
            self._known = known

    def used(self, model: str, digest: str, *, begins: bool) -> None:
        """Remember with which plan a stream goes on, or begins: only what began with it is wholly made with it."""
        if model in self._used:
            self._used[model] = digest
        if not begins:
            return
        if digest or model in self._states:
            self._store.begin_fields(self._integration.no, model, digest)

    def applied(self, model: str, plan: FieldPlan) -> None:
        """Remember that a complete walk made every record with this plan."""
        if plan.digest or model in self._states:
            self._store.fields_applied(self._integration.no, model, plan.digest, plan.holds, begun=True)

    def field(self, model: str, key: str, values: Sequence[Any], seen: int) -> IntegrationField:
        """Return a field as met on some records."""
        kind = self._book.kind(model, key)
        filled = [value for value in values if value not in (None, "", [], {})]
        may_show = self._known.settings.field_examples and key not in self._book.withheld(model, self._known.scope)
        return IntegrationField(
            id=field_id(self._integration.id, model, key),
            model=model,
            key=key,
            label=kind.label,
            type=kind.type,
            seen=seen,
            filled=len(filled),
            examples=examples(filled) if may_show else (),
        )

    def named(self, model: str, key: str, label: str | None) -> IntegrationField:
        """Return a field of which the tool tells that there is one, but no record's value."""
        return IntegrationField(
            id=field_id(self._integration.id, model, key), model=model, key=key, label=label, type="CUSTOM"
        )


class NamedFields:
    """The fields that a stream names: questions of application forms. Its own records have none."""

    plan = FieldPlan()
    is_idle = True

    def __init__(self, run: RunFields, names_field: Callable[[Came], tuple[str, str, str | None] | None]) -> None:
        self._run, self._names = run, names_field

    def look(self, came: list[Came]) -> list[Came]:
        """Remember the fields that are named."""
        if came:
            named = [name for one in came if (name := self._names(one)) is not None]
            self._run.met([self._run.named(*name) for name in named], counts=False)
        return came

    def done(self, *, is_full: bool) -> None:
        """Do nothing: all is remembered."""


class StreamFields:
    """The fields of one stream of one run."""

    def __init__(self, run: RunFields, stream: Stream, *, is_resumed: bool = False) -> None:
        self._run, self._stream, self._model = run, stream, stream.model
        assert stream.remote is not None  # noqa: S101 - see RunFields.of
        self._remote = stream.remote
        self._looked, self._is_resumed = 0, is_resumed
        self._passed, self._later = 0, 0
        self._values: dict[str, list[Any]] = {}
        self._settle()

    def _settle(self) -> None:
        self.plan = self._run.plan(self._model)
        self._salt = int(self.plan.digest or "0", 16) >> 1
        self._station = Station(self._model, self.plan, self._run.surfaces(self._model))

    @property
    def is_idle(self) -> bool:
        """Whether records stay as the connector maps them."""
        return self.plan.is_empty

    def look(self, came: list[Came]) -> list[Came]:
        """Look at some of what came for fields, and return it with fingerprints that tell plans apart."""
        if self._model in CUSTOMISABLE and came:
            is_first = not self._looked
            self._passed += len(came)
            due = FIRST_LOOK if is_first else self._passed // LATER_EVERY - self._later
            self._later += 0 if is_first else due
            self._sample(came, due)
            if is_first:
                self._run.met(self._fields(), counts=False)
                self._settle()
                self._run.used(self._model, self.plan.digest, begins=not self._is_resumed)
        if self._salt:
            for one in came:
                if one.fingerprint is not None:
                    one.fingerprint = one.fingerprint ^ self._salt or 1
        return came

    def _sample(self, came: list[Came], count: int) -> None:
        if count <= 0:
            return
        step = max(1, len(came) // count)
        for one in came[::step][:count]:
            self._looked += 1
            for key, value in paths.leaves(self._remote(one)).items():
                self._values.setdefault(key, []).append(value)

    def _fields(self) -> list[IntegrationField]:
        return [self._run.field(self._model, key, values, self._looked) for key, values in self._values.items()]

    def row(self, record: Record, came: Came, keep: Callable[[Record], Record], make_row: Callable[..., Row]) -> Row:
        """Return the row of a record with the plan applied to it."""
        kept = self._station(keep(record), self._remote(came))
        row = make_row(keep(record), came.fingerprint or 0)
        row.remote = packed(kept) if kept is not None else b""
        return row

    def done(self, *, is_full: bool) -> None:
        """Remember, after a complete walk, what was met and that every record was made with the plan."""
        if is_full:
            if self._looked:
                self._run.met(self._fields(), counts=True)
            self._run.applied(self._model, self.plan)


def _moved(held: IntegrationField, met: IntegrationField) -> bool:
    return (held.seen, held.filled, held.examples, held.label) != (met.seen, met.filled, met.examples, met.label)


def examples(filled: Sequence[Any]) -> tuple[str, ...]:
    """Return a few different values, each cut to a length that can be shown."""
    texts = (value if isinstance(value, str) else encode(value).decode() for value in filled)
    return tuple(dict.fromkeys(text[:EXAMPLE_LENGTH] for text in texts))[:EXAMPLES_MOST]
