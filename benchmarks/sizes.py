"""How large the measured companies are: `BENCH_SIZE=small|medium|full`."""

import os

from msgspec import Struct


class Size(Struct, frozen=True, kw_only=True):
    """Numbers of applications, unless said otherwise."""

    name: str
    synced: int
    """Of the company whose syncs are measured against the limit."""
    against_dlt: int
    """Of the company that both dlt and we load: dlt needs minutes for what a sync does in seconds."""
    memory: tuple[int, ...]
    """Peak memory is compared at these; the last is also the mirror whose pages are read."""
    rounds: int
    """How often everything is measured."""
    dlt_rounds: int
    """The same for the comparison with dlt."""
    seconds: float
    """How long one kind of request is sent before the next kind has its turn."""
    jobs: int = 200


SIZES = {
    "small": Size(
        name="small", synced=10_000, against_dlt=2_000, memory=(10_000, 100_000), rounds=2, dlt_rounds=1, seconds=1
    ),
    "medium": Size(
        name="medium", synced=50_000, against_dlt=10_000, memory=(10_000, 100_000), rounds=3, dlt_rounds=1, seconds=2
    ),
    "full": Size(
        name="full",
        synced=110_000,
        against_dlt=20_000,
        memory=(10_000, 100_000, 1_000_000),
        rounds=5,
        dlt_rounds=2,
        seconds=3,
    ),
}


def chosen() -> Size:
    """Return the size that `BENCH_SIZE` names."""
    name = os.environ.get("BENCH_SIZE", "medium")
    if name not in SIZES:
        raise SystemExit(f"BENCH_SIZE is {name}; there are: {', '.join(SIZES)}.")
    return SIZES[name]
