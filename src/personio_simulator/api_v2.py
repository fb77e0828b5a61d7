"""The nine recruiting reads of v2.

Source: developer.personio.de/reference/get_v2-recruiting-applications, -candidates, -jobs, -categories,
developer.personio.de/changelog/recruiting-api-is-generally-available.
"""

from collections.abc import Callable

from personio_simulator import errors
from personio_simulator.access import RECRUITING, opened
from personio_simulator.http import Answer, RefusedError, Request
from personio_simulator.order import ROW_MASK, UpdatedOrder, key_of
from personio_simulator.paging import Walk, bounds, envelope, walk
from personio_simulator.render import Renderer
from personio_simulator.state import Company

PAGE = (200, 100)
Render = Callable[[list[int]], list[bytes]]


def renderer(request: Request, company: Company) -> Renderer:
    """Return the renderer of this company and base URL, kept until something changes."""
    kept = company.renderer
    state = (company.version, request.base_url)
    if kept is None or kept[0] != state:
        kept = company.renderer = (state, Renderer(company, request.base_url))
    return kept[1]


def list_applications(request: Request) -> Answer:
    """`GET /v2/recruiting/applications`, last updated first."""
    company, _ = opened(request, RECRUITING)
    names = ("updated_at.gt", "updated_at.lt", "candidate.email")
    page = walk(request, company, "applications", PAGE, names)
    chosen = None
    if "candidate.email" in page.filters:
        people = company.candidates_by_email(page.filters["candidate.email"])
        chosen = [row for at in people for row in company.applications_of(at)]
    keys = _keys(request, company, page, company.applications, chosen)
    return _page(request, company, page, keys, renderer(request, company).applications)


def list_candidates(request: Request) -> Answer:
    """`GET /v2/recruiting/candidates`, last updated first."""
    company, _ = opened(request, RECRUITING)
    page = walk(request, company, "candidates", PAGE, ("updated_at.gt", "updated_at.lt", "email"))
    chosen = None
    if "email" in page.filters:
        chosen = [at for at in company.candidates_by_email(page.filters["email"]) if company.candidates.has(at)]
    keys = _keys(request, company, page, company.candidates, chosen)
    return _page(request, company, page, keys, renderer(request, company).candidates)


def _keys(request: Request, company: Company, page: Walk, order: UpdatedOrder, chosen: list[int] | None) -> list[int]:
    upper, lower = bounds(request, company, page.filters)
    if page.continued:
        upper = min(upper, page.position + ("duplicate_item" in request.tweaks))
    if chosen is None:
        found = order.below(upper, lower, page.limit + 1)
    else:
        updated = company.rows.updated if order is company.applications else company.rows.c_updated
        every = sorted((key_of(updated[row], row) for row in chosen), reverse=True)
        found = [key for key in every if lower <= key < upper][: page.limit + 1]
    if "update_midwalk" in request.tweaks and len(found) > page.limit:
        company.touch(order, found[page.limit] & ROW_MASK, request.world.now())
    return found


def _page(request: Request, company: Company, page: Walk, keys: list[int], render: Render) -> Answer:
    shown, more = keys[: page.limit], len(keys) > page.limit
    trailing = bool(shown) and company.knobs.trailing_empty_page
    last = shown[-1] if shown and (more or trailing) else None
    return envelope(request, company, page, render([key & ROW_MASK for key in shown]), last)


def get_application(request: Request) -> Answer:
    """`GET /v2/recruiting/applications/{id}`."""
    company, _ = opened(request, RECRUITING)
    row = company.application_row(request.params["id"])
    return _one(request, None if row is None else renderer(request, company).applications([row])[0])


def get_candidate(request: Request) -> Answer:
    """`GET /v2/recruiting/candidates/{id}`."""
    company, _ = opened(request, RECRUITING)
    row = company.candidate_row(request.params["id"])
    return _one(request, None if row is None else renderer(request, company).candidates([row])[0])


def _one(request: Request, record: bytes | None) -> Answer:
    if record is None:
        raise RefusedError(errors.problem(404, request.world.now(), request.world.trace()))
    return Answer(200, record)


def list_transitions(request: Request) -> Answer:
    """`GET /v2/recruiting/applications/{id}/stage-transitions`, newest first, in one page."""
    company, _ = opened(request, RECRUITING)
    row = company.application_row(request.params["id"])
    if row is None:
        return _one(request, None)
    render = renderer(request, company)
    records = [render.transition(item.at, item.stage) for item in reversed(company.history(row))]
    return envelope(request, company, Walk("stage-transitions", -1, 0, {}), records, None)


def list_jobs(request: Request) -> Answer:
    """`GET /v2/recruiting/jobs`: published or not, last updated first (see the knob `jobs_listed`)."""
    company, _ = opened(request, RECRUITING)
    page = walk(request, company, "jobs", PAGE, ())
    keys = _job_keys(company)
    if page.continued:
        upper = page.position + ("duplicate_item" in request.tweaks)
        keys = [key for key in keys if key < upper]
    render = renderer(request, company)
    jobs = company.job_list

    def rendered(rows: list[int]) -> list[bytes]:
        return [render.job(job) for row in rows if (job := jobs[row]) is not None]

    return _page(request, company, page, keys[: page.limit + 1], rendered)


def _job_keys(company: Company) -> list[int]:
    everything = company.knobs.jobs_listed == "all"
    return sorted(
        (
            key_of(job.updated_at, row)
            for row, job in enumerate(company.job_list)
            if job is not None and (everything or job.published)
        ),
        reverse=True,
    )


def get_job(request: Request) -> Answer:
    """`GET /v2/recruiting/jobs/{id}`."""
    company, _ = opened(request, RECRUITING)
    text = request.params["id"]
    job = company.job(int(text)) if text.isascii() and text.isdigit() and len(text) < 12 else None
    hidden = job is not None and company.knobs.jobs_listed == "published" and not job.published
    return _one(request, None if job is None or hidden else renderer(request, company).job(job))


def list_categories(request: Request) -> Answer:
    """`GET /v2/recruiting/categories`, in one page; the order of stages is the order of the pipeline."""
    company, _ = opened(request, RECRUITING)
    records = renderer(request, company).categories()
    return envelope(request, company, Walk("categories", -1, 0, {}), records, None)


def get_category(request: Request) -> Answer:
    """`GET /v2/recruiting/categories/{id}`."""
    company, _ = opened(request, RECRUITING)
    ids = [str(item.id) for item in company.categories]
    known = request.params["id"] in ids
    records = renderer(request, company).categories()
    return _one(request, records[ids.index(request.params["id"])] if known else None)
