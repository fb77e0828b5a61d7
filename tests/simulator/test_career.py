"""The career site: feed in seven languages, pages and forms, and the ways it fails."""

from typing import Any

import pytest
from defusedxml import ElementTree
from selectolax.lexbor import LexborHTMLParser

from .conftest import Caller

LANGUAGES = ["de", "en", "fr", "es", "nl", "it", "pt"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_feed_lists_exactly_the_published_jobs(sim: Caller, language: str) -> None:
    """Rule: every published job is listed in every language; what has no text there has empty descriptions."""
    answer = sim.career("/xml", language=language)
    assert answer.headers["content-type"] == "text/xml; charset=UTF-8"
    root = ElementTree.fromstring(answer.content)
    jobs = {job["id"]: job for job in sim.truth()["jobs"] if job["published"]}
    assert root.tag == "workzag-jobs"
    assert [item.findtext("id") for item in root] == list(jobs)
    for item in root:
        job = jobs[item.findtext("id") or ""]
        sections = [[at.findtext("name"), (at.findtext("value") or "").strip()] for at in item.find("jobDescriptions")]
        assert sections == [[name, html.strip()] for name, html in job["descriptions"].get(language, [])]
        assert (item.find("keywords") is None) == (job["keywords"] is None)
        assert (item.find("salaryInformation") is None) == (job["salary"] is None)
        assert item.findtext("office") == (job["office"] or "")


def test_german_is_the_default(sim: Caller) -> None:
    """Rule: no language and an unknown one give German, or 404 by knob."""
    german = sim.career("/xml", language="de").content
    assert sim.career("/xml").content == german
    assert sim.career("/xml", language="xx").content == german
    sim.knobs(xml_unknown_language="not_found")
    assert sim.career("/xml", language="xx").status_code == 404


def test_head_and_last_modified(sim: Caller) -> None:
    """Rule: HEAD has no body; Last-Modified exists only on some accounts."""
    assert "last-modified" not in sim.career("/xml").headers
    sim.knobs(xml_last_modified=True)
    answer = sim.http.head("/career/acme/xml")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["last-modified"].endswith("GMT")


def test_the_host_names_the_company(sim: Caller) -> None:
    """Rule: `{company}.jobs.…` as Host is the same site without the prefix."""
    answer = sim.http.get("/xml", headers={"Host": "acme.jobs.example.com"})
    assert answer.content == sim.career("/xml").content


FAILURES: list[tuple[dict[str, Any], int, str]] = [
    ({"career_failure": "marketing"}, 200, "text/html"),
    ({"career_failure": "too_many"}, 429, "text/html"),
    ({"career_failure": "challenge"}, 403, "text/html"),
    ({"career_failure": "server_error"}, 500, "text/html"),
    ({"career_failure": "redirect"}, 307, ""),
    ({"career_failure": "not_found"}, 404, "text/html"),
    ({"feed": "off"}, 307, ""),
    ({"feed": "off", "feed_off": "not_found"}, 404, "text/html"),
    ({"feed": "off", "feed_off": "marketing"}, 200, "text/html"),
]


@pytest.mark.parametrize(("knobs", "status", "kind"), FAILURES)
def test_failures(sim: Caller, knobs: dict[str, Any], status: int, kind: str) -> None:
    """Rule: a career host that cannot answer sends a page, a redirect elsewhere or a challenge, never XML."""
    sim.knobs(**knobs)
    answer = sim.career("/xml")
    assert answer.status_code == status
    assert answer.headers.get("content-type", "").startswith(kind)
    assert ("location" in answer.headers) == (status == 307)
    assert (answer.headers.get("x-vercel-mitigated") == "challenge") == (status == 403)


def test_a_cut_feed_is_no_xml(sim: Caller) -> None:
    """Rule: a truncated document cannot be parsed; an empty board can."""
    sim.knobs(career_failure="truncated")
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(sim.career("/xml").content)
    sim.knobs(career_failure="empty")
    assert len(ElementTree.fromstring(sim.career("/xml").content)) == 0


def test_unknown_companies(sim: Caller) -> None:
    """Rule: 404 with a page, or a redirect, by a knob of the process."""
    assert sim.http.get("/career/nobody/xml").status_code == 404
    sim.control("PATCH", "/knobs", {"unknown_company": "redirect"})
    assert sim.http.get("/career/nobody/xml").status_code == 307


def test_forms_say_what_the_truth_says(sim: Caller) -> None:
    """Rule: controls are named like the attributes; required ones are marked with * and the word."""
    for job in sim.truth()["jobs"]:
        page = sim.career(f"/job/{job['id']}/apply", language="en")
        assert page.status_code == (200 if job["published"] else 404)
        if not job["published"]:
            continue
        tree = LexborHTMLParser(page.text)
        names = [item.attributes["name"] for item in tree.css("input,select,textarea")]
        assert names == [*[field["name"] for field in job["form"]], "privacy_policy"]
        for field in job["form"]:
            control = tree.css_first(f"[name='{field['name']}']")
            label = tree.css_first(f"label[for='{control.attributes['id']}']").text()
            assert ("(required)" in label and "*" in label) == field["required"]
            values = [option.attributes["value"] for option in control.css("option")]
            assert values == (["", *[o["value"] for o in field["options"]]] if field["options"] else [])


@pytest.mark.belief
def test_form_as_json(sim: Caller) -> None:
    """Rule: our guess of the undocumented form configuration; it can be switched off."""
    path = f"/api/v1/jobs/{sim.job_id()}/application-form"
    names = [field["name"] for field in sim.career(path).json()["fields"]]
    assert names[:3] == ["first_name", "last_name", "email"]
    sim.knobs(application_form_json=False)
    assert sim.career(path).status_code == 404


def test_search_and_job_pages(sim: Caller) -> None:
    """Rule: the JSON search and the job page show published jobs only."""
    jobs = sim.truth()["jobs"]
    assert [str(item["id"]) for item in sim.career("/search.json").json()] == [j["id"] for j in jobs if j["published"]]
    for job in jobs:
        assert sim.career(f"/job/{job['id']}", language="en").status_code == (200 if job["published"] else 404)
