"""Who may call v2: beta header, token, scope, rate limit; the same steps for every v2 route.

Source: developer.personio.de/reference/authentication, developer.personio.de/discuss/6964e6f1f3c2f64cec27fb38
(404 without `Beta`), github.com/stephaneberle9/personio-client (401 without the persons scope, limit headers).
"""

from personio_simulator import errors
from personio_simulator.http import RefusedError, Request
from personio_simulator.model import Client
from personio_simulator.state import Company, Token

RECRUITING = "personio:recruiting:read"
PERSONS = "personio:persons:read"
DOCUMENTS = "personio:documents:read"


def opened(request: Request, scope: str) -> tuple[Company, Client]:
    """Return the company and credential of a v2 request, or refuse it."""
    token = token_of(request)
    company = token.company
    if scope == RECRUITING and not company.features.recruiting:
        raise RefusedError(errors.problem(403, request.world.now(), request.world.trace(), "Recruiting is not booked."))
    if scope not in token.scopes:
        if scope == PERSONS:
            raise RefusedError(errors.unauthorized("message"))
        raise RefusedError(errors.problem(403, request.world.now(), request.world.trace()))
    company.settle(request.world.now())
    return company, token.client


def token_of(request: Request) -> Token:
    """Return the live token of a request, or refuse with 401."""
    world = request.world
    token = world.tokens.live(request.bearer(), world.now())
    if token is None or not token.company.features.public_api:
        style = any(item.knobs.unauthorized_body == "message" for item in world.companies.values())
        raise RefusedError(errors.unauthorized("message" if style else "empty"))
    return token


def beta_missing(request: Request) -> bool:
    """Tell whether the gateway hides the recruiting API because the `Beta` header is absent."""
    if request.headers.get("beta", "").lower() == "true":
        return False
    token = request.world.tokens.by_text.get(request.bearer())
    companies = [token.company] if token else list(request.world.companies.values())
    return any(company.knobs.beta == "required" for company in companies)


def metered(request: Request, route: str) -> tuple[dict[str, str], bool]:
    """Return the rate limit headers of a v2 answer, and whether the request may pass."""
    world = request.world
    token = world.tokens.by_text.get(request.bearer())
    company = token.company if token else next(iter(world.companies.values()), None)
    if company is None:
        return {}, True
    knobs, allowed = company.knobs, True
    remaining = knobs.v2_burst_capacity - 1
    if knobs.rate_limits == "enforce":
        caller = token.client.id if token else ""
        bucket = company.bucket(caller, route, knobs.v2_burst_capacity, world.now())
        allowed = bucket.take(knobs.v2_replenish_rate, knobs.v2_burst_capacity, world.now())
        remaining = int(bucket.tokens)
    return {
        "x-ratelimit-replenish-rate": f"{knobs.v2_replenish_rate:g}",
        "x-ratelimit-burst-capacity": str(knobs.v2_burst_capacity),
        "x-ratelimit-requested-tokens": "1",
        "x-ratelimit-remaining": str(remaining),
    }, allowed
