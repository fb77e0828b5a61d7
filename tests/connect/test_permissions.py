"""Scope testing: the page names exactly what is missing and how to grant it; trying again needs no typing."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest

from atsume import clock
from tests.connect.flow import Walker
from tests.connect.world import FULL, Site

RECRUITING, PERSONS = FULL


class Lack:
    """Something that is missing: how to take it, what the page must say, and what cannot be told besides."""

    def __init__(self, title: str, how: str, take: Any = None, hides: tuple[str, ...] = (), **typed: str) -> None:
        self.title, self.how, self.hides, self.typed = title, how, hides, typed
        self.take: Callable[[Site], Any] = take or (lambda _site: None)


CLIENT, JOBS, PEOPLE, NAMES = "Key for reading", "Recruiting: read", "Employees: read", "Names and emails of employees"
FEED, SAME, SENDING = "Feed of the career page", "Career page and key belong together", "Key for sending applications"
LACKS = {
    "recruiting": Lack(JOBS, "tick “Recruiting: Read” and save", hides=(SAME,)),
    "persons": Lack(PEOPLE, "tick “Employees: Read” and save", hides=(NAMES,)),
    "email": Lack(NAMES, "Not readable: email. In Personio, open your custom integration"),
    "feed": Lack(FEED, "switch on “Enable XML feed”", lambda s: s.company.knobs(feed="off"), hides=(SAME,)),
    "career": Lack(FEED, "There is no feed at", hides=(SAME,), company="somebody-else"),
    "token": Lack(SENDING, "Copy both again from “Recruiting API key”", recruiting_token="rec-wrong-one"),
    "company_id": Lack(SENDING, "does not accept Company ID and Access token together", company_id="424242"),
    "secret": Lack(CLIENT, "Copy both again from the custom integration", hides=(JOBS, PEOPLE, NAMES, SAME),
                   client_secret="papi-not-the-secret"),
}  # fmt: skip
ALONE = [(name,) for name in LACKS]
PAIRS = [pair for pair in combinations(LACKS, 2) if LACKS[pair[0]].title != LACKS[pair[1]].title]


def _grant(site: Site, names: tuple[str, ...]) -> None:
    scopes = [s for s, name in ((RECRUITING, "recruiting"), (PERSONS, "persons")) if name not in names]
    site.grant(scopes, ["first_name", "last_name"] if "email" in names else None)


@pytest.mark.parametrize("names", [*ALONE, *PAIRS], ids="+".join)
def test_exactly_what_is_missing_is_named(whole: Site, names: tuple[str, ...]) -> None:
    """Each lack alone and in pairs: named, with how to grant it; granted, one click finds everything (E24)."""
    lacks = [LACKS[name] for name in names]
    hidden = {title for lack in lacks for title in lack.hides}
    _grant(whole, names)
    for lack in lacks:
        lack.take(whole)
    walker = Walker(whole, whole.link())
    walker.to_test(**{name: value for lack in lacks for name, value in lack.typed.items()})
    expected = {lack.title: lack.how for lack in lacks if lack.title not in hidden}
    missing = walker.missing()
    assert missing.keys() == expected.keys()
    for title, how in expected.items():
        assert how in missing[title]
    unclear = {title for title, (state, _) in walker.lines().items() if state == "unclear"}
    assert unclear == hidden
    walker.send("next")  # not allowed yet
    assert (walker.step, walker.missing().keys()) == ("test", expected.keys())

    whole.restore()
    for lack in lacks:
        _retype(walker, lack.typed)
    walker.send("again")
    assert walker.title == "Everything is there."
    assert {state for state, _ in walker.lines().values()} == {"passed"}


def _retype(walker: Walker, typed: dict[str, str]) -> None:
    """Correct what was typed in wrongly, and nothing else; secrets of the same form stay."""
    for name in typed:
        chapter = {"company": "career", "client_secret": "read"}.get(name, "write")
        walker.open(chapter)
        walker.send(**{name: walker.credentials()[name]})


@pytest.mark.parametrize(
    ("features", "title", "how"),
    [
        ({"recruiting": False}, "Recruiting: read", "Recruiting is not part of this account"),
        ({"public_api": False}, "Key for reading", "include API access in your plan"),
    ],
)
def test_what_the_account_lacks(whole: Site, features: dict[str, bool], title: str, how: str) -> None:
    """A right may be ticked while the account does not have the feature: that is another sentence."""
    whole.company.change("PATCH", "", {"features": features})
    walker = Walker(whole, whole.link())
    walker.to_test()
    assert how in walker.missing()[title]


def test_swapped_keys_are_noticed_and_exchanged(whole: Site) -> None:
    """Client id and secret in each other's place: the page says so and offers to exchange them."""
    facts = whole.company.facts
    walker = Walker(whole, whole.link())
    walker.to_test(client_id=facts["client_secret"], client_secret=facts["client_id"])
    assert walker.missing() == {CLIENT: "Client ID and Client Secret are swapped. Exchange the two."}
    walker.send("exchange")
    assert walker.title == "Everything is there."


def test_a_tool_that_does_not_answer_is_no_missing_permission(whole: Site) -> None:
    """Nothing follows from a fault: the page says to try again, and calls nothing missing."""
    whole.company.fault(kind="status", status=503, route="token", count=None)
    walker = Walker(whole, whole.link())
    walker.to_test()
    assert walker.missing() == {}
    assert walker.lines()[CLIENT] == ("unclear", "Personio does not answer at the moment. Try again in a minute.")
    walker.send("next")
    assert walker.step == "test"
    whole.company.clear_faults()
    walker.send("again")
    assert walker.title == "Everything is there."


def test_nothing_is_written_while_testing(whole: Site) -> None:
    """The complete application of the test is refused: the company has not one application more."""
    before = whole.company.control("GET", "/companies/acme")["counts"]
    Walker(whole, whole.link()).to_test()
    assert whole.company.control("GET", "/companies/acme")["counts"] == before


def test_what_could_never_be_read_is_not_called_empty(whole: Site) -> None:
    """A model that lacks its permission and was never mirrored answers how to grant it; others answer as ever."""
    walker = Walker(whole, whole.link())
    walker.to_test()
    walker.send()
    walker.send("skip")
    store, made = whole.server.store, whole.server.store.integrations()[-1]
    store.synced(made.id, clock.now(), None)
    whole.grant([RECRUITING])
    told = whole.call("GET", f"/integrations/{made.id}/permissions?refresh=true").json()["data"]["permissions"]
    assert {one["id"] for one in told if one["state"] == "MISSING"} == {"persons_read", "channel"}
    headers = {"Authorization": f"Bearer {whole.key}", "X-Integration-Id": made.id}
    users = whole.http.get(f"{whole.url}/v1/ats/users", headers=headers)
    assert (users.status_code, users.json()["error"]["code"]) == (403, "INTEGRATION.PERMISSION_MISSING")
    assert "tick “Employees: Read” and save" in users.json()["error"]["message"]
    jobs = whole.http.get(f"{whole.url}/v1/ats/jobs", headers=headers)
    assert (jobs.status_code, jobs.json()["data"]["results"]) == (200, [])
