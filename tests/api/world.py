"""A small tool, made of the unified models, and a store that holds what it said. No connector is involved."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from litestar.testing import TestClient
from msgspec import Struct

from atsume import crypto
from atsume.api.app import create_app
from atsume.api.deps import Deps
from atsume.config import Config
from atsume.connectors.base import Connector, ToolAssets
from atsume.egress import Egress
from atsume.ids import random_id, record_id
from atsume.model.ats.applications import Application
from atsume.model.ats.candidates import Candidate, EmailAddress, PhoneNumber, SocialMedia
from atsume.model.ats.jobs import Job
from atsume.model.ats.screening_questions import JobQuestion, Number, Option, Question, SingleSelect, Text
from atsume.model.ats.stages import JobStage, Stage
from atsume.model.ats.users import HiringTeamMember, JobRole, User
from atsume.model.catalogue import MODELS
from atsume.model.coverage import Coverage, FieldCoverage, Status, ToolCoverage
from atsume.model.integration import EndUser, Integration
from atsume.model.record import Location, Record, timestamp
from atsume.model.scope import Setting
from atsume.store.rows import Environment, NewIntegration, Writes
from atsume.store.store import Store
from atsume.sync.ingest import row
from atsume.web import logs
from atsume.web.throttle import Throttle
from atsume.webhooks.deliver import Courier

NOW = dt.datetime(2026, 11, 24, 12, 0, 30, tzinfo=dt.UTC)
CHANGED = "2026-11-24T12:00:00.000Z"
SETTLED = "2026-11-24T12:00:00.001Z"
"""When nothing of it was under way any more."""
LACKING = {"ats_jobs": {"job_code", "confidential"}, "ats_candidates": {"company", "title"}}
STAGES = ("Unassigned", "Interview", "Angebot „Ä“", "Hired")
READ_MODELS = ("ats_jobs", "ats_candidates", "ats_applications", "ats_application_stages", "ats_users")


class NoSettings(Struct):
    """The tool needs none."""


def _coverage(model: str) -> Coverage:
    lacking = LACKING.get(model, set())
    fields = ["id", "changed_at", "remote_deleted_at", *MODELS[model].record.__struct_fields__]
    return Coverage(
        model,
        MODELS[model].label,
        Status.SUPPORTED,
        tuple(FieldCoverage(f, Status.UNSUPPORTED if f in lacking else Status.SUPPORTED) for f in fields),
    )


def connector(models: tuple[str, ...] = READ_MODELS) -> Connector:
    """Return a tool that covers these models. It cannot be opened."""
    return Connector(
        id="personio",
        label="Personio",
        category="ATS",
        coverage=ToolCoverage(tuple(_coverage(m) for m in models), (), ()),
        assets=ToolAssets(
            "/assets/tools/personio-logo.svg",
            "/assets/tools/personio-icon.svg",
            "/assets/tools/personio-icon-black.svg",
        ),
        connection_guide="/guides/personio",
        credentials=NoSettings,
        settings=NoSettings,
        lacks=lambda *_: None,
        open=lambda *_: (_ for _ in ()).throw(AssertionError("the API never opens a tool")),
    )


class World(Struct):
    """A store with environments, keys and integrations, and the app in front of it."""

    store: Store
    environment: Environment
    key: str
    config: Config
    now: list[dt.datetime]
    woken: list[bool]
    connectors: dict[str, Connector]

    def app(self, **config: Any) -> Any:
        """Return the application, with the pages that belong to it."""
        deps = Deps(
            store=self.store,
            config=msgspec.structs.replace(self.config, **config),
            connectors=self.connectors,
            now=lambda: self.now[0],
            wake=lambda: self.woken.append(True),
            courier=courier(self),
            scope=self.store.scope,
        )
        return create_app(deps, logs.routes(self.store, Throttle(lambda: self.now[0])))

    @contextmanager
    def client(self, **config: Any) -> Iterator[TestClient[Any]]:
        """Yield a client of the application."""
        with TestClient(self.app(**config), raise_server_exceptions=False) as client:
            yield client

    def add_key(self, environment_id: str) -> str:
        """Add a key to an environment and return it."""
        key = crypto.new_api_key()
        self.store.add_api_key(environment_id, "test", crypto.api_key_hash(key), key[:12], NOW)
        return key

    def integrate(self, no: int = 1, environment: Environment | None = None, *, synced: bool = True) -> Integration:
        """Add an integration. `no` makes its id."""
        integration_id = "personio:" + record_id("test", "integration", str(no))
        new = NewIntegration(
            id=integration_id,
            tool="personio",
            category="ATS",
            environment_id=(environment or self.environment).id,
            end_user=EndUser("ACME", "ada@acme.example", "acme-1"),
            settings={},
            sealed_credentials=b"sealed",
        )
        made = self.store.add_integration(new, NOW)
        if synced:
            self.store.synced(integration_id, NOW, None)
        return self.store.integration(integration_id) or made

    def switch(self, integration: Integration, *opted_out: str, **settings: str) -> None:
        """Let an integration go by a scope config of its own. `__` stands for the dot before a field."""
        chosen = {name.replace("__", "."): Setting(value) for name, value in settings.items()}
        config = self.store.add_scope_config(integration.environment_id, "Chosen", chosen, NOW)
        self.store.set_scope(integration.id, config.id, opted_out, None)

    def keep(
        self, integration: Integration, model: str, records: list[Any], at: str = CHANGED, how: str = "created"
    ) -> None:
        """Keep records, as a sync would. The records themselves stay as they are."""
        copies = [msgspec.structs.replace(r) for r in records]
        rows = [row(integration.id, MODELS[model], r, 1) for r in copies]
        self.store.commit(model, integration, Writes(**{how: rows}), at)

    def headers(self, integration: Integration | None = None, key: str | None = None) -> dict[str, str]:
        """Return the headers that a caller sends."""
        told = {"Authorization": f"Bearer {key or self.key}"}
        return told | ({"X-Integration-Id": integration.id} if integration else {})


def courier(world: World, *, allow_private: bool = False) -> Courier:
    """Return what sends the webhooks of a world. Names lead nowhere but to a documented address."""
    return Courier(
        store=world.store,
        egress=Egress(allow_private=allow_private, resolve=lambda *_: ["93.184.216.34"]),
        encryption_key=crypto.fixed([b"k" * 32]),
        public_url="http://atsume.test",
        now=lambda: world.now[0],
        chance=lambda: 0.5,
        new_id=random_id,
    )


def open_world(path: Path) -> World:
    """Return a fresh world in a SQLite file."""
    store = Store.open(f"sqlite:///{path}")
    store.migrate()
    environment = store.create_environment("Development", NOW)
    world = World(
        store=store,
        environment=environment,
        key="",
        config=Config(public_url="http://atsume.test"),
        now=[NOW],
        woken=[],
        connectors={"personio": connector()},
    )
    world.key = world.add_key(environment.id)
    return world


def at(day: int) -> str:
    """Return a moment of the year 2026."""
    return timestamp(dt.datetime(2026, 1, 1, 8, 15, 30, 123000, dt.UTC) + dt.timedelta(days=day))


def company(size: int) -> dict[str, list[Record]]:
    """Return the records of a company: `size` applications and what belongs to them. Unusual ones come first."""
    users = [
        User(
            remote_id=f"u{n}",
            first_name=f"Ada{n}",
            last_name="Lang" if n % 2 else None,
            email=f"Ada{n}@acme.example" if n else None,
        )
        for n in range(max(3, size // 10))
    ]
    stages = [Stage(remote_id=f"s{n}", name=name) for n, name in enumerate(STAGES)]
    jobs = [_job(n) for n in range(max(3, size // 5))]
    candidates = [_candidate(n) for n in range(max(3, size // 2))]
    questions = [
        Question(remote_id="q0", title="Why?", description="Tell <b>us</b>", format=Text(display_type="MULTI_LINE")),
        Question(
            remote_id="q1",
            title="Notice",
            category="EEO",
            format=SingleSelect(
                options=[Option(name="1 month", remote_id="m1"), Option(name="3 Monate")], display_type="DROPDOWN"
            ),
        ),
        Question(remote_id="q2", title=None, format=Number(max=10.5)),
    ]
    return {
        "ats_users": list(users),
        "ats_application_stages": list(stages),
        "ats_screening_questions": list(questions),
        "ats_jobs": list(jobs),
        "ats_candidates": list(candidates),
        "ats_applications": [_application(n, len(jobs), len(candidates)) for n in range(size)],
        "ats_join_jobs_application_stages": [
            JobStage(remote_id=f"j{j}/s{s}", job_id=f"j{j}", stage_id=f"s{s}", index=s)
            for j in range(len(jobs))
            for s in range(j % 4)
        ],
        "ats_join_jobs_screening_questions": [
            JobQuestion(remote_id=f"j{j}/q{q}", job_id=f"j{j}", question_id=f"q{q}", index=q, required=q == 1)
            for j in range(len(jobs))
            for q in range(j % 3 + 1)
        ],
        "ats_join_jobs_users": [
            HiringTeamMember(
                remote_id=f"j{j}/u{j % 3}",
                job_id=f"j{j}",
                user_id=f"u{j % 3}",
                roles=["RECRUITER"],
                job_roles=[JobRole(remote_id=None, remote_label="Recruiter", unified_type="RECRUITER")],
            )
            for j in range(1, len(jobs))
        ],
    }


def _job(n: int) -> Job:
    return Job(
        remote_id=f"j{n}",
        name=f"Backend Engineer (m/f/d) {n}" if n else None,
        description='<h3>Your tasks</h3><p>"Ünïcode"\u2028 🙂</p>' if n % 2 else None,
        employment_type=("FULL_TIME", "PART_TIME", "permanent", None)[n % 4],
        status=("OPEN", "CLOSED", "DRAFT")[n % 3],
        visibility="PUBLIC" if n % 3 == 0 else None,
        post_url=f"https://acme.jobs.personio.de/job/{n}",
        department="Product",
        weekly_hours=37.5 if n == 1 else None,
        location=Location(city="München", country="DE", raw="München") if n % 2 else None,
        custom_fields={"cost_center": {"nested": [1, None, "x"]}} if n == 2 else {},
        remote_url=f"https://acme.personio.de/recruiting/positions/{n}",
        remote_created_at=at(n),
        remote_data=msgspec.Raw(b'{"v2":{"id":1}}') if n == 1 else None,
    )


def _candidate(n: int) -> Candidate:
    return Candidate(
        remote_id=f"c{n}",
        first_name=f"Jo{n}" if n else None,
        last_name="Ångström-O’Neil" if n % 5 == 1 else "Berg",
        source="Acme Board" if n % 2 else None,
        phone_numbers=[PhoneNumber(phone_number="+49 151 000000", type="HOME" if n % 3 else None)] if n else None,
        email_addresses=[EmailAddress(email_address=f"{who}{n}@example.com") for who in ("Jo", "w") if n],
        social_media=[SocialMedia(link="https://example.com/jo", type="LINKEDIN")] if n == 2 else [],
        location=Location(city="Berlin", raw="Berlin, DE") if n % 2 else None,
        custom_fields={},
    )


def _application(n: int, jobs: int, candidates: int) -> Application:
    return Application(
        remote_id=f"a{n}",
        outcome=("PENDING", "HIRED", "DECLINED", None)[n % 4],
        current_stage_id=f"s{n % 4}" if n % 7 else None,
        job_id=f"j{n % jobs}" if n else None,
        candidate_id=f"c{n % candidates}",
        custom_fields={"n": n},
        remote_created_at=at(n % 300),
        remote_updated_at=at(n % 300 + 1) if n % 2 else None,
        remote_url=None,
        source="Acme Board",
    )


def settle(world: World, integration: Integration, size: int) -> dict[str, list[Record]]:
    """Keep a company in an integration, as a sync does that has ended, and return its records."""
    records = company(size)
    for model, those in records.items():
        world.keep(integration, model, those)
    world.store.settle(integration.no, lambda: SETTLED)
    return records
