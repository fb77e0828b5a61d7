"""Persons of v2. Source: developer.personio.de/reference/get_v2-persons (persons-service-api-v2.json)."""

from personio_simulator import errors
from personio_simulator.access import PERSONS, opened
from personio_simulator.clock import utc_iso
from personio_simulator.http import Answer, RefusedError, Request, as_json
from personio_simulator.model import Person
from personio_simulator.paging import Walk, envelope, moment, walk
from personio_simulator.render import encoded
from personio_simulator.state import Company

PAGE = (50, 10)
TEXTS = ("email", "first_name", "last_name", "preferred_name", "status")
TIMES = ("created_at", "created_at.gt", "created_at.lt", "updated_at", "updated_at.gt", "updated_at.lt")


def list_persons(request: Request) -> Answer:
    """`GET /v2/persons`: at most 50 a page, filters combined with and, `id` and `email` take several values."""
    company, client = opened(request, PERSONS)
    page = walk(request, company, "persons", PAGE, ("id", *TEXTS, *TIMES))
    found = [item for item in company.persons.values() if _wanted(request, company, page, item)]
    found = sorted((item for item in found if item.id > page.position), key=lambda item: item.id)
    if "duplicate_item" in request.tweaks and page.position in company.persons:
        found.insert(0, company.persons[page.position])
    shown = found[: page.limit]
    more = len(found) > page.limit or (company.knobs.trailing_empty_page and bool(shown))
    records = [encoded(_record(request, item, client.readable)).encode() for item in shown]
    return envelope(request, company, page, records, shown[-1].id if more else None)


def _wanted(request: Request, company: Company, page: Walk, person: Person) -> bool:
    ids = page.filters.get("id")
    if ids is not None and str(person.id) not in ids.split(","):
        return False
    for name in TEXTS:
        wanted = page.filters.get(name)
        if wanted is not None and (getattr(person, name) or "").lower() not in wanted.lower().split(","):
            return False
    return all(_in_time(request, company, page, person, name) for name in TIMES if name in page.filters)


def _in_time(request: Request, company: Company, page: Walk, person: Person, name: str) -> bool:
    field, _, side = name.partition(".")
    at, limit = getattr(person, field), moment(request, company, page.filters[name])
    return {"gt": at > limit, "lt": at < limit, "": at == int(limit)}[side]


def get_person(request: Request) -> Answer:
    """`GET /v2/persons/{id}`."""
    company, client = opened(request, PERSONS)
    text = request.params["id"]
    person = company.persons.get(int(text)) if text.isascii() and text.isdigit() and len(text) < 12 else None
    if person is None:
        raise RefusedError(errors.problem(404, request.world.now(), request.world.trace()))
    return as_json(_record(request, person, client.readable))


def _record(request: Request, person: Person, readable: list[str]) -> dict[str, object]:
    """Return the person with only the attributes this credential may read."""
    own = f"{request.base_url}/v2/persons/{person.id}"
    values: dict[str, object] = {
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "preferred_name": person.preferred_name,
        "gender": person.gender,
        "profile_picture": None,
        "status": person.status,
        "custom_attributes": [],
        "employments": [{"id": str(person.id + 90000)}],
    }
    return {
        "id": str(person.id),
        **{name: value for name, value in values.items() if name in readable},
        "created_at": utc_iso(person.created_at),
        "updated_at": utc_iso(person.updated_at),
        "_meta": {"links": {"self": {"href": own}, "employments": {"href": f"{own}/employments"}}},
    }
