"""The career site of a company: XML feed, JSON search, home page, and the ways it fails.

Source: developer.personio.de/docs/retrieving-open-job-positions, github.com/CPS-IT/personio-jobs (XML fixtures),
dev.to posts by adderleydata and dododata (404, redirect, challenge), github.com/threadi/wp-personio-integration-light.
"""

from email.utils import formatdate
from html import escape

from personio_simulator.clock import utc_iso
from personio_simulator.http import Answer, RefusedError, Request, as_html, as_json
from personio_simulator.model import LANGUAGES, Job, Salary
from personio_simulator.state import Company

XML_TYPE = "text/xml; charset=UTF-8"
ELSEWHERE = "https://www.example.com/recruiting-software"
MARKETING = (
    "<!DOCTYPE html><html><head><title>HR software</title></head><body><h1>Find better talent</h1></body></html>"
)
NOT_FOUND = (
    "<!DOCTYPE html><html><head><title>404</title></head><body><h1>This page could not be found.</h1></body></html>"
)
CHALLENGE = "<!DOCTYPE html><html><head><title>Security Checkpoint</title></head><body>Verifying…</body></html>"
EMPTY = '<?xml version="1.0" encoding="UTF-8"?>\n<workzag-jobs>\n</workzag-jobs>\n'


def refused(how: str) -> Answer:
    """Return the answer of a host that has no feed: redirect, 404 page or a marketing page."""
    if how == "redirect":
        return Answer(307, headers={"location": ELSEWHERE})
    return as_html(MARKETING) if how == "marketing" else as_html(NOT_FOUND, 404)


def company_of(request: Request) -> Company:
    """Return the company of a career page, or refuse as the knobs say."""
    company = request.world.companies.get(request.params["company"])
    if company is None:
        raise RefusedError(refused(request.world.knobs.unknown_company))
    failure = company.knobs.career_failure
    if failure in ("marketing", "not_found", "redirect"):
        raise RefusedError(refused(failure))
    if failure == "too_many":
        raise RefusedError(as_html("<h1>Too Many Requests</h1>", 429))
    if failure == "challenge":
        raise RefusedError(as_html(CHALLENGE, 403, {"x-vercel-mitigated": "challenge"}))
    if failure == "server_error":
        raise RefusedError(as_html("<h1>Internal Server Error</h1>", 500))
    return company


def language_of(request: Request, company: Company) -> str:
    """Return the asked language; German when it is absent or unknown (see the knob)."""
    asked = request.one("language") or "de"
    if asked in LANGUAGES:
        return asked
    if company.knobs.xml_unknown_language == "not_found":
        raise RefusedError(refused("not_found"))
    return "de"


def feed(request: Request) -> Answer:
    """`GET /xml?language=…`: every published job in one document."""
    company = company_of(request)
    if company.knobs.feed == "off":
        return refused(company.knobs.feed_off)
    language = language_of(request, company)
    headers: dict[str, str] = {}
    jobs = [job for job in company.jobs() if job.published]
    if company.knobs.xml_last_modified:
        headers["last-modified"] = formatdate(max((job.updated_at for job in jobs), default=0), usegmt=True)
    body = document(company, jobs, language)
    if company.knobs.career_failure == "truncated":
        body = body[: max(40, len(body) // 2)]
    return Answer(200, body, XML_TYPE, headers)


def document(company: Company, jobs: list[Job], language: str) -> bytes:
    """Return the feed, kept until something changes."""
    if not jobs or company.knobs.career_failure == "empty":
        return EMPTY.encode()
    kept = company.feeds.get(language)
    if kept is None or kept[0] != company.version:
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<workzag-jobs>\n'
        text = head + "".join(_position(company, job, language) for job in jobs) + "</workzag-jobs>\n"
        kept = company.feeds[language] = (company.version, text.encode())
    return kept[1]


def _position(company: Company, job: Job, language: str) -> str:
    category = company.category(job.category_id)
    parts = [
        _element("id", str(job.id)),
        _element("subcompany", job.subcompany),
        f" <office>{escape(job.office or '', quote=False)}</office>\n",
        _offices(job),
        _element("department", job.department.name if job.department else None),
        _element("recruitingCategory", category.name if category else None),
        _element("name", title(job, language)),
        _descriptions(job, language),
        _element("employmentType", job.employment_type),
        _element("seniority", job.seniority),
        _element("schedule", job.schedule),
        _element("yearsOfExperience", job.years_of_experience),
        _element("keywords", job.keywords),
        _element("occupation", job.occupation),
        _element("occupationCategory", job.occupation_category),
        _salary(job.salary),
        _element("createdAt", _created(job)),
    ]
    return "<position>\n" + "".join(parts) + "</position>\n"


def _created(job: Job) -> str:
    """Both styles of offset occur in the wild."""
    hours = int(job.offset_style[1:3])
    return utc_iso(job.created_at + 3600 * hours)[:19] + job.offset_style


def title(job: Job, language: str) -> str:
    """Return the title in a language, else in German, else English, else the internal name."""
    return job.names.get(language) or job.names.get("de") or job.names.get("en") or job.name


def _element(name: str, text: str | None) -> str:
    """Return an element, or nothing: an optional element without a value is absent."""
    return "" if not text else f" <{name}>{escape(text, quote=False)}</{name}>\n"


def _offices(job: Job) -> str:
    if not job.additional_offices:
        return ""
    return (
        " <additionalOffices>\n"
        + "".join(_element("office", at) for at in job.additional_offices)
        + " </additionalOffices>\n"
    )


def _descriptions(job: Job, language: str) -> str:
    sections = job.descriptions.get(language)
    if not sections:
        return " <jobDescriptions/>\n"
    shown = "".join(
        f"  <jobDescription>\n   <name>{escape(name, quote=False)}</name>\n   <value>\n    <![CDATA[{_cdata(html)}]]>\n"
        "   </value>\n  </jobDescription>\n"
        for name, html in sections
    )
    return f" <jobDescriptions>\n{shown} </jobDescriptions>\n"


def _cdata(html: str) -> str:
    return html.replace("]]>", "]]]]><![CDATA[>")


def _salary(salary: Salary | None) -> str:
    if salary is None:
        return ""
    parts = (
        _element("min", salary.min),
        _element("max", salary.max),
        _element("currencySymbol", salary.currency_symbol),
        _element("currencyCode", salary.currency_code),
        _element("type", salary.type),
    )
    return " <salaryInformation>\n" + "".join(parts) + " </salaryInformation>\n"


def search(request: Request) -> Answer:
    """`GET /search.json`: labels rather than keys, descriptions empty. Not documented."""
    company = company_of(request)
    language = language_of(request, company)
    return as_json([_found(job, language) for job in company.jobs() if job.published])


def _found(job: Job, language: str) -> dict[str, object]:
    offices = [office for office in (job.office, *job.additional_offices) if office]
    return {
        "id": job.id,
        "name": title(job, language),
        "seniority": (job.seniority or "").replace("-", " ").capitalize(),
        "keywords": job.keywords or "",
        "description": "",
        "office": job.office or "",
        "offices": offices,
        "department": job.department.name if job.department else None,
        "subcompany": job.subcompany,
        "schedule": (job.schedule or "").replace("-", " ").capitalize(),
        "employment_type": (job.employment_type or "").replace("_", " ").capitalize(),
    }


def home(request: Request) -> Answer:
    """`GET /`: the list of jobs for people."""
    company = company_of(request)
    language = language_of(request, company)
    base = f"/career/{company.label}" if request.headers.get("host", "").split(".")[1:2] != ["jobs"] else ""
    items = "".join(
        f'<li><a href="{base}/job/{job.id}">{escape(title(job, language))}</a></li>'
        for job in company.jobs()
        if job.published
    )
    return as_html(f"<!DOCTYPE html><html><body><h1>{escape(company.label)}</h1><ul>{items}</ul></body></html>")
