"""Station 6: what is held × what came → what must be written. Pure."""

from collections.abc import Iterable, Mapping

from atsume.connectors.base import Came
from atsume.store.rows import ERASED, Held, Row, Writes


def must_map(came: Came, held: Held | None) -> bool:
    """Return whether a record that came has to be assembled and mapped at all."""
    if held is None:
        return True
    if held.remote_fingerprint == ERASED:
        return False
    if held.is_deleted:
        return True
    if came.keep:
        return False
    if came.fingerprint is None:
        return True
    return came.fingerprint != held.remote_fingerprint


def diff(held: Mapping[str, Held], rows: Iterable[Row]) -> Writes:
    """Return the differences. Of two rows for one record the later wins."""
    writes = Writes()
    for row in {row.id: row for row in rows}.values():
        before = held.get(row.id)
        if before is None:
            writes.created.append(row)
        elif before.is_deleted or before.fingerprint != row.fingerprint:
            writes.updated.append(row)
        else:
            writes.quiet.append(row)
    return writes
