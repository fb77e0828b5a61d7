"""Employees of the v1 personnel API, in the little that a passthrough needs.

Belief: the shape is the one of github.com/personio/api-docs (personio-personnel-api.yaml): attributes with label and
value, and an envelope with `success`. Not proven against a real account.
"""

from personio_simulator import errors
from personio_simulator.access import PERSONS
from personio_simulator.http import Answer, Request, as_json
from personio_simulator.model import Client, Person
from personio_simulator.state import Company

LIMITS = (200, 50)
LABELS = {"first_name": "First name", "last_name": "Last name", "email": "Email"}


def list_employees(request: Request) -> Answer:
    """`GET /v1/company/employees`: `limit`, `offset`, `email`."""
    found = _opened(request)
    if isinstance(found, Answer):
        return found
    company, client = found
    limit, offset = _whole(request.one("limit"), LIMITS[1]), _whole(request.one("offset"), 0)
    if limit is None or offset is None or not 1 <= limit <= LIMITS[0]:
        return errors.personnel_v1(400, 0, "The given limit or offset is invalid.")
    wanted = (request.one("email") or "").lower()
    people = [one for one in company.persons.values() if not wanted or (one.email or "").lower() == wanted]
    shown = [_employee(one, client.readable) for one in people[offset : offset + limit]]
    pages = -(-len(people) // limit)
    meta = {"total_elements": len(people), "current_page": offset // limit, "total_pages": pages}
    return as_json({"success": True, "metadata": meta, "offset": offset, "limit": limit, "data": shown})


def get_employee(request: Request) -> Answer:
    """`GET /v1/company/employees/{id}`."""
    found = _opened(request)
    if isinstance(found, Answer):
        return found
    company, client = found
    text = request.params["id"]
    person = company.persons.get(int(text)) if text.isascii() and text.isdigit() and len(text) < 12 else None
    if person is None:
        return errors.personnel_v1(404, 404, "Employee not found")
    return as_json({"success": True, "data": _employee(person, client.readable)})


def _opened(request: Request) -> tuple[Company, Client] | Answer:
    token = request.world.tokens.live(request.bearer(), request.world.now())
    if token is None or not token.company.features.public_api:
        return errors.personnel_v1(401, 0, "Unauthorized")
    if PERSONS not in token.scopes:
        return errors.personnel_v1(403, 0, "Insufficient permissions")
    return token.company, token.client


def _employee(person: Person, readable: list[str]) -> dict[str, object]:
    attributes: dict[str, object] = {"id": {"label": "ID", "value": person.id, "type": "integer", "universal_id": "id"}}
    for name, label in LABELS.items():
        if name in readable:
            told = {"label": label, "value": getattr(person, name), "type": "standard", "universal_id": name}
            attributes[name] = told
    return {"type": "Employee", "attributes": attributes}


def _whole(text: str | None, default: int) -> int | None:
    if text is None:
        return default
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
