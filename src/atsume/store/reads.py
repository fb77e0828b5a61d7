"""Pages of lists: keyset walks whose records are composed in the database and leave it as one value."""

from collections.abc import Hashable
from typing import Any

import sqlalchemy as sa

from atsume.store.compose import RECIPES, composed
from atsume.store.database import Among, Database
from atsume.store.rows import Filter, ListPage, ListRequest, Op
from atsume.store.schema import RECORDS, SEQ_MASK, bounds, within
from atsume.store.text import Listed, Position, literal, number

_EMPTY = ListPage(results=b"", count=0, next_seq=None)


class Reads:
    """Lists, as the API answers them."""

    database: Database

    def list_page(self, request: ListRequest) -> ListPage:
        """Return one page of wire records and where the next one begins."""
        if any(condition.op is Op.NOTHING or not condition.values for condition in request.filters):
            return _EMPTY
        sql = self.database.sql(_shape(request), lambda: _statement(request, is_sqlite=self.database.is_sqlite))
        results, count, held, last_seq, last_touched_at = self.database.rows(sql, self._parameters(request))[0]
        if not count:
            return _EMPTY
        if isinstance(results, str):
            results = results.encode()
        if held <= count:
            return ListPage(results=results, count=count, next_seq=None)
        return ListPage(results=results, count=count, next_seq=last_seq & SEQ_MASK, next_touched_at=last_touched_at)

    def _parameters(self, request: ListRequest) -> dict[str, Any]:
        values: dict[str, Any] = {"count": request.limit, "more": request.limit + 1}
        if request.updated_after is None:
            values |= bounds(request.integration_no, request.after_seq or 0)
        else:
            values |= bounds(request.integration_no)
            values |= {"no": request.integration_no, "since": request.updated_after, "skipped": request.limit - 1}
            if request.after_touched_at is not None:
                values["after_seq"] = values["first"] + (request.after_seq or 0)
                values["after_touched_at"] = request.after_touched_at
            del values["first"], values["last"]
        for place, condition in enumerate(request.filters):
            values |= self._filter_parameters(condition, place)
        return values

    def _filter_parameters(self, condition: Filter, place: int) -> dict[str, Any]:
        if condition.op in {Op.IN, Op.HAS_APPLICATION_FOR}:
            return {f"f{place}": self.database.listed(condition.values)}
        if condition.op is Op.HAS_LINE:
            return {f"f{place}_{n}": f"\n{value}\n" for n, value in enumerate(condition.values)}
        return {f"f{place}_{n}": value for n, value in enumerate(condition.values)}


def _shape(request: ListRequest) -> Hashable:
    """Return what the statement depends on; the rest are parameters."""
    filters = tuple(
        (f.column, f.op, len(f.values) if f.op in {Op.HAS_LINE, Op.CONTAINS, Op.SINCE} else 0) for f in request.filters
    )
    resumed = request.updated_after is not None and request.after_touched_at is not None
    return ("page", request.model, request.include_deleted, request.updated_after is not None, resumed, filters)


def _statement(request: ListRequest, *, is_sqlite: bool) -> sa.Select[Any, Any, Any, Any, Any]:
    by_touch = request.updated_after is not None
    page = _keys(request).cte("page")
    cut = _cut(page, by_touch=by_touch, sort=not is_sqlite)
    source, record = composed(request.model, cut)
    order = (cut.c.touched_at, cut.c.seq) if by_touch else (cut.c.seq,)
    held = sa.select(sa.func.count()).select_from(page).scalar_subquery()
    last_seq: Any = sa.func.max(cut.c.seq)
    last_touched_at: Any = sa.null()
    if by_touch:
        last = sa.select(page.c.seq).order_by(page.c.touched_at, page.c.seq).offset(_number("skipped")).limit(number(1))
        last_seq, last_touched_at = last.scalar_subquery(), sa.func.max(cut.c.touched_at)
    return sa.select(
        Listed(record, *order, as_bytes=True), sa.func.count(), held, last_seq, last_touched_at
    ).select_from(source)


def _number(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger)


def _cut(page: sa.CTE, *, by_touch: bool, sort: bool) -> sa.FromClause:
    """Return the page without the one row more that tells whether there is another page.

    SQLite reads the rows of the page in the order in which they were put there; sorting again would cost a fifth.
    """
    order = (page.c.touched_at, page.c.seq) if by_touch else (page.c.seq,)
    return sa.select(page).order_by(*(order if sort else ())).limit(_number("count")).offset(number(0)).subquery("cut")


def _keys(request: ListRequest) -> sa.Select[*tuple[Any, ...]]:
    """Return the keys of the page and of one row more."""
    keys = RECORDS[request.model].keys
    if request.updated_after is None:
        return _first(_matching(request).where(within(keys)), keys.c.seq)
    query = _matching(request).where(keys.c.integration_no == _number("no"))
    if request.after_touched_at is None:
        since = sa.bindparam("since", type_=sa.Text)
        return _first(query.where(keys.c.touched_at >= since), keys.c.touched_at, keys.c.seq)
    # Two ranges, because SQLite does not seek by a pair of columns when one of them is the row number.
    moment = sa.bindparam("after_touched_at", type_=sa.Text)
    same = _first(query.where(keys.c.touched_at == moment, keys.c.seq > _number("after_seq")), keys.c.seq)
    later = _first(query.where(keys.c.touched_at > moment), keys.c.touched_at, keys.c.seq)
    rest = sa.union_all(*(sa.select(part.subquery()) for part in (same, later))).subquery("rest")
    return _first(sa.select(rest), rest.c.touched_at, rest.c.seq)


def _first(query: Any, *order: sa.ColumnElement[Any]) -> Any:
    return query.order_by(*order).limit(_number("more")).offset(number(0))


def _matching(request: ListRequest) -> sa.Select[*tuple[Any, ...]]:
    keys = RECORDS[request.model].keys
    wanted = ("seq", "id", "changed_at", "touched_at", "deleted_at", *RECIPES[request.model].refers)
    query = sa.select(*(keys.c[name] for name in wanted))
    if not request.include_deleted:
        query = query.where(keys.c.deleted_at.is_(None))
    return query.where(*(_condition(keys, f, place) for place, f in enumerate(request.filters)))


def _condition(keys: sa.Table, condition: Filter, place: int) -> sa.ColumnElement[bool]:
    if condition.op is Op.HAS_APPLICATION_FOR:
        applications = RECORDS["ats_applications"].keys
        applied = sa.select(applications.c.candidate_id).where(
            Among(applications.c.job_id, f"f{place}"), applications.c.deleted_at.is_(None)
        )
        return keys.c.id.in_(applied)
    column = keys.c[condition.column]
    if condition.op is Op.IN:
        return Among(column, f"f{place}")
    sought = [sa.bindparam(f"f{place}_{n}", type_=sa.Text) for n in range(len(condition.values))]
    if condition.op is Op.SINCE:
        return sa.and_(*(column >= value for value in sought))
    text = sa.func.coalesce(column, literal(""))
    return sa.or_(*(Position(text, value) > number(0) for value in sought))
