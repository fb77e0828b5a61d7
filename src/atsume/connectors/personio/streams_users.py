"""Users and hiring teams. By default only persons whom a hiring team names are read: the rest is HR data."""

from collections.abc import Iterable, Iterator
from urllib.parse import quote

import msgspec
from msgspec import Struct

from atsume.connectors.base import Came, Mirror, Page, Stream
from atsume.connectors.personio import fields
from atsume.connectors.personio.assemble import MemberParts, UserParts, members
from atsume.connectors.personio.feed_notes import remember_feed
from atsume.connectors.personio.fingerprints import fingerprint, told_apart
from atsume.connectors.personio.mapping.users import HIRING_TEAM, USERS
from atsume.connectors.personio.remote import v2
from atsume.connectors.personio.shared import Shared
from atsume.errors import PermissionMissing
from atsume.model.record import join_id

FIRST = ">"
"""Place before all persons; with an id behind it: after that person."""
LIMIT = 50
"""Persons a page: the most that persons gives (100 is refused)."""
READABLE = "first name, last name and e-mail"


def user_stream(shared: Shared) -> Stream:
    """Return the stream of users."""
    return Users(shared).stream()


def hiring_team_stream(shared: Shared) -> Stream:
    """Return the stream of hiring teams."""
    return _HiringTeam(shared).stream()


class _Bare(Struct):
    """Persons who are named but cannot be read."""

    ids: list[str]


class Users:
    """Persons: those that teams name, or all."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def stream(self) -> Stream:
        """Return the stream of all of them."""
        is_walk = self._shared.settings.users == "all"
        return Stream(
            model=USERS.model,
            fetch=self._walk if is_walk else self._fetch,
            resume=self._walk_on if is_walk else self._fetch,
            decode=self._decode,
            assemble=self._assemble,
            map=USERS,
            remote=fields.person,
            after=frozenset({"ats_jobs", "ats_applications"}),
            prefetch=is_walk,
            is_whole=self._shared.has_all_without,
        )

    def _walk(self) -> Iterator[Page]:
        return self._shared.v2.pages("/v2/persons", "listing persons", limit=LIMIT)

    def _walk_on(self, place: str) -> Iterator[Page]:
        return self._shared.v2.go_on("/v2/persons", place, "listing persons", self._walk)

    def new_ones(self, mirror: Mirror) -> Iterator[Page]:
        """Read the persons that are named and not held yet."""
        named = _referenced(self._shared)
        return self._read(sorted(named - set(mirror.live(USERS.model))) if named else [], FIRST)

    def _fetch(self, place: str = FIRST) -> Iterator[Page]:
        """Read the persons that are named, in the order of their ids; the place is the last that was read."""
        wanted = [i for i in sorted(_referenced(self._shared)) if place == FIRST or i > place.removeprefix(FIRST)]
        return self._read(wanted, place)

    def _read(self, wanted: list[str], place: str) -> Iterator[Page]:
        for start in range(0, len(wanted), LIMIT):
            batch = wanted[start : start + LIMIT]
            try:
                *pages, last = self._batch(batch)
                for page in pages:
                    page.cursor = place  # only with its last page a batch is whole
                    yield page
                place = FIRST + batch[-1]
                last.cursor = place if start + LIMIT < len(wanted) else None
                yield last
            except PermissionMissing as missing:
                self._shared.warn(f"Users are without names: {missing.message}")
                yield Page(_Bare(wanted[start:]), requests=0)
                return

    def _batch(self, batch: list[str]) -> Iterator[Page]:
        """Read persons by id, all at once; those that the answer lacks one by one (the filter is only inferred)."""
        lacking = set(batch)
        response = self._shared.v2.get(
            "/v2/persons", "reading persons", params={"id": ",".join(batch), "limit": str(LIMIT)}
        )
        if response.status == 200:
            yield Page(response.body, requests=response.requests, received_bytes=len(response.body))
            lacking -= {v2.head_id(record) for record in v2.listed(response.body).data}
        bare: list[str] = []
        for person_id in sorted(lacking):
            body = self._shared.v2.record(f"/v2/persons/{quote(person_id, safe='')}", "reading a person")
            if body is None:
                bare.append(person_id)
            else:
                yield Page(v2.as_page(body), received_bytes=len(body))
        if bare:
            yield Page(_Bare(bare), requests=0)

    def _decode(self, page: Page) -> list[Came]:
        if isinstance(page.body, _Bare):
            return [Came(i, fingerprint(self._shared.seed, i, "unreadable")) for i in page.body.ids]
        came = told_apart(page.body, self._shared.seed)
        if self._shared.settings.users == "all":
            return came
        wanted = _referenced(self._shared)  # a server that ignores the filter must not widen what is kept
        return [one for one in came if one.remote_id in wanted]

    def _assemble(self, came: list[Came], mirror: Mirror) -> list[UserParts]:
        parts = [UserParts(one.remote_id, v2.user(one.remote) if one.remote is not None else None) for one in came]
        if any(p.person and not (p.person.first_name or p.person.last_name or p.person.email) for p in parts):
            self._shared.warn(
                f"Some users are without names. Make {READABLE} readable for the custom integration in Personio."
            )
        return parts


class _HiringTeam:
    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def stream(self) -> Stream:
        return Stream(
            model=HIRING_TEAM.model,
            fetch=lambda: iter([Page(None, requests=0)]),
            decode=self._decode,
            assemble=_remotes,
            map=HIRING_TEAM,
            after=frozenset({"ats_jobs"}),
            confirms=False,
            is_derived=True,
            is_whole=self._shared.has_all_without,
        )

    def _decode(self, page: Page) -> list[Came]:
        remember_feed(self._shared)
        teams = (members(v2.job(record)) for record in self._shared.seen_jobs.values())
        return [self._came(member) for team in teams for member in team]

    def _came(self, member: MemberParts) -> Came:
        return Came(join_id(member.job_id, member.user_id), fingerprint(self._shared.seed, member), member)


def _remotes(came: list[Came], mirror: Mirror) -> list[MemberParts]:
    return [one.remote for one in came]


def _referenced(shared: Shared) -> set[str]:
    """Return the persons whom any hiring team names that came in this run."""
    persons = {m.person.id for record in shared.seen_jobs.values() for m in v2.job(record).hiring_team}
    return persons | set(_on_teams(shared.seen_teams))


def _on_teams(teams: Iterable[bytes]) -> Iterator[str]:
    for team in teams:
        try:
            yield from (member.person.id for member in v2.team(team))
        except msgspec.DecodeError:
            continue
