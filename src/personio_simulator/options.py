"""What a company is generated from. The same options always give the same bytes."""

import msgspec

REFERENCE = "2026-11-01T00:00:00+00:00"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Size and seed of a generated company; nothing generated is later than `reference`."""

    company: str = "acme"
    company_id: int = 71001
    jobs: int = 40
    applications: int = 600
    seed: int = 7
    persons: int | None = None
    zone: str = "Europe/Berlin"
    reference: str = REFERENCE
    knobs: dict[str, object] = {}
