"""Every URL of the simulator, with the page that documents the real one.

A path part in braces is a parameter. `name` is what a fault's `route` may say.
"""

import re
from collections.abc import Callable

import msgspec

from personio_simulator import (
    api_v1,
    api_v2,
    auth,
    career,
    career_form,
    control,
    control_records,
    documents,
    employees,
    persons,
)
from personio_simulator.http import Answer, Request

Handler = Callable[[Request], Answer]
HUB = "https://developer.personio.de"
GET = f"{HUB}/reference/get_v2-recruiting"
POST = f"{HUB}/reference/post_v1-recruiting-applications"
DOCS = "https://github.com/personio/api-docs"
PERSONNEL = f"{DOCS}/blob/master/personio-personnel-api.yaml"
OBSERVED = "https://github.com/threadi/wp-personio-integration-light"
DOCUMENTS = "https://github.com/stephaneberle9/personio-client"
README = "src/personio_simulator/README.md"


class Route(msgspec.Struct, frozen=True):
    """A URL: `surface` is v2, recruiting (v2 with the beta rule), token, v1, career or control."""

    name: str
    method: str
    path: str
    handler: Handler
    surface: str
    source: str


def _route(name: str, line: str, handler: Handler, surface: str, source: str) -> Route:
    method, path = line.split(" ")
    return Route(name, method, path, handler, surface, source)


SITE = "/career/{company}"
R, C, REC = "/v2/recruiting", "/_control/companies/{company}", "recruiting"
ONE = f"{R}/applications/{{id}}"
ROUTES = [
    _route("token", "POST /v2/auth/token", auth.issue, "token", f"{HUB}/reference/post_v2-auth-token"),
    _route("revoke", "POST /v2/auth/revoke", auth.revoke, "token", f"{HUB}/reference/authentication"),
    _route("applications", f"GET {R}/applications", api_v2.list_applications, REC, f"{GET}-applications"),
    _route("application", f"GET {R}/applications/{{id}}", api_v2.get_application, REC, f"{GET}-applications-id"),
    _route("transitions", f"GET {ONE}/stage-transitions", api_v2.list_transitions, REC, f"{GET}-applications-id"),
    _route("candidates", f"GET {R}/candidates", api_v2.list_candidates, REC, f"{GET}-candidates"),
    _route("candidate", f"GET {R}/candidates/{{id}}", api_v2.get_candidate, REC, f"{GET}-candidates-id"),
    _route("jobs", f"GET {R}/jobs", api_v2.list_jobs, REC, f"{GET}-jobs"),
    _route("job", f"GET {R}/jobs/{{id}}", api_v2.get_job, REC, f"{GET}-jobs-id"),
    _route("categories", f"GET {R}/categories", api_v2.list_categories, REC, f"{GET}-categories"),
    _route("category", f"GET {R}/categories/{{id}}", api_v2.get_category, REC, f"{GET}-categories-id"),
    _route("persons", "GET /v2/persons", persons.list_persons, "v2", f"{HUB}/reference/get_v2-persons"),
    _route("person", "GET /v2/persons/{id}", persons.get_person, "v2", f"{HUB}/reference/get_v2-persons-id"),
    _route("documents", "GET /v2/document-management/documents", documents.list_documents, "v2", DOCUMENTS),
    _route("download", "GET /v2/document-management/documents/{id}/download", documents.download, "v2", DOCUMENTS),
    _route("v1-auth", "POST /v1/auth", auth.personnel_token, "v1", f"{DOCS}/blob/master/personio-auth-api.yaml"),
    _route("employees", "GET /v1/company/employees", employees.list_employees, "v1", PERSONNEL),
    _route("employee", "GET /v1/company/employees/{id}", employees.get_employee, "v1", PERSONNEL),
    _route("create", "POST /v1/recruiting/applications", api_v1.create_application, "v1", POST),
    _route("upload", "POST /v1/recruiting/applications/documents", api_v1.upload_document, "v1", f"{POST}-documents"),
    _route("xml", "GET /career/{company}/xml", career.feed, "career", f"{HUB}/docs/retrieving-open-job-positions"),
    _route("search", "GET /career/{company}/search.json", career.search, "career", OBSERVED),
    _route("job-page", "GET /career/{company}/job/{id}", career_form.job_page, "career", OBSERVED),
    _route("apply-page", "GET /career/{company}/job/{id}/apply", career_form.apply_page, "career", OBSERVED),
    _route("form", f"GET {SITE}/api/v1/jobs/{{id}}/application-form", career_form.form_json, "career", OBSERVED),
    _route("home", "GET /career/{company}", career.home, "career", OBSERVED),
    _route("_companies", "GET /_control/companies", control.list_companies, "control", README),
    _route("_add", "POST /_control/companies", control.add_company, "control", README),
    _route("_company", f"GET {C}", control.get_company, "control", README),
    _route("_change", f"PATCH {C}", control.change_company, "control", README),
    _route("_truth", f"GET {C}/truth", control.truth_of, "control", README),
    _route("_reset", f"POST {C}/reset", control.reset, "control", README),
    _route("_knobs", f"GET {C}/knobs", control.get_knobs, "control", README),
    _route("_knobs+", f"PATCH {C}/knobs", control.patch_knobs, "control", README),
    _route("_world", "GET /_control/knobs", control.get_world_knobs, "control", README),
    _route("_world+", "PATCH /_control/knobs", control.patch_world_knobs, "control", README),
    _route("_faults", "GET /_control/faults", control.list_faults, "control", README),
    _route("_faults+", "POST /_control/faults", control.add_fault, "control", README),
    _route("_faults-", "DELETE /_control/faults", control.clear_faults, "control", README),
    _route("_fault-", "DELETE /_control/faults/{id}", control.clear_faults, "control", README),
    _route("_clock", "GET /_control/clock", control.get_clock, "control", README),
    _route("_clock+", "POST /_control/clock", control.set_clock, "control", README),
    _route("_log", "GET /_control/log", control.get_log, "control", README),
    _route("_log-", "DELETE /_control/log", control.clear_log, "control", README),
    _route("_tokens-", "DELETE /_control/tokens", control.clear_tokens, "control", README),
    _route("_change-list", f"POST {C}/{{kind}}", control_records.create, "control", README),
    _route("_record", f"PATCH {C}/{{kind}}/{{id}}", control_records.update, "control", README),
    _route("_record-", f"DELETE {C}/{{kind}}/{{id}}", control_records.delete, "control", README),
    _route("_action", f"POST {C}/{{kind}}/{{id}}/{{action}}", control_records.act, "control", README),
]  # fmt: skip


class Router:
    """Finds the route of a method and path: fixed paths by a dict, the others by expression."""

    def __init__(self, routes: list[Route]) -> None:
        self.fixed = {(item.method, item.path): item for item in routes if "{" not in item.path}
        self.open = [(item, _expression(item.path)) for item in routes if "{" in item.path]

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """Return the route and its path parameters; HEAD is answered like GET."""
        method = "GET" if method == "HEAD" else method
        known = self.fixed.get((method, path))
        if known is not None:
            return known, {}
        for route, expression in self.open:
            if route.method == method and (match := expression.fullmatch(path)):
                return route, match.groupdict()
        return None


def _expression(path: str) -> "re.Pattern[str]":
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "/?")
