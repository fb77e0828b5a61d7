"""A walk through every page of the console, with real data on it."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.console.world import PASSWORD, Console


def walk(console: Console, page: Page) -> Iterator[str]:
    """Go from page to page as an admin does; yield a name at each."""
    page.goto(console.home)
    yield "sign-in"
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Integrations").wait_for()
    yield "integrations"
    page.goto(f"{page.url}?search=nobody")
    yield "integrations-none"
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
