"""Building text in the database: the few functions the two engines spell differently."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles


class Filled(sa.ColumnElement[str]):
    """A template in which each `%s` is filled with a value; null fills it with nothing."""

    inherit_cache = False
    type = sa.Text()

    def __init__(self, template: str, *values: sa.ColumnElement[Any]) -> None:
        self.template, self.values = template, values


@compiles(Filled, "sqlite")
def _filled_sqlite(element: Filled, compiler: Any, **options: Any) -> str:
    # One function, not a chain of ||, which copies the growing text at each step.
    return _call("printf", f"'{element.template}'", element.values, compiler, options)


@compiles(Filled, "postgresql")
def _filled_postgresql(element: Filled, compiler: Any, **options: Any) -> str:
    return _call("format", f"'{element.template.replace('%', '%%')}'", element.values, compiler, options)


def _call(name: str, first: str, values: tuple[Any, ...], compiler: Any, options: dict[str, Any]) -> str:
    options.pop("within_columns_clause", None)
    return f"{name}({', '.join([first, *(compiler.process(value, **options) for value in values)])})"


class Listed(sa.ColumnElement[str]):
    """The values of all rows, in the order in which they come, with commas between them; null without rows."""

    inherit_cache = False
    type = sa.Text()

    def __init__(self, value: sa.ColumnElement[str]) -> None:
        self.value = value


@compiles(Listed, "sqlite")
def _listed_sqlite(element: Listed, compiler: Any, **options: Any) -> str:
    options.pop("within_columns_clause", None)
    return f"group_concat({compiler.process(element.value, **options)}, ',')"


@compiles(Listed, "postgresql")
def _listed_postgresql(element: Listed, compiler: Any, **options: Any) -> str:
    options.pop("within_columns_clause", None)
    return f"string_agg({compiler.process(element.value, **options)}, ',')"


class Position(sa.ColumnElement[int]):
    """Where a text first occurs in another, literally, from 1; 0 when it does not."""

    inherit_cache = False
    type = sa.Integer()

    def __init__(self, text: sa.ColumnElement[Any], sought: sa.ColumnElement[Any]) -> None:
        self.text, self.sought = text, sought


@compiles(Position, "sqlite")
def _position_sqlite(element: Position, compiler: Any, **options: Any) -> str:
    return f"instr({compiler.process(element.text, **options)}, {compiler.process(element.sought, **options)})"


@compiles(Position, "postgresql")
def _position_postgresql(element: Position, compiler: Any, **options: Any) -> str:
    return f"strpos({compiler.process(element.text, **options)}, {compiler.process(element.sought, **options)})"


def number(value: int) -> sa.ColumnElement[int]:
    """Return a constant number, spelt out in the statement."""
    return sa.literal_column(str(value), sa.Integer())


def literal(text: str) -> sa.ColumnElement[str]:
    """Return a constant of ours, spelt out in the statement."""
    return sa.literal_column(f"'{text}'", sa.Text())
