"""Small bar charts of sync runs, drawn as SVG on the server. Pure: from numbers to places."""

from collections.abc import Callable, Sequence

from msgspec import Struct

WIDTH, HEIGHT = 320, 84
"""Of a chart, in its own units."""
GAP = 0.22
"""Share of a bar's place that is left empty."""


class Bar(Struct, frozen=True):
    """One run."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    """How the run ended: good, warn, bad, busy or idle."""
    title: str


class Chart(Struct, frozen=True):
    """One measure over runs, the oldest at the left."""

    title: str
    bars: tuple[Bar, ...]
    most: str
    """The largest value, in words."""
    newest: str
    width: int = WIDTH
    height: int = HEIGHT


class Measured(Struct, frozen=True):
    """A run, as far as a chart needs it."""

    value: float
    tone: str
    when: str


def chart(title: str, runs: Sequence[Measured], told: Callable[[float], str]) -> Chart:
    """Return the chart of a measure. Every bar can be seen, also that of nothing."""
    most = max((run.value for run in runs), default=0.0)
    place = WIDTH / max(len(runs), 12)
    bars = [
        Bar(
            x=round(n * place, 2),
            y=round(HEIGHT - height, 2),
            width=round(place * (1 - GAP), 2),
            height=round(height, 2),
            tone=run.tone,
            title=f"{run.when}: {told(run.value)}",
        )
        for n, run in enumerate(runs)
        for height in [max(HEIGHT * run.value / most if most else 0.0, 1.5)]
    ]
    return Chart(title, tuple(bars), told(most), told(runs[-1].value) if runs else "–")
