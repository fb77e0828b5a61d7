"""The career site: feed, its many failures, and forms (personio feed documentation; quirks in the README)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atsume.connectors.personio.clients.career import Career, sites
from atsume.connectors.personio.errors import FeedUnavailable
from atsume.connectors.personio.remote.feed import NotAFeed, positions
from atsume.connectors.personio.remote.forms import Choice, Control, controls_of_json, controls_of_page
from tests.connectors.canned import DEAD, Line, answer

PAGES = Path(__file__).parent / "pages"
FEED = answer(200, (PAGES / "feed.en.xml").read_bytes())
EMPTY = answer(200, b'<?xml version="1.0" encoding="UTF-8"?>\n<workzag-jobs/>')
APPLY = (PAGES / "apply.html").read_bytes()
TEMPLATE = "https://{company}.jobs.personio.de"


def career(line: Line, *, companies=("acme",), languages=("en", "de")) -> Career:
    return Career(line.http, TEMPLATE, companies, languages)


def test_a_feed_by_job_id():
    """Every position with its site; another language is read only because one position says nothing in this one."""
    line = Line({"/xml": lambda a: FEED if a.query["language"] == "en" else EMPTY})
    feed = career(line).feed()
    assert {i: j.site for i, j in feed.jobs.items()} == dict.fromkeys(
        ["710001", "710009"], "https://acme.jobs.personio.de"
    )
    assert [a.query["language"] for a in line.tool.asked] == ["en", "de"]


def test_every_element_of_a_position():
    """all documented elements are read, blanks are None."""
    first, second = positions(FEED.body)
    assert (first.office, first.additional_offices, first.schedule) == ("Berlin", ["Hamburg"], "full-or-part-time")
    assert [s.name for s in first.sections] == ["Your tasks", "Your contact"]
    assert first.sections[0].value == "<ul><li>Build &amp; run services</li></ul>"
    assert first.salary is not None
    assert (first.salary.min, first.salary.currency_code, first.salary.type) == ("60000.00", "EUR", "yearly")
    assert (second.office, second.sections, second.salary, second.seniority) == (None, [], None, None)


def test_an_empty_board_is_not_a_failure():
    """No job is published: that is an answer."""
    assert career(Line({"/xml": EMPTY})).feed().jobs == {}


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        (answer(404, b"<html>"), "switched on"),
        (answer(307, b"", location="https://www.personio.com/"), "switched on"),
        (answer(301, b"", location="https://evil/"), "switched on"),
        (answer(200, b"<!DOCTYPE html><html><body>Personio</body></html>"), "web page"),
        (answer(200, b"<workzag-jobs><position><id>1</id>"), "cut off"),
        (answer(200, b"<rss/>"), "<rss>"),
        (answer(200, b""), "not XML"),
        (answer(200, b"<html>", x_vercel_mitigated="challenge"), "bot challenge"),
        (answer(403, b"<html>", x_vercel_mitigated="challenge"), "bot challenge"),
        (answer(429), "429"),
        (answer(500), "500"),
        (DEAD, "cannot be reached"),
        (answer(200, b'<!DOCTYPE x [<!ENTITY a "b">]><workzag-jobs>&a;</workzag-jobs>'), "not read"),
    ],
)
def test_e20_a_failed_feed_says_why_and_means_nothing(given_, words):
    """E20: only 200 with the right root is a feed; no redirect is followed; never "all jobs are closed"."""
    line = Line({"/xml": given_})
    with pytest.raises(FeedUnavailable, match=words):
        career(line).feed()
    assert {a.host for a in line.tool.asked} <= {"acme.jobs.personio.de", "acme.jobs.personio.com"}


def test_the_other_ending_is_tried_when_the_first_is_not_found():
    """the customer picks `.de` or `.com`."""
    line = Line({"acme.jobs.personio.de/xml": answer(404), "acme.jobs.personio.com/xml": FEED})
    feed = career(line, languages=("en",)).feed()
    assert feed.jobs["710001"].site == "https://acme.jobs.personio.com"


def test_a_fault_does_not_make_us_try_the_other_ending():
    """An outage is not a wrong address."""
    line = Line({"/xml": answer(500)})
    with pytest.raises(FeedUnavailable):
        career(line).feed()
    assert {a.host for a in line.tool.asked} == {"acme.jobs.personio.de"}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (TEMPLATE, ["https://acme.jobs.personio.de", "https://acme.jobs.personio.com"]),
        ("https://{company}.jobs.personio.com/", ["https://acme.jobs.personio.com", "https://acme.jobs.personio.de"]),
        ("http://127.0.0.1:9100/career/{company}", ["http://127.0.0.1:9100/career/acme"]),
    ],
)
def test_sites_of_a_template(template, expected):
    """A simulator has one address, Personio two."""
    assert sites(template, "acme") == expected


def test_every_company_has_its_feed_and_all_must_answer():
    """legal entities may have career sites of their own; one that fails makes the whole feed unknown."""
    beta = answer(200, b"<workzag-jobs><position><id>9</id><name>B</name></position></workzag-jobs>")
    line = Line({"acme.jobs.personio.de/xml": FEED, "beta.jobs.personio.de/xml": beta})
    jobs = career(line, companies=("acme", "beta"), languages=("en",)).feed().jobs
    assert (len(jobs), jobs["9"].site) == (3, "https://beta.jobs.personio.de")
    broken = Line({"acme.jobs.personio.de/xml": FEED, "beta.jobs.personio.de/xml": answer(500)})
    with pytest.raises(FeedUnavailable):
        career(broken, companies=("acme", "beta")).feed()


@given(st.binary(max_size=200))
def test_no_bytes_break_the_feed(body):
    """Positions or a reason, nothing else."""
    with pytest.raises(NotAFeed, match=r"\w"):
        positions(body)


def test_an_apply_page():
    """questions in form order; what candidate and attachments cover is left out."""
    controls = controls_of_page(APPLY)
    assert controls == [
        Control(
            "custom_attribute_3845",
            "Do you need a visa?",
            "select",
            True,
            None,
            [Choice("custom_option_1", "Yes"), Choice("custom_option_2", "No")],
        ),
        Control("custom_attribute_77", "Why us?", "textarea", False, "A few sentences."),
        Control("birthday", "Birthday", "date", False),
        Control("custom_attribute_80", "Keep my data", "checkbox", True),
        Control("custom_attribute_81", "Work sample", "file", False, accept=".pdf,.docx,image/png"),
        Control("custom_attribute_82", "Colour", "color", False),
        Control("custom_attribute_83", "Favourite number", "number", False),
    ]


@pytest.mark.parametrize("body", [b"", b"<html>marketing</html>", b"\xff\xfe", b"{}"])
def test_what_is_no_apply_page_is_not_taken_for_a_form_without_questions(body):
    """Otherwise a challenge page would delete every question."""
    assert controls_of_page(body) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            b'{"fields":[{"name":"email","label":"E","type":"email"},{"id":"custom_attribute_1","title":"Why?","type":"TEXT",'
            b'"required":true}]}',
            [Control("custom_attribute_1", "Why?", "text", True)],
        ),
        (
            b'{"data":{"attributes":[{"key":"gender","label":"G","kind":"select","options":[{"id":"o1","name":"M"},"X"]}]}}',
            [Control("gender", "G", "select", None, None, [Choice("o1", "M"), Choice("X", "X")])],
        ),
        (b"[]", []),
        (b'{"form":{"a":1}}', None),
        (b'{"fields":[{"what":"is this"}]}', None),
        (b"<html>", None),
        (b'{"fields":["a"]}', None),
    ],
)
@pytest.mark.belief
def test_the_forms_json_is_used_only_when_it_is_recognised(body, expected):
    """its shape is not known."""
    assert controls_of_json(body) == expected


@given(st.binary(max_size=80))
def test_no_bytes_break_a_form(body):
    """Both readers are total."""
    controls_of_json(body)
    controls_of_page(body)
