"""The writing side of a session: documents first, then the application, then a look for what came of it.

v1 answers 201 without an id, and what was written becomes readable by v2 only after a while (README, E7): the new ids
are looked up by e-mail address and job.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Raw

from atsume.connectors.base import Page
from atsume.connectors.http import NoAnswer, Response
from atsume.connectors.personio.actions import create_application, refusals
from atsume.connectors.personio.actions.draft import Create
from atsume.connectors.personio.assemble import ApplicationParts, CandidateParts
from atsume.connectors.personio.clients import v1
from atsume.connectors.personio.clients.career import Career
from atsume.connectors.personio.clients.v1 import V1
from atsume.connectors.personio.clients.v2 import V2
from atsume.connectors.personio.mapping.applications import APPLICATIONS
from atsume.connectors.personio.mapping.candidates import CANDIDATES
from atsume.connectors.personio.outcome import SYSTEM, stage_key, stage_name
from atsume.connectors.personio.remote import v2
from atsume.connectors.personio.settings import Addresses, Credentials
from atsume.connectors.personio.shared import Shared
from atsume.connectors.writing import Found, Outcome, Prepared, RemoteRequest, Result, Turns, Wanted
from atsume.errors import AtsumeError, RemoteFault
from atsume.model.record import Record

CREATES, UPLOADS = "applications", "documents"
"""The two counters: 20 requests in 60 seconds each, for one company (developer.personio.de, introduction)."""
COOL_DOWN_SECONDS = 60.0
"""What Personio wants to be left alone for after a 429."""
CAREER_SECONDS = 1.5
"""For one look at the career site while somebody waits."""
LOOKING = "looking for the new application"
NO_PLACE = "errors.posting-validation.channel-not-found"
NO_OPTION = "errors.attribute-validation.unknown-attribute-option"
LOST_FILE = "errors.file-validation.file-not-exists"
EXISTS = "errors.applicant-already-exists"


class PersonioWriter:
    """Writes through v1, finds through v2."""

    def __init__(self, shared: Shared, credentials: Credentials) -> None:
        self._shared = shared
        self._v1 = V1(shared.http, shared.addresses.api, credentials)
        self._reader = V2(shared.http.hasty(), shared.addresses.api, credentials)
        """Asks once: whoever looks for a new application looks again anyway, and somebody is waiting."""
        known = shared.settings
        self._career = Career(
            shared.http.hasty(), shared.addresses.career, known.companies, known.languages, CAREER_SECONDS
        )

    @property
    def can_find(self) -> bool:
        """Whether the new ids can be looked up: that needs the credentials for reading."""
        return self._shared.can_read

    def check_open(self, job_remote_id: str) -> None:
        """Raise JOB_CLOSED when the feed, read now, lacks a job; one that is empty or unreadable says nothing (E15)."""
        if not self._shared.has_feed:
            return
        try:
            is_closed = self._career.lacks(job_remote_id)
        except RemoteFault:
            return
        if is_closed:
            raise AtsumeError(*refusals.NOT_PUBLISHED)

    def prepare(self, wanted: Wanted) -> Prepared:
        """Turn what is wanted into what is sent. Raises AtsumeError that names the input."""
        return create_application.prepare(wanted, self._shared.settings)

    def requests(self, prepared: Prepared) -> list[RemoteRequest]:
        """Return what would be sent, in order, secrets masked. Documents have no key yet: it is a number here."""
        create, headers = _decoded(prepared), self._v1.headers(masked=True)
        documents = [
            RemoteRequest(
                method="POST",
                url=self._v1.url(v1.DOCUMENTS),
                headers=headers,
                body={"file": u.filename, "content_type": u.content_type, "size_bytes": len(u.content)},
            )
            for u in create.uploads
        ]
        keys = [f"<uuid of document {n}>" for n, _ in enumerate(create.uploads, 1)]
        headers = {**headers, "Content-Type": "application/json"}
        made = RemoteRequest(
            method="POST", url=self._v1.url(v1.APPLICATIONS), headers=headers, body=v1.body(create, keys)
        )
        return [*documents, made]

    def send(self, prepared: Prepared, turns: Turns, before_effect: Callable[[], None]) -> Outcome:
        """Send it, once. What Personio refuses for a reason that we can mend is mended and sent again."""
        create = _decoded(prepared)
        turns.reserve({UPLOADS: len(create.uploads), CREATES: 1})
        try:
            return self._send(create, turns, before_effect)
        finally:
            turns.give_back()

    def _send(self, create: Create, turns: Turns, before_effect: Callable[[], None]) -> Outcome:
        warnings = list[str]()
        mended: set[str] = set()
        uuids: list[str] | None = None
        while True:
            if uuids is None:
                uploaded = self._upload(create, turns)
                if isinstance(uploaded, Outcome):
                    return uploaded
                uuids = uploaded
            outcome, response = self._create(create, uuids, turns, before_effect)
            if outcome.result is not Result.REFUSED or response is None:
                return msgspec.structs.replace(outcome, warnings=warnings)
            reasons = {r.reason for r in refusals.refusals(response.body)} - mended
            if reasons == {LOST_FILE}:
                uuids = None
            elif not _mend(create, reasons, warnings):
                return outcome
            mended |= reasons

    def find(self, prepared: Prepared) -> Found | None:
        """Look for the application by e-mail address and job; None when it is not there yet."""
        reader = self._reader
        tries = (self._newest(reader, a, prepared) for a in dict.fromkeys([prepared.person, prepared.person.lower()]))
        hit = next((one for one in tries if one is not None), None)
        if hit is None:
            return None
        newest, application = hit
        candidate_id = newest.candidate.id if newest.candidate else None
        candidate = reader.get(f"/v2/recruiting/candidates/{candidate_id}", LOOKING) if candidate_id else None
        if candidate is None or candidate_id is None or candidate.status != 200:
            return None
        return Found(
            application_remote_id=newest.id,
            candidate_remote_id=candidate_id,
            pages=[
                (APPLICATIONS.model, Page(v2.as_page(application))),
                (CANDIDATES.model, Page(v2.as_page(candidate.body))),
            ],
            warnings=_surprises(_decoded(prepared), newest),
        )

    def provisional(self, prepared: Prepared, remote_id: str) -> list[tuple[str, Record]]:
        """Return (model, record) of what was sent, mapped like what is read."""
        sent, links = _decoded(prepared).body, self._shared.links
        values = {one["id"]: one["value"] for one in sent.get("attributes", [])}
        application = v2.Application(
            id=remote_id,
            candidate=v2.ApplicationCandidate(id=remote_id),
            job=v2.ApplicationJob(id=prepared.job_remote_id),
            current_stage=_stage(sent.get("phase")),
        )
        candidate = v2.Candidate(
            id=remote_id,
            first_name=sent.get("first_name"),
            last_name=sent.get("last_name"),
            email=prepared.person,
            phone=values.get("phone"),
            location=values.get("location"),
        )
        parts = ApplicationParts(application, stage_key(application.current_stage), links)
        return [
            (APPLICATIONS.model, APPLICATIONS(parts)),
            (CANDIDATES.model, CANDIDATES(CandidateParts(candidate, links))),
        ]

    def _newest(self, reader: V2, address: str, prepared: Prepared) -> tuple[v2.AppliedApplication, Raw] | None:
        answer = reader.get("/v2/recruiting/applications", LOOKING, params={"candidate.email": address})
        if answer.status != 200:
            raise RemoteFault(f"Personio does not answer while {LOOKING}.")
        try:
            listed = [(v2.applied(record), record) for record in v2.listed(answer.body).data]
        except msgspec.DecodeError:
            raise RemoteFault(f"Personio's answer could not be read while {LOOKING}.") from None
        mine = [hit for hit in listed if _is_it(hit[0], prepared)]
        return max(mine, key=lambda hit: (len(hit[0].id), hit[0].id), default=None)

    def _upload(self, create: Create, turns: Turns) -> list[str] | Outcome:
        """Return the keys of the uploaded documents, or how it failed: nothing was created then."""
        uuids: list[str] = []
        for place, upload in enumerate(create.uploads):
            answered = self._uploaded(create, place, turns, None)
            if isinstance(answered, Response) and (name := v1.other_name(upload, answered)):
                upload.filename = name
                answered = self._uploaded(create, place, turns, name)
            if isinstance(answered, Outcome):
                return answered
            if answered.status not in (200, 201):
                error = refusals.error(answered.status, answered.body, "a document", create, place)
                return Outcome(result=Result.REFUSED, error=error)
            uuids.append(v1.uuid(answered))
        return uuids

    def _uploaded(self, create: Create, place: int, turns: Turns, name: str | None) -> Response | Outcome:
        """Upload one document; a passing fault is tried again, because uploads that nobody refers to do no harm."""
        for last in (False, True):
            try:
                response = _in_turn(turns, UPLOADS, lambda: self._v1.upload(create.uploads[place], name))
            except NoAnswer as fault:
                if last:
                    return Outcome(result=Result.UNTOUCHED, error=fault)
                continue
            if response.status == 429:
                return _too_many(turns, UPLOADS, refusals.error(429, b"", "a document", create))
            if response.status < 500:
                return response
            if last:
                error = refusals.error(response.status, response.body, "taking a document", create, place)
                return Outcome(result=Result.UNTOUCHED, error=error)
        raise AssertionError("the loop returns")

    def _create(
        self, create: Create, uuids: list[str], turns: Turns, before_effect: Callable[[], None]
    ) -> tuple[Outcome, Response | None]:
        done = turns.take(CREATES)
        try:
            before_effect()
            response = self._v1.create(create, uuids)
        except RemoteFault as fault:
            nothing_sent = isinstance(fault, NoAnswer) and fault.nothing_sent
            result = Result.UNTOUCHED if nothing_sent else Result.UNKNOWN
            return Outcome(result=result, error=fault), None
        finally:
            done()
        if response.status in (200, 201, 202, 204):
            return Outcome(result=Result.CREATED), response
        error = refusals.error(response.status, response.body, "the application", create)
        if response.status == 429:
            return _too_many(turns, CREATES, error), response
        if response.status >= 500 or response.status == 408:
            return Outcome(result=Result.UNKNOWN, error=error), response
        exists = EXISTS in {r.reason for r in refusals.refusals(response.body)}
        return Outcome(result=Result.EXISTS if exists else Result.REFUSED, error=error), response


def _decoded(prepared: Prepared) -> Create:
    return msgspec.msgpack.decode(prepared.remote, type=Create)


def _in_turn(turns: Turns, counter: str, ask: Callable[[], Response]) -> Response:
    done = turns.take(counter)
    try:
        return ask()
    finally:
        done()


def _too_many(turns: Turns, counter: str, error: AtsumeError) -> Outcome:
    turns.refused(counter)
    return Outcome(result=Result.UNTOUCHED, error=error, retry_after_seconds=COOL_DOWN_SECONDS)


def _mend(create: Create, reasons: set[str], warnings: list[str]) -> bool:
    """Change the request so that these refusals go away; False when the caller has to."""
    if not reasons or not reasons <= {NO_PLACE, NO_OPTION}:
        return False
    if NO_PLACE in reasons:
        if create.droppable_channel is None:
            return False
        number = create.body.pop("recruiting_channel_id", None)
        warnings.append(
            f"No source was written: Personio has no recruiting channel {number}, "
            f"which comes from {create.droppable_channel}."
        )
        create.droppable_channel = None
    if NO_OPTION in reasons:
        if not create.labels:
            return False
        for attribute in create.body.get("attributes", []):
            attribute["value"] = create.labels.get(attribute["id"], attribute["value"])
        create.labels = {}
    return True


def _is_it(application: v2.AppliedApplication, prepared: Prepared) -> bool:
    candidate, job = application.candidate, application.job
    return (
        candidate is not None
        and job is not None
        and str(job.id) == prepared.job_remote_id
        and (candidate.email or "").strip().lower() == prepared.person.lower()
    )


def _surprises(create: Create, found: v2.AppliedApplication) -> list[str]:
    """Return what Personio did otherwise than asked without saying so (README, E14)."""
    warnings: list[str] = []
    phase, origin = create.body.get("phase"), create.origins.get("phase", "stage_id")
    if isinstance(phase, dict) and stage_key(found.current_stage) != str(phase.get("id")):
        stands = stage_name(found.current_stage, key) if found.current_stage and (
            key := stage_key(found.current_stage)) else None  # fmt: skip
        warnings.append(
            f"`{origin}`: Personio put the application into {stands or 'another stage'} instead. The stage does not "
            "exist or does not belong to the recruiting category of the job."
        )
    channel = create.body.get("recruiting_channel_id")
    if channel is not None and found.channel is not None and found.channel.id not in (None, str(channel)):
        warnings.append(f"Personio shows another recruiting channel than the {channel} that was written.")
    return warnings


def _stage(phase: Any) -> v2.Stage | None:
    if not isinstance(phase, dict):
        return None
    key = str(phase.get("id"))
    return v2.Stage(type="SYSTEM", kind=key.upper()) if key in SYSTEM else v2.Stage(id=key)


def lacks(credentials: Credentials) -> str | None:
    """Return what a connection lacks to write, in a sentence that says what to give."""
    if not credentials.company_id or not credentials.recruiting_token:
        return (
            "This integration can read but not write: it has no company id and recruiting token. "
            "Copy both from the recruiting API key in Personio, then relink."
        )
    return None


def limits(addresses: Addresses) -> Mapping[str, tuple[int, float]]:
    """Return counter → (requests, seconds)."""
    limit = (addresses.writes_per_window, addresses.write_window_seconds)
    return {CREATES: limit, UPLOADS: limit}


def company(credentials: Credentials) -> str | None:
    """Return whose counters a write counts on."""
    return f"personio:{credentials.company_id}" if credentials.company_id else None
