"""Station 8a: wire records from stored fragments, one recipe per model.

A page is one statement whose rows hold the fragments; here they are joined as bytes, never decoded. What embeds few
and often the same records, such as the job of an application, takes them from memory (`store/related.py`). A tombstone
keeps no fragment for others, so it embeds as null.
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from atsume.store.related import Place, Related
from atsume.store.schema import RECORDS, integrations
from atsume.store.text import Filled, Listed, literal, number

Text = sa.ColumnElement[Any]
Row = tuple[Any, ...]
"""Head, the recipe's own values, ids of job and stage where those are embedded, revision. Text is UTF-8."""
Pieces = tuple[bytes, ...]

SEQ, TOUCHED_AT, ID, CHANGED_AT, DELETED_AT, BODY, OWN = range(7)
"""Where the head of a row has what; the recipe's values follow."""
JOB, STAGE, REVISION = -3, -2, -1
"""The same from the end."""


class Recipe(Struct, frozen=True, kw_only=True):
    """How wire records of a model are made."""

    refers: tuple[str, ...] = ()
    """Columns of the key table that the composition needs."""
    select: Callable[[sa.FromClause], tuple[sa.FromClause, tuple[Text, ...]]] = lambda page: (page, ())
    """From the page of keys: what to select from, and the values of each row."""
    end: Callable[[Sequence[Row], Related], list[Pieces]]
    """What follows the head of each record, without the closing brace. Raises Unknown."""
    repeats: bool = False
    """Whether a record may take several rows."""
    has_places: bool = False
    """Whether rows end with a job and a stage, which are embedded."""


def selected(
    model: str, page: sa.FromClause, touched_at: Text, walk: sa.Select[*tuple[Any, ...]] | None = None
) -> sa.Select[*tuple[Any, ...]]:
    """Return the rows of a page of keys, in no order, or of a walk through the key table itself.

    Their parameter `no` is the integration's number.
    """
    recipe, fragments = RECIPES[model], RECORDS[model].fragments.alias("own")
    source, values = recipe.select(page)
    revision = sa.select(integrations.c.revision).where(integrations.c.no == sa.bindparam("no", type_=sa.BigInteger))
    head = (page.c.seq, touched_at, page.c.id, page.c.changed_at, page.c.deleted_at, fragments.c.body)
    columns = (*head, *values, revision.scalar_subquery() if recipe.has_places else number(0))
    query = sa.select(*columns) if walk is None else walk.with_only_columns(*columns)
    return query.select_from(source.outerjoin(fragments, fragments.c.seq == page.c.seq))


def places(model: str, rows: Sequence[Row]) -> set[Place]:
    """Return the places that the rows embed."""
    return {(row[JOB], row[STAGE]) for row in rows} if RECIPES[model].has_places else set()


def composed(model: str, rows: Sequence[Row], related: Related) -> bytes:
    """Return the wire records of a page, commas between them. Raises Unknown when one embeds what is not known yet."""
    pieces: list[bytes] = []
    add = pieces.extend
    for row, end in zip(heads(model, rows), RECIPES[model].end(rows, related), strict=True):
        deleted_at = row[DELETED_AT]
        add((b'},{"id":"', row[ID], b'",', row[BODY], b',"changed_at":"', row[CHANGED_AT]))
        add((b'","remote_deleted_at":null',) if deleted_at is None else (b'","remote_deleted_at":"', deleted_at, b'"'))
        add(end)
    pieces[0] = pieces[0][2:]
    pieces.append(b"}")
    return b"".join(pieces)


def heads(model: str, rows: Sequence[Row]) -> Sequence[Row]:
    """Return one row of each record: what others hold of its head is the same."""
    return list({row[SEQ]: row for row in rows}.values()) if RECIPES[model].repeats else rows


def _plain(end: bytes = b"") -> Callable[[Sequence[Row], Related], list[Pieces]]:
    return lambda rows, related: [(end,)] * len(rows)


def _with_candidate(page: sa.FromClause) -> tuple[sa.FromClause, tuple[Text, ...]]:
    keys, fragments = RECORDS["ats_candidates"].keys.alias("candidate_key"), RECORDS["ats_candidates"].fragments
    source = page.outerjoin(keys, keys.c.id == page.c.candidate_id)
    source = source.outerjoin(fragments, fragments.c.seq == keys.c.seq)
    return source, (fragments.c.embed, page.c.job_id, page.c.current_stage_id)


def _end_of_applications(rows: Sequence[Row], related: Related) -> list[Pieces]:
    endings, close = related.endings, b',"interviews":[],"offers":[]'
    return [
        (b',"candidate":{', candidate, b"},", endings[job, stage], close)
        if candidate is not None
        else (b',"candidate":null,', endings[job, stage], close)
        for _, _, _, _, _, _, candidate, job, stage, _ in rows
    ]


def _with_applications(page: sa.FromClause) -> tuple[sa.FromClause, tuple[Text, ...]]:
    keys, fragments = RECORDS["ats_applications"].keys.alias("application"), RECORDS["ats_applications"].fragments
    is_of_it = sa.and_(keys.c.candidate_id == page.c.id, keys.c.deleted_at.is_(None))
    source = page.outerjoin(keys, is_of_it).outerjoin(fragments, fragments.c.seq == keys.c.seq)
    values = (keys.c.seq, keys.c.remote_created_at, fragments.c.embed, keys.c.changed_at)
    return source, (*values, keys.c.job_id, keys.c.current_stage_id)


def _end_of_candidates(rows: Sequence[Row], related: Related) -> list[Pieces]:
    endings = related.brief_endings
    sent = [
        b"" if seq is None else b'{%b,"changed_at":"%b",%b}' % (embed, changed_at, endings[job, stage])
        for _, _, _, _, _, _, seq, _, embed, changed_at, job, stage, _ in rows
    ]
    if len({row[SEQ] for row in rows}) < len(rows):  # some sent several
        sent = [b",".join(_in_order(list(own))) for _, own in groupby(zip(rows, sent, strict=True), _of_pair)]
    return [(b',"applications":[', one, b'],"tags":[]') for one in sent]


def _of_pair(pair: tuple[Row, bytes]) -> int:
    return pair[0][SEQ]


def _in_order(pairs: list[tuple[Row, bytes]]) -> list[bytes]:
    """Return a candidate's applications, newest first, undated ones last; as they came where that is the same."""
    if len(pairs) > 1:
        pairs.sort(key=lambda pair: pair[0][OWN])
        pairs.sort(key=lambda pair: pair[0][OWN + 1] or b"", reverse=True)
    return [one for _, one in pairs]


def _with_ties(page: sa.FromClause) -> tuple[sa.FromClause, tuple[Text, ...]]:
    ties = (
        ("ats_join_jobs_application_stages", "ats_application_stages", "stage_id", '{%s,"remote_data":null,%s}'),
        ("ats_join_jobs_screening_questions", "ats_screening_questions", "question_id", "{%s,%s}"),
        ("ats_join_jobs_users", "ats_users", "user_id", "{%s,%s}"),
    )
    return page, tuple(_joined_to_job(page, join, model, ours, template) for join, model, ours, template in ties)


def _joined_to_job(page: sa.FromClause, join: str, model: str, ours: str, template: str) -> Text:
    """Return the inside of the array of records that live joins tie to the page's job; empty text without any."""
    joins, joined = RECORDS[join].keys.alias("tie"), RECORDS[join].fragments.alias("tied")
    keys, fragments = RECORDS[model].keys.alias("other_key"), RECORDS[model].fragments.alias("other")
    source = (
        joins.join(joined, joined.c.seq == joins.c.seq)
        .join(keys, keys.c.id == joins.c[ours])
        .join(fragments, fragments.c.seq == keys.c.seq)
    )
    order = [joins.c.position.asc().nulls_last()] if "position" in joins.c else []
    rows = (
        sa.select(Filled(template, fragments.c.embed, joined.c.embed).label("one"))
        .select_from(source)
        .where(joins.c.job_id == page.c.id, joins.c.deleted_at.is_(None), keys.c.deleted_at.is_(None))
        .order_by(*order, joins.c[ours])
        .correlate(page)
        .subquery()
    )
    listed = sa.select(Listed(rows.c.one)).select_from(rows).correlate(page).scalar_subquery()
    return sa.func.coalesce(listed, literal(""))


def _end_of_jobs(rows: Sequence[Row], related: Related) -> list[Pieces]:
    return [
        (
            *(b',"stages":[', row[OWN], b'],"screening_questions":[', row[OWN + 1]),
            *(b'],"job_postings":[],"hiring_team":[', row[OWN + 2], b"]"),
        )
        for row in rows
    ]


RECIPES: dict[str, Recipe] = {
    "ats_jobs": Recipe(select=_with_ties, end=_end_of_jobs),
    "ats_candidates": Recipe(select=_with_applications, end=_end_of_candidates, repeats=True, has_places=True),
    "ats_applications": Recipe(
        refers=("candidate_id", "current_stage_id", "job_id"),
        select=_with_candidate,
        end=_end_of_applications,
        has_places=True,
    ),
    "ats_application_stages": Recipe(end=_plain()),
    "ats_users": Recipe(end=_plain(b',"system_roles":[]')),
}
"""Models that can be listed."""
