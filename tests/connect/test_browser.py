"""The flow in a real Chromium, inside a caller's page of another origin, with Kombo's own browser package."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from kombo import Kombo
from playwright.sync_api import Browser, Page

from tests.connect.browser import kombo_connect
from tests.connect.world import SECRETS, Site, serve_folder

pytestmark = [pytest.mark.sdk, pytest.mark.browser]

CALLER = """<!doctype html><html lang="en"><title>Jobboard</title><body style="background:#fde68a"><h1>Jobboard</h1>
<div id="place"></div><script src="connect.js"></script></html>"""
OPEN = """([link, within]) => {
  const api = window.KomboConnect ?? window.komboConnect ?? Object.values(window).find((v) => v?.showKomboConnect);
  const container = within ? document.getElementById("place") : undefined;
  window.outcome = null;
  api.showKomboConnect(link, container ? { container } : {}).then(
    (token) => { window.outcome = { token }; },
    (error) => { window.outcome = { name: error.name, message: error.message }; },
  );
}"""
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the caller's own site."""
    folder = tmp_path_factory.mktemp("caller")
    (folder / "connect.js").write_text(kombo_connect())
    (folder / "index.html").write_text(CALLER)
    with serve_folder(folder) as address:
        yield address


def _frame(page: Page) -> Any:
    return page.frame_locator("iframe")


def _walk(frame: Any, site: Site) -> None:
    """Fill in everything, as somebody does who follows the guide."""
    values = {"company": "https://acme.jobs.personio.com/job/1"} | {k: str(site.company.facts[k]) for k in SECRETS}
    for fields in ((), (), ("company",), ("client_id", "client_secret"), ("company_id", "recruiting_token")):
        for name in fields:
            frame.locator(f"#{name}").fill(values[name])
        here = frame.locator("h1").inner_text()
        frame.locator("button.main").click()
        frame.locator("h1").filter(has_not_text=here).wait_for()
    frame.get_by_role("heading", name="Everything is there.").wait_for()


@pytest.mark.parametrize("within", [False, True])
def test_the_promise_resolves_with_a_token_and_the_sdk_reads_by_it(
    whole: Site, page: Page, caller: str, within: bool
) -> None:
    """From another origin: the token names an integration that the official SDK can read."""
    page.goto(caller)
    page.evaluate(OPEN, [whole.link(end_user_origin_id="framed"), within])
    frame = _frame(page)
    _walk(frame, whole)
    frame.locator("button.main").click()
    frame.locator("#recruiting_channel_id").fill("61")
    frame.locator("button.main").click()
    page.wait_for_function("() => window.outcome !== null")
    token = page.evaluate("() => window.outcome.token")
    assert page.locator("iframe").count() == 0
    with Kombo(api_key=whole.key, server_url=f"{whole.url}/v1") as kombo:
        told = kombo.connect.get_integration_by_token(token=token).data
    assert (told.tool, told.end_user_origin_id) == ("personio", "framed")


@pytest.mark.parametrize("within", [False, True])
def test_closing_rejects_as_cancelled(whole: Site, page: Page, caller: str, within: bool) -> None:
    """The close button is there in a frame, and nothing is made."""
    before = len(whole.server.store.integrations())
    page.goto(caller)
    page.evaluate(OPEN, [whole.link(), within])
    _frame(page).get_by_role("button", name="Close").click()
    page.wait_for_function("() => window.outcome !== null")
    assert page.evaluate("() => window.outcome.name") in ("KomboConnectCancelledError", "Error")
    assert "cancelled" in page.evaluate("() => window.outcome.message")
    assert len(whole.server.store.integrations()) == before


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_behind_shows_through(whole: Site, browser: Browser, caller: str, theme: Any) -> None:
    """A frame is transparent around its card, in either theme: the caller's yellow shows, darkened."""
    with browser.new_context(color_scheme=theme, viewport={"width": 900, "height": 700}) as context:
        page = context.new_page()
        page.goto(caller)
        page.evaluate(OPEN, [whole.link(), False])
        _frame(page).locator("h1").wait_for()
        colours = (
            _frame(page)
            .locator("html")
            .evaluate("e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).colorScheme]")
        )
    assert colours == ["rgba(0, 0, 0, 0)", "normal"]


def test_standing_alone_there_is_nothing_to_close(whole: Site, page: Page) -> None:
    """A magic link ends with a page of its own."""
    page.goto(whole.link(link_type="MAGIC_LINK"))
    assert page.get_by_role("button", name="Close").count() == 0
    _walk(page, whole)
    page.locator("button.main").click()
    page.get_by_role("button", name="Skip for now").click()
    page.get_by_role("heading", name="Connected").wait_for()


def test_checks_while_typing(whole: Site, page: Page) -> None:
    """A mistake is named beside its field when the field is left, and goes when it is mended."""
    page.goto(whole.link())
    for _ in range(2):
        page.locator("button.main").click()
    fault = page.locator("#company-fault")
    page.locator("#company").fill("acme gmbh & co")
    page.locator("#company").blur()
    fault.filter(has_text="not the address of a Personio career page").wait_for()
    for good in ("acme", "https://acme.jobs.personio.com/job/1?x=y", "acme.personio.de"):
        page.locator("#company").fill(good)
        page.locator("#company").blur()
        page.wait_for_function("() => document.getElementById('company-fault').textContent === ''")
    page.locator("button.main").click()
    page.locator("#client_id").fill("papi-same-same")
    page.locator("#client_secret").fill("papi-same-same")
    page.locator("#client_secret").blur()
    page.locator("#client_secret-fault").filter(has_text="same as the Client ID").wait_for()


def test_by_keyboard_alone(whole: Site, page: Page) -> None:
    """Tab, Space, Enter and typing lead through the whole flow; what has the focus can always be seen."""
    facts = whole.company.facts
    page.goto(whole.link())
    typed = {"company": "acme"} | {name: str(facts[name]) for name in SECRETS} | {"recruiting_channel_id": "61"}
    for _ in range(8):
        if page.locator("[data-activation]").count():
            break
        _fill_by_keyboard(page, typed)
    assert page.locator("h1").inner_text() == "Connected"


def _fill_by_keyboard(page: Page, typed: dict[str, str]) -> None:
    """Tab to each field and type, tab on to the main button and press Enter."""
    address = page.url
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => { const e = document.activeElement; return [e.id, e.className, getComputedStyle(e).outlineStyle]; }"
        )
        assert focused[2] != "none"
        if focused[0] in typed:
            page.keyboard.type(typed[focused[0]])
        if "main" in focused[1].split():
            with page.expect_navigation():
                page.keyboard.press("Enter")
            assert page.url != address or page.locator("[data-activation]").count()
            return
    raise AssertionError("the main button cannot be reached")


@pytest.mark.parametrize(("theme", "width"), [("light", 900), ("dark", 390)])
def test_axe_finds_nothing_serious(whole: Site, browser: Browser, theme: Any, width: int) -> None:
    """On every step, with and without faults, in both themes; and nothing is wider than a phone."""
    whole.grant([], ["first_name"])
    with browser.new_context(color_scheme=theme, viewport={"width": width, "height": 800}) as context:
        page = context.new_page()
        found: dict[str, list[str]] = {}

        def look(name: str) -> None:
            results = Axe().run(page).response["violations"]
            found[name] = [f"{v['id']}: {v['nodes'][0]['html']}" for v in results if v["impact"] in SERIOUS]
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width

        with whole.custom_fields(cost_centre="Cost centre", team="Team"):
            for step in _steps(page, whole):
                look(step)
        for address in ("/guides/personio", "/guides/personio/trial?lang=de", "/connect/start?token=x"):
            page.goto(whole.url + address)
            look(address)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert len(found) == 15


def _steps(page: Page, site: Site) -> Iterator[str]:
    """Go through the flow and yield at each page, faults included."""
    values = {"company": "acme"} | {name: str(site.company.facts[name]) for name in SECRETS}
    page.goto(site.link(integration_tool=None, language="de", enable_field_mapping=True))
    for name in ("tool", "data", "prerequisites"):
        yield name
        page.locator("button.main").click()
    page.locator("#company").fill("?")
    page.locator("button.main").click()
    yield "a fault"
    page.locator("#company").fill(values["company"])
    page.locator("button.main").click()
    for name, fields in (("read", ("client_id", "client_secret")), ("write", ("company_id", "recruiting_token"))):
        yield name
        for field in fields:
            page.locator(f"#{field}").fill(values[field])
        page.locator("button.main").click()
    yield "lacking"
    page.get_by_role("link", name="Jemanden einladen").click()
    yield "invitation"
    page.go_back()
    site.restore()
    page.locator("button.main").click()
    yield "good"
    page.locator("button.main").click()
    yield "fields"
    page.locator("button.main").click()
    yield "source"
    page.get_by_role("button", name="Vorerst überspringen").click()
    yield "done"
