"""Page size, cursors, filters and the `next` link, with every known quirk behind a knob.

Source: developer.personio.de/reference/get_v2-recruiting-applications (limits, order, filters),
github.com/stephaneberle9/personio-client (`next` bugs, time formats).
"""

import re
from typing import NoReturn
from urllib.parse import quote

import msgspec

from personio_simulator import errors
from personio_simulator.clock import from_iso
from personio_simulator.cursors import Cursor, opened, sealed
from personio_simulator.http import Answer, RefusedError, Request
from personio_simulator.order import TOP, key_of
from personio_simulator.state import Company

ZONED = re.compile(r"(Z|[+-]\d\d:?\d\d)$")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$")


class Walk(msgspec.Struct):
    """One page request: where it starts, how many records, which filters."""

    route: str
    position: int
    limit: int
    filters: dict[str, str]
    continued: bool = False


def walk(request: Request, company: Company, route: str, bounds: tuple[int, int], filters: tuple[str, ...]) -> Walk:
    """Return the page a request asks for; a cursor brings its own limit and filters."""
    most, usual = bounds
    cursor = request.one("cursor")
    if cursor is not None:
        known = opened(cursor, request.world.secret)
        if known is None or (known.company_id, known.route) != (company.id, route):
            bad(request, "The cursor is invalid.")
        return Walk(route, known.position, known.limit, known.filters, continued=True)
    text = request.one("limit")
    if text is not None and not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        bad(request, f"The limit value is not valid. It must be between 1 and {most}.")
    given = {name: ",".join(request.many(name)) for name in filters if request.one(name) is not None}
    return Walk(route, -1, int(text) if text else usual, given)


def bad(request: Request, detail: str) -> NoReturn:
    """Refuse with 400 `common.bad_request`."""
    raise RefusedError(errors.problem(400, request.world.now(), request.world.trace(), detail))


def bounds(request: Request, company: Company, filters: dict[str, str]) -> tuple[int, int]:
    """Return the key range (upper, lower) of the `updated_at` filters; both at once are refused."""
    after, before = filters.get("updated_at.gt"), filters.get("updated_at.lt")
    if after is not None and before is not None:
        bad(request, "Only one of updated_at.gt and updated_at.lt may be used.")
    lower = 0 if after is None else key_of(int(moment(request, company, after)) + 1, 0)
    if before is None:
        return TOP, lower
    limit = moment(request, company, before)
    return key_of(int(limit) + (limit > int(limit)), 0), lower


def moment(request: Request, company: Company, text: str) -> float:
    """Return the UTC seconds of a filter value, in the formats the knobs allow."""
    text = text.replace(" ", "+") if "T" in text else text
    zoned, knobs = ZONED.search(text), company.knobs
    refused = (zoned and zoned[1] == "Z" and knobs.filter_reject_z) or (not zoned and knobs.filter_reject_zoneless)
    if refused or not DATE_TIME.match(text):
        bad(request, "The date-time value of a filter is invalid.")
    try:
        return from_iso(text, company.zone.name if knobs.filter_zone == "company" else "UTC")
    except (ValueError, OverflowError):
        bad(request, "The date-time value of a filter is invalid.")


def envelope(request: Request, company: Company, page: Walk, records: list[bytes], last: int | None) -> Answer:
    """Return the list answer; `last` is the position after which the next page starts, None at the end."""
    own = request.base_url + request.path + (f"?{request.query_text}" if request.query_text else "")
    links = f'"self":{msgspec.json.encode({"href": own}).decode()}'
    if last is not None:
        links += f',"next":{msgspec.json.encode({"href": _next(request, company, page, last, own)}).decode()}'
    body = b'{"_data":[' + b",".join(records) + b'],"_meta":{"links":{' + links.encode() + b"}}}"
    return Answer(200, body)


def _next(request: Request, company: Company, page: Walk, last: int, own: str) -> str:
    knobs = company.knobs
    if knobs.self_loop_next:
        return own
    cursor = Cursor(company.id, page.route, last, page.limit, page.filters)
    text = f"{request.path}?cursor={sealed(cursor, request.world.secret)}"
    if knobs.next_includes_filters:
        text += f"&limit={page.limit}" + "".join(f"&{key}={quote(value)}" for key, value in page.filters.items())
    if knobs.relative_next:
        return text
    return (knobs.foreign_next.rstrip("/") or request.base_url) + text
