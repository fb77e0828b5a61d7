"""Links and tokens: what they open, for how long, and for whom."""

import datetime as dt

import pytest

from atsume import clock
from atsume.integrations import links
from atsume.model.integration import EndUser
from atsume.store.rows import Purpose, Wish
from tests.connect.flow import Walker
from tests.connect.world import Site

HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"integration_category": "HRIS"}, "GET /v1/tools/ats"),
        ({"integration_tool": "greenhouse"}, "must be one of: personio"),
        ({"language": "pt"}, "`language`: has a value that is not allowed"),
        ({"end_user_email": "nobody"}, "`end_user_email`"),
        ({"end_user_organization_name": ""}, "`end_user_organization_name`"),
        ({"link_type": "FOREVER"}, "`link_type`"),
        ({"scope_config_id": "1" * 24}, "no such scope config"),
        ({"integration_tool": None, "remote_environment": "x"}, "together with `integration_tool`"),
        ({"integration_tool": "personio", "remote_environment": "staging"}, "must be null or production"),
    ],
)
def test_wrong_wishes_are_refused(whole: Site, body: dict[str, str], said: str) -> None:
    """With a sentence that says what to send."""
    asked = {"end_user_email": "a@b.example", "end_user_organization_name": "A", "integration_category": "ATS"}
    answer = whole.call("POST", "/connect/create-link", asked | body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "PLATFORM.INPUT_INVALID")
    assert said in answer.json()["error"]["message"]


@pytest.mark.parametrize(("kind", "good", "over"), [("EMBEDDED", 0.99, 1.01), ("MAGIC_LINK", 8759, 8761)])
def test_links_expire(whole: Site, kind: str, good: float, over: float) -> None:
    """EMBEDDED after an hour, MAGIC_LINK after a year."""
    store, now = whole.server.store, clock.now()
    wish = Wish(purpose=Purpose.CONNECT, end_user=EndUser("Acme"), tool="personio", link_type=kind)
    for age, status in ((good, 200), (over, 410)):
        made = links.make(store, whole.url, whole.environment, wish, now - HOUR * age)
        assert whole.http.get(made).status_code == status


def test_a_whole_flow_and_its_tokens(whole: Site) -> None:
    """The activation token names the integration, to its own environment alone; the link is used up."""
    whole.woken = 0
    walker = Walker(whole, whole.link(end_user_origin_id="acme-1"))
    walker.to_test()
    walker.send()
    walker.send(recruiting_channel_id="61")
    assert walker.title == "Connected"
    token = walker.activation()
    told = whole.call("GET", f"/connect/integration-by-token/{token}").json()["data"]
    assert told == {
        "tool": "personio",
        "id": told["id"],
        "end_user_origin_id": "acme-1",
        "end_user_organization_name": "Acme GmbH",
        "end_user_email": "ada@acme.example",
        "setup_status": told["setup_status"],
    }
    assert whole.call("POST", "/connect/activate-integration", {"token": token}).json()["data"] == told
    assert whole.woken == 1

    other = whole.server.store.create_environment("Other", clock.now()).id
    theirs = whole.add_key(other)
    for wrong, key in ((token, theirs), (walker.token, None), ("nonsense", None)):
        refused = whole.call("GET", f"/connect/integration-by-token/{wrong}", key=key)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "PLATFORM.INPUT_INVALID")
    assert whole.http.get(f"{whole.url}/connect/start?token={token}").status_code == 404  # it opens nothing
    walker.open()
    assert (walker.answer.status_code, walker.title) == (410, "Already connected")
    integration = whole.server.store.integration(told["id"])
    assert integration is not None
    assert integration.settings["recruiting_channel_id"] == 61
    entries = whole.server.store.audit_entries(whole.environment, 2)
    assert [(e.action, e.actor.partition(" ")[0]) for e in entries] == [
        ("integration.connected", "end"),
        ("connect_link.created", "key"),
    ]


def test_only_hashes_are_kept(whole: Site) -> None:
    """Neither a link's token nor an activation token is in the database."""
    walker = Walker(whole, whole.link())
    walker.to_test()
    walker.send()
    walker.send("skip")
    kept = b"".join(path.read_bytes() for path in whole.folder.glob("a.db*") if path.suffix != ".key")
    for secret in (walker.token, walker.activation()):
        assert secret
        assert secret.encode() not in kept


def test_two_clicks_connect_once(whole: Site) -> None:
    """A link makes one integration, however often its last form is sent."""
    walker = Walker(whole, whole.link(end_user_organization_name="Twice GmbH"))
    walker.to_test()
    walker.send()
    form = walker.fields() | {"do": "skip"}
    answers = [whole.http.post(f"{whole.url}/connect/start", data=form).status_code for _ in range(3)]
    assert answers == [200, 410, 410]
    made = [i for i in whole.server.store.integrations() if i.end_user.organization_name == "Twice GmbH"]
    assert len(made) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
def test_forms_of_other_sites_are_refused(whole: Site, headers: dict[str, str], status: int) -> None:
    """Even with the right token."""
    walker = Walker(whole, whole.link())
    form = walker.fields() | {"do": "next"}
    assert whole.http.post(f"{whole.url}/connect/start", data=form, headers=headers).status_code == status


def test_only_the_connect_page_may_be_framed(whole: Site) -> None:
    """And by whom, the environment may say; nothing inline may run anywhere."""
    pages = {
        whole.link(): "frame-ancestors *",
        f"{whole.url}/connect/start?token=x": "frame-ancestors *",
        f"{whole.url}/guides/personio": "frame-ancestors 'none'",
        f"{whole.url}/docs": "frame-ancestors 'none'",
        f"{whole.url}/logs/x": "frame-ancestors 'none'",
    }
    for address, framing in pages.items():
        answer = whole.http.get(address, headers={"accept": "text/html"})
        policy = answer.headers["content-security-policy"]
        assert framing in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert ("x-frame-options" in answer.headers) <= ("'none'" in framing)
    whole.server.store.update_environment_settings(whole.environment, whole.with_origins("https://app.example"))
    try:
        assert "frame-ancestors https://app.example" in whole.http.get(whole.link()).headers["content-security-policy"]
    finally:
        whole.server.store.update_environment_settings(whole.environment, whole.with_origins())


def test_bodies_are_limited(whole: Site) -> None:
    """A form larger than any form of ours is not read."""
    answer = whole.http.post(f"{whole.url}/connect/start", data={"token": "x" * 70_000})
    assert answer.status_code == 413


@pytest.mark.parametrize("purpose", ["relink", "setup-link"])
def test_a_link_to_what_was_deleted_says_so(whole: Site, purpose: str) -> None:
    """However it is asked: the integration may go while links to it are open."""
    walker = Walker(whole, whole.link(end_user_organization_name=f"Gone {purpose}"))
    walker.to_test()
    walker.send()
    walker.send("skip")
    (made,) = [i for i in whole.server.store.integrations() if i.end_user.organization_name == f"Gone {purpose}"]
    asked = whole.call("POST", f"/integrations/{made.id}/{purpose}", {"link_type": "EMBEDDED"})
    link = whole.here(asked.json()["data"]["link"])
    assert whole.http.get(link).status_code == 200
    assert whole.call("DELETE", f"/integrations/{made.id}", {}).status_code == 200
    form = {"token": link.partition("token=")[2], "step": "source", "do": "next"}
    told = [whole.http.get(link), whole.http.post(f"{whole.url}/connect/start", data=form)]
    assert [(answer.status_code, "no longer exists" in answer.text) for answer in told] == [(410, True)] * 2
    checked = whole.http.post(f"{whole.url}/connect/check", data=form)
    assert (checked.status_code, checked.json()) == (200, {"faults": {}})
