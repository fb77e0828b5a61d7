"""Station 8b, second half: events are sent, each attempt is logged, and what failed is tried again.

Two kinds of work for a worker, each as `due` and `carry_out`: announcing (notes become events and deliveries) and
delivering. Both may be stopped anywhere and repeated: an event is made once, and sent until it was received; a receiver
sees it twice only with the same id. Synchronous, in the worker's threads.
"""

import datetime as dt
from collections.abc import Callable, Sequence

from msgspec import Struct

from atsume.crypto import Keys, SealBroken, unseal
from atsume.egress import Answer, Egress, EgressFault, Outgoing, Refused
from atsume.model.record import timestamp
from atsume.observe import log
from atsume.store.outbox import Note
from atsume.store.rows_webhooks import Attempt, Claimed, DeliveryState, Tried
from atsume.store.store import Store
from atsume.webhooks import attempts, sign
from atsume.webhooks.attempts import Verdict
from atsume.webhooks.events import events

TIMEOUT_SECONDS = 15.0
"""A receiver that has not answered by then has failed."""
LEASE = dt.timedelta(seconds=60)
"""How long an attempt is nobody else's: longer than any attempt takes."""
ANSWER_MOST_BYTES = 2048
"""So much of an answer is read, and kept."""
BATCH = 200
"""Notes announced in one transaction."""


class Courier(Struct, frozen=True, kw_only=True):
    """What announcing and delivering need."""

    store: Store
    egress: Egress
    encryption_key: Keys
    public_url: str
    now: Callable[[], dt.datetime]
    chance: Callable[[], float]
    """Evenly from 0 to 1."""
    new_id: Callable[[], str]

    def due_notes(self, now: dt.datetime, limit: int = 1) -> Sequence[str]:
        """Return the oldest note that waits; announcing it announces all."""
        del now, limit
        oldest = self.store.oldest_note()
        return [] if oldest is None else [str(oldest)]

    def announce(self, _note: str = "") -> None:
        """Turn all waiting notes into events and deliveries. Raises nothing."""
        try:
            while notes := self.store.announce(self._events, self.now(), BATCH):
                self._settle(notes)
        except Exception:  # the notes are still there
            log.exception("changes of state could not be announced")

    def _events(self, note: Note):
        return events(note, self.new_id, self.public_url)

    def _settle(self, notes: Sequence[Note]) -> None:
        """A run that has ended has nothing under way: whoever reads by time is not sent its last commit again."""
        for integration_id in {note.integration_id for note in notes if note.kind == "sync_finished"}:
            integration = self.store.integration(integration_id or "")
            if integration is not None:
                self.store.settle(integration.no, lambda: timestamp(self.now()))

    def due_deliveries(self, now: dt.datetime, limit: int) -> Sequence[str]:
        """Return what is to be sent now."""
        return self.store.due_deliveries(now, limit)

    def deliver(self, delivery_id: str) -> None:
        """Make one attempt, if it is due, and remember what came of it. Raises nothing."""
        try:
            claimed = self.store.claim_delivery(delivery_id, self.now(), LEASE)
            if claimed is not None:
                self.store.keep_attempt(claimed, self._tried(claimed))
        except Exception:  # it is due again when the lease is over
            log.exception("a delivery could not be carried out", delivery_id=delivery_id)

    def _tried(self, claimed: Claimed) -> Tried:
        started, body = self.now(), claimed.body.encode()
        try:
            secrets = [unseal(self.encryption_key, s, claimed.endpoint.id).decode() for s in claimed.sealed_secrets]
            headers = sign.headers(secrets, claimed.event_id, int(started.timestamp()), body)
            sent = Outgoing(
                url=claimed.endpoint.url,
                method="POST",
                headers=headers,
                body=body,
                max_bytes=ANSWER_MOST_BYTES,
                timeout_seconds=TIMEOUT_SECONDS,
            )
            answer: Answer | str = self.egress.send(sent)
        except EgressFault as fault:
            answer = f"Refused: {fault.message}" if isinstance(fault, Refused) else fault.message
        except SealBroken as broken:
            answer = f"The secret cannot be opened: {broken}."
        return self._judged(claimed, answer, started)

    def _judged(self, claimed: Claimed, answer: Answer | str, started: dt.datetime) -> Tried:
        now = self.now()
        status, headers, told = (None, {}, answer) if isinstance(answer, str) else (
            answer.status, answer.headers, answer.body.decode("utf-8", "replace"))  # fmt: skip
        attempt = Attempt(
            at=now,
            status=status,
            duration_seconds=round((now - started).total_seconds(), 3),
            answer=told.replace("\0", "\ufffd"),
        )
        found = attempts.verdict(status)
        log.info("delivery tried", delivery_id=claimed.id, attempt=claimed.attempts, status=status)
        if found is Verdict.DELIVERED:
            return Tried(attempt=attempt, state=DeliveryState.DELIVERED, next_at=None)
        wait = attempts.retry_after(headers, now)
        next_at = None if found is Verdict.GONE else attempts.next_try(claimed.attempts, now, self.chance(), wait)
        because = self._given_up(claimed, found, now, is_last=next_at is None)
        state = DeliveryState.FAILED if next_at is None else DeliveryState.WAITING
        return Tried(attempt=attempt, state=state, next_at=next_at, disable_because=because)

    def _given_up(self, claimed: Claimed, found: Verdict, now: dt.datetime, *, is_last: bool) -> str | None:
        """Return why an endpoint gets nothing more; warn when it has been failing for long.

        Days alone prove nothing: perhaps nobody tried. So it takes a delivery that failed at all of its attempts too.
        """
        endpoint, since = claimed.endpoint, claimed.endpoint.failing_since
        if found is Verdict.GONE:
            because = "It answered 410 Gone."
        elif is_last and attempts.is_hopeless(since, now):
            because = f"Every attempt since {timestamp(since or now)} has failed."
        else:
            if attempts.is_failing(since, now):
                log.warning("a webhook endpoint is failing", endpoint_id=endpoint.id, since=timestamp(since or now))
            return None
        log.warning("a webhook endpoint was disabled", endpoint_id=endpoint.id, because=because)
        return because
