"""Application forms of published jobs: read slowly, each at most once a day.

They are public pages that Personio does not document, so they are asked for gently: one
after the other with a pause between, and again only after a day or when the feed's entry of the job has changed.
"""

import datetime as dt
from collections.abc import Callable, Mapping

import msgspec
from msgspec import Struct

from atsume.connectors.base import Notes
from atsume.connectors.personio.clients.career import Career, Published
from atsume.connectors.personio.fingerprints import fingerprint
from atsume.connectors.personio.remote.forms import Control
from atsume.errors import RemoteFault

KIND = "application_form"
"""Kind of the notes that keep forms, by job id."""
KEPT = dt.timedelta(hours=24)


class Forms(Struct):
    """The application forms of published jobs."""

    by_job: dict[str, list[Control]]
    failed: set[str]
    """Jobs whose form could not be read: nothing may be concluded about their questions."""


class _Kept(Struct):
    """A form as noted."""

    entry: int
    """Fingerprint of the feed's entry of the job when the form was read."""
    controls: list[Control]


def read_forms(
    career: Career, jobs: Mapping[str, Published], notes: Notes, seed: int, pause: Callable[[], object]
) -> Forms:
    """Return the forms of these jobs, from the notes where they are fresh. Each one read is noted at once."""
    noted, forms, asked = notes.recall(KIND, within=KEPT), Forms({}, set()), False
    for job_id, job in sorted(jobs.items()):
        entry = fingerprint(seed, job.site, next(iter(job.positions.values())).digest)
        controls = _fresh(noted.get(job_id), entry)
        if controls is None:
            if asked:
                pause()
            asked, controls = True, _read(career, job.site, job_id)
            if controls is not None:
                notes.write(KIND, job_id, msgspec.json.encode(_Kept(entry, controls)))
        if controls is None:
            forms.failed.add(job_id)
        else:
            forms.by_job[job_id] = controls
    notes.forget(KIND, notes.recall(KIND).keys() - jobs.keys())
    return forms


def _fresh(noted: bytes | None, entry: int) -> list[Control] | None:
    try:
        kept = msgspec.json.decode(noted, type=_Kept) if noted is not None else None
    except msgspec.DecodeError:  # written by another version of this program
        return None
    return kept.controls if kept is not None and kept.entry == entry else None


def _read(career: Career, site: str, job_id: str) -> list[Control] | None:
    try:
        return career.form(site, job_id)
    except RemoteFault:
        return None
