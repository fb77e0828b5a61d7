"""The error bodies Personio really sends, in all their inconsistent shapes.

Source: developer.personio.de/reference/errors, github.com/personio/api-docs (personio-recruiting-api.yaml),
developer.personio.de/discuss/6964e6f1f3c2f64cec27fb38, Hochfrequenz/personio_client.py (v2 credentials).
"""

from personio_simulator.clock import utc_iso
from personio_simulator.http import PROBLEM_TYPE, Answer, as_html, as_json

ERRORS_PAGE = "https://developer.personio.de/reference/errors#"
GATEWAY_PAGE = "https://developer.personio.de/v2.0/page/public-api-error-codes#apinot_found"
V2_CODES = {
    400: ("common.bad_request", "Bad Request", "The request parameters are invalid."),
    403: ("common.forbidden", "Forbidden", "The access token has insufficient scope for this resource."),
    404: ("common.requested_resource_not_found", "Not Found", "The requested resource was not found."),
    429: ("common.too_many_requests", "Too Many Requests", "The rate limit was exceeded."),
    500: ("common.internal_server_error", "Internal Server Error", "An unexpected error occurred."),
    502: ("common.bad_gateway", "Bad Gateway", "The upstream answered with an invalid response."),
    503: ("common.service_unavailable", "Service Unavailable", "The service is temporarily unavailable."),
    504: ("common.gateway_timeout", "Gateway Timeout", "The upstream did not answer in time."),
}
HTML_502 = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


def problem(status: int, now: float, trace: str, detail: str | None = None, path: str | None = None) -> Answer:
    """Return a v2 problem body. Source: developer.personio.de/reference/errors."""
    code, title, text = V2_CODES.get(status, (f"common.http_{status}", "Error", "An error occurred."))
    meta = {"path": path} if path else {}
    return _envelope(status, now, trace, title, detail or text, ERRORS_PAGE + code, meta)


def endpoint_not_found(now: float, trace: str, path: str) -> Answer:
    """Return the 404 of the gateway, also sent when the `Beta` header is missing and required.

    Source: developer.personio.de/discuss/6964e6f1f3c2f64cec27fb38.
    """
    detail = f"The endpoint with {path} was not found."
    return _envelope(404, now, trace, "Not Found", detail, GATEWAY_PAGE, {"path": path})


def _envelope(status: int, now: float, trace: str, title: str, detail: str, kind: str, meta: dict[str, str]) -> Answer:
    error = {"title": title, "detail": detail, "type": kind, "_meta": meta}
    body = {"personio_trace_id": trace, "timestamp": utc_iso(now), "errors": [error]}
    return as_json(body, status, PROBLEM_TYPE)


def oauth(now: float, trace: str, error: str, text: str, detail: str = "", meta: object = None) -> Answer:
    """Return a refusal of the token endpoint: always 400.

    Source: developer.personio.de/reference/post_v2-auth-token.
    """
    uri = f"{ERRORS_PAGE}credentials.oauth2.{error}" + (f".{detail}" if detail else "")
    body = {
        "timestamp": utc_iso(now),
        "trace_id": trace,
        "error": error,
        "error_description": text,
        "type" if detail == "invalid_request_content_type" else "error_uri": uri,
        "meta": meta or {},
    }
    return as_json(body, 400, PROBLEM_TYPE)


def unauthorized(style: str) -> Answer:
    """Return 401 with no body, or with the message body one client saw."""
    return as_json({"error": {"message": "Unauthorized Request"}}, 401) if style == "message" else Answer(401)


def malformed(reason: str) -> Answer:
    """Return the 400 of a body that could not be read, sent before the credentials are looked at.

    Source: developer.personio.de/discuss/62c6f85c5afdc9003e7566eb, …/68fb50feea9db5735d156ce4.
    """
    return as_json({"error": {"reason": reason}}, 400)


def field_errors(found: list[tuple[str, str]], status: int = 400) -> Answer:
    """Return the v1 recruiting refusal: each field with its reason codes.

    Source: github.com/personio/api-docs, personio-recruiting-api.yaml.
    """
    grouped: dict[str, list[dict[str, str]]] = {}
    for name, reason in found:
        grouped.setdefault(name, []).append({"reason": reason})
    return as_json({"errors": [{"field": name, "errors": reasons} for name, reasons in grouped.items()]}, status)


def generic_v1(status: int, trace: str, title: str, detail: str) -> Answer:
    """Return the generic v1 recruiting refusal. Source: github.com/personio/api-docs."""
    return as_json({"errors": [{"id": trace, "status": str(status), "title": title, "detail": detail}]}, status)


def personnel_v1(status: int, code: int, message: str) -> Answer:
    """Return a refusal of the v1 personnel API. Source: github.com/personio/api-docs, personio-auth-api.yaml."""
    return as_json({"success": False, "error": {"code": code, "message": message}}, status)


def html_502() -> Answer:
    """Return the page of a proxy in front of the service."""
    return as_html(HTML_502, 502)
