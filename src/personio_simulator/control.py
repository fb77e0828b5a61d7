"""The control API under `/_control/`: what a test changes and looks at. Not part of Personio.

Every body is JSON. Errors are `{"error": "…"}` with 400 or 404.
"""

from typing import Any, TypeVar

import msgspec

from personio_simulator import seed
from personio_simulator.clock import from_iso, utc_iso
from personio_simulator.faults import Fault
from personio_simulator.http import Answer, RefusedError, Request, as_json
from personio_simulator.knobs import patched
from personio_simulator.model import Attribute, Category, Client, Features, Named, Stage
from personio_simulator.options import Options
from personio_simulator.state import Company
from personio_simulator.truth import truth

Wanted = TypeVar("Wanted")


class CompanyChange(msgspec.Struct, forbid_unknown_fields=True):
    """Settings that replace those of a company; what is left out stays."""

    recruiting_token: str | None = None
    clients: list[Client] | None = None
    features: Features | None = None
    channels: list[Named] | None = None
    departments: list[Named] | None = None
    stages: list[Stage] | None = None
    categories: list[Category] | None = None
    attributes: list[Attribute] | None = None
    tags: set[str] | None = None


class ClockChange(msgspec.Struct, forbid_unknown_fields=True):
    """Move the time by `advance` seconds, stop it at `freeze` (ISO), or let it `run` again."""

    advance: float = 0.0
    freeze: str | None = None
    run: bool = False


def refuse(status: int, text: str) -> RefusedError:
    """Return the refusal of a control request."""
    return RefusedError(as_json({"error": text}, status))


def decoded(request: Request, kind: type[Wanted]) -> Wanted:
    """Return the body as `kind`; an empty body is an empty object."""
    try:
        return msgspec.json.decode(request.body or b"{}", type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise refuse(400, str(error)) from error


def company_of(request: Request) -> Company:
    """Return the company of the path, with due writes made readable."""
    company = request.world.companies.get(request.params["company"])
    if company is None:
        raise refuse(404, "no such company")
    company.settle(request.world.now())
    return company


def list_companies(request: Request) -> Answer:
    """`GET /_control/companies`."""
    return as_json([summary(request, company) for company in request.world.companies.values()])


def add_company(request: Request) -> Answer:
    """`POST /_control/companies` with options of a generated company; replaces one with the same label."""
    options = decoded(request, Options)
    company = seed.company(options)
    if any(c.id == company.id and c.label != company.label for c in request.world.companies.values()):
        raise refuse(400, "company_id is taken")
    request.world.add(company)
    request.world.options[options.company] = options
    return as_json(summary(request, company), 201)


def get_company(request: Request) -> Answer:
    """`GET /_control/companies/{company}`: credentials, counts and settings."""
    return as_json(summary(request, company_of(request)))


def summary(request: Request, company: Company) -> dict[str, object]:
    """Return what a test needs to connect, and how much there is."""
    client = company.clients[0] if company.clients else None
    return {
        "url": request.base_url,
        "company": company.label,
        "company_id": str(company.id),
        "recruiting_token": company.recruiting_token,
        "client_id": client and client.id,
        "client_secret": client and client.secret,
        "career_url": f"{request.base_url}/career/{{company}}",
        "clients": msgspec.to_builtins(company.clients),
        "features": msgspec.to_builtins(company.features),
        "counts": {
            "jobs": len(company.jobs()),
            "published": sum(job.published for job in company.jobs()),
            "applications": company.applications.count(),
            "candidates": company.candidates.count(),
            "persons": len(company.persons),
            "pending": len(company.hidden),
            "uploads": len(company.uploads),
        },
        "options": msgspec.to_builtins(request.world.options.get(company.label)),
        "knobs": msgspec.to_builtins(company.knobs),
    }


def change_company(request: Request) -> Answer:
    """`PATCH /_control/companies/{company}`: replace credentials, features or settings."""
    company = company_of(request)
    change = decoded(request, CompanyChange)
    if change.stages is not None and [s.id for s in change.stages[: len(company.stages)]] != [
        s.id for s in company.stages
    ]:
        raise refuse(400, "stages may be renamed or added at the end; delete one with DELETE …/stages/{id}")
    for name in change.__struct_fields__:
        value = getattr(change, name)
        if value is not None:
            setattr(company, name, value)
    if change.clients is not None:
        request.world.tokens.forget(company)
    company.changed()
    return as_json(summary(request, company))


def truth_of(request: Request) -> Answer:
    """`GET /_control/companies/{company}/truth`: everything a perfect mirror would hold."""
    return as_json(truth(company_of(request)))


def reset(request: Request) -> Answer:
    """`POST /_control/companies/{company}/reset`: generate the company again; faults, tokens and log are cleared."""
    world, label = request.world, company_of(request).label
    options = world.options.get(label)
    if options is None:
        raise refuse(400, "this company was not generated")
    world.tokens.forget(world.companies[label])
    world.add(seed.company(options))
    world.faults.clear()
    world.log.clear()
    return as_json(summary(request, world.companies[label]))


def get_knobs(request: Request) -> Answer:
    """`GET …/knobs`."""
    return as_json(company_of(request).knobs)


def patch_knobs(request: Request) -> Answer:
    """`PATCH …/knobs`: change some switches of a company."""
    company = company_of(request)
    try:
        company.knobs = patched(company.knobs, decoded(request, dict[str, Any]))
    except msgspec.ValidationError as error:
        raise refuse(400, str(error)) from error
    company.buckets.clear()
    company.changed()
    return as_json(company.knobs)


def get_world_knobs(request: Request) -> Answer:
    """`GET /_control/knobs`: switches of the process."""
    return as_json(request.world.knobs)


def patch_world_knobs(request: Request) -> Answer:
    """`PATCH /_control/knobs`."""
    try:
        request.world.knobs = patched(request.world.knobs, decoded(request, dict[str, Any]))
    except msgspec.ValidationError as error:
        raise refuse(400, str(error)) from error
    return as_json(request.world.knobs)


def list_faults(request: Request) -> Answer:
    """`GET /_control/faults`: with the hits so far."""
    return as_json(request.world.faults.active)


def add_fault(request: Request) -> Answer:
    """`POST /_control/faults`."""
    return as_json(request.world.faults.add(decoded(request, Fault)), 201)


def clear_faults(request: Request) -> Answer:
    """`DELETE /_control/faults` and `DELETE /_control/faults/{id}`."""
    text = request.params.get("id")
    if text is not None and not text.isdigit():
        raise refuse(404, "no such fault")
    request.world.faults.clear(int(text) if text else None)
    return Answer(204)


def get_clock(request: Request) -> Answer:
    """`GET /_control/clock`."""
    clock = request.world.clock
    return as_json({"now": utc_iso(clock.now()), "seconds": clock.now(), "frozen": clock.frozen_at is not None})


def set_clock(request: Request) -> Answer:
    """`POST /_control/clock`: advance, freeze or run."""
    change, clock = decoded(request, ClockChange), request.world.clock
    if change.freeze is not None:
        try:
            clock.freeze(from_iso(change.freeze))
        except ValueError as error:
            raise refuse(400, str(error)) from error
    if change.run:
        clock.freeze(None)
    clock.advance(change.advance)
    return get_clock(request)


def get_log(request: Request) -> Answer:
    """`GET /_control/log?path=/v1&method=POST`: recorded requests, oldest first."""
    path, method = request.one("path") or "", request.one("method")
    found = [item for item in request.world.log if item.path.startswith(path) and method in (None, item.method)]
    return as_json(found)


def clear_log(request: Request) -> Answer:
    """`DELETE /_control/log`."""
    request.world.log.clear()
    return Answer(204)


def clear_tokens(request: Request) -> Answer:
    """`DELETE /_control/tokens`: every v2 token dies, as if revoked."""
    request.world.tokens.by_text.clear()
    request.world.tokens.by_grant.clear()
    return Answer(204)
