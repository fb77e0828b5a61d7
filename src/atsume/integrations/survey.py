"""How everything stands, and what needs somebody: one look, for an operator."""

import datetime as dt

from msgspec import Struct

from atsume.model.catalogue import MODELS
from atsume.model.integration import Integration, QaStatus, SetupStatus, State
from atsume.store.rows import Replica
from atsume.store.rows_webhooks import WebhookEndpoint
from atsume.store.statistics import Queue, StreamLag
from atsume.store.store import Store
from atsume.webhooks.attempts import is_failing
from atsume.webhooks.registration import BY_OPERATOR

SILENCE = dt.timedelta(seconds=60)
LATE = dt.timedelta(hours=24)
"""A mirror older than that is worth a look, whatever its schedule."""


class Need(Struct, frozen=True):
    """Something that will not mend itself."""

    subject: str
    what: str
    remedy: str


class Survey(Struct, frozen=True, kw_only=True):
    """How everything stands."""

    at: dt.datetime
    database: str
    schema: str
    workers: list[Replica]
    queue: Queue
    integrations: dict[str, int]
    """By state as an operator sees it."""
    streams: list[StreamLag]
    needs: list[Need]


def survey(store: Store, now: dt.datetime) -> Survey:
    """Look at everything."""
    workers, known = store.replicas(), store.integrations()
    counts: dict[str, int] = {}
    for one in known:
        counts[told_state(one)] = counts.get(told_state(one), 0) + 1
    failing = store.failing_streams()
    needs = [need for one in known for need in needs_of(one, failing.get(one.no, []), now)]
    return Survey(
        at=now,
        database="SQLite" if store.database.is_sqlite else "PostgreSQL",
        schema=store.schema_versions()[0],
        workers=workers,
        queue=store.queue(),
        integrations=dict(sorted(counts.items())),
        streams=store.stream_lags(),
        needs=[*_of_workers(workers, now), *needs, *_of_endpoints(store.endpoints(), now)],
    )


def told_state(integration: Integration) -> str:
    """Return an integration's state in one word, the worst first."""
    if integration.state is not State.ACTIVE:
        return integration.state.value
    if integration.qa_status is QaStatus.FAILED:
        return "QA_FAILED"
    if integration.setup_status is SetupStatus.INCOMPLETE:
        return "SETUP_INCOMPLETE"
    if integration.refused_since is not None:
        return "AUTHENTICATION_FAILING"
    return "ACTIVE" if integration.first_synced_at is not None else "FIRST_SYNC_PENDING"


def needs_of(integration: Integration, failing: list[tuple[str, dt.datetime, int]], now: dt.datetime) -> list[Need]:
    """Return what an integration needs somebody for. `failing`: (model, since, records held back)."""
    ident, found = integration.id, []
    if integration.state is State.INVALID:
        found.append(("the tool refuses its credentials; it is not synced", "The end user must relink it."))
    elif integration.refused_since is not None and integration.state is State.ACTIVE:
        since = _day(integration.refused_since)
        found.append(
            (f"the tool has refused its credentials since {since}", f"Try `atsume integrations test {ident}`.")
        )
    if integration.qa_status is QaStatus.FAILED:
        what = " ".join(integration.qa_findings) or "its first records did not pass the quality checks"
        found.append((what, f"Look at it, then `atsume integrations accept {ident}`."))
    if integration.state is State.ACTIVE:
        found += [_of_stream(ident, *one) for one in failing]
        since = integration.last_synced_at or integration.created_at
        if now - since > LATE and not failing:
            what = f"no usable sync since {_day(since)}"
            found.append((what, f"See `atsume integrations show {ident}`."))
    return [Need(ident, what, remedy) for what, remedy in found]


def _of_stream(ident: str, model: str, since: dt.datetime, held_back: int) -> tuple[str, str]:
    label = MODELS[model].label.lower()
    if held_back:
        what = f"at least {held_back} {label} are gone in the tool and kept here, because they are so many"
        return what, f"If that is right: `atsume integrations sync {ident} --allow-deletions`."
    return f"{label} have not been read to their end since {_day(since)}", f"See `atsume integrations show {ident}`."


def _of_workers(workers: list[Replica], now: dt.datetime) -> list[Need]:
    if any(now - one.beat_at < SILENCE for one in workers):
        return []
    return [Need("workers", "none has been heard of for a minute; nothing is synced", "Start `atsume worker`.")]


def _of_endpoints(endpoints: list[WebhookEndpoint], now: dt.datetime) -> list[Need]:
    found: list[Need] = []
    for one in endpoints:
        subject, see = f"webhook endpoint {one.id}", f"See `atsume webhooks deliveries {one.id}`"
        if one.disabled_at is not None and one.disabled_because != BY_OPERATOR:
            what = f"{one.url} gets nothing since {_day(one.disabled_at)}: {one.disabled_because}"
            found.append(Need(subject, what, f"{see}; when it is mended, `atsume webhooks enable {one.id}`."))
        elif one.failing_since is not None and one.disabled_at is None and is_failing(one.failing_since, now):
            what = f"{one.url} has taken no delivery since {_day(one.failing_since)}"
            found.append(Need(subject, what, f"{see}; what waits is tried again for days."))
    return found


def _day(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
