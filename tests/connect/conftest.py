"""One running server with a simulated company behind it, for all tests of connecting; and a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.connect.world import Site, site


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server. Each test takes the company as it should be."""
    with site(tmp_path_factory.mktemp("connect")) as made:
        made.rename("Jobboard")
        yield made


@pytest.fixture
def whole(served: Site) -> Site:
    """The server, with every permission granted and every switch on."""
    served.restore()
    return served


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails its test on any error of its own."""
    context = browser.new_context(viewport={"width": 900, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
    yield opened
    context.close()
    assert errors == []
