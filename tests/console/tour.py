"""A walk through every page of the console, with real data on it."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.console.world import PASSWORD, Console


def walk(console: Console, page: Page) -> Iterator[str]:
    """Go from page to page as an admin does; yield a name at each."""
    for part in (_in, _integration, _data):
        yield from part(console, page)


def _in(console: Console, page: Page) -> Iterator[str]:
    page.goto(console.home)
    yield "sign-in"
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Integrations").wait_for()
    yield "integrations"
    page.goto(f"{page.url}?search=nobody")
    yield "integrations-none"


def _integration(console: Console, page: Page) -> Iterator[str]:
    page.go_back()
    page.get_by_role("link", name="Acme GmbH").click()
    page.get_by_role("heading", name="Overview").wait_for()
    page.get_by_role("button", name="Test permissions").click()
    page.get_by_text("Every permission was tested").wait_for()
    yield "integration"
    page.get_by_role("button", name="Sync now").click()
    page.get_by_text("The sync is queued").wait_for()
    yield "run-queued"
    console.work()
    page.get_by_text("Where our own time went").wait_for()
    yield "run"
    page.get_by_role("link", name="Syncs").click()
    page.get_by_role("heading", name="Syncs").wait_for()
    yield "syncs"


def _data(_console: Console, page: Page) -> Iterator[str]:
    page.get_by_role("link", name="Data").click()
    page.get_by_role("heading", name="Applications").wait_for()
    yield "data"
    page.get_by_label("Search").fill("nothing like it")
    page.get_by_role("button", name="Show").click()
    page.get_by_text("Nothing fits").wait_for()
    yield "data-none"
    for label in ("Screening questions", "Job hiring team members", "Jobs"):
        page.get_by_role("link", name=label, exact=True).click()
        page.get_by_role("heading", name=label).wait_for()
        yield f"data-{label.lower().replace(' ', '-')}"
    page.locator("tbody th a").first.click()
    page.get_by_text("Where each value came from").wait_for()
    yield "record"
    page.get_by_role("link", name="Ask the tool now").click()
    page.get_by_text("asked just now").wait_for()
    yield "record-live"
    page.get_by_role("list").get_by_role("link", name="Applications", exact=True).last.click()
    page.get_by_text("job id").wait_for()
    yield "data-of-a-job"
    page.locator("tbody th a").first.click()
    page.get_by_role("link", name="Ask the tool now").click()
    page.get_by_text("asked just now").wait_for()
    yield "record-application"
