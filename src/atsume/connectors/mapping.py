"""Mapping tables: one row per unified field. The table is mapping, coverage grid, docs and test list at once."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from msgspec import UNSET, Struct

from atsume.model.coverage import Coverage, FieldCoverage, Status
from atsume.model.record import Record

Parts = TypeVar("Parts")
Unified = TypeVar("Unified", bound=Record)

OURS = ("id", "changed_at", "remote_deleted_at")
"""Fields that every record has and no tool feeds."""


class Row(Struct, Generic[Parts], frozen=True):
    """A unified field and where it comes from."""

    field: str
    take: Callable[[Parts], Any] | None
    """None: the tool has no such field, `note` says why."""
    origin: str
    """The remote field, for the coverage grid."""
    note: str = ""


class Table(Generic[Parts, Unified]):
    """A mapping table. Calling it maps parts to a unified record; it cannot fail on any parts."""

    def __init__(
        self, parts: type[Parts], unified: type[Unified], *, model: str, label: str, rows: list[Row[Parts]]
    ) -> None:
        self.parts, self.unified, self.model, self.label, self.rows = parts, unified, model, label, rows
        self.map = _compiled(unified, rows)

    def __call__(self, parts: Parts) -> Unified:
        """Return the unified record."""
        return self.map(parts)

    def missing(self) -> set[str]:
        """Return the unified fields that no row answers for, and rows for fields that do not exist."""
        return set(self.unified.__struct_fields__) ^ {row.field for row in self.rows}

    def coverage(self) -> Coverage:
        """Return what this table can fill, as the API tells it."""
        hidden = {
            f
            for f, d in zip(self.unified.__struct_fields__[::-1], self.unified.__struct_defaults__[::-1], strict=False)
            if d is UNSET
        }
        fields = [FieldCoverage(name, Status.SUPPORTED) for name in OURS]
        fields += [
            FieldCoverage(row.field, Status.SUPPORTED if row.take else Status.UNSUPPORTED)
            for row in self.rows
            if row.field not in hidden
        ]
        return Coverage(self.model, self.label, Status.SUPPORTED, tuple(fields))


def _compiled(unified: type[Unified], rows: list[Row[Parts]]) -> Callable[[Parts], Unified]:
    """Return the table as one function: a call with keywords, without a dictionary made for each record."""
    takes = {row.field: row.take for row in rows if row.take is not None}
    arguments = ", ".join(f"{field}=take_{field}(parts)" for field in takes)
    names: dict[str, Any] = {f"take_{field}": take for field, take in takes.items()} | {"unified": unified}
    return eval(f"lambda parts: unified({arguments})", names)  # noqa: S307 - made of our own fields' names


def takes(field: str, take: Callable[[Any], Any], origin: str, note: str = "") -> Row[Any]:
    """Return the row of a field that the tool can fill."""
    return Row(field, take, origin, note)


def lacks(field: str, why: str) -> Row[Any]:
    """Return the row of a field that the tool does not have; it keeps the model's default."""
    return Row(field, None, "–", why)
