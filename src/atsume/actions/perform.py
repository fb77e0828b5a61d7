"""Write actions: available? allowed? valid? Then exactly one effect, and an answer in time.

Whoever asks is answered within a few seconds, whatever the tool does; what is left to do goes on in a thread of its
own, and after a crash wherever somebody finds it due (`actions/reconcile.py`).
"""

import datetime as dt
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import msgspec
from msgspec import Struct

from atsume.actions.carry import Stint, carry
from atsume.actions.files import Documents
from atsume.actions.keep import Keeper, keep_provisional
from atsume.actions.resolve import Surroundings, resolve
from atsume.actions.sessions import Opened, Sessions
from atsume.actions.turns import SharedTurns
from atsume.connectors.writing import Action, Prepared, RemoteRequest
from atsume.crypto import seal, unseal
from atsume.egress import Egress
from atsume.errors import AtsumeError, Code
from atsume.ids import applicant, digest, random_id
from atsume.model.ats.creation import Creation
from atsume.model.integration import Integration
from atsume.observe import log, redact
from atsume.store.keys import in_force
from atsume.store.writes import NewWrite, NotMine, TooManyInFlight, Write, WriteState
from atsume.sync.execute import Executor

ANSWER_SECONDS = 4.0
"""From the request to its answer: the Python SDK gives up after five."""
SPARE_SECONDS = 0.5
"""Of these, kept for what comes after waiting."""
STINT = dt.timedelta(seconds=60)
"""How long a write is carried on after its request, before it is left to whoever finds it due."""
LEASE = dt.timedelta(seconds=150)
"""How long a write belongs to its owner after a step: longer than the longest request to the tool."""
TAKEN_OVER_PATIENCE = dt.timedelta(seconds=75)
"""How long a write that nobody waits for may wait for its turn: a whole window of the tool's limits."""
IN_FLIGHT_MOST = 30
"""Writes of one integration that are carried out at once (docs.kombo.dev, concurrency limiting)."""
THREADS = 64
POLL_SECONDS = 0.05
KEPT = dt.timedelta(days=7)
"""How long an Idempotency-Key is remembered."""


class Ask(Struct, frozen=True, kw_only=True):
    """A write that a caller asks for."""

    integration: Integration
    action: str
    creation: Creation
    body_hash: str
    key: str | None
    """Of the Idempotency-Key header."""
    deadline: dt.datetime


class Done(Struct, frozen=True, kw_only=True):
    """What the caller is told."""

    write: Write
    application_id: str
    candidate_id: str
    warnings: list[str]


class Actions:
    """Carries out write actions. One for the life of the process, used by many threads."""

    def __init__(
        self,
        executor: Executor,
        egress: Egress,
        *,
        sleep: Callable[[float], None] = time.sleep,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.executor, self.store, self.now = executor, executor.store, executor.now
        self.answer_seconds = answer_seconds
        self.owner = random_id()
        self._egress, self._sleep = egress, sleep
        self._sessions = Sessions(executor)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="write")
        self._moved = threading.Condition()

    def action(self, integration: Integration, action_id: str) -> Action | None:
        """Return the action of the integration's tool; None when it has none of that kind."""
        connector = self.executor.connectors.get(integration.tool)
        return None if connector is None else connector.actions.get(action_id)

    def dry_run(self, ask: Ask) -> tuple[list[RemoteRequest], list[str]]:
        """Return the requests that would be sent, secrets masked, and the warnings. Nothing is sent or kept."""
        opened = self._sessions.open(ask.integration, self._offered(ask))
        prepared = self._prepared(ask, opened)
        return opened.writer.requests(prepared), prepared.warnings

    def perform(self, ask: Ask) -> Done:
        """Do it, once, and return what came of it, or what it will look like. Raises AtsumeError."""
        action = self._offered(ask)
        key_hash = digest(ask.integration.id, "key", ask.key) if ask.key is not None else None
        known = self.store.write_of_key(ask.integration.no, key_hash) if key_hash is not None else None
        if known is not None and not _may_be_tried_again(known):
            return self._await(_same(known, ask), ask)
        opened = self._sessions.open(ask.integration, action)
        prepared = self._prepared(ask, opened)
        write = self._opened(ask, key_hash, prepared)
        return self._await(write, ask)

    def _offered(self, ask: Ask) -> Action:
        action = self.action(ask.integration, ask.action)
        if action is None:
            raise AtsumeError(Code.ACTION_NOT_AVAILABLE, f'The "{ask.action}" action is not available for this tool.')
        return action

    def _prepared(self, ask: Ask, opened: Opened) -> Prepared:
        environment = self.store.environment(ask.integration.environment_id)
        documents = Documents(
            egress=self._egress,
            restrictions=opened.action.attachments,
            seconds_left=partial(_seconds_until, ask.deadline, self.now),
        )
        around = Surroundings(
            store=self.store,
            integration=ask.integration,
            settings=in_force(environment, ask.integration),
            environment_name=environment.name if environment is not None else "",
            predefined_stages=opened.action.predefined_stages,
            check_open=opened.writer.check_open,
            documents=documents,
            today=self.now().date(),
        )
        return opened.writer.prepare(resolve(ask.creation, around))

    def _opened(self, ask: Ask, key_hash: str | None, prepared: Prepared) -> Write:
        """Write the intent down and start, or join whoever wants the same."""
        integration = ask.integration
        new = NewWrite(
            id=random_id(),
            integration_no=integration.no,
            integration_id=integration.id,
            action=ask.action,
            key_hash=key_hash,
            body_hash=ask.body_hash,
            person_hash=applicant(integration.id, prepared.person, prepared.job_remote_id),
            owner=self._owner_of(random_id()),
            sealed=seal(self.executor.encryption_key, msgspec.msgpack.encode(prepared), integration.id),
        )
        now = self.now()
        try:
            write, is_new = self.store.open_write(new, now, now + LEASE, IN_FLIGHT_MOST)
        except TooManyInFlight:
            raise AtsumeError(
                Code.CONCURRENCY_LIMIT_EXCEEDED,
                f"{IN_FLIGHT_MOST} writes of this integration are being carried out. Try again when some have ended.",
            ) from None
        if is_new:
            self.start(write, patience=ask.deadline)
            return write
        write = _same(write, ask)
        if _may_be_tried_again(write):
            again = self.store.claim_write(write.id, new.owner, now, now + LEASE, promised=True)
            if again is not None:
                self.start(again, patience=ask.deadline)
                return again
        return write

    def start(self, write: Write, *, patience: dt.datetime) -> None:
        """Carry a write of one's own on in a thread."""
        self._threads.submit(self.carry_on, write, patience)

    def carry_on(self, write: Write, patience: dt.datetime) -> None:
        """Carry a write of one's own as far as one go gets it. Raises nothing."""
        try:
            integration = self.store.integration(write.integration_id)
            if integration is None or write.sealed is None:
                return
            action = self.executor.connectors[integration.tool].actions[write.action]
            opened = self._sessions.open(integration, action)
            carry(self._stint(integration, opened, patience), write, self.unsealed(write))
        except NotMine:
            log.info("a write was taken over", write_id=write.id)
        except Exception as error:  # the journal keeps it; whoever finds it due goes on
            told = "".join(traceback.format_exception(error))  # no values of variables: they are people
            log.error("a write was interrupted", write_id=write.id, traceback=redact(told))
        finally:
            with self._moved:
                self._moved.notify_all()

    def unsealed(self, write: Write) -> Prepared:
        """Return what a write was prepared to send."""
        plain = unseal(self.executor.encryption_key, write.sealed or b"", write.integration_id)
        return msgspec.msgpack.decode(plain, type=Prepared)

    def close(self) -> None:
        """Let go of threads and connections. What is under way ends at its next step or is found due later."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._sessions.close()

    def keeper(self, integration: Integration, opened: Opened) -> Keeper:
        """Return what keeping records of an integration needs."""
        return Keeper(
            store=self.store,
            integration=integration,
            session=opened.session,
            scope=self.store.scope(integration),
            now=self.now,
        )

    def take_over(self, write_id: str, *, should_stop: Callable[[], bool] = lambda: False) -> None:
        """Carry on, in this thread, a write that nobody carries out any more. Nothing happens when it is not due."""
        now = self.now()
        write = self.store.claim_write(write_id, self._owner_of(random_id()), now, now + LEASE)
        if write is not None and not should_stop():
            self.carry_on(write, now + TAKEN_OVER_PATIENCE)

    def _stint(self, integration: Integration, opened: Opened, patience: dt.datetime) -> Stint:
        turns = SharedTurns(
            self.store,
            opened.company,
            opened.action.limits,
            partial(_seconds_until, patience - dt.timedelta(seconds=SPARE_SECONDS), self.now),
            clock=lambda: self.now().timestamp(),
            sleep=self._sleep,
        )
        return Stint(
            keeper=self.keeper(integration, opened),
            writer=opened.writer,
            turns=turns,
            now=self.now,
            sleep=self._sleep,
            until=max(patience, self.now()) + STINT,
            lease=LEASE,
        )

    def _owner_of(self, place: str) -> str:
        return f"{self.owner}/{place}"

    def _await(self, write: Write, ask: Ask) -> Done:
        """Wait for the end of a write; at the deadline, give out the ids that its records will have."""
        until = ask.deadline - dt.timedelta(seconds=SPARE_SECONDS)
        while True:
            fresh = self.store.write(write.id)
            if fresh is None:
                raise AtsumeError(Code.UNKNOWN_ERROR, "The write was forgotten while it was waited for.")
            done = self._settled(fresh, ask)
            if done is not None:
                return done
            left = (until - self.now()).total_seconds()
            if left <= 0:
                promised = self._promise(fresh, ask)
                if promised is not None:
                    return promised
                continue
            with self._moved:
                self._moved.wait(min(left, POLL_SECONDS))

    def _settled(self, write: Write, ask: Ask) -> Done | None:
        """Return or raise how a write ended; None while it goes on."""
        if write.error is not None and (write.ended_at is not None or not write.is_promised):
            code, message, seconds = write.error
            error = AtsumeError(Code[code], message)
            error.retry_after_seconds = seconds
            raise error
        if write.state is WriteState.DONE and write.application_id and write.candidate_id:
            return Done(
                write=write,
                application_id=write.application_id,
                candidate_id=write.candidate_id,
                warnings=write.warnings,
            )
        if write.ended_at is not None and write.application_id and write.candidate_id:
            return Done(
                write=write,
                application_id=write.application_id,
                candidate_id=write.candidate_id,
                warnings=[*write.warnings, UNRESOLVED],
            )
        return None

    def _promise(self, write: Write, ask: Ask) -> Done | None:
        """Give out ids before the tool has told its own; None when the write moved on meanwhile."""
        if write.sealed is None:
            return None
        prepared = self.unsealed(write)
        if write.application_id is None:
            action = self.executor.connectors[ask.integration.tool].actions[write.action]
            opened = self._sessions.open(ask.integration, action)
            try:
                keep_provisional(self.keeper(ask.integration, opened), write, opened.writer, prepared)
            except NotMine:
                return None
            fresh = self.store.write(write.id)
            if fresh is None:
                return None
            write = fresh
        if write.application_id is None or write.candidate_id is None:
            return None
        return Done(
            write=write,
            application_id=write.application_id,
            candidate_id=write.candidate_id,
            warnings=[*prepared.warnings, WAITING[write.state]],
        )


WAITING: Mapping[WriteState, str] = {
    WriteState.INTENDED: "The application is written down and will be sent as soon as the tool allows.",
    WriteState.SENDING: "The tool has not answered yet. The application is looked for and, if it is not there, sent.",
    WriteState.CREATED: "The tool has the application but does not show its ids yet. They will be added.",
} | dict.fromkeys(
    (WriteState.DONE, WriteState.REFUSED, WriteState.UNRESOLVED), "The application has just been settled."
)
UNRESOLVED = "The tool took the application but never showed its ids."


def _seconds_until(moment: dt.datetime, now: Callable[[], dt.datetime]) -> float:
    return (moment - now()).total_seconds()


def _may_be_tried_again(write: Write) -> bool:
    """Return whether asking again means doing it again: it failed, or may have failed, for a passing reason."""
    if write.ended_at is None:
        return not write.is_promised
    return False


def _same(write: Write, ask: Ask) -> Write:
    """Return the write that stands in the place of the one asked for, if it is the same. Raises AtsumeError."""
    if write.body_hash == ask.body_hash:
        return write
    if ask.key is not None and write.key_hash == digest(ask.integration.id, "key", ask.key):
        raise AtsumeError(
            Code.INPUT_INVALID,
            "This Idempotency-Key was used for another request in the last 7 days. Use a new key for a new request; "
            "to repeat the old one, send the same body.",
        )
    raise AtsumeError(
        Code.CONCURRENCY_LIMIT_EXCEEDED,
        "Another application of this e-mail address for this job is being carried out. Try again in a minute.",
    )
