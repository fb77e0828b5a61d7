"""E25: all ten known error bodies are understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atsume.connectors.personio.errors import BadRequest, NotOffered, Problem, fault, problem
from atsume.errors import Code, CredentialsRefused, PermissionMissing, RemoteFault

V2 = (
    b'{"personio_trace_id":"t1","timestamp":"2026-01-12T10:00:00.000Z","errors":[{"title":"Bad Request","detail":"Bad '
    b'limit.","type":"https://developer.personio.de/reference/errors#common.bad_request","_meta":{}}]}'
)
GATEWAY = (
    b'{"personio_trace_id":"sim-1","errors":[{"title":"Not Found","detail":"The endpoint was not found.","type":'
    b'"https://developer.personio.de/v2.0/page/public-api-error-codes#apinot_found","_meta":{"path":"/v2/x"}}]}'
)
OAUTH = (
    b'{"timestamp":"2026-03-02T09:00:00.000Z","trace_id":"7f3a","error":"invalid_client","error_description":"No.",'
    b'"error_uri":"https://developer.personio.de/reference/errors#credentials.oauth2.invalid_client","meta":{}}'
)
OAUTH_TYPE = (
    b'{"error":"invalid_request","error_description":"Form please.","type":"https://developer.personio.de/reference/'
    b'errors#credentials.oauth2.invalid_request.invalid_request_content_type"}'
)
FIELD = b'{"errors":[{"field":"phase","errors":[{"reason":"errors.phase-validation.invalid-system-phase"}]}]}'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (V2, Problem("common.bad_request", "Bad limit.", "t1")),
        (GATEWAY, Problem("apinot_found", "The endpoint was not found.", "sim-1")),
        (OAUTH, Problem("invalid_client", "No.", "7f3a")),
        (OAUTH_TYPE, Problem("invalid_request.invalid_request_content_type", "Form please.", None)),
        (
            FIELD,
            Problem(
                "errors.phase-validation.invalid-system-phase",
                "phase: errors.phase-validation.invalid-system-phase",
                None,
                "phase",
            ),
        ),
        (
            b'{"errors":[{"id":"u-1","status":"400","title":"Bad Request","detail":"Broken."}]}',
            Problem(None, "Broken.", "u-1"),
        ),
        (
            b'{"error":{"reason":"Field \'id\' is required"}}',
            Problem("Field 'id' is required", "Field 'id' is required"),
        ),
        (b'{"success":false,"error":{"code":0,"message":"Wrong credentials"}}', Problem("0", "Wrong credentials")),
        (b'{"error":{"message":"Unauthorized Request"}}', Problem(None, "Unauthorized Request")),
        (b"", Problem()),
        (b"<html><body>502 Bad Gateway</body></html>", Problem()),
        (b'"just text"', Problem()),
        (b"[1,2]", Problem()),
        (b'{"errors":["text"]}', Problem()),
        (b"\xff\xfe", Problem()),
    ],
)
def test_e25_error_bodies(body, expected):
    """Code, sentence and trace id are found in each form; anything else is nothing, not a crash."""
    assert problem(body) == expected


@given(st.binary(max_size=60))
def test_e25_no_error_body_is_an_error(body):
    """Total."""
    assert isinstance(problem(body), Problem)


@pytest.mark.parametrize(
    ("status", "kind", "code", "words"),
    [
        (401, CredentialsRefused, Code.CREDENTIALS_INVALID, "relink"),
        (403, PermissionMissing, Code.PERMISSION_MISSING, "Tick 'Recruiting: read'"),
        (404, NotOffered, Code.PERMISSION_MISSING, "plan"),
        (429, RemoteFault, Code.REMOTE_RATE_LIMIT, "limiting"),
        (500, RemoteFault, Code.SERVICE_UNAVAILABLE, "next run"),
        (503, RemoteFault, Code.SERVICE_UNAVAILABLE, "next run"),
        (400, BadRequest, Code.UNKNOWN_HTTP_ERROR, "did not accept"),
        (302, RemoteFault, Code.SERVICE_UNAVAILABLE, "next run"),
    ],
)
def test_what_a_status_is_raised_as(status, kind, code, words):
    """The message says what happened, and what to do."""
    error = fault(status, V2, "listing jobs", "Recruiting: read")
    assert type(error) is kind
    assert error.code is code
    assert words in error.message
    assert "listing jobs" in error.message
    assert "t1" in error.message


def test_secrets_in_remote_sentences_are_redacted():
    """A tool that repeats our token must not get it into a log."""
    assert problem(b'{"error":{"message":"bad papi-abc123"}}').sentence == "bad papi-[redacted]"
