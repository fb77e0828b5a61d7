"""What follows from how a run ended: for the integration's state, for the quality of its first records."""

import datetime as dt

import msgspec

from atsume.model.integration import USABLE, Integration, QaStatus, SyncState, SyncType
from atsume.model.lifecycle import Trigger
from atsume.observe import log
from atsume.store.rows import ListRequest
from atsume.store.store import Store
from atsume.sync import quality

LISTED = ("ats_jobs", "ats_candidates", "ats_applications")
"""Models of which the quality checks see records."""
PAGE = 250


def settle(
    store: Store, integration: Integration, sync_type: SyncType, state: SyncState, at: dt.datetime
) -> Integration | None:
    """Let the integration take note of how a run ended. Doing it twice changes no more than doing it once."""
    if state is SyncState.AUTHENTICATION_FAILED:
        after = store.credentials_refused(integration.id, at)
    elif state in USABLE:
        found = quality_of(store, integration)
        trigger = None if found is None else Trigger.LOOKED_WRONG if found else Trigger.LOOKED_RIGHT
        after = store.synced(integration.id, at, trigger, found or [])
        if sync_type is SyncType.FULL and integration.deletions_allowed_at is not None:
            store.allow_deletions(integration.id, None)  # that was the run it was for
    else:
        return integration
    if after is not None and (after.state, after.qa_status) != (integration.state, integration.qa_status):
        log.warning(
            "integration changed",
            state=after.state.value,
            qa_status=after.qa_status.value,
            findings=after.qa_findings,
        )
    return after


def quality_of(store: Store, integration: Integration) -> list[str] | None:
    """Return what looks wrong with an integration's records; None when nobody asks any more."""
    if integration.qa_status is QaStatus.PASSED or integration.qa_decided_at is not None:
        return None
    if not store.in_force(integration).qa_gate:
        return []
    records = {model: _first(store, integration, model) for model in LISTED}
    return quality.findings(quality.Sample(store.counts(integration.no), records))


def _first(store: Store, integration: Integration, model: str) -> list[quality.Wire]:
    found: list[quality.Wire] = []
    after: int | None = None
    while len(found) < quality.SAMPLE:
        page = store.list_page(
            ListRequest(
                model=model,
                integration_no=integration.no,
                integration_id=integration.id,
                limit=PAGE,
                after_seq=after,
            )
        )
        found += msgspec.json.decode(b"[" + page.results + b"]")
        if (after := page.next_seq) is None:
            break
    return found
