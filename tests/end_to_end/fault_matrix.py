"""Every fault of the simulated tool × every surface a sync reads: what a run makes of it.

Each case has the company change first (one application gone, one new), syncs under the fault, and syncs again when it
is over. Whatever the fault: nothing that exists is tombstoned, nothing held is lost, and the clean sync makes the
mirror equal to the company. What the faulty run says is the case's outcome; outcomes are recorded in
`recorded/faults.json`, from which the page in the docs is made.
"""

import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import Struct

from atsume import clock
from atsume.connectors.personio.forms import KIND
from atsume.model.integration import SyncState
from personio_simulator.faults import Kind
from personio_simulator.options import Options
from tests.end_to_end.compare import MODELS, assert_mirrors
from tests.end_to_end.world import Company, Facts, Mirror

RECORDING = Path(__file__).parent / "recorded" / "faults.json"
OPTIONS = Options(jobs=5, applications=210, seed=21, knobs={"rate_limits": "report"})
EVER = None

ROUTES = (
    "token", "applications", "candidates", "jobs", "categories", "persons", "xml", "form", "application", "candidate",
)  # fmt: skip
"""Everything a sync asks the tool for; the last two only in a second look."""

MORE: dict[str, dict[str, Any]] = {
    "status": {"status": 503},
    "hang": {"seconds": 0.05},
    "hang_after": {"seconds": 0.05},
    "slow_body": {"seconds": 0.05},
    "content_type": {"text": "text/html"},
}
"""What a kind of fault needs besides its name."""

KNOBS: tuple[dict[str, Any], ...] = (
    {"beta": "required"},
    {"unauthorized_body": "message"},
    {"next_includes_filters": True},
    {"trailing_empty_page": True},
    {"relative_next": True},
    {"self_loop_next": True},
    {"foreign_next": "http://127.0.0.1:9"},
    {"named_system_stages": True},
    *({"timestamp_form": form} for form in ("date_time", "date", "bare", "bare_utc")),
    {"jobs_listed": "published"},
    {"documents": False},
    {"feed": "off"},
    {"feed": "off", "feed_off": "not_found"},
    {"feed": "off", "feed_off": "marketing"},
    *({"career_failure": f} for f in ("marketing", "too_many", "challenge", "truncated", "server_error", "not_found")),
    *({"career_failure": failure} for failure in ("redirect", "empty")),
    {"xml_unknown_language": "not_found"},
    {"application_form_json": False},
)
"""The switches of the company that a reader can notice. Lasting ones, not accidents."""


LESS = {("jobs_listed", "published"), ("career_failure", "empty")}
"""Switches that make the company really show fewer jobs, or ask nothing any more."""


class Case(Struct, frozen=True):
    """Faults that strike together, and switches that are turned."""

    faults: tuple[tuple[str, str, int | None], ...] = ()
    """(kind, route, how often; None: for as long as the run lasts)."""
    knobs: tuple[tuple[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """Return the case in words, the key of its recording."""
        faults = [f"{kind} at {route}" + ("" if count is EVER else f", {count}×") for kind, route, count in self.faults]
        return " + ".join([*faults, *(f"{knob} = {value}" for knob, value in self.knobs)])


class Outcome(Struct, frozen=True):
    """What the faulty run said."""

    state: str
    failed: tuple[str, ...] = ()
    """Models whose stream failed."""
    message: str = ""
    """The first thing it said, ids and numbers left out."""
    struck: bool = True
    """Whether the run came across it at all."""


def singles() -> Iterator[Case]:
    """Return every kind at every route, for good and once, and every switch."""
    for kind, route, count in product(get_args(Kind), ROUTES, (EVER, 1)):
        yield Case(faults=((kind, route, count),))
    for knobs in KNOBS:
        yield Case(knobs=tuple(knobs.items()))


class Bench:
    """A company and its mirror, used for one case after the other."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.company = Company(OPTIONS)
        self.mirror = Mirror(self.company, f"sqlite:///{self._folder.name}/a.db", Path(self._folder.name))
        self._users: set[str] = set()
        self._published: set[str] = set()
        self._knobs = {name: self.company.change("GET", "/knobs")[name] for knobs in KNOBS for name in knobs}
        self._clean("before anything went wrong")

    def run(self, case: Case) -> Outcome:
        """Carry out a case and return its outcome. Fails when anything is lost, or buried that exists."""
        self._live_on()
        before, asked = self._held(), self._questions()
        if any(route == "form" for _, route, _ in case.faults):
            self._forget_forms()
        for kind, route, count in case.faults:
            self.company.fault(kind=kind, route=route, count=count, **MORE.get(kind, {}))
        self.company.knobs(**dict(case.knobs))
        run = self.mirror.sync()
        assert run.state in (SyncState.SUCCEEDED, SyncState.PARTIALLY_FAILED, SyncState.FAILED, AUTH), run.state
        self._nothing_is_lost(before, case)
        if not LESS & set(case.knobs):
            assert asked <= self._questions(), case.name
        hits = [fault["hits"] for fault in self.company.control("GET", "/faults")]
        self.company.clear_faults()
        self.company.knobs(**self._knobs)
        self._clean(case.name)
        failed = tuple(sorted(s.model for s in run.streams if s.state == "failed"))
        said = _plain(run.error or next(iter(run.warnings), ""))
        return Outcome(run.state.value, failed, said, struck=any(hits) or not hits)

    def _live_on(self) -> None:
        """A candidate goes with their only application, so that both are looked for by id; somebody new applies."""
        truth = self.company.truth()
        gone = next(one["id"] for one in truth["candidates"] if len(one["application_ids"]) == 1)
        self.company.change("DELETE", f"/candidates/{gone}")
        person = {"first_name": "Ada", "last_name": "Byron", "email": f"ada{gone}@example.org"}
        self.company.change("POST", "/applications", {"job_id": int(truth["jobs"][0]["id"]), "candidate": person})

    def _forget_forms(self) -> None:
        """Make the next sync read the application forms, which are kept for a day."""
        notes = self.mirror.server.store.notes(self.mirror.integration, clock.now)
        notes.forget(KIND, list(notes.recall(KIND)))

    def _held(self) -> dict[str, set[str]]:
        return {name: set(self.mirror.by_remote_id(model)) for name, model in MODELS.items()}

    def _questions(self) -> set[tuple[str, str]]:
        """Return (job, question) of everything that jobs ask."""
        jobs = self.mirror.records("ats_jobs")
        return {(job["remote_id"], one["remote_id"]) for job in jobs for one in job["screening_questions"]}

    def _nothing_is_lost(self, before: Mapping[str, set[str]], case: Case) -> None:
        truth, after = self.company.truth(), self._held()
        if dict(case.knobs).get("jobs_listed") == "published":  # the tool knows no others, by id neither
            truth["jobs"] = [job for job in truth["jobs"] if job["published"]]
        for name, held in before.items():
            alive = held & {record["id"] for record in truth["persons" if name == "users" else name]}
            if name != "stages":  # a stage is gone when nobody stands in it
                assert alive - after[name] == set(), (case.name, name)

    def _clean(self, case: str) -> None:
        run = self.mirror.sync()
        assert (run.state, run.error) == (SyncState.SUCCEEDED, None), (case, run.error, run.warnings)
        self._published |= {i for i, job in self.mirror.by_remote_id("ats_jobs").items() if job["status"] == "OPEN"}
        self._users |= set(self.mirror.by_remote_id("ats_users"))
        truth: Facts = self.company.truth()
        for job in truth["jobs"]:
            job["seen_published"] = job["id"] in self._published
        assert_mirrors(self.mirror, truth, known_users=frozenset(self._users))

    def close(self) -> None:
        """Stop both."""
        self.mirror.close()
        self.company.close()
        self._folder.cleanup()


AUTH = SyncState.AUTHENTICATION_FAILED


def _plain(message: str) -> str:
    """Return a message without what differs from run to run."""
    return re.sub(r"https?://\S+|\d[\d.,]*", "…", message.partition(" Trace id:")[0])


def pairs(count: int, seed: int) -> Iterator[Case]:
    """Return random pairs of faults, each striking now and then, at random places."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    kinds = get_args(Kind)
    for _ in range(count):
        yield Case(
            faults=tuple((chance.choice(kinds), chance.choice(ROUTES), chance.choice((1, 2, 5, EVER))) for _ in "ab")
        )


def recorded() -> dict[str, Outcome]:
    """Return the recorded outcomes by case."""
    return msgspec.json.decode(RECORDING.read_bytes(), type=dict[str, Outcome])


ABOUT = """What a full sync makes of every way in which Personio can fail, misbehave or answer otherwise. Each case runs
against a company of which one application has gone and one is new; "1×" strikes once, the others for as long as the
run lasts. A case passes only when nothing that exists was tombstoned, nothing held was lost, and a clean sync
afterwards made the mirror equal to the company, field by field. Recorded by `python -m tests.end_to_end.fault_matrix`;
the suite carries out a part of the cases again and compares, `make soak` all of them and 300 random pairs."""


def page() -> str:
    """Return the recorded matrix as a page."""
    outcomes = recorded()
    ends = ", ".join(f"{n} {state}" for state, n in Counter(one.state for one in outcomes.values()).most_common())
    lines = [f"**{len(outcomes)} cases, 0 false tombstones.** The faulty runs ended as: {ends}.", ""]
    lines += ["| what goes wrong | the run ends as | what fails | what it says |", "| --- | --- | --- | --- |"]
    for name, one in outcomes.items():
        failed = ", ".join(f"`{model}`" for model in one.failed) or "–"
        said = one.message.replace("|", "\\|").replace("\n", " ") if one.struck else "does not come across it"
        lines.append(f"| {name} | {one.state} | {failed} | {said or '–'} |")
    return "\n".join(lines)


def main() -> None:
    """Carry out every single case (or those whose names hold an argument) and record what came of it."""
    wanted = sys.argv[1:]
    bench, outcomes = Bench(), recorded() if wanted else {}
    for case in singles():
        if wanted and not any(part in case.name for part in wanted):
            continue
        outcomes[case.name] = bench.run(case)
        print(case.name, outcomes[case.name], flush=True)
    RECORDING.parent.mkdir(exist_ok=True)
    RECORDING.write_bytes(msgspec.json.format(msgspec.json.encode(outcomes), indent=1) + b"\n")
    bench.close()


if __name__ == "__main__":
    main()
