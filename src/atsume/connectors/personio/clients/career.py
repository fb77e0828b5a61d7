"""The career site: the XML feed, and (undocumented, behind a switch) application forms. No credentials.

No redirect is followed and nothing but XML with the right root counts as a feed: a switched-off feed, a wrong company
and a bot challenge all answer with web pages, sometimes with 200 (seen 2026).
"""

from collections.abc import Sequence

from msgspec import Struct

from atsume.connectors.http import TOTAL_SECONDS, Http, Request, Response
from atsume.connectors.personio.errors import FeedUnavailable
from atsume.connectors.personio.remote.feed import NotAFeed, Position, positions
from atsume.connectors.personio.remote.forms import Control, controls_of_json, controls_of_page
from atsume.errors import RemoteFault

ENDINGS = (".jobs.personio.de", ".jobs.personio.com")
"""The customer picks one; usually both answer."""
NOT_FOUND = frozenset({301, 302, 307, 308, 404, 410})
"""Statuses of the wrong ending or a wrong company."""


class Published(Struct):
    """A published job: where, and its position by language, the preferred first."""

    site: str
    """Base address of the career site that lists it."""
    positions: dict[str, Position]


class Feed(Struct):
    """All that the career sites publish, by job id."""

    jobs: dict[str, Published]


class Career:
    """Personio's career sites of one connection."""

    def __init__(
        self,
        http: Http,
        template: str,
        companies: Sequence[str],
        languages: Sequence[str],
        timeout_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._http, self._template = http, template
        self._companies, self._languages = companies, languages
        self._timeout_seconds = timeout_seconds

    def feed(self) -> Feed:
        """Read the feeds of all companies. Raises FeedUnavailable unless every one could be read."""
        jobs: dict[str, Published] = {}
        for company in self._companies:
            site, first = self._found(company)
            for position in first:
                jobs.setdefault(position.id, Published(site, {self._languages[0]: position}))
            for language in self._languages[1:]:
                if all(p.sections and p.name for p in first):
                    break
                for position in self._positions(site, language):
                    if position.id in jobs:
                        jobs[position.id].positions[language] = position
        return Feed(jobs)

    def lacks(self, job_id: str) -> bool:
        """Return whether the feeds list jobs now, and this one is not among them. Raises FeedUnavailable."""
        listed = [position.id for company in self._companies for position in self._found(company)[1]]
        return bool(listed) and job_id not in listed

    def form(self, site: str, job_id: str) -> list[Control] | None:
        """Return a job's application form; None when neither its JSON nor its page is understood."""
        language = self._languages[0]
        answer = self._http.get(f"{site}/api/v1/jobs/{job_id}/application-form?language={language}")
        if answer.status == 200 and (controls := controls_of_json(answer.body)) is not None:
            return controls
        answer = self._http.get(f"{site}/job/{job_id}/apply?language={language}")
        return controls_of_page(answer.body) if answer.status == 200 else None

    def _found(self, company: str) -> tuple[str, list[Position]]:
        """Return the site that has the feed, trying the other ending when the first is not found."""
        failures: list[FeedUnavailable] = []
        for site in sites(self._template, company):
            try:
                return site, self._positions(site, self._languages[0])
            except _NotFound as failure:
                failures.append(failure)
        raise failures[0]

    def _positions(self, site: str, language: str) -> list[Position]:
        try:
            answer = self._http.send(
                Request(
                    method="GET",
                    url=f"{site}/xml?language={language}",
                    headers={"Accept": "text/xml, application/xml"},
                    timeout_seconds=self._timeout_seconds,
                )
            )
        except FeedUnavailable:
            raise
        except RemoteFault as fault:
            raise FeedUnavailable(f"The career site {_host(site)} cannot be reached: {fault.message}") from None
        if answer.status != 200:
            raise _refused(site, answer)
        try:
            return positions(answer.body)
        except NotAFeed as reason:
            raise _misread(site, answer, str(reason)) from None


class _NotFound(FeedUnavailable):
    """There may be a feed under the other ending."""


def sites(template: str, company: str) -> list[str]:
    """Return the addresses to try for a company: the configured one, then the other ending."""
    first = template.replace("{company}", company).rstrip("/")
    mine = next((e for e in ENDINGS if first.endswith(e)), None)
    return [first] + [first.removesuffix(mine) + other for other in ENDINGS if mine and other != mine]


def _refused(site: str, answer: Response) -> FeedUnavailable:
    if _challenged(answer):
        return _challenge(site)
    where = f"{site}/xml"
    if answer.status in NOT_FOUND:
        return _NotFound(
            f"{where} answered {answer.status}: no feed there. Check the company's name and that the XML feed is "
            "switched on in Personio (Settings → Recruiting → Career page)."
        )
    return FeedUnavailable(f"{where} answered {answer.status}. The next run tries again.")


def _misread(site: str, answer: Response, reason: str) -> FeedUnavailable:
    if _challenged(answer):
        return _challenge(site)
    return FeedUnavailable(
        f"{site}/xml cannot be read: {reason}. The feed is switched on in Personio under "
        "Settings → Recruiting → Career page."
    )


def _challenge(site: str) -> FeedUnavailable:
    return FeedUnavailable(
        f"{site}/xml answered with a bot challenge. Let this server's address pass, or try again later."
    )


def _challenged(answer: Response) -> bool:
    return answer.headers.get("x-vercel-mitigated", "").lower() == "challenge"


def _host(site: str) -> str:
    return site.partition("://")[2]
