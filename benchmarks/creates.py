"""Creating applications: all that the server does for one, against the bare requests that it takes, same simulator.

Bare: create, look for it by address, read its candidate. Ours: the same, with inputs checked, ids resolved, the intent
in the journal, a turn on the tool's counters, and the records in the store.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from atsume import clock
from atsume.actions.perform import Actions, Ask
from atsume.connectors.personio import connector as personio
from atsume.connectors.personio.settings import Addresses
from atsume.egress import Egress
from atsume.model.ats.creation import CreateApplication, Creation
from benchmarks.client import Client, reader
from benchmarks.databases import Fresh
from benchmarks.mirror import Mirror
from benchmarks.processes import Remote, simulator
from benchmarks.report import Row, Table, ratios, seconds
from benchmarks.sizes import Size

CREATES = 40
"""In one round, one after the other; then as many at once, four at a time."""


def measure(size: Size, made: dict[str, Fresh]) -> Iterable[Table]:
    """Measure on every engine."""
    with simulator(200, 20) as remote:
        label = remote.facts["company"]
        remote.control("PATCH", f"/companies/{label}/knobs", {"read_after_write": 0, "v1_limit": 10_000_000})
        yield Table("Creating applications", [_row(size, remote, *one) for one in made.items()])


def _row(size: Size, remote: Remote, name: str, fresh: Fresh) -> Row:
    mirror = Mirror(remote.facts, fresh())
    mirror.sync()
    create = _ours(mirror, remote.facts["url"])
    bare = _bare(remote)
    turns = [iter(range(CREATES)) for _ in range(2 * size.rounds)]
    ours, theirs = [], []
    for number in range(size.rounds):
        theirs.append(_timed(bare, [f"bare{name}{number}-{n}" for n in turns[2 * number]]))
        ours.append(_timed(create, [f"ours{name}{number}-{n}" for n in turns[2 * number + 1]]))
    started = time.perf_counter()
    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(create, [f"crowd{name}-{n}" for n in range(CREATES)]))
    rate = CREATES / (time.perf_counter() - started)
    mirror.close()
    note = f"bare {seconds(theirs)} s, ours {seconds(ours)} s a create; four at once {rate:.0f} a second"
    return Row(f"one create ÷ its bare requests, {name}", ratios(ours, theirs), "≤ 8", note)


def _timed(create: Callable[[str], object], people: list[str]) -> float:
    """Return the seconds of one create."""
    started = time.perf_counter()
    for person in people:
        create(person)
    return (time.perf_counter() - started) / len(people)


def _job(remote_url: str, label: str) -> str:
    told = msgspec.json.decode(Client().get(f"{remote_url}/_control/companies/{label}/truth"))
    return next(job["id"] for job in told["jobs"] if job["published"])


def _ours(mirror: Mirror, url: str) -> Callable[[str], object]:
    server = mirror.server
    addresses = Addresses(api=url, career=server.config.personio_career_url, writes_per_window=10_000_000)
    tool = msgspec.structs.replace(server.connectors["personio"], actions=personio.build(addresses).actions)
    executor = msgspec.structs.replace(server.executor, connectors={"personio": tool})
    actions, integration = Actions(executor, Egress()), server.store.integration(mirror.id)
    assert integration is not None
    job = _job(url, integration.settings["company"])

    def create(person: str) -> object:
        who = {"first_name": "Mara", "last_name": "Lindqvist", "email_address": f"{person}@example.org"}
        sent = msgspec.convert({"candidate": who}, CreateApplication)
        ask = Ask(
            integration=integration,
            action="ats_create_application",
            creation=Creation(sent=sent, job_id=f"remote:{job}", stage_id=None),
            body_hash=person,
            key=None,
            deadline=clock.now() + dt.timedelta(seconds=30),
        )
        return actions.perform(ask)

    return create


def _bare(remote: Remote) -> Callable[[str], object]:
    facts, url, read = remote.facts, remote.url, reader(remote.facts)
    headers = [f"Authorization: Bearer {facts['recruiting_token']}", f"X-Company-ID: {facts['company_id']}"]
    write, job = Client([*headers, "Content-Type: application/json"]), int(_job(url, facts["company"]))

    def create(person: str) -> object:
        email = f"{person}@example.org"
        body: dict[str, Any] = {"first_name": "Mara", "last_name": "Lindqvist", "email": email, "job_position_id": job}
        write.send("POST", f"{url}/v1/recruiting/applications", msgspec.json.encode(body))
        page = msgspec.json.decode(read.get(f"{url}/v2/recruiting/applications?candidate.email={email}"))
        return read.get(f"{url}/v2/recruiting/candidates/{page['_data'][0]['candidate']['id']}")

    return create
