"""Walks through a connection flow by HTTP alone, as a browser without JavaScript does."""

from typing import Any

import httpx
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.connect.world import Site

CHAPTERS = ("career", "read", "write")


class Walker:
    """An end user with a link."""

    def __init__(self, site: Site, link: str) -> None:
        self.site, self.link = site, link
        self.token = link.partition("token=")[2].partition("&")[0]
        self.page: LexborHTMLParser
        self.answer: httpx.Response
        self.open()

    def open(self, step: str = "") -> None:
        """Open a step."""
        self._take(self.site.http.get(self.link + (f"&step={step}" if step else "")))

    def send(self, do: str = "next", **values: Any) -> None:
        """Send the form of the page."""
        form = {name: value for name, value in self.fields().items()} | {"do": do}
        form |= {name: str(value) for name, value in values.items()}
        self._take(self.site.http.post(f"{self.site.url}/connect/start", data=form))

    def fields(self) -> dict[str, str]:
        """Return what the form would send as it is."""
        inputs = self.page.css("form.step input")
        return {i.attributes["name"] or "": i.attributes.get("value") or "" for i in inputs if _is_sent(i)}

    def _take(self, answer: httpx.Response) -> None:
        self.answer, self.page = answer, LexborHTMLParser(answer.text)

    @property
    def step(self) -> str:
        """The step of the page that is open; empty at the end."""
        held = self.page.css_first('form.step input[name="step"]')
        return (held.attributes["value"] or "") if held is not None else ""

    @property
    def title(self) -> str:
        """The heading."""
        heading = self.page.css_first("h1")
        return heading.text(strip=True) if heading is not None else ""

    def credentials(self, **changes: Any) -> dict[str, str]:
        """Return everything that the chapters ask for."""
        facts = self.site.company.facts
        names = ("company_id", "recruiting_token", "client_id", "client_secret")
        return {"company": "acme"} | {name: str(facts[name]) for name in names} | changes

    def to_test(self, **changes: Any) -> None:
        """Go through everything up to scope testing."""
        values = self.credentials(**changes)
        for _ in range(8):
            if self.step == "test":
                return
            wanted = {i.attributes["name"]: i for i in self.page.css(".field input")}
            self.send(**{name: values[name] for name in wanted if name in values})
        raise AssertionError(f"stuck at {self.step}: {self.page.text()}")

    def lines(self) -> dict[str, tuple[str, str]]:
        """Return each permission with its state and what is said of it."""
        found = {}
        for line in self.page.css("li.permission"):
            state = (line.attributes["class"] or "").split()[-1]
            how = line.css_first(".how")
            found[line.css_first("b").text(strip=True)] = (state, how.text(strip=True) if how is not None else "")
        return found

    def missing(self) -> dict[str, str]:
        """Return the permissions that the page calls missing, with how to grant them."""
        return {title: how for title, (state, how) in self.lines().items() if state == "missing"}

    def activation(self) -> str:
        """Return the activation token at the end."""
        return self.page.css_first("[data-activation]").attributes["data-activation"] or ""


def _is_sent(node: LexborNode) -> bool:
    kind = node.attributes.get("type")
    return bool(node.attributes.get("name")) and (kind not in ("radio", "checkbox") or "checked" in node.attributes)
