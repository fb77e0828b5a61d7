"""What the scope leaves out and is held nevertheless, from a time before: tombstoned. Fields go when mapped again.

A record's remote fingerprint is salted with what its model leaves out, so a changed scope maps exactly the records of
the changed models again; until then nothing else is decoded.
"""

from collections.abc import Callable

import xxhash

from atsume.connectors.base import Came
from atsume.model.catalogue import MODELS
from atsume.model.integration import Integration
from atsume.model.record import Timestamp
from atsume.model.scope import Scope, allows
from atsume.store.rows import Writes
from atsume.store.store import Store

BATCH = 5000


def shed(store: Store, integration: Integration, scope: Scope, stamp: Callable[[], Timestamp]) -> dict[str, int]:
    """Tombstone every live record of models that may not be kept. Returns how many, by model."""
    gone = {model: _shed(store, integration, model, stamp) for model in MODELS if not allows(scope, model)}
    return {model: count for model, count in gone.items() if count}


def _shed(store: Store, integration: Integration, model: str, stamp: Callable[[], Timestamp]) -> int:
    last, after, count = store.high_water(model, integration.no), 0, 0
    while last and (rows := store.live_rows(model, integration.no, last, after, BATCH)):
        count += store.commit(model, integration, Writes(deleted=[row[1] for row in rows]), stamp).deleted
        after = rows[-1][0]
    return count


def salted(scope: Scope, model: str, came: list[Came]) -> list[Came]:
    """Return what came, its fingerprints told apart from those under another scope. Unchanged where nothing is off."""
    off = sorted(field for of, field in scope.disabled_fields if of == model)
    if not off:
        return came
    salt = xxhash.xxh3_64_intdigest(",".join(off).encode()) >> 1
    for one in came:
        if one.fingerprint is not None:
            one.fingerprint = one.fingerprint ^ salt or 1
    return came
