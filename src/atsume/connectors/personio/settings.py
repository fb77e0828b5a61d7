"""What a connection to Personio needs: secrets, settings, and the addresses that the server's configuration gives."""

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

_HOSTS = re.compile(r"^(?P<label>[^.]+)(\.jobs)?(\.app)?\.personio\.(de|com)$")
_LABEL = re.compile(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")
LANGUAGES = ("de", "en", "fr", "es", "nl", "it", "pt")
"""All that the feed knows."""


class Addresses(Struct, frozen=True, kw_only=True):
    """Where Personio is. From the server's configuration, so that the simulator can stand in."""

    api: str = "https://api.personio.de"
    career: str = "https://{company}.jobs.personio.de"
    """Template of a career site."""
    form_interval_seconds: float = 1.0
    """Pause between two application forms."""
    writes_per_window: int = 20
    """What Personio takes from one company, on each of the two counters of the write API."""
    write_window_seconds: float = 60.0


class Credentials(Struct, kw_only=True):
    """Secrets of a connection. Each surface needs its own; without any, only the public feed is read."""

    company_id: str | None = None
    """For writing: number of the company, beside the recruiting token."""
    recruiting_token: str | None = None
    """For writing."""
    client_id: str | None = None
    """For reading: of the custom integration."""
    client_secret: str | None = None

    def __post_init__(self) -> None:
        """Take off what copying adds, and turn blanks into None."""
        for name in self.__struct_fields__:
            setattr(self, name, (getattr(self, name) or "").strip() or None)

    @property
    def can_read(self) -> bool:
        """Whether the v2 API can be asked."""
        return bool(self.client_id and self.client_secret)


def lacks(credentials: "Credentials", settings: "Settings") -> str | None:
    """Return what a connection lacks to read anything at all, or to be what was meant; None when it is whole."""
    if bool(credentials.client_id) != bool(credentials.client_secret):
        return "Client id and client secret belong together: give both, or neither."
    if not credentials.can_read and not settings.companies:
        return "Nothing to read from: give a client id and secret, the name of the career site, or both."
    return None


class AskedQuestion(Struct, kw_only=True):
    """A screening question that an administrator entered by hand: no API tells them (README, E27)."""

    id: str
    """`custom_attribute_<n>`, as Personio's settings show it."""
    title: str
    type: Literal["text", "textarea", "date", "select", "checkbox", "file", "number"] = "text"
    options: dict[str, str] = {}
    """Option id → label."""
    required: bool = False


class Settings(Struct, kw_only=True):
    """Settings of a connection. No secrets."""

    company: str | None = None
    """Label of the career site; also accepts its whole address. None: no feed is read."""
    extra_companies: list[str] = []
    """Further career sites, one per legal entity."""
    language: Literal["de", "en", "fr", "es", "nl", "it", "pt"] = "en"
    stage_source: Literal["applications", "categories", "both"] = "both"
    users: Literal["referenced", "all"] = "referenced"
    screening_questions: Literal["off", "career_site"] = "off"
    """Reads the public application forms: not documented by Personio, so off unless asked for."""
    entered_questions: list[AskedQuestion] = []
    app_host: str | None = None
    """`company.app.personio.com`: links into the tool."""
    candidate_url: str | None = None
    """Template with `{app_host}` and `{candidate_id}`; Personio documents none."""
    application_url: str | None = None
    """Template with `{app_host}`, `{application_id}`, `{candidate_id}` and `{job_id}`."""
    recruiting_channel_id: int | None = None
    only_created_applications: bool | None = None
    """None: as the environment says."""

    def __post_init__(self) -> None:
        """Bring the addresses into one form. Raises ValueError with a sentence for whoever typed them."""
        self.company = company_label(self.company) if (self.company or "").strip() else None
        self.extra_companies = [company_label(c) for c in self.extra_companies if c.strip()]
        self.app_host = _host(self.app_host) or None

    @property
    def companies(self) -> list[str]:
        """All career sites, the main one first."""
        first = [self.company] if self.company else []
        return list(dict.fromkeys(first + self.extra_companies))

    @property
    def languages(self) -> list[str]:
        """The chosen language, then those to fall back on: de, en."""
        return list(dict.fromkeys([self.language, "de", "en"]))


HELP: Mapping[str, str] = {
    "company": "Name of the career site: acme for https://acme.jobs.personio.de. Without it no feed is read.",
    "extra_companies": 'Further career sites, one per legal entity, as a JSON list: ["acme-uk"].',
    "language": "Of job titles and descriptions, where there is a choice.",
    "stage_source": "Where stages come from: only those in use, those of categories, or both.",
    "users": "Only persons on hiring teams, or all of the company.",
    "screening_questions": "Whether application forms are read from the career site, which Personio does not document.",
    "entered_questions": "Questions that no form tells, as a JSON list of id, title, type, options, required.",
    "app_host": "acme.app.personio.com: for links into Personio.",
    "candidate_url": "Template of a link, with {app_host} and {candidate_id}.",
    "application_url": "Template of a link, with {app_host}, {candidate_id}, {job_id} and {application_id}.",
    "recruiting_channel_id": "Number of the channel that applications created here come from.",
    "company_id": "For writing: number of the company, beside the recruiting token.",
    "recruiting_token": "For writing: from Settings, Integrations, API credentials.",
    "client_id": "For reading: of the custom integration.",
    "client_secret": "For reading: of the custom integration, shown once.",
}
"""A sentence per setting and credential, for whoever has to give them."""


def company_label(text: str | None) -> str:
    """Return the label of a career site: `acme` of `acme`, `https://acme.jobs.personio.com/xml`, `acme.personio.de`."""
    host = _host(text)
    match = _HOSTS.match(host)
    label = match["label"] if match else host
    if not _LABEL.match(label):
        raise ValueError(
            f"{text!r} is not a Personio company: give the first part of the career page's address, "
            "such as acme for https://acme.jobs.personio.de"
        )
    return label


def _host(text: str | None) -> str:
    text = (text or "").strip().lower()
    return text.partition("://")[2].partition("/")[0] if "://" in text else text.partition("/")[0]
