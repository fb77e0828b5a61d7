"""v2 records as JSON bytes, made from the rows with as little work as possible.

Source: github.com/stephaneberle9/personio-client (types and fixtures), developer.personio.de/changelog/
hiring-team-array-in-recruiting-api. Custom attributes and tags are never part of a record.
"""

from collections.abc import Iterable

import msgspec

from personio_simulator.clock import day_text
from personio_simulator.model import APPLICATION_ID, CANDIDATE_ID, SYSTEM_STAGES, Job, Member
from personio_simulator.names import contact_json, name_of
from personio_simulator.state import ANONYMISED, NO_CHANNEL, TWIN, Company

WITHIN_HOUR = [f":{s // 60:02d}:{s % 60:02d}" for s in range(3600)]


CONTACT = ("phone", "location", "birthday", "linkedin_profile", "available_from")
ANONYMOUS = b',"is_anonymized":true,"created_at":'
IDENTIFIED = b',"is_anonymized":false,"created_at":'


def encoded(value: object) -> str:
    """Return `value` as JSON text."""
    return msgspec.json.encode(value).decode()


def person_link(base_url: str, person_id: int) -> dict[str, object]:
    """Return the reference to a person. Source: changelog/hiring-team-array-in-recruiting-api."""
    href = f"{base_url}/v2/persons/{person_id}"
    return {"id": str(person_id), "_meta": {"links": {"self": {"href": href}}}}


class Renderer:
    """Renders the records of one company in one state, for one caller's base URL."""

    def __init__(self, company: Company, base_url: str) -> None:
        self.company, self.base_url = company, base_url
        knobs = company.knobs
        self.form, self.basis = knobs.timestamp_form, knobs.timestamp_basis
        self.before, self.after = self._frame()
        self.hours: dict[int, str] = {}  # UTC hour -> the start of its time stamp
        self.days: dict[int, str] = {}  # UTC hour -> local date
        self.stages = [self._stage(code) for code in range(5 + len(company.stages))]
        self.stage_parts = [f',"current_stage":{stage}'.encode() for stage in self.stages]
        self.channel_parts = [b',"channel":null,"hiring_team":'] * (NO_CHANNEL + 1)
        for at, item in enumerate(company.channels):
            shown = encoded({"id": str(item.id), "name": item.name})
            self.channel_parts[at] = f',"channel":{shown},"hiring_team":'.encode()
        self.jobs: list[tuple[bytes, bytes] | None] = [None] * len(company.job_list)
        self.odd_rows = {*company.local_created, *company.application_team, *company.application_date}

    def _frame(self) -> tuple[str, str]:
        if self.form == "bare":
            return '"', '"'
        if self.form == "bare_utc":
            return '"', 'Z"'
        return f'{{"{self.form}":"', f'","timezone":"{self.company.zone.name}"}}'

    def _stage(self, code: int) -> str:
        if code >= 5:
            stage = self.company.stages[code - 5]
            return encoded({"id": str(stage.id), "name": stage.name, "type": "CUSTOM", "kind": "CUSTOM"})
        key = SYSTEM_STAGES[code]
        name = key.capitalize() if self.company.knobs.named_system_stages else None
        return encoded({"id": None, "name": name, "type": "SYSTEM", "kind": key.upper()})

    def _local(self, at: int) -> int:
        return at if self.form == "bare_utc" or self.basis == "utc" else self.company.zone.local(at)

    def stamp(self, at: int) -> str:
        """Return a time stamp object (or text, see the knob) of a UTC second."""
        hour = self.hours.get(at // 3600)
        if hour is None:
            hour = self._hour(at // 3600)
        return f"{hour}{WITHIN_HOUR[at % 3600]}{self.after}"

    def _hour(self, hour: int) -> str:
        """Return the text of a UTC hour in local time, kept; zones here differ by whole hours."""
        local = self._local(hour * 3600)
        text = f"{self.before}{day_text(local // 86400)}T{local // 3600 % 24:02d}"
        self.hours[hour] = text
        self.days[hour] = day_text(self.company.zone.local(hour * 3600) // 86400)
        return text

    def team(self, members: list[Member]) -> str:
        """Return a hiring team."""
        return encoded(
            [{"person": person_link(self.base_url, item.person_id), "role": {"name": item.role}} for item in members]
        )

    def _job_parts(self, index: int) -> tuple[bytes, bytes]:
        job = self.company.job_list[index]
        if job is None:
            return b"null", b"[]"
        parts = encoded(self._embedded_job(job)).encode(), self.team(job.hiring_team).encode()
        self.jobs[index] = parts
        return parts

    def _embedded_job(self, job: Job) -> dict[str, object]:
        category = self.company.category(job.category_id)
        found: dict[str, object] = {"id": str(job.id), "name": job.name}
        if job.department:
            found["department"] = {"id": str(job.department.id), "name": job.department.name}
        if category:
            found["category"] = {"id": str(category.id), "name": category.name}
        return found

    def applications(self, found: Iterable[int]) -> list[bytes]:
        """Return application rows as JSON; texts of few values are kept as bytes and joined."""
        rows, hours, days = self.company.rows, self.hours, self.days
        jobs, person, after = self.jobs, self._person, self.after
        out: list[bytes] = []
        for row in found:
            job, team = jobs[rows.job[row]] or self._job_parts(rows.job[row])
            created, updated, candidate = rows.created[row], rows.updated[row], rows.candidate[row]
            flagged = rows.flags[row] & ANONYMISED
            if created // 3600 not in hours or updated // 3600 not in hours:
                self._hour(created // 3600)
                self._hour(updated // 3600)
            made, day = f"{hours[created // 3600]}{WITHIN_HOUR[created % 3600]}{after}", days[created // 3600]
            if row in self.odd_rows:
                made, day, team = self._odd(row, made, team)
            out.append(
                b"".join(
                    (
                        f'{{"id":"{APPLICATION_ID + row}","application_date":"{day}","candidate":{{'
                        f'"id":"{CANDIDATE_ID + candidate}",{person(candidate, flagged)}}},"job":'.encode(),
                        job,
                        self.stage_parts[rows.stage[row]],
                        self.channel_parts[rows.channel[row]],
                        team,
                        ANONYMOUS if flagged else IDENTIFIED,
                        f'{made},"updated_at":{hours[updated // 3600]}{WITHIN_HOUR[updated % 3600]}{after}}}'.encode(),
                    )
                )
            )
        return out

    def _odd(self, row: int, made: str, team: bytes) -> tuple[str, str, bytes]:
        """Return creation time, application date and team of a row that was written to or has its own."""
        company = self.company
        if row in company.local_created:
            made = f"{self.before}{company.local_created[row]}{self.after}"
        if row in company.application_team:
            team = self.team(company.application_team[row]).encode()
        return made, company.date_of(row), team

    def _person(self, row: int, blank: int) -> str:
        rows = self.company.rows
        flags = rows.c_flags[row]
        if blank or flags & ANONYMISED:
            return '"first_name":"","last_name":"","email":"","gender":null'
        if row in self.company.identities:
            first, last, email, gender = self._known(row)
        else:
            source = row - 1 if flags & TWIN else row
            first, last, email, gender = name_of(rows.bits[source], source)
        # the seeded names hold no character that JSON escapes; changed ones come escaped from _known
        shown = f'"{gender}"' if gender else "null"
        return f'"first_name":"{first}","last_name":"{last}","email":"{email}","gender":{shown}'

    def _known(self, row: int) -> tuple[str, str, str, str | None]:
        known = self.company.identities[row]
        first, last, email = (encoded(x or "")[1:-1] for x in (known.first_name, known.last_name, known.email))
        return first, last, email, known.gender

    def candidates(self, found: Iterable[int]) -> list[bytes]:
        """Return candidate rows as JSON."""
        return [self._candidate(row) for row in found]

    def _candidate(self, row: int) -> bytes:
        company, rows = self.company, self.company.rows
        made = self.stamp(rows.c_created[row])
        applications = ",".join(
            [
                f'{{"id":"{APPLICATION_ID + at}","application_date":"{company.date_of(at)}"}}'
                for at in company.applications_of(row)
            ]
        )
        return (
            f'{{"id":"{CANDIDATE_ID + row}",{self._person(row, 0)},{self._contact(row)},'
            f'"applications":[{applications}],"created_at":{made},'
            f'"updated_at":{self.stamp(rows.c_updated[row])}}}'
        ).encode()

    def _contact(self, row: int) -> str:
        """Return phone, location, birthday, profile and availability."""
        rows = self.company.rows
        flags = rows.c_flags[row]
        if row in self.company.identities or flags & ANONYMISED:
            who = self.company.identity(row)
            return encoded({name: getattr(who, name) for name in CONTACT})[1:-1]
        source = row - 1 if flags & TWIN else row
        return contact_json(rows.bits[source], source)

    def job(self, job: Job) -> bytes:
        """Return a job: no status, no description, no office. Source: discuss/6964f6630679f2752da8564d."""
        head = encoded({**self._embedded_job(job), "company": {"id": str(job.company_id)}})[:-1]
        team, made, changed = self.team(job.hiring_team), self.stamp(job.created_at), self.stamp(job.updated_at)
        return f'{head},"hiring_team":{team},"created_at":{made},"updated_at":{changed}}}'.encode()

    def transition(self, at: int, code: int) -> bytes:
        """Return one stage transition."""
        return f'{{"entered_at":{self.stamp(at)},"stage":{self.stages[code]}}}'.encode()

    def categories(self) -> list[bytes]:
        """Return the categories with their stages, system ones around the custom ones."""
        company = self.company
        out: list[bytes] = []
        for item in company.categories:
            codes = [0, *(company.stage_code(at) or 0 for at in item.stage_ids), 3, 4, 1, 2]
            head = encoded({"id": str(item.id), "name": item.name, "company": {"id": str(item.company_id)}})[:-1]
            out.append(f'{head},"stages":[{",".join(self.stages[code] for code in codes)}]}}'.encode())
        return out
