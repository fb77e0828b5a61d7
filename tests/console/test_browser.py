"""The console in a real Chromium, with a mirrored company behind it."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.console.tour import walk
from tests.console.world import Console

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console")]


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_every_page(desk: Console, browser: Browser, theme: Any, width: int) -> None:
    """Axe finds nothing at all, no script fails, no policy is broken, and nothing is wider than the screen."""
    faults: list[str] = []
    with browser.new_context(color_scheme=theme, viewport={"width": width, "height": 860}) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("console", lambda line: faults.append(line.text) if line.type in ("error", "warning") else None)
        names = []
        for name in walk(desk, page):
            names.append(name)
            found = Axe().run(page).response["violations"]
            faults += [f"{name}: {one['id']}: {one['nodes'][0]['html']}" for one in found]
            wide = page.evaluate("document.documentElement.scrollWidth")
            faults += [f"{name}: {wide} wide"] if wide > width else []
    assert faults == []
    assert len(names) >= 3
