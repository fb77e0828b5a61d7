"""Station 8a: wire records composed in the database, one recipe per model.

A recipe adds to a page of keys what the wire record holds besides its own keys. Related records are joined at read
time from the fragments they keep for that purpose; a tombstone keeps none, so it embeds as null.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from atsume.store.schema import RECORDS
from atsume.store.text import Filled, Listed, literal, number_or_null, object_or_null, quoted_or_null

Text = sa.ColumnElement[Any]

_HEAD = '"id":"%s",%s,"changed_at":"%s","remote_deleted_at":%s'


class Recipe(Struct, frozen=True):
    """How wire records of a model are made."""

    refers: tuple[str, ...]
    """Columns of the key table that the composition needs."""
    compose: Callable[[sa.FromClause], tuple[sa.FromClause, str, tuple[Text, ...]]]
    """From the page of keys: what to select from, the template after the own keys, and its values."""


def composed(model: str, page: sa.FromClause) -> tuple[sa.FromClause, Text]:
    """Return what to select from, and the wire record of one row of the page."""
    fragments = RECORDS[model].fragments.alias("own")
    source, template, values = RECIPES[model].compose(page)
    source = source.outerjoin(fragments, fragments.c.seq == page.c.seq)
    head = (page.c.id, fragments.c.body, page.c.changed_at, quoted_or_null(page.c.deleted_at))
    return source, Filled("{" + _HEAD + template + "}", *head, *values)


def _plain(template: str) -> Callable[[sa.FromClause], tuple[sa.FromClause, str, tuple[Text, ...]]]:
    return lambda page: (page, template, ())


def _fragment(source: sa.FromClause, model: str, name: str, record_id: Text) -> tuple[sa.FromClause, sa.FromClause]:
    """Return the source with the fragments of the record of that id joined to it, and those fragments."""
    keys, fragments = RECORDS[model].keys.alias(f"{name}_key"), RECORDS[model].fragments.alias(name)
    joined = source.outerjoin(keys, keys.c.id == record_id).outerjoin(fragments, fragments.c.seq == keys.c.seq)
    return joined, fragments


def _place(job_id: Text, stage_id: Text) -> Text:
    """Return the index of a stage in a job, as JSON."""
    places = RECORDS["ats_join_jobs_application_stages"].keys.alias("place")
    index = (
        sa.select(sa.func.min(places.c.position))
        .where(places.c.job_id == job_id, places.c.stage_id == stage_id, places.c.deleted_at.is_(None))
        .correlate_except(places)
        .scalar_subquery()
    )
    return number_or_null(index)


def _applications(page: sa.FromClause) -> tuple[sa.FromClause, str, tuple[Text, ...]]:
    source, candidate = _fragment(page, "ats_candidates", "candidate", page.c.candidate_id)
    source, stage = _fragment(source, "ats_application_stages", "stage", page.c.current_stage_id)
    source, job = _fragment(source, "ats_jobs", "job", page.c.job_id)
    index = _place(page.c.job_id, page.c.current_stage_id)
    values = (object_or_null(candidate.c.embed), _stage(stage.c.embed, index), object_or_null(job.c.embed))
    return source, ',"candidate":%s,"current_stage":%s,"job":%s,"interviews":[],"offers":[]', values


def _stage(inner: Text, index: Text) -> Text:
    return sa.case((inner.is_(None), literal("null")), else_=Filled('{%s,"index":%s}', inner, index))


def _candidates(page: sa.FromClause) -> tuple[sa.FromClause, str, tuple[Text, ...]]:
    keys = RECORDS["ats_applications"].keys.alias("application")
    fragments = RECORDS["ats_applications"].fragments.alias("sent")
    source: sa.FromClause = keys.join(fragments, fragments.c.seq == keys.c.seq)
    source, stage = _fragment(source, "ats_application_stages", "stage", keys.c.current_stage_id)
    source, job = _fragment(source, "ats_jobs", "job", keys.c.job_id)
    index = _place(keys.c.job_id, keys.c.current_stage_id)
    one = Filled(
        '{%s,"changed_at":"%s","current_stage":%s,"job":%s}',
        fragments.c.embed,
        keys.c.changed_at,
        _stage(stage.c.brief, index),
        object_or_null(job.c.embed),
    )
    rows = (
        sa.select(one.label("one"))
        .select_from(source)
        .where(keys.c.candidate_id == page.c.id, keys.c.deleted_at.is_(None))
        .order_by(keys.c.remote_created_at.desc().nulls_last(), keys.c.seq)
    )
    return page, ',"applications":[%s],"tags":[]', (_list_of(rows, page),)


def _list_of(rows: sa.Select[Any], page: sa.FromClause) -> Text:
    """Return the `one` of ordered rows as the inside of a JSON array; empty text when there is none."""
    ordered = rows.correlate(page).subquery()
    listed = sa.select(Listed(ordered.c.one)).select_from(ordered).correlate(page).scalar_subquery()
    return sa.func.coalesce(listed, literal(""))


def _joined_to_job(page: sa.FromClause, join: str, model: str, ours: str, template: str) -> Text:
    """Return the inside of the array of records that live joins tie to the page's job."""
    joins, joined = RECORDS[join].keys.alias("tie"), RECORDS[join].fragments.alias("tied")
    keys, fragments = RECORDS[model].keys.alias("other_key"), RECORDS[model].fragments.alias("other")
    source = (
        joins.join(joined, joined.c.seq == joins.c.seq)
        .join(keys, keys.c.id == joins.c[ours])
        .join(fragments, fragments.c.seq == keys.c.seq)
    )
    values = (fragments.c.embed, joined.c.embed)
    order = [joins.c.position.asc().nulls_last()] if "position" in joins.c else []
    rows = (
        sa.select(Filled(template, *values).label("one"))
        .select_from(source)
        .where(joins.c.job_id == page.c.id, joins.c.deleted_at.is_(None), keys.c.deleted_at.is_(None))
        .order_by(*order, joins.c[ours])
    )
    return _list_of(rows, page)


def _jobs(page: sa.FromClause) -> tuple[sa.FromClause, str, tuple[Text, ...]]:
    ties = (
        ("ats_join_jobs_application_stages", "ats_application_stages", "stage_id", '{%s,"remote_data":null,%s}'),
        ("ats_join_jobs_screening_questions", "ats_screening_questions", "question_id", "{%s,%s}"),
        ("ats_join_jobs_users", "ats_users", "user_id", "{%s,%s}"),
    )
    lists = tuple(_joined_to_job(page, join, model, ours, template) for join, model, ours, template in ties)
    return page, ',"stages":[%s],"screening_questions":[%s],"job_postings":[],"hiring_team":[%s]', lists


RECIPES: dict[str, Recipe] = {
    "ats_jobs": Recipe((), _jobs),
    "ats_candidates": Recipe((), _candidates),
    "ats_applications": Recipe(("candidate_id", "current_stage_id", "job_id"), _applications),
    "ats_application_stages": Recipe((), _plain("")),
    "ats_users": Recipe((), _plain(',"system_roles":[]')),
}
"""Models that can be listed."""
