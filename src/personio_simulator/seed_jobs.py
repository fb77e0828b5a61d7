"""Generated jobs: titles and descriptions in several languages, offices, salaries, hiring teams and forms."""

import random
from collections.abc import Iterator

from personio_simulator.model import JOB_ID, PERSON_ID, FormField, Job, Member, Salary
from personio_simulator.state import Company
from personio_simulator.texts import (
    BODIES,
    EMPLOYMENT,
    HEADINGS,
    OFFICES,
    ROLES,
    SCHEDULE,
    SENIORITY,
    SUBCOMPANIES,
    SUFFIXES,
    TITLES,
    YEARS,
)

DAY = 86400


def jobs(company: Company, count: int, chance: random.Random, reference: int) -> Iterator[Job]:
    """Yield `count` jobs: two thirds published, the others closed or (every tenth) never published."""
    for at in range(count):
        yield _job(company, at, chance, reference)


def _job(company: Company, at: int, chance: random.Random, reference: int) -> Job:
    department, english, german, occupation, occupation_category = TITLES[chance.randrange(len(TITLES))]
    suffix = chance.choice(SUFFIXES)
    created = reference - 730 * DAY - chance.randrange(60 * DAY)
    draft, published = at % 10 == 9, at % 3 != 2
    job = Job(
        id=JOB_ID + at,
        name=german + suffix if chance.random() < 0.4 else english + suffix,
        created_at=created,
        updated_at=created + chance.randrange(700 * DAY),
        published=published and not draft,
        ever_published=not draft,
        department=next(item for item in company.departments if item.name == department),
        category_id=company.categories[chance.randrange(len(company.categories))].id,
        names={"en": english + suffix, "de": german + suffix},
        occupation=occupation,
        occupation_category=occupation_category,
        offset_style="+00:00" if at % 4 else "+0200",
    )
    _where(job, chance)
    _texts(job, chance)
    job.hiring_team = _team(company, at, chance)
    job.form = _form(company, at, chance)
    return job


def _where(job: Job, chance: random.Random) -> None:
    job.office = chance.choice(OFFICES) if chance.random() < 0.93 else ""
    if chance.random() < 0.25:
        job.additional_offices = chance.sample(OFFICES, chance.randrange(1, 4))
    job.subcompany = chance.choice(SUBCOMPANIES) if chance.random() < 0.7 else None
    if chance.random() < 0.06:
        job.department = None
    if chance.random() < 0.04:
        job.category_id = None
    job.employment_type, job.seniority = chance.choice(EMPLOYMENT), chance.choice(SENIORITY)
    job.schedule, job.years_of_experience = chance.choice(SCHEDULE), chance.choice(YEARS)
    job.keywords = "python,api,team & more" if chance.random() < 0.4 else None
    if chance.random() < 0.13:
        low = chance.randrange(30, 90) * 1000
        top = f"{low + 20000}.00" if chance.random() < 0.8 else None
        job.salary = Salary(f"{low}.00", top, "EUR", "€", "yearly")
        if chance.random() < 0.3:
            job.salary = Salary("15.50", "19.00", "EUR", "€", "hourly")


def _texts(job: Job, chance: random.Random) -> None:
    languages = ["de"] + [
        item for item in HEADINGS if item != "de" and chance.random() < (0.8 if item == "en" else 0.2)
    ]
    if chance.random() < 0.2:
        languages.remove("de")
    for language in languages:
        title = job.names.get(language, job.name).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        sections = chance.choices(BODIES, k=chance.randrange(1, 4))
        job.descriptions[language] = [
            (HEADINGS[language][at % 3], body.replace("{title}", title)) for at, body in enumerate(sections)
        ]
    if chance.random() < 0.05:
        job.descriptions = {}


def _team(company: Company, at: int, chance: random.Random) -> list[Member]:
    if at % 6 == 5 or not company.persons:
        return []
    people = len(company.persons)
    team = [Member(PERSON_ID + chance.randrange(people), chance.choice(ROLES)) for _ in range(chance.randrange(1, 5))]
    if at % 7 == 1:
        team.append(Member(team[0].person_id, "Interviewer" if team[0].role != "Interviewer" else "Recruiter"))
    if at % 7 == 2:
        team.append(team[0])
    return team


def _form(company: Company, at: int, chance: random.Random) -> list[FormField]:
    form = [FormField(name, True) for name in ("first_name", "last_name", "email")]
    for name in ("phone", "location", "available_from", "salary_expectations"):
        if chance.random() < 0.6:
            form.append(FormField(name, chance.random() < 0.4))
    form.extend(
        FormField(attribute.id, chance.random() < 0.4)
        for attribute in company.attributes
        if chance.random() < (0.9 if at == 0 else 0.5)
    )
    form.append(FormField("documents.cv", chance.random() < 0.7))
    form.extend(FormField(f"documents.{kind}") for kind in ("cover-letter", "other") if chance.random() < 0.5)
    return form
