"""`make pictures`: every step of the connection flow as a picture for the docs, in both themes, desktop and phone.

Taken from the real pages in Chromium, with a simulated company behind them.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.connect.browser import chromium, kombo_connect
from tests.connect.test_browser import CALLER, OPEN
from tests.connect.world import SECRETS, Site, serve_folder, site

FOLDER = Path(__file__).parents[2] / "docs" / "images" / "connect"
SHAPES = {"desktop": (860, 720), "phone": (390, 780)}
THEMES = ("light", "dark")


def main() -> None:
    """Take them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as served, chromium() as browser:
        served.rename("Jobboard")
        for shape in SHAPES:
            for theme in THEMES:
                _take(served, browser, shape, theme)
        _framed(served, browser, Path(folder))
    taken = sorted(FOLDER.glob("*.png"))
    size = sum(path.stat().st_size for path in taken)
    sys.stdout.write(f"{len(taken)} pictures, {size / 1024:.0f} KiB, in {FOLDER}\n")


def _take(served: Site, browser: Browser, shape: str, theme: Any) -> None:
    width, height = SHAPES[shape]
    with browser.new_context(color_scheme=theme, viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        with served.custom_fields(cost_centre="Cost centre", team="Team"):
            for number, name in enumerate(steps(page, served)):
                page.screenshot(path=FOLDER / f"{shape}-{theme}-{number:02}-{name}.png", full_page=True)


def steps(page: Page, served: Site) -> Any:
    """Go through the flow; yield the name of each page worth a picture."""
    served.restore()
    served.grant(["personio:recruiting:read"])
    facts = {name: str(served.company.facts[name]) for name in SECRETS}
    page.goto(served.link(integration_tool=None, enable_field_mapping=True))
    for name in ("tool", "data", "prerequisites"):
        yield name
        page.locator("button.main").click()
    for chapter, typed in (
        ("career", {"company": "https://acme.jobs.personio.de"}),
        ("reading", {"client_id": "papi-1a2b3c4d-5e6f", "client_secret": facts["client_secret"]}),
        ("sending", {"company_id": "12345", "recruiting_token": facts["recruiting_token"]}),
    ):
        for field, value in typed.items():
            page.locator(f"#{field}").fill(value)
        yield chapter
        for field in typed:
            page.locator(f"#{field}").fill(facts.get(field, typed[field]))
        page.locator("button.main").click()
    yield "check-missing"
    served.restore()
    page.locator("button.main").click()
    yield "check-good"
    page.locator("button.main").click()
    yield "fields"
    page.locator("button.main").click()
    yield "source"
    page.get_by_role("button", name="Skip for now").click()
    yield "done"


def _framed(served: Site, browser: Browser, folder: Path) -> None:
    """Take the flow inside a caller's page."""
    (folder / "connect.js").write_text(kombo_connect())
    (folder / "index.html").write_text(CALLER)
    with serve_folder(folder) as address, browser.new_context(viewport={"width": 1000, "height": 760}) as context:
        page = context.new_page()
        page.goto(address)
        page.evaluate(OPEN, [served.link(), False])
        page.frame_locator("iframe").locator("h1").wait_for()
        page.wait_for_timeout(400)
        page.screenshot(path=FOLDER / "framed.png")


if __name__ == "__main__":
    main()
