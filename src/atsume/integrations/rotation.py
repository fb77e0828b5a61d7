"""Seal everything anew with the first encryption key, while the server works.

Row by row: opened with whatever key sealed it, sealed with the first, written back only where nobody wrote meanwhile.
A crash at any moment leaves rows of both kinds, and both can be opened: nothing is lost, and the next run goes on.
"""

from collections.abc import Iterator

from msgspec import Struct

from atsume.crypto import Keys, SealBroken, key_id, seal, unseal
from atsume.store.rotation import SEALED, SealedRow
from atsume.store.store import Store

BATCH = 200


class Rotated(Struct, frozen=True):
    """What a rotation did."""

    resealed: int
    lost: list[str]
    """Places whose bytes no key opens; they were so before."""
    left: int
    """Rows that another key seals still, those that no key opens left out."""


def rotate(store: Store, keys: Keys) -> Rotated:
    """Seal everything anew that the first key did not seal."""
    first = key_id(keys.load()[0])
    resealed, lost = 0, []
    for row in _otherwise(store, first):
        try:
            plain = unseal(keys, row.sealed, row.owner)
        except SealBroken:
            lost.append(f"{row.place} of {row.key}")
            continue
        resealed += store.reseal(row, seal(keys, plain, row.owner))
    left = sum(1 for _ in _otherwise(store, first))
    return Rotated(resealed, lost, max(left - len(lost), 0))


def _otherwise(store: Store, first: bytes) -> Iterator[SealedRow]:
    for place in SEALED:
        after = ""
        while rows := store.sealed_otherwise(place, first, after, BATCH):
            yield from rows
            after = rows[-1].key
