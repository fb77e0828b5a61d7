"""A small world to write into a store: unified records become rows as the sync makes them."""

import datetime as dt
from typing import Any

import msgspec

from atsume.ids import integration_id, record_id
from atsume.model.ats.applications import Application
from atsume.model.ats.candidates import Candidate, EmailAddress
from atsume.model.ats.jobs import Job
from atsume.model.ats.screening_questions import Boolean, JobQuestion, Question
from atsume.model.ats.stages import JobStage, Stage
from atsume.model.ats.users import HiringTeamMember, JobRole, User
from atsume.model.catalogue import MODELS
from atsume.model.integration import EndUser
from atsume.model.record import Record, encode, hide
from atsume.store.rows import Committed, ListPage, ListRequest, NewIntegration, Row, Writes
from atsume.store.store import Store

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)

MODEL_OF: dict[type[Record], str] = {model.record: name for name, model in MODELS.items()}


def moment(day: int) -> str:
    """Return the timestamp of a day."""
    return f"2026-01-{day:02d}T00:00:00.000Z"


class World:
    """One integration in a store, and short ways to write and read."""

    def __init__(self, store: Store, name: str = "Acme") -> None:
        self.store = store
        environment = store.create_environment("Default", NOON)
        self.integration = store.add_integration(
            NewIntegration(
                id=integration_id("personio"),
                tool="personio",
                category="ATS",
                environment_id=environment.id,
                end_user=EndUser(name),
                settings={"company": name},
                sealed_credentials=b"sealed",
            ),
            NOON,
        )

    def id(self, model: str, remote_id: str) -> str:
        """Return our id of a record."""
        return record_id(self.integration.id, model, remote_id)

    def row(self, record: Record, print_: int = 1) -> Row:
        """Return a record as a row."""
        copy = msgspec.structs.replace(record)
        model = MODELS[MODEL_OF[type(copy)]]
        ident = self.id(model.name, copy.remote_id)
        if model.refer:
            model.refer(copy, self.id)
        columns = tuple(column.value(copy) for column in model.columns)
        embed = encode(model.embed(copy, ident)) if model.embed else None
        hide(copy, model.hidden)
        return Row(ident, copy.remote_id, print_, print_, encode(copy), embed, columns)

    def write(self, how: str, *records: Record, day: int = 1, touch: bool = True) -> Committed:
        """Write records of one model as created, updated, quiet or deleted."""
        rows: list[Any] = [self.row(record) for record in records]
        if how == "deleted":
            rows = [row.id for row in rows]
        model = MODEL_OF[type(records[0])]
        return self.store.commit(model, self.integration, Writes(**{how: rows}), moment(day), touch=touch)

    def page(self, model: str, **wanted: Any) -> ListPage:
        """Return a page of a list."""
        asked = {"limit": 250} | wanted
        return self.store.list_page(
            ListRequest(model=model, integration_no=self.integration.no, integration_id=self.integration.id, **asked)
        )

    def listed(self, model: str, **wanted: Any) -> list[dict[str, Any]]:
        """Return the wire records of a page."""
        page = self.page(model, **wanted)
        records = msgspec.json.decode(b"[" + page.results + b"]")
        assert len(records) == page.count
        return records

    def remote_ids(self, model: str, **wanted: Any) -> list[str]:
        """Return the remote ids of a page."""
        return [record["remote_id"] for record in self.listed(model, **wanted)]

    def walk(self, model: str, size: int, **wanted: Any) -> list[str]:
        """Return the remote ids of all pages."""
        found: list[str] = []
        after: dict[str, Any] = {}
        while True:
            page = self.page(model, limit=size, **wanted, **after)
            assert page.count <= size
            found += [record["remote_id"] for record in msgspec.json.decode(b"[" + page.results + b"]")]
            if page.next_seq is None:
                return found
            after = {"after_seq": page.next_seq, "after_touched_at": page.next_touched_at}

    def fill(self) -> None:
        """Write one of everything, tied together, on day 1."""
        for record in EVERYTHING:
            self.write("created", record, touch=False)


USER = User(remote_id="u1", first_name="Ada", email="Ada@Example.com")
JOB = Job(remote_id="j1", name='100% "Fun"\\', status="OPEN", description="<p>\t\n</p>", was_published=True)
STAGE = Stage(remote_id="s1", name="Phone \u2028 Screen")
QUESTION = Question(remote_id="q1", title="Visa?", format=Boolean())
CANDIDATE = Candidate(
    remote_id="c1", first_name="Jo", last_name="Bérg", email_addresses=[EmailAddress(email_address="Jo@x.de")]
)
APPLICATION = Application(
    remote_id="a1",
    outcome="PENDING",
    candidate_id="c1",
    job_id="j1",
    current_stage_id="s1",
    remote_created_at=moment(1),
    source="Board",
)
JOB_STAGE = JobStage(remote_id="j1/s1", job_id="j1", stage_id="s1", index=3)
JOB_QUESTION = JobQuestion(remote_id="j1/q1", job_id="j1", question_id="q1", index=0, required=True)
MEMBER = HiringTeamMember(
    remote_id="j1/u1",
    job_id="j1",
    user_id="u1",
    roles=["RECRUITER"],
    job_roles=[JobRole(remote_id=None, remote_label="R", unified_type="RECRUITER")],
)
EVERYTHING: tuple[Record, ...] = (
    USER,
    JOB,
    STAGE,
    QUESTION,
    CANDIDATE,
    APPLICATION,
    JOB_STAGE,
    JOB_QUESTION,
    MEMBER,
)
