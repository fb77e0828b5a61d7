"""Erasing on request, with proof: what went, what stays and why. Nothing here waits for a sweep.

An integration or an environment goes with everything that belongs to it. A person's records become empty tombstones:
their ids stay, so that callers hear of it and no later sync fills them again.
"""

import datetime as dt
from collections.abc import Callable, Mapping

from msgspec import Struct

from atsume.ids import applicant
from atsume.model.integration import Integration
from atsume.model.record import Timestamp, timestamp
from atsume.store.erasure import KEPT
from atsume.store.rows import Writes
from atsume.store.store import Store

MARKER = "the ids and times of erased records: callers hear of them, and no sync fills them again"
LEFT_OVER = "written while it was being erased; erase once more"
ELSEWHERE = "mentions the address outside this person's own records, or in another environment"
MENTIONED = {
    **KEPT,
    "webhook_events": "an event told, or to be told, to callers: it ages out with the recorded requests",
    "webhook_attempts": "the beginning of a caller's answer to an event: it ages out with the recorded requests",
    "audit_entries": "who did what on this server: kept for its operator",
}
"""Why a table may still mention an address."""


class Remains(Struct, frozen=True):
    """Rows that stay."""

    rows: int
    why: str


class Proof(Struct, frozen=True, kw_only=True):
    """What an erasure did, counted again afterwards."""

    what: str
    dry_run: bool
    erased: dict[str, int]
    """Rows by table: gone, or emptied where `remains` says so. With `dry_run`: what would be."""
    remains: dict[str, Remains]
    """By table, as a look after the erasure found it."""
    note: str = ""


def erase_integration(store: Store, integration_id: str, at: dt.datetime, *, dry_run: bool) -> Proof | None:
    """Erase an integration, deleted before or not, at once; None when there is none."""
    integration = store.known_integration(integration_id)
    if integration is None:
        return None
    held = store.left_of_integration(integration)
    what = f"integration {integration_id}"
    if dry_run:
        erased, remains = _split(held)
        return Proof(what=what, dry_run=True, erased=erased, remains=remains)
    store.hide_integration(integration_id, at)
    erased = store.erase_integration(integration)
    return Proof(what=what, dry_run=False, erased=erased, remains=_left(store.left_of_integration(integration)))


def erase_environment(store: Store, environment_id: str, at: dt.datetime, *, dry_run: bool) -> Proof | None:
    """Erase an environment with all of its integrations, keys and settings; None when there is none."""
    if store.environment(environment_id) is None:
        return None
    within = store.known_integrations(environment_id)
    proofs = [p for one in within if (p := erase_integration(store, one.id, at, dry_run=dry_run)) is not None]
    erased = _sum([proof.erased for proof in proofs])
    if dry_run:
        own, _ = _split(store.left_of_environment(environment_id))
        remains = {table: one for proof in proofs for table, one in proof.remains.items()}
    else:
        own = store.erase_environment(environment_id)
        remains = _left(store.left_of_environment(environment_id))
    return Proof(what=f"environment {environment_id}", dry_run=dry_run, erased=_sum([erased, own]), remains=remains)


def erase_person(
    store: Store, email: str, now: Callable[[], dt.datetime], *, environment_id: str | None = None, dry_run: bool
) -> Proof:
    """Empty every record of whoever has this address, and look for the address everywhere afterwards."""
    held = store.people(email, environment_id)
    counts = _sum([{model: len(ids) for model, ids in found.items()} for _, found in held])
    if dry_run:
        return Proof(what="person", dry_run=True, erased=counts, remains={}, note=_about(counts))
    for integration, found in held:
        _tell(store, integration, found, lambda: timestamp(now()))
    erased = _sum([store.erase_records(found) for _, found in held] + [store.forget_address(email, environment_id)])
    if waiting := sum(_forget_writes(store, one, email) for one in store.integrations(environment_id)):
        erased = _sum([erased, {"writes": waiting}])
    remains = {model: Remains(count, MARKER) for model, count in counts.items()}
    for table, rows in store.mentions(email).items():
        remains[table] = Remains(rows, MENTIONED.get(table, ELSEWHERE))
    return Proof(what="person", dry_run=False, erased=erased, remains=remains, note=_about(counts))


def _forget_writes(store: Store, integration: Integration, email: str) -> int:
    """Forget what was to be sent for somebody, whether records stand for it yet or not."""
    jobs = store.mirror(integration).live("ats_jobs")
    return store.forget_writes(integration.no, [applicant(integration.id, email, job) for job in jobs])


def _tell(
    store: Store, integration: Integration, found: Mapping[str, list[str]], stamp: Callable[[], Timestamp]
) -> None:
    """Tombstone what still lives by the one door: the feed tells callers of it, also of what was gone already."""
    batches = [(model, Writes(deleted=list(ids))) for model, ids in found.items()]
    if store.integration(integration.id) is not None:
        store.commit_many(integration, batches, stamp)
        store.settle(integration.no, stamp)


def _about(counts: Mapping[str, int]) -> str:
    if not counts:
        return "No record of this address is held."
    return "The tool still holds this person: erase them there too. Nothing of these records is mirrored again."


def _split(held: Mapping[str, int]) -> tuple[dict[str, int], dict[str, Remains]]:
    erased = {table: rows for table, rows in held.items() if table not in KEPT}
    return erased, {table: Remains(rows, KEPT[table]) for table, rows in held.items() if table in KEPT}


def _left(held: Mapping[str, int]) -> dict[str, Remains]:
    return {table: Remains(rows, KEPT.get(table, LEFT_OVER)) for table, rows in held.items()}


def _sum(counts: list[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in counts:
        for table, rows in one.items():
            total[table] = total.get(table, 0) + rows
    return total
