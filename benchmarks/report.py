"""Tables of what was measured: ratios with their goals, and the raw medians beside them."""

from collections.abc import Sequence
from statistics import median

from msgspec import Struct

LEGEND = """How to read this
  A ratio compares two things measured in turn within one round of this run; shown is the median over the rounds.
  Only ratios mean something: on a busy machine the seconds beside them may well double.
  LIMIT   every page of the same streams, fetched and JSON-decoded by the fastest client, nothing else done with them
  goal    what the ratio should not pass (≤), or at least reach (≥); in brackets what is aimed for
  missed  says so and nothing more: a slow result never fails this command."""


class Row(Struct, frozen=True):
    """One line of a table."""

    measure: str
    value: float | None
    """A ratio, unless `unit` says otherwise."""
    goal: str = ""
    """`≤ 4 [2.5]` or `≥ 0.2`; nothing where there is none."""
    raw: str = ""
    """The medians that the ratio comes from."""
    unit: str = ""

    @property
    def verdict(self) -> str:
        """Whether the goal was reached."""
        if not self.goal or self.value is None:
            return ""
        sign, bound = self.goal.split()[:2]
        is_reached = self.value <= float(bound) if sign == "≤" else self.value >= float(bound)
        return "reached" if is_reached else "MISSED"


class Table(Struct, frozen=True):
    """What was measured of one topic."""

    title: str
    rows: list[Row]
    note: str = ""


class Grid(Struct, frozen=True):
    """Numbers by two things, without goals."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    note: str = ""


def ratios(above: Sequence[float], below: Sequence[float]) -> float:
    """Return the median of the rounds' ratios."""
    return median(a / b for a, b in zip(above, below, strict=True))


def seconds(times: Sequence[float]) -> str:
    """Return the median as text."""
    value = median(times)
    return f"{value:.2f} s" if value >= 0.1 else f"{value * 1000:.1f} ms"


def text(table: Table | Grid) -> str:
    """Return the table as aligned text."""
    cells, right = _cells(table)
    widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]))]
    lines = [_line(row, widths, right) for row in cells]
    lines.insert(1, "  " + "  ".join("-" * width for width in widths))
    note = [f"  {line}" for line in table.note.splitlines()]
    return "\n".join([table.title, *lines, *note, ""])


def _cells(table: Table | Grid) -> tuple[list[tuple[str, ...]], frozenset[int]]:
    """Return the cells, the head first, and which columns are set to the right."""
    if isinstance(table, Grid):
        return [table.head, *table.rows], frozenset(range(1, len(table.head)))
    rows = [(r.measure, _value(r), r.goal, r.verdict, r.raw) for r in table.rows]
    return [("measure", "value", "goal", "", "medians"), *rows], frozenset({1})


def _value(row: Row) -> str:
    if row.value is None:
        return ""
    shown = f"{row.value:.2f}" if row.value < 100 else f"{row.value:.0f}"
    return f"{shown} {row.unit}".rstrip()


def _line(row: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> str:
    padded = [
        cell.rjust(width) if at in right else cell.ljust(width)
        for at, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return ("  " + "  ".join(padded)).rstrip()
