"""The base that cannot be left: hostile paths and headers, and the law for all others."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atsume.connectors.forwarding import confined, kept_headers, without_secrets
from atsume.errors import AtsumeError

BASE = "https://api.personio.de/v1/recruiting"

HOSTILE_PATHS = [
    "//evil.example/x", "///evil.example/x", "/\\evil.example", "\\\\evil.example\\x", "https://evil.example/x",
    "http://evil.example", "//evil.example@api.personio.de/", "/..", "/../auth", "../auth", "/jobs/../../auth",
    "/./jobs", "/jobs/.", "/%2e%2e/auth", "/%2E%2E/auth", "/.%2e/auth", "/%2e./auth", "/%252e%252e/auth",
    "/%25252e%25252e/auth", "/%2f%2fevil.example", "/jobs%2f..%2fauth", "/jobs%5c..%5cauth", "/%5cevil.example",
    "/..;/auth", "/..;a=b/auth", "/jobs/..%3b/auth", "/..%00/auth", "/jobs%00", "/jobs\x00", "/jobs\r\nHost: evil",
    "/jobs%0d%0aHost:%20evil", "/jobs%0aX", "/jobs\tX", "/jobs#fragment", "/jobs%", "/jobs%zz", "/%u002e%u002e/auth",
    "/%c0%ae%c0%ae/auth", "/%e0%80%ae%e0%80%ae/auth", "/\uff0e\uff0e/auth", "/%EF%BC%8E%EF%BC%8E/auth",
    "/\u2024\u2024/auth", "/jobs/\uff0fauth", "/%EF%BC%8F%EF%BC%8Fevil", "/jobs//auth", "/ /auth/..", "/.. /auth",
    "/..%20/auth", "/%20../auth", "/.../auth", "/<script>", "/{x}", "/a|b", "/`id`", '/"x"', "/^x", "/\u202e..",
    "/jobs/%e2%80%ae", "/" + ("%" + "25" * 10 + "2e") * 2 + "/auth", "/" + "a" * 4001,
    "/..%252f..%252fauth", "/%2e%2e%2f", "/jobs/..\\..",
    "/;/..", "/%09", "/\x7f",
]  # fmt: skip
HOSTILE_HEADERS = [
    {"X\r\nAuthorization": "x"}, {"X": "a\r\nAuthorization: Bearer x"}, {"X": "a\nb"}, {"X": "a\0"}, {"": "x"},
    {"X Y": "x"}, {"X:": "x"}, {"Ü": "x"}, {"X": "\u2028"},
]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_hostile_paths_are_refused(path: str) -> None:
    """Before there is a URL at all."""
    with pytest.raises(AtsumeError, match="`path` cannot be used"):
        confined(BASE, path, {})


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        ("/applications", {}, "/applications"),
        ("applications", {}, "/applications"),
        ("", {}, "/"),
        ("/a?x=1", {"y": "2 3"}, "/a?x=1&y=2+3"),
        ("/a?next=../../x//y", {}, "/a?next=../../x//y"),
        ("/a", {"z": "a&b=c#d"}, "/a?z=a%26b%3Dc%23d"),
        ("/jobs/1/", {}, "/jobs/1/"),
        ("/@evil.example", {}, "/@evil.example"),
        ("/straße", {}, "/stra%C3%9Fe"),
        ("/a%20b", {}, "/a%20b"),
        ("/x.json", {}, "/x.json"),
    ],
)
def test_what_a_path_becomes(path: str, params: dict[str, str], expected: str) -> None:
    """Below the base; parameters are added to the query of the path."""
    assert confined(BASE, path, params) == BASE + expected


@given(st.text(max_size=30) | st.text("./%25e\\@:;?#2fF", max_size=30), st.dictionaries(st.text(), st.text()))
def test_no_path_leaves_the_base(path: str, params: dict[str, str]) -> None:
    """Whatever is asked is refused, or lies below the base on the same host."""
    try:
        url = confined(BASE, path, params)
    except AtsumeError:
        return
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("https", "api.personio.de")
    assert parts.path.startswith("/v1/recruiting/")
    assert ".." not in parts.path.split("/")
    assert url.isascii()


@pytest.mark.parametrize("headers", HOSTILE_HEADERS)
def test_hostile_headers_are_refused(headers: dict[str, str]) -> None:
    """No line can be smuggled in."""
    with pytest.raises(AtsumeError, match="`headers` must be"):
        kept_headers(headers)


def test_headers_that_are_ours_are_left_out() -> None:
    """However they are spelt; the rest goes through as it is."""
    given_ = {"AUTHORIZATION": "x", "Host": "evil", "X-Forwarded-Host": "evil", "Cookie": "a=b",
              "X-Mine": "1", "Transfer-Encoding": "chunked", "X-HTTP-Method-Override": "DELETE",
              "Proxy-Authorization": "x"}  # fmt: skip
    kept, left = kept_headers(given_)
    assert kept == {"X-Mine": "1"}
    assert left == sorted(name.lower() for name in given_ if name != "X-Mine")


def test_secrets_are_taken_out() -> None:
    """In every form in which somebody might say them back."""
    told = b'{"a":"se/cr\\u00e9t","b":"s%2Fx","c":"s\\/x","d":"s/x"}'
    assert b"s/x" not in without_secrets(told, ("s/x", ""))
    assert without_secrets(told, ("s/x",)).count(b"[redacted]") == 3
