"""What is stored of a row: the tuples that go into the two tables of a model. Pure."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec import Raw

from atsume.store.rows import Row
from atsume.store.schema import first_seq

Values = tuple[Any, ...]

_JOIN_KEYS: dict[str, dict[str, str]] = {
    "ats_join_jobs_screening_questions": {
        "required": "required",
        "index": "index",
        "precondition_question_id": "precondition_question_id",
        "precondition_options": "precondition_options",
    },
    "ats_join_jobs_users": {"hiring_team_roles": "roles", "job_roles": "job_roles"},
    "ats_join_jobs_application_stages": {"index": "index"},
}
"""What a join adds to the record it joins in: wire key and the join's own key."""

_BRIEF_KEYS: dict[str, dict[str, str]] = {
    "ats_application_stages": {"id": "id", "name": "name", "remote_id": "remote_id"},
}
"""The shorter embed of models that are embedded in two forms."""

_object = msgspec.json.Decoder(dict[str, Raw])


def _pick(encoded: bytes, keys: dict[str, str]) -> str:
    held = _object.decode(encoded)
    return inner(msgspec.json.encode({key: held.get(source, None) for key, source in keys.items()}))


def inner(encoded: bytes) -> str:
    """Return a JSON object without its braces."""
    return encoded[1:-1].decode()


def fragments(model: str) -> Callable[[Row], Values]:
    """Return the function from a row to (body, embed, brief)."""
    join, brief = _JOIN_KEYS.get(model), _BRIEF_KEYS.get(model)
    if join is not None:
        return lambda row: (inner(row.body), _pick(row.body, join), None)
    if brief is not None:
        return lambda row: (
            inner(row.body),
            inner(row.embed) if row.embed else None,
            _pick(row.embed, brief) if row.embed else None,
        )
    return lambda row: (row.body[1:-1].decode(), row.embed[1:-1].decode() if row.embed else None, None)


def created(
    model: str, integration_no: int, rows: Iterable[Row], at: str, after: int
) -> tuple[list[Values], list[Values]]:
    """Return the tuples of new rows for the key table and the fragment table, numbered after the last one."""
    fragment_of = fragments(model)
    keys: list[Values] = []
    fats: list[Values] = []
    seq = max(after, first_seq(integration_no))
    for row in rows:
        seq += 1
        prints = (row.remote_fingerprint, row.fingerprint)
        keys.append((seq, row.id, integration_no, row.remote_id, *prints, at, at, None, *row.columns))
        fats.append((seq, *fragment_of(row)))
    return keys, fats


def rewritten(model: str, rows: Iterable[Row], at: str | None) -> list[Values]:
    """Return (id, fingerprints, columns, [change time], fragments) of rows that are held. No time: a quiet write."""
    fragment_of = fragments(model)
    time = () if at is None else (at,)
    return [(row.id, row.remote_fingerprint, row.fingerprint, *row.columns, *time, *fragment_of(row)) for row in rows]
