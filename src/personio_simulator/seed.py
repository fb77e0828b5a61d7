"""Makes a believable company of any size from a seed, the same on every machine and day.

A million applications are drawn column by column from one block of random bytes each, not record by record.
"""

import random
from array import array

import msgspec

from personio_simulator.clock import from_iso
from personio_simulator.knobs import Knobs, patched
from personio_simulator.model import (
    PERSON_ATTRIBUTES,
    PERSON_ID,
    SCOPES,
    Attribute,
    Category,
    Client,
    Named,
    Option,
    Person,
    Stage,
)
from personio_simulator.names import name_of
from personio_simulator.options import Options
from personio_simulator.order import UpdatedOrder
from personio_simulator.seed_jobs import jobs
from personio_simulator.state import ANONYMISED, NO_CHANNEL, TWIN, Columns, Company, hash_text
from personio_simulator.texts import ATTRIBUTES, CATEGORIES, CHANNELS, HELP, TITLES

DAY = 86400
SPAN = 730 * DAY
EDGES = ["2026-03-29T00:59:59+00:00", "2026-03-29T01:00:00+00:00", "2026-10-25T00:30:00+00:00",
         "2026-10-25T01:30:00+00:00"]  # fmt: skip
GAP = "2026-03-29T02:30:00"


def company(options: Options) -> Company:
    """Return the company these options describe."""
    chance = random.Random(f"company {options.seed}")  # noqa: S311 - repeatable, not secret
    made = Company(
        options.company_id,
        options.company,
        f"rec-{hash_text(f'recruiting {options.seed} {options.company}')}",
        options.zone,
        patched(Knobs(), options.knobs),
    )
    reference = int(from_iso(options.reference))
    _settings(made, options)
    _persons(made, options, chance, reference)
    for job in jobs(made, options.jobs, chance, reference):
        made.job_index[job.id] = len(made.job_list)
        made.job_list.append(job)
    _rows(made, options, chance, reference)
    _edges(made, reference)
    made.applications = UpdatedOrder(made.rows.updated)
    made.candidates = UpdatedOrder(made.rows.c_updated)
    return made


def _settings(made: Company, options: Options) -> None:
    key = f"{options.seed} {options.company}"
    made.clients = [
        Client(
            f"papi-{hash_text('client ' + key)}",
            f"papi-{hash_text('secret ' + key)}{hash_text('more ' + key)}",
            list(SCOPES),
            list(PERSON_ATTRIBUTES),
        )
    ]
    made.channels = [Named(61 + at, name) for at, name in enumerate(CHANNELS)]
    made.departments = [Named(31 + at, name) for at, name in enumerate(dict.fromkeys(row[0] for row in TITLES))]
    shared: dict[str, Stage] = {}
    for at, (name, stages) in enumerate(CATEGORIES):
        for stage in stages:
            if stage not in shared:
                shared[stage] = Stage(26400 + 7 * len(shared), stage)
        made.categories.append(Category(5 + at, name, [shared[stage].id for stage in stages]))
    made.stages = list(shared.values())
    number = 7
    for at, (kind, labels, choices) in enumerate(ATTRIBUTES):
        options_of = [Option(f"custom_option_{number + n}", choice) for n, choice in enumerate(choices)]
        number += len(choices)
        made.attributes.append(
            Attribute(f"custom_attribute_{3845 + 3 * at}", kind, dict(labels), options_of, dict(HELP.get(at, {})))
        )
    made.tags = {"pool", "vip"}


def _persons(made: Company, options: Options, chance: random.Random, reference: int) -> None:
    for at in range(max(6, options.jobs // 4) if options.persons is None else options.persons):
        first, last, email, gender = name_of(chance.getrandbits(64), at)
        created = reference - SPAN - chance.randrange(900 * DAY)
        made.persons[PERSON_ID + at] = Person(
            id=PERSON_ID + at,
            first_name=first,
            last_name=last,
            email=email.replace("@example.org", "@example.com"),
            created_at=created,
            updated_at=created + chance.randrange(SPAN),
            preferred_name=first[:3] if at % 7 == 3 else None,
            gender=gender.upper() if gender else "UNSPECIFIED",
            status="INACTIVE" if at % 9 == 8 else "ACTIVE",
        )


def _words(chance: random.Random, count: int, kind: str) -> "array[int]":
    words = array(kind)
    words.frombytes(chance.randbytes(words.itemsize * count))
    return words


def _rows(made: Company, options: Options, chance: random.Random, reference: int) -> None:
    rows, count = made.rows, options.applications if any(job.ever_published for job in made.jobs()) else 0
    per_candidate = [1] * 56 + [2] * 6 + [3] * 2
    rows.first.append(0)
    for word in _words(chance, count, "B"):
        size = min(per_candidate[word & 63], count - rows.first[-1])
        if size == 0:
            break
        rows.candidate.extend([len(rows.first) - 1] * size)
        rows.first.append(rows.first[-1] + size)
    made.seeded_candidates = people = len(rows.first) - 1
    rows.bits = _words(chance, people, "Q")
    start, step = reference - SPAN, (SPAN - DAY) / max(1, people)
    jitter = _words(chance, people, "H")
    rows.c_created = array("I", [int(start + at * step + jitter[at]) for at in range(people)])
    _draw_applications(made, _words(chance, count, "Q"), reference)
    _draw_candidates(rows, people, reference)


def _draw_applications(made: Company, bits: "array[int]", reference: int) -> None:
    rows, c_created, last = made.rows, made.rows.c_created, reference - 60
    open_jobs = [at for at, job in enumerate(made.job_list) if job is not None and job.ever_published]
    picks = [open_jobs[int(len(open_jobs) * (at / 4096) ** 1.6)] for at in range(4096)] if open_jobs else []
    stages = [_stage_table(made, at) for at in range(len(made.job_list))]
    channels = [at % len(made.channels) if at % 8 else NO_CHANNEL for at in range(64)]
    rows.job = array("I", [picks[word & 4095] for word in bits])
    rows.stage = array("H", [stages[job][word >> 12 & 63] for job, word in zip(rows.job, bits, strict=True)])
    rows.channel = array("B", [channels[word >> 18 & 63] for word in bits])
    rows.flags = array("B", bytes(len(bits)))
    before = -1
    for candidate, word in zip(rows.candidate, bits, strict=True):
        again = (word >> 24 & 63) * 43200 if candidate == before else 0
        rows.created.append(min(c_created[candidate] + again, last - 2))
        before = candidate
    rows.updated = array(
        "I",
        [at + 1 + _lag(word >> 30 & 0x3FFFFF, last - at) for at, word in zip(rows.created, bits, strict=True)],
    )


def _lag(seconds: int, room: int) -> int:
    return seconds if seconds < room else seconds * room >> 22


def _stage_table(made: Company, index: int) -> list[int]:
    job = made.job_list[index]
    category = made.category(job.category_id if job else None)
    own = [made.stage_code(at) or 0 for at in category.stage_ids] if category else [0]
    table = [1] * 28 + [2] * 5 + [4] * 3 + [3] * 2 + [0] * 4
    return table + [own[at * at // 22 % len(own)] for at in range(22)]


def _draw_candidates(rows: Columns, people: int, reference: int) -> None:
    old = reference - 180 * DAY
    for at in range(people):
        first, after = rows.first[at], rows.first[at + 1]
        word, flags = rows.bits[at] >> 58, 0
        if after - first == 1 and rows.stage[first] in (1, 2) and rows.updated[first] < old and word < 20:
            flags = rows.flags[first] = ANONYMISED
        elif word == 63 and at and not rows.c_flags[at - 1]:
            flags = TWIN
        rows.c_flags.append(flags)
        rows.c_updated.append(rows.updated[after - 1])


def _edges(made: Company, reference: int) -> None:
    """Put a few times where the clock of Europe/Berlin jumps; one wall time never existed."""
    rows = made.rows
    for at, text in enumerate(EDGES):
        moment, row = int(from_iso(text)), 10 + 5 * at
        if row >= len(rows.updated) or moment >= reference:
            continue
        rows.updated[row] = moment
        rows.created[row] = moment if at == 0 else min(rows.created[row], moment)
        if at == 0:
            made.local_created[row] = GAP


def fingerprint(made: Company) -> str:
    """Return a text that is equal exactly when two generated companies are."""
    rows = made.rows
    columns = b"".join(bytes(column) for column in (rows.candidate, rows.job, rows.stage, rows.channel))
    times = b"".join(bytes(column) for column in (rows.created, rows.updated, rows.bits, rows.c_updated))
    settings = msgspec.json.encode([made.jobs(), list(made.persons.values()), made.clients, made.attributes])
    return hash_text(str(hash_text(settings.decode()))) + hash_text((columns + times).hex())
