"""Pages of lists: keyset walks, each one statement, whose rows are composed into wire records."""

from collections.abc import Hashable
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from atsume.store.compose import RECIPES, REVISION, SEQ, TOUCHED_AT, composed, heads, places, selected
from atsume.store.database import Among, Database
from atsume.store.related import Look, Related, RelatedOf, Unknown
from atsume.store.rows import Filter, ListPage, ListRequest, Op
from atsume.store.schema import RECORDS, SEQ_MASK, bounds, within
from atsume.store.text import Position, literal, number

_EMPTY = ListPage(results=b"", count=0, next_seq=None)
_by_seq, _by_touch = itemgetter(SEQ), itemgetter(TOUCHED_AT, SEQ)


class Reads:
    """Lists, as the API answers them."""

    database: Database
    related: RelatedOf

    def list_page(self, request: ListRequest) -> ListPage:
        """Return one page of wire records and where the next one begins."""
        if any(condition.op is Op.NOTHING or not condition.values for condition in request.filters):
            return _EMPTY
        sql = self.database.sql(_shape(request), lambda: _statement(request, is_sqlite=self.database.is_sqlite))
        parameters = self._parameters(request)
        try:
            with self.database.in_turn():
                return self._page(request, self.database.texts(sql, parameters))
        except Unknown:
            return self.database.snapshot(lambda look: self._learned(request, look(sql, parameters), look))

    def _page(self, request: ListRequest, rows: list[Any], taught: Related | None = None) -> ListPage:
        """Return the page that the rows make, with what was looked up for it, else what is kept. Raises Unknown."""
        if not rows:
            return _EMPTY
        rows.sort(key=_by_touch if request.updated_after is not None else _by_seq)
        found = heads(request.model, rows)
        is_last, last = len(found) <= request.limit, found[: request.limit][-1]
        if not is_last:
            beyond = found[request.limit][SEQ]
            rows = [row for row in rows if row[SEQ] != beyond]
        related = taught or self.related.at(request.integration_no, rows[0][REVISION])
        results, count = composed(request.model, rows, related), min(len(found), request.limit)
        if is_last:
            return ListPage(results=results, count=count, next_seq=None)
        touched_at = last[TOUCHED_AT].decode() if request.updated_after is not None else None
        return ListPage(results=results, count=count, next_seq=last[SEQ] & SEQ_MASK, next_touched_at=touched_at)

    def _learned(self, request: ListRequest, rows: list[Any], look: Look) -> ListPage:
        """Return the page after looking up what it embeds, at the moment at which its rows were read."""
        if not rows:
            return _EMPTY
        # Another reader may replace what is kept at any moment: the page is made with the very one that was taught.
        related = self.related.at(request.integration_no, rows[0][REVISION])
        related.learn(self.database, look, places(request.model, rows))
        return self._page(request, rows, related)

    def _parameters(self, request: ListRequest) -> dict[str, Any]:
        values: dict[str, Any] = {"no": request.integration_no, "more": request.limit + 1}
        if request.updated_after is None:
            values |= bounds(request.integration_no, request.after_seq or 0)
        else:
            values |= bounds(request.integration_no)
            values["since"] = request.updated_after
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


def _statement(request: ListRequest, *, is_sqlite: bool) -> sa.Select[*tuple[Any, ...]]:
    if is_sqlite and request.updated_after is None and not RECIPES[request.model].repeats:
        # Rows handed through a table in between cost a fifth more; PostgreSQL is told by it to cut before it joins.
        return selected(request.model, RECORDS[request.model].keys, sa.null(), _keys(request))
    page = _keys(request).cte("page")
    return selected(request.model, page, page.c.touched_at if request.updated_after is not None else sa.null())


def _number(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger)


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
