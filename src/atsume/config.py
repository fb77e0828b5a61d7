"""One frozen Config: defaults, then `.env`, then the environment. Every setting is an `ATSUME_*` variable.

Bad values are refused at start with the variable's name and what to write instead; secrets are never repeated.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from dotenv import dotenv_values
from msgspec import Meta, Struct

PREFIX = "ATSUME_"
SECRET = frozenset({"encryption_key", "api_key", "database_url", "metrics_token"})
"""Settings that are masked wherever they are shown."""

HttpUrl = Annotated[str, Meta(pattern="^https?://[^/ ]+")]


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set. Each field `x` is read from `ATSUME_X`."""

    database_url: Annotated[str, Meta(pattern="^(sqlite:///|postgresql(\\+psycopg)?://)")] = "sqlite:///./atsume.db"
    """SQLite file or `postgresql://…`."""
    encryption_key: str | None = None
    """Base64 of 32 bytes. With SQLite made once, next to the database file; with PostgreSQL required."""
    api_key: str | None = None
    """Bootstraps the default environment's API key."""
    public_url: HttpUrl = "http://127.0.0.1:8000"
    """Used in links."""
    personio_api_url: HttpUrl = "https://api.personio.de"
    """Where Personio's API is; for the simulator."""
    personio_career_url: HttpUrl = "https://{company}.jobs.personio.de"
    """Template of a career site; for the simulator."""
    personio_form_interval_seconds: Annotated[float, Meta(ge=0)] = 1.0
    """Pause between two application forms read from a career site. Seconds."""
    allow_private_network: bool = False
    """Lets webhooks and `data_url` reach private addresses (tests, demo)."""
    replica: str | None = None
    """Name of this process among several workers on PostgreSQL; by default the host's. It should outlive a restart."""
    replica_silence_seconds: Annotated[float, Meta(ge=1)] = 25.0
    """A worker that says nothing for so long is taken for dead, and others go on with its work. Seconds."""
    requests_per_minute: Annotated[int, Meta(ge=0)] = 6000
    """Quota per API key and integration, as the `ratelimit-*` headers tell it. 0: none."""
    metrics_token: str | None = None
    """Bearer token that `/metrics` asks for; none: it is open."""
    keep_tombstones_days: Annotated[int, Meta(ge=0)] = 14
    """After so many days nothing is kept of a deleted record but its ids and times."""
    keep_deleted_days: Annotated[int, Meta(ge=0)] = 14
    """After so many days the data of a deleted integration is erased."""
    keep_exchanges_days: Annotated[int, Meta(ge=0)] = 7
    """How long recorded requests and answers, to which `log_url` points, are kept."""
    keep_statistics_days: Annotated[int, Meta(ge=0)] = 60
    """How long the records of ended sync runs are kept; the newest of each integration stays."""
    keep_changes_days: Annotated[int, Meta(ge=14)] = 60
    """How long `GET /v1/changes` can go back, at least 14 days; the newest change of each integration stays."""


class ConfigError(Exception):
    """A setting is wrong; the message names the variable and what it may be."""


class Sourced(Struct, frozen=True):
    """A setting, its value and where it came from."""

    variable: str
    value: str
    origin: str
    """default, .env or environment."""


def load(environ: Mapping[str, str], env_file: Path | None = Path(".env")) -> Config:
    """Return the configuration. Raises ConfigError."""
    return _convert({name: value for name, (value, _) in _given(environ, env_file).items()})


def explain(environ: Mapping[str, str], env_file: Path | None = Path(".env")) -> list[Sourced]:
    """Return every setting with its value (secrets masked) and origin. Raises ConfigError."""
    config, given = load(environ, env_file), _given(environ, env_file)
    return [
        Sourced(
            variable=PREFIX + name.upper(),
            value=_shown(name, getattr(config, name)),
            origin=given[name][1] if name in given else "default",
        )
        for name in Config.__struct_fields__
    ]


def _given(environ: Mapping[str, str], env_file: Path | None) -> dict[str, tuple[str, str]]:
    from_file = dotenv_values(env_file) if env_file and env_file.is_file() else {}
    given = {k: (v, ".env") for k, v in from_file.items() if k.startswith(PREFIX) and v}
    given |= {k: (v, "environment") for k, v in environ.items() if k.startswith(PREFIX) and v}
    known = {PREFIX + name.upper(): name for name in Config.__struct_fields__}
    return {known[k]: pair for k, pair in given.items() if k in known}


def _convert(values: Mapping[str, Any]) -> Config:
    try:
        return msgspec.convert(values, Config, strict=False)
    except msgspec.ValidationError as error:
        name = str(error).rpartition("$.")[2].rstrip("`") if "$." in str(error) else ""
        reason = _MEANT.get(name) or str(error).partition(" - at")[0]
        raise ConfigError(f"{PREFIX}{name.upper()}: {reason}. See docs/reference/settings.md.") from error


_MEANT = {
    "database_url": "Expected sqlite:///path/to/file.db or postgresql://user:password@host/database",
    "public_url": "Expected an address such as https://atsume.example.com",
    "personio_api_url": "Expected an address such as https://api.personio.de",
    "personio_career_url": "Expected an address such as https://{company}.jobs.personio.de",
}
"""What to write where a pattern would tell nobody. The value itself, which may be secret, is never repeated."""


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in SECRET:
        return "********" if name != "database_url" else _without_password(str(value))
    return str(value)


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    account, at, host = rest.rpartition("@")
    return f"{scheme}://{account.partition(':')[0]}:********@{host}" if at and ":" in account else url
