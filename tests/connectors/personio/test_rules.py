"""The small rules of the mapping tables, one table of cases each."""

import pytest

from atsume.connectors.personio.mapping.rules import description, employment_type, harmless, office, place, role
from atsume.connectors.personio.remote.feed import Section
from atsume.model.record import Location


@pytest.mark.parametrize(
    ("kind",            "schedule",          "expected"),
    [
        ("intern",          "full-time",         "INTERNSHIP"),
        ("trainee",         "part-time",         "INTERNSHIP"),
        ("working_student", "part-time",         "INTERNSHIP"),
        ("freelance",       "full-time",         "CONTRACT"),
        ("temporary",       None,                "CONTRACT"),
        ("permanent",       "full-time",         "FULL_TIME"),
        ("permanent",       "part-time",         "PART_TIME"),
        ("permanent",       "full-or-part-time", "FULL_TIME"),
        (None,              "part-time",         "PART_TIME"),
        ("permanent",       None,                None),
        (None,              None,                None),
        ("seasonal_job",    "full-time",         "seasonal_job"),
        ("Permanent",       "Full-Time",         "FULL_TIME"),
    ],
)  # fmt: skip
@pytest.mark.belief
def test_employment_type(kind, schedule, expected):
    """First hit of the truth table wins; an unknown word passes through."""
    assert employment_type(kind, schedule) == expected


@pytest.mark.parametrize(
    ("label",                "expected"),
    [
        ("Hiring Manager",       "HIRING_MANAGER"),
        ("Führungskraft",        "HIRING_MANAGER"),
        ("Fachvorgesetzte:r",    "HIRING_MANAGER"),
        ("Recruiter",            "RECRUITER"),
        ("HR Manager",           "RECRUITER"),
        ("Talent Acquisition",   "RECRUITER"),
        ("Personalabteilung",    "RECRUITER"),
        ("Recruiting Coordinator", "COORDINATOR"),
        ("Koordination",         "COORDINATOR"),
        ("Sourcing Specialist",  "SOURCER"),
        ("Interviewer",          "INTERVIEWER"),
        ("Chief of Staff",       None),
        ("Three amigos",         None),
        ("Christine",            None),
        ("",                     None),
    ],
)  # fmt: skip
@pytest.mark.belief
def test_e26_role_labels_are_free_text(label, expected):
    """E26: words decide; `hr` counts only as a word of its own; an unknown label keeps no unified role."""
    assert role(label) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("", None),
        ("Berlin", Location(city="Berlin", raw="Berlin")),
        ("Frankfurt am Main", Location(city="Frankfurt am Main", raw="Frankfurt am Main")),
        ("Berlin, Hamburg", Location(raw="Berlin, Hamburg")),
        ("80331 München", Location(raw="80331 München")),
    ],
)
def test_e19_an_office_is_a_city_only_when_it_can_be_nothing_else(text, expected):
    """E19: offices are free text without a country."""
    assert office(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("  ", None),
        ("Berlin", Location(raw="Berlin")),
        ("Berlin, Germany", Location(city="Berlin", country="DE", raw="Berlin, Germany")),
        ("Wien, Österreich", Location(city="Wien", country="AT", raw="Wien, Österreich")),
        ("Oz, Neverland", Location(city="Oz", country="Neverland", raw="Oz, Neverland")),
        ("A, B, Germany", Location(raw="A, B, Germany")),
        ("10115 Berlin, Germany", Location(raw="10115 Berlin, Germany")),
        (", Germany", Location(raw=", Germany")),
    ],
)
def test_a_candidates_place_is_split_at_a_single_comma(text, expected):
    """The country becomes its code where it is known."""
    assert place(text) == expected


def test_e17_a_description_is_headings_and_html():
    """E17: headings come separately; what is HTML stays HTML, a heading is text."""
    sections = [Section("Tasks & more", "<ul><li>Build</li></ul>"), Section("", "<p>Bye</p>")]
    assert description(sections) == "<h3>Tasks &amp; more</h3><ul><li>Build</li></ul><p>Bye</p>"
    assert description([]) is None


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a</p><script>alert(1)</script>b", "<p>a</p>b"),
        ("<SCRIPT src=x>", ""),
        ("<iframe src='x'></iframe>c", "c"),
        ('<img src="a.png" onerror="x()">', '<img src="a.png">'),
        ("<a href='javascript:x()'>l</a>", "<a href='#'>l</a>"),
        ("<p>salary = on request</p>", "<p>salary = on request</p>"),
    ],
)
def test_e17_nothing_in_a_description_runs(html, expected):
    """Scripts, frames, handlers and script links are taken out before anybody shows it."""
    assert harmless(html) == expected
