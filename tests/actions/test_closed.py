"""A job that takes no applications is known before documents are sent, and an old mirror turns nobody away."""

from collections.abc import Iterator

import pytest

from tests.actions.world import Site, document, somebody

CLOSED = "ATS.JOB_CLOSED"


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, dict[str, str]]]:
    """A site, and its jobs by what became of them after the last sync."""
    with Site(tmp_path_factory.mktemp("dated")) as site:
        published = [site.published(place) for place in (0, 1)]
        draft = next(j["id"] for j in site.company.truth()["jobs"] if not j["published"])
        jobs = {"closed": published[0], "reopened": published[1], "draft": draft}
        site.mirror.sync()
        for name in ("closed", "reopened"):
            site.company.change("POST", f"/jobs/{jobs[name]}/unpublish")
        site.mirror.sync()
        site.company.change("POST", f"/jobs/{jobs['reopened']}/publish")
        yield site, jobs


@pytest.mark.parametrize(
    ("job", "feed", "code", "uploads", "creates"),
    [
        ("closed", "on", CLOSED, 0, 0),
        ("draft", "on", CLOSED, 0, 0),
        ("reopened", "on", None, 1, 1),
        ("closed", "off", CLOSED, 1, 1),
        ("reopened", "off", None, 1, 1),
    ],
)
def test_a_closed_job_is_known_before_documents_go(
    dated: tuple[Site, dict[str, str]], job: str, feed: str, code: str | None, uploads: int, creates: int
) -> None:
    """Refused at once when the feed says now what the mirror says; else Personio itself is asked (E15)."""
    site, jobs = dated
    site.company.knobs(feed=feed)
    site.company.control("DELETE", "/log")
    person = somebody(1, candidate={"email_address": f"{job}.{feed}@example.org"}, attachments=[document()])
    answer = site.apply(person, job=f"remote:{jobs[job]}")
    assert (answer.json().get("error") or {}).get("code") == code, answer.text
    sent = [one["path"].endswith("/documents") for one in site.sent()]
    assert (sum(sent), len(sent) - sum(sent)) == (uploads, creates)
    assert site.open_writes() == []


def _looks(site: Site) -> int:
    return sum("/xml" in one["path"] for one in site.company.control("GET", "/log"))


@pytest.mark.parametrize("failure", ["server_error", "empty", "truncated", "challenge", "marketing"])
def test_a_career_site_in_trouble_turns_nobody_away(dated: tuple[Site, dict[str, str]], failure: str) -> None:
    """It is asked only about jobs that look closed, and what it cannot say is left to Personio."""
    site, jobs = dated
    site.company.knobs(feed="on", career_failure=failure)
    site.company.control("DELETE", "/log")
    try:
        who = {"email_address": f"{failure}@example.org"}
        assert site.apply(somebody(2, candidate=who), job=f"remote:{site.published(3)}").status_code == 200
        assert _looks(site) == 0
        told = site.apply(somebody(3, candidate=who), job=f"remote:{jobs['reopened']}")
        assert told.status_code == 200, told.text
        assert _looks(site) > 0
    finally:
        site.company.knobs(career_failure="none")
