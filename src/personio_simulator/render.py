"""v2 records as JSON bytes, made from the rows with as little work as possible.

Source: github.com/stephaneberle9/personio-client (types and fixtures), developer.personio.de/changelog/
hiring-team-array-in-recruiting-api. Custom attributes and tags are never part of a record.
"""

from collections.abc import Iterable

import msgspec

from personio_simulator.clock import day_text
from personio_simulator.model import APPLICATION_ID, CANDIDATE_ID, SYSTEM_STAGES, Job, Member
from personio_simulator.names import name_of
from personio_simulator.state import ANONYMISED, NO_CHANNEL, TWIN, Company

TIMES = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(86400)]


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
        self.stages = [self._stage(code) for code in range(5 + len(company.stages))]
        self.channels = [encoded({"id": str(item.id), "name": item.name}) for item in company.channels]
        self.jobs: list[tuple[str, str]] = [("", "")] * len(company.job_list)

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
        local = self._local(at)
        return f"{self.before}{day_text(local // 86400)}T{TIMES[local % 86400]}{self.after}"

    def team(self, members: list[Member]) -> str:
        """Return a hiring team."""
        return encoded(
            [{"person": person_link(self.base_url, item.person_id), "role": {"name": item.role}} for item in members]
        )

    def _job_parts(self, index: int) -> tuple[str, str]:
        known = self.jobs[index]
        if known[0]:
            return known
        job = self.company.job_list[index]
        if job is None:
            return "null", "[]"
        self.jobs[index] = (encoded(self._embedded_job(job)), self.team(job.hiring_team))
        return self.jobs[index]

    def _embedded_job(self, job: Job) -> dict[str, object]:
        category = self.company.category(job.category_id)
        found: dict[str, object] = {"id": str(job.id), "name": job.name}
        if job.department:
            found["department"] = {"id": str(job.department.id), "name": job.department.name}
        if category:
            found["category"] = {"id": str(category.id), "name": category.name}
        return found

    def applications(self, found: Iterable[int]) -> list[bytes]:
        """Return application rows as JSON."""
        company, rows = self.company, self.company.rows
        stages, channels, jobs, parts = self.stages, self.channels, self.jobs, self._job_parts
        stamp, person, teams = self.stamp, self._person, company.application_team
        dates, day, zone = company.application_date, day_text, company.zone.local
        out: list[bytes] = []
        for row in found:
            job, team = jobs[rows.job[row]]
            if not job:
                job, team = parts(rows.job[row])
            created, channel, candidate = rows.created[row], rows.channel[row], rows.candidate[row]
            flagged = rows.flags[row] & ANONYMISED
            if row in teams:
                team = self.team(teams[row])
            made = stamp(created) if row not in company.local_created else self._odd(row)
            date = dates.get(row) or day(zone(created) // 86400)
            out.append(
                f'{{"id":"{APPLICATION_ID + row}","application_date":"{date}",'
                f'"candidate":{{"id":"{CANDIDATE_ID + candidate}",{person(candidate, flagged)}}},'
                f'"job":{job},"current_stage":{stages[rows.stage[row]]},'
                f'"channel":{"null" if channel == NO_CHANNEL else channels[channel]},"hiring_team":{team},'
                f'"is_anonymized":{"true" if flagged else "false"},'
                f'"created_at":{made},"updated_at":{stamp(rows.updated[row])}}}'.encode()
            )
        return out

    def _odd(self, row: int) -> str:
        return f"{self.before}{self.company.local_created[row]}{self.after}"

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
        who = company.identity(row)
        applications = ",".join(
            f'{{"id":"{APPLICATION_ID + at}","application_date":"{company.date_of(at)}"}}'
            for at in company.applications_of(row)
        )
        return (
            f'{{"id":"{CANDIDATE_ID + row}","first_name":{encoded(who.first_name or "")},'
            f'"last_name":{encoded(who.last_name or "")},"email":{encoded(who.email or "")},'
            f'"gender":{encoded(who.gender)},"phone":{encoded(who.phone)},"location":{encoded(who.location)},'
            f'"birthday":{encoded(who.birthday)},"linkedin_profile":{encoded(who.linkedin_profile)},'
            f'"available_from":{encoded(who.available_from)},"applications":[{applications}],'
            f'"created_at":{self.stamp(rows.c_created[row])},"updated_at":{self.stamp(rows.c_updated[row])}}}'
        ).encode()

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
