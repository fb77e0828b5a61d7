"""A session on a canned Personio, and an engine small enough to read: every stream, every station, no store."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from atsume.connectors.base import Came
from atsume.connectors.personio.fields import FIELDS
from atsume.connectors.personio.session import PersonioSession
from atsume.connectors.personio.settings import Addresses, Credentials, Settings
from atsume.errors import AtsumeError
from atsume.model import fields
from atsume.model.catalogue import MODELS
from atsume.model.record import encode, hide
from tests.connectors.canned import Line

READER = Credentials(client_id="papi-id", client_secret="papi-secret")
NOBODY = Credentials()
ADDRESSES = Addresses(api="https://api.personio.de", career="https://{company}.jobs.personio.de")


class Empty:
    """A mirror that holds nothing, unless told."""

    def __init__(self, sources: Mapping[str, str] | None = None, published: Sequence[str] = ()) -> None:
        self._sources, self._published = sources or {}, frozenset(published)

    def latest_sources(self, candidate_ids: Sequence[str]) -> Mapping[str, str | None]:
        return {i: self._sources[i] for i in candidate_ids if i in self._sources}

    def was_published(self, job_ids: Sequence[str]) -> frozenset[str]:
        return self._published & set(job_ids)

    def job_stages_in_use(self) -> Sequence[tuple[str, str]]:
        return []

    def live(self, model: str) -> Sequence[str]:
        return []

    def columns(self, model: str, names: Sequence[str]) -> Sequence[tuple[object, ...]]:
        return []


class Notebook:
    """Notes in a dictionary, with a clock to be moved."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
        self.kept: dict[tuple[str, str], tuple[bytes, dt.datetime]] = {}

    def recall(self, kind: str, *, within: dt.timedelta | None = None) -> Mapping[str, bytes]:
        fresh = [(k, c) for k, (c, at) in self.kept.items() if within is None or self.now - at < within]
        return {key: content for (of, key), content in fresh if of == kind}

    def write(self, kind: str, key: str, content: bytes) -> None:
        self.kept[kind, key] = (content, self.now)

    def forget(self, kind: str, keys: Iterable[str]) -> None:
        for key in keys:
            del self.kept[kind, key]


class Read(Struct):
    """What a run brought."""

    came: dict[str, list[Came]] = {}
    records: dict[str, dict[str, dict]] = {}
    """Model → remote id → wire record, nulls and empties left out."""
    remote: dict[str, dict[str, dict]] = {}
    """Model → remote id → `remote_data` as an environment that asks for it shows it."""
    faults: dict[str, str] = {}
    warnings: list[str] = []


def opened(line: Line, settings: Settings | None = None, credentials: Credentials = READER) -> PersonioSession:
    return PersonioSession(credentials, settings or Settings(), line.exchanges.append, ADDRESSES, line.http)


def read(session: PersonioSession, mirror: Empty | None = None, only: Sequence[str] = ()) -> Read:
    """Run all streams in order."""
    run, mirror = Read(), mirror or Empty()
    for stream in session.streams():
        if only and stream.model not in only:
            continue
        came, records = run.came.setdefault(stream.model, []), run.records.setdefault(stream.model, {})
        try:
            for page in stream.fetch():
                fresh = stream.decode(page)
                came += fresh
                if stream.remote is not None:
                    told = {one.remote_id: stream.remote(one) for one in fresh}
                    surfaces = FIELDS.surfaces[stream.model]
                    run.remote.setdefault(stream.model, {}).update(
                        {i: msgspec.json.decode(fields.shown(body, surfaces)) for i, body in told.items()}
                    )
                mapped = [one for one in fresh if not one.keep]
                for parts in stream.assemble(mapped, mirror):
                    record = stream.map(parts)
                    hide(record, MODELS[stream.model].hidden)
                    records[record.remote_id] = shown(record)
        except (AtsumeError, msgspec.DecodeError) as fault:
            run.faults[stream.model] = str(fault)
    run.warnings = list(session.warnings())
    return run


def shown(record: Struct) -> dict:
    """Return a record as JSON values without what is empty."""
    return {k: v for k, v in msgspec.json.decode(encode(record)).items() if v not in (None, [], {})}
