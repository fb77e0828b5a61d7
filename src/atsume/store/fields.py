"""What is known and decided about fields: integration fields, custom fields, mappings, remappings, how far they are."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import exc

from atsume.ids import record_id
from atsume.model.fields import CustomField, IntegrationField
from atsume.model.integration import Integration
from atsume.model.remapping import Remapping
from atsume.store.database import Database, StoreError
from atsume.store.schema import integrations
from atsume.store.schema_fields import (
    custom_fields,
    field_mappings,
    field_remappings,
    field_states,
    integration_fields,
)


class Mapped(Struct, frozen=True):
    """What an integration decided about a custom field."""

    custom_field_id: str
    integration_field_id: str | None
    decided_by: str
    """rule or person."""


class FieldState(Struct, frozen=True):
    """How far the decisions about a model's fields have reached its records."""

    applied: str = ""
    """Digest of the plan with which its records were made."""
    holds: frozenset[str] = frozenset()
    """Keys whose values are kept for every record."""
    is_due: bool = False


class Numbered(Struct, frozen=True):
    """A field and its place in the lists of the API."""

    no: int
    field: Any


class Fields:
    """Everything about fields but the records."""

    database: Database

    # -- integration fields ------------------------------------------------------------------------------------------

    def integration_fields(self, integration_no: int, model: str | None = None) -> list[IntegrationField]:
        """Return the fields found, by model and key."""
        wanted = [integration_fields.c.integration_no == integration_no]
        wanted += [integration_fields.c.model == model] if model else []
        query = sa.select(integration_fields).where(*wanted)
        query = query.order_by(integration_fields.c.model, integration_fields.c.key)
        with self.database.looking() as connection:
            return [_integration_field(row) for row in connection.execute(query)]

    def integration_field_page(self, integration_no: int, after: int, limit: int) -> list[Numbered]:
        """Return fields after a number, in the order they were found."""
        query = (
            sa.select(integration_fields)
            .where(integration_fields.c.integration_no == integration_no, integration_fields.c.no > after)
            .order_by(integration_fields.c.no)
            .limit(limit)
        )
        with self.database.looking() as connection:
            return [Numbered(row.no, _integration_field(row)) for row in connection.execute(query)]

    def integration_field(self, integration_no: int, field_id: str) -> IntegrationField | None:
        """Return one field of an integration."""
        table = integration_fields
        query = sa.select(table).where(table.c.id == field_id, table.c.integration_no == integration_no)
        with self.database.looking() as connection:
            row = connection.execute(query).first()
        return None if row is None else _integration_field(row)

    def found_fields(self, integration: Integration, found: Iterable[IntegrationField], *, counts: bool) -> bool:
        """Remember fields that were met; with `counts`, also how often they were filled. Tell whether any was new."""
        table = integration_fields
        with self.database.writing() as connection:
            wanted = sa.select(table.c.id, table.c.label, table.c.seen, table.c.filled, table.c.examples).where(
                table.c.integration_no == integration.no
            )
            held = {row.id: row for row in connection.execute(wanted)}
            new = [one for one in found if one.id not in held]
            if new:
                connection.execute(sa.insert(table), [_values(one) | {"integration_no": integration.no} for one in new])
            changed = [_values(one) for one in found if one.id in held and _differs(held[one.id], one, counts=counts)]
            names = ("label", "seen", "filled", "examples") if counts else ("label",)
            for values in changed:
                change = {name: values[name] for name in names}
                connection.execute(sa.update(table).where(table.c.id == values["id"]).values(change))
        return bool(new)

    def pass_through(self, integration_no: int, field_id: str, *, enabled: bool) -> None:
        """Switch the passing through of a field."""
        table = integration_fields
        change = sa.update(table).where(table.c.id == field_id, table.c.integration_no == integration_no)
        with self.database.writing() as connection:
            connection.execute(change.values(is_passthrough_enabled=int(enabled)))

    def forget_examples(self, environment_id: str) -> None:
        """Erase the example values of all fields of an environment's integrations."""
        of = sa.select(integrations.c.no).where(integrations.c.environment_id == environment_id)
        change = sa.update(integration_fields).where(integration_fields.c.integration_no.in_(of))
        with self.database.writing() as connection:
            connection.execute(change.values(examples="[]"))

    # -- custom fields -----------------------------------------------------------------------------------------------

    def add_custom_field(self, field: CustomField) -> None:
        """Add a custom field. Raises StoreError when its model has one of that key."""
        values = {name: getattr(field, name) for name in field.__struct_fields__}
        values |= {"aliases": msgspec.json.encode(field.aliases).decode(), "is_automatic": int(field.is_automatic)}
        try:
            with self.database.writing() as connection:
                connection.execute(sa.insert(custom_fields).values(values))
        except exc.IntegrityError as error:
            raise StoreError(f"There already is a custom field {field.key!r} of {field.model}.") from error

    def custom_fields(self, environment_id: str) -> list[CustomField]:
        """Return an environment's custom fields, oldest first."""
        return [one.field for one in self.custom_field_page(environment_id, 0, 10_000)]

    def custom_field_page(self, environment_id: str, after: int, limit: int) -> list[Numbered]:
        """Return custom fields after a number."""
        table = custom_fields
        query = sa.select(table).where(table.c.environment_id == environment_id, table.c.no > after)
        with self.database.looking() as connection:
            rows = connection.execute(query.order_by(table.c.no).limit(limit))
            return [Numbered(row.no, _custom_field(row)) for row in rows]

    def remove_custom_field(self, field_id: str) -> bool:
        """Remove a custom field and all that was decided about it; tell whether there was one."""
        with self.database.writing() as connection:
            connection.execute(sa.delete(field_mappings).where(field_mappings.c.custom_field_id == field_id))
            return connection.execute(sa.delete(custom_fields).where(custom_fields.c.id == field_id)).rowcount == 1

    # -- decisions of an integration ---------------------------------------------------------------------------------

    def field_mappings(self, integration_no: int) -> dict[str, Mapped]:
        """Return what an integration decided, by custom field."""
        query = sa.select(
            field_mappings.c.custom_field_id, field_mappings.c.integration_field_id, field_mappings.c.decided_by
        ).where(field_mappings.c.integration_no == integration_no)
        with self.database.looking() as connection:
            return {row[0]: Mapped(*row) for row in connection.execute(query)}

    def map_fields(
        self, integration_no: int, mapped: Mapping[str, str | None], *, decided_by: str, at: dt.datetime
    ) -> None:
        """Decide about custom fields. A rule never overrules a person, nor what another rule decided before."""
        table = field_mappings
        with self.database.writing() as connection:
            decided = sa.select(table.c.custom_field_id).where(table.c.integration_no == integration_no)
            known = set(connection.execute(decided).scalars())
            for custom_id, field_id in mapped.items():
                values = {"integration_field_id": field_id, "decided_by": decided_by, "decided_at": at}
                if custom_id not in known:
                    new = {"integration_no": integration_no, "custom_field_id": custom_id}
                    connection.execute(sa.insert(table).values(new | values))
                elif decided_by != "rule":
                    where = (table.c.integration_no == integration_no, table.c.custom_field_id == custom_id)
                    connection.execute(sa.update(table).where(*where).values(values))

    def remappings(self, integration_no: int) -> dict[str, list[Remapping]]:
        """Return an integration's remappings, by model, sorted by field."""
        table = field_remappings
        query = sa.select(table.c.model, table.c.content).where(table.c.integration_no == integration_no)
        found: dict[str, list[Remapping]] = {}
        with self.database.looking() as connection:
            for model, content in connection.execute(query.order_by(table.c.model, table.c.field)):
                found.setdefault(model, []).append(msgspec.json.decode(content, type=Remapping))
        return found

    def set_remapping(self, integration_no: int, model: str, field: str, remapping: Remapping | None) -> None:
        """Set or, with None, remove the remapping of a unified field."""
        table = field_remappings
        where = (table.c.integration_no == integration_no, table.c.model == model, table.c.field == field)
        with self.database.writing() as connection:
            connection.execute(sa.delete(table).where(*where))
            if remapping is not None:
                content = msgspec.json.encode(remapping).decode()
                values = {"integration_no": integration_no, "model": model, "field": field, "content": content}
                connection.execute(sa.insert(table).values(values))

    # -- how far they are --------------------------------------------------------------------------------------------

    def field_states(self, integration_no: int) -> dict[str, FieldState]:
        """Return how far the decisions have reached, by model."""
        table = field_states
        query = sa.select(table.c.model, table.c.applied, table.c.holds, table.c.due_at)
        with self.database.looking() as connection:
            return {
                row[0]: FieldState(row[1], frozenset(msgspec.json.decode(row[2], type=list[str])), row[3] is not None)
                for row in connection.execute(query.where(table.c.integration_no == integration_no))
            }

    def fields_due(self, now: dt.datetime, limit: int) -> Sequence[str]:
        """Return the ids of integrations whose records wait for decisions to be applied, the longest waiting first."""
        query = (
            sa.select(integrations.c.id)
            .join(field_states, field_states.c.integration_no == integrations.c.no)
            .where(field_states.c.due_at.is_not(None), field_states.c.due_at <= now)
            .group_by(integrations.c.id)
            .order_by(sa.func.min(field_states.c.due_at))
            .limit(limit)
        )
        with self.database.looking() as connection:
            return list(connection.execute(query).scalars())

    def make_fields_due(self, integration_no: int, models: Iterable[str], at: dt.datetime) -> None:
        """Let the records of these models wait for the decisions to be applied."""
        for model in models:
            self._set_state(integration_no, model, due_at=at)

    def begin_fields(self, integration_no: int, model: str, digest: str) -> None:
        """Remember with which plan a full sync began."""
        self._set_state(integration_no, model, begun=digest)

    def fields_applied(
        self, integration_no: int, model: str, digest: str, holds: Collection[str], *, begun: bool = False
    ) -> None:
        """Remember that every record was made with this plan; with `begun`, only if the full sync began with it."""
        table = field_states
        if begun:
            query = sa.select(table.c.begun).where(table.c.integration_no == integration_no, table.c.model == model)
            with self.database.looking() as connection:
                if connection.execute(query).scalar() != digest:
                    return
        kept = msgspec.json.encode(sorted(holds)).decode()
        self._set_state(integration_no, model, applied=digest, holds=kept, due_at=None)

    def _set_state(self, integration_no: int, model: str, **values: Any) -> None:
        table = field_states
        where = (table.c.integration_no == integration_no, table.c.model == model)
        with self.database.writing() as connection:
            if connection.execute(sa.update(table).where(*where).values(values)).rowcount == 0:
                new = {"integration_no": integration_no, "model": model}
                connection.execute(sa.insert(table).values(new | values))


def field_id(integration_id: str, model: str, key: str) -> str:
    """Return the id of an integration field: computed, so that it is the same whenever it is found again."""
    return record_id(integration_id, "integration_field", f"{model}/{key}")


def _integration_field(row: Any) -> IntegrationField:
    return IntegrationField(
        id=row.id,
        model=row.model,
        key=row.key,
        label=row.label,
        type=row.type,
        is_passthrough_enabled=bool(row.is_passthrough_enabled),
        seen=row.seen,
        filled=row.filled,
        examples=msgspec.json.decode(row.examples, type=tuple[str, ...]),
    )


def _values(field: IntegrationField) -> dict[str, Any]:
    values = {name: getattr(field, name) for name in ("id", "model", "key", "label", "type", "seen", "filled")}
    return values | {"examples": msgspec.json.encode(field.examples).decode()}


def _differs(row: Any, field: IntegrationField, *, counts: bool) -> bool:
    if row.label != field.label:
        return True
    told = (field.seen, field.filled, msgspec.json.encode(field.examples).decode())
    return counts and (row.seen, row.filled, row.examples) != told


def _custom_field(row: Any) -> CustomField:
    return CustomField(
        id=row.id,
        environment_id=row.environment_id,
        model=row.model,
        key=row.key,
        label=row.label,
        description=row.description,
        aliases=msgspec.json.decode(row.aliases, type=tuple[str, ...]),
        is_automatic=bool(row.is_automatic),
    )
