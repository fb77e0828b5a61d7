"""A walk through every page of the console, with real data on it."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.console.world import PASSWORD, Console


def walk(console: Console, page: Page) -> Iterator[str]:
    """Go from page to page as an admin does; yield a name at each."""
    for part in (_in, _integration, _data, _fields, _writing, _webhooks, _rest):
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
    page.locator(".told").wait_for()
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


def _fields(console: Console, page: Page) -> Iterator[str]:
    page.goto(console.url + console.path("/{environment}/integrations/{integration}/fields?model=ats_jobs"))
    yield "fields"
    row = page.locator("tr", has_text=console.custom_key)
    row.get_by_role("combobox").select_option(console.ours["integration_field"])
    row.get_by_role("button", name="Preview").click()
    page.get_by_text("Nothing is saved yet").wait_for()
    yield "fields-preview"
    page.locator("tr", has_text=console.custom_key).get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    page.get_by_role("link", name="Look at live records now").click()
    page.get_by_text("As found on live records just now").wait_for()
    yield "fields-live"


def _writing(_console: Console, page: Page) -> Iterator[str]:
    page.get_by_role("link", name="Write").click()
    page.get_by_label("First name").fill("Mara")
    page.get_by_label("Last name").fill("Lindqvist")
    page.get_by_label("E-mail").fill("mara@example.org")
    page.get_by_role("button", name="Dry run").click()
    page.get_by_text("Nothing was sent.").wait_for()
    yield "writing"


def _webhooks(console: Console, page: Page) -> Iterator[str]:
    page.get_by_role("link", name="Webhooks").click()
    page.get_by_role("heading", name="Webhooks").wait_for()
    yield "webhooks"
    page.get_by_label("Address").fill("http://nowhere.invalid/hooks")
    page.get_by_role("button", name="Add and show the secret").click()
    page.get_by_text("It is shown this once").wait_for()
    yield "secret"
    page.get_by_role("link", name="Webhooks").click()
    page.locator("tbody th a").first.click()
    page.get_by_role("heading", name="Webhook endpoint").wait_for()
    yield "webhook"
    page.locator("tbody th a").first.click()
    page.get_by_role("button", name="Send once more").click()
    page.get_by_text("It is sent once more").wait_for()
    yield "delivery"


def _rest(_console: Console, page: Page) -> Iterator[str]:
    for name in ("Logs", "Connect link", "Scopes", "API keys", "Environment", "Audit log"):
        page.get_by_role("navigation", name="Console").get_by_role("link", name=name).click()
        page.get_by_role("heading", name=name, exact=True).wait_for()
        yield name.lower().replace(" ", "-")
