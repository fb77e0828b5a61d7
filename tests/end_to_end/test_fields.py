"""Custom fields, passed-through fields, remapping and remote data: from Personio's records to the API's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from atsume.integrations import fields
from atsume.integrations.fields import Fieldwork
from atsume.model.environment import changed, overridden
from atsume.model.fields import IntegrationField
from atsume.model.integration import SyncState
from atsume.model.remapping import Remapping
from atsume.model.scope import Setting
from atsume.store.schema_fields import REMOTES
from atsume.sync.settle import Settled
from personio_simulator.options import Options
from tests.end_to_end.world import Company, Mirror, later
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

OPTIONS = Options(jobs=8, applications=40, seed=11, knobs={"rate_limits": "report"})
MODELS = ("ats_jobs", "ats_candidates", "ats_applications")


class Deciding:
    """A mirror and short ways to decide about its fields."""

    def __init__(self, mirror: Mirror) -> None:
        self.mirror, self.store = mirror, mirror.server.store
        self.work = Fieldwork(store=self.store, connectors=mirror.server.connectors, now=mirror.server.executor.now)

    def switch(self, **settings: Any) -> None:
        """Change settings of the environment."""
        environment = self.store.environment(self.mirror.integration.environment_id)
        assert environment is not None
        self.store.update_environment_settings(environment.id, changed(environment.settings, settings))
        fields.settle_environment(self.work, environment.id)

    def found(self, model: str, key: str) -> IntegrationField:
        """Return a field by key."""
        (one,) = [f for f in self.store.integration_fields(self.mirror.integration.no, model) if f.key == key]
        return one

    def define(self, model: str, key: str, **more: Any) -> Any:
        """Define a custom field that is mapped by hand unless told."""
        more = {"is_automatic": False} | more
        return fields.define(self.work, self.mirror.integration.environment_id, model=model, key=key, **more)

    def map(self, custom: Any, key: str | None) -> Settled:
        """Map a custom field."""
        target = self.found(custom.model, key) if key else None
        return fields.map_custom_field(self.work, self.mirror.integration, custom, target)

    def remap(self, model: str, field: str, *keys: str, **how: Any) -> Settled:
        """Remap a unified field, or without keys undo that."""
        one = Remapping(field=field, keys=keys, **how) if keys else None
        return fields.remap(self.work, self.mirror.integration, model, field, one)

    def work_off(self) -> dict[str, int]:
        """Carry out what is due, as the worker does; return the records that changed."""
        changed_: dict[str, int] = {}
        for integration_id in self.work.due(self.work.now(), 10):
            changed_ |= self.work.carry_out(integration_id).updated
        return changed_

    def kept(self) -> dict[str, int]:
        """Return how many remote records are kept beside the mirror's."""
        with self.store.database.looking() as connection:
            count = sa.select(sa.func.count())
            return {m: connection.execute(count.select_from(REMOTES[m])).scalar_one() for m in MODELS}

    def values(self, model: str, field: str = "custom_fields") -> dict[str, Any]:
        """Return a field of every record, by remote id."""
        return {i: record[field] for i, record in self.mirror.by_remote_id(model).items()}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def deciding(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deciding]:
    """A server with one integration, not synced yet, on each engine."""
    url = (
        request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path}/atsume.db"
    )
    with Company(OPTIONS) as company, Mirror(company, url, tmp_path) as mirror:
        yield Deciding(mirror)


def _truth(deciding: Deciding, kind: str, name: str) -> dict[str, Any]:
    return {one["id"]: one[name] for one in deciding.mirror.company.truth()[kind]}


def test_nothing_is_kept_that_nobody_asked_for(deciding: Deciding) -> None:
    """Fields are found with counts and labels, but no value of any record is stored with them or beside records."""
    deciding.mirror.sync()
    gender = deciding.found("ats_candidates", "gender")
    assert (gender.label, gender.type, gender.examples) == ("Gender", "DEFAULT", ())
    assert 0 < gender.filled < gender.seen == len(deciding.values("ats_candidates"))
    assert deciding.found("ats_jobs", "xml.occupationCategory").label == "Occupation category"
    questions = [f for f in deciding.store.integration_fields(deciding.mirror.integration.no) if f.type == "CUSTOM"]
    assert questions
    assert all(f.model == "ats_applications" and f.label and f.seen == 0 for f in questions)
    assert deciding.kept() == dict.fromkeys(MODELS, 0)
    assert set(map(str, deciding.values("ats_candidates").values())) == {"{}"}


def test_examples_only_where_the_environment_allows_them(deciding: Deciding) -> None:
    """Switched on they come with the next sync; switched off they are gone at once."""
    deciding.switch(field_examples=True)
    deciding.mirror.sync()
    assert set(deciding.found("ats_candidates", "gender").examples) <= {"male", "female", "diverse"}
    assert deciding.found("ats_candidates", "gender").examples
    deciding.switch(field_examples=False)
    assert deciding.found("ats_candidates", "gender").examples == ()


def test_a_rule_maps_during_the_first_sync(deciding: Deciding) -> None:
    """A custom field that was defined before has its values from the first page on; only its values are kept."""
    deciding.define("ats_candidates", "sex", aliases=("gender",), is_automatic=True)
    deciding.mirror.sync()
    assert deciding.values("ats_candidates") == {
        i: {"sex": v or None} for i, v in _truth(deciding, "candidates", "gender").items()
    }
    assert deciding.kept()["ats_candidates"] == len(deciding.values("ats_candidates"))
    a_candidate = deciding.mirror.records("ats_candidates")[0]
    kept = deciding.store.kept("ats_candidates", a_candidate["id"])
    assert kept is not None
    assert set(kept.remote) <= {"gender"}
    assert deciding.kept()["ats_jobs"] == 0


def test_mapped_at_once_from_what_is_held(deciding: Deciding) -> None:
    """No request to the tool; `changed_at` and `updated_after` tell; and the next sync changes nothing."""
    deciding.switch(keep_remote_records=True)
    deciding.mirror.sync()
    custom = deciding.define("ats_candidates", "birth")
    since = later(deciding.mirror.records("ats_candidates")[0]["changed_at"], 0.001)
    deciding.mirror.company.control("DELETE", "/log")
    settled = deciding.map(custom, "birthday")
    assert (settled.remade, settled.waiting, settled.sync_id) == (("ats_candidates",), (), None)
    count = len(deciding.values("ats_candidates"))
    assert deciding.work_off() == {"ats_candidates": count}
    assert deciding.mirror.company.control("GET", "/log") in ([], {"requests": []})
    assert {i: v["birth"] for i, v in deciding.values("ats_candidates").items()} == {
        i: v or None for i, v in _truth(deciding, "candidates", "birthday").items()
    }
    assert len(deciding.mirror.records("ats_candidates", updated_after=since)) == count
    assert deciding.work_off() == {}
    run = deciding.mirror.sync()
    assert (run.state, sum(s.updated for s in run.streams)) == (SyncState.SUCCEEDED, 0)


def test_what_is_not_held_asks_for_a_full_sync(deciding: Deciding) -> None:
    """It says so, queues one, and until then nothing is said that is not so."""
    deciding.mirror.sync()
    custom = deciding.define("ats_applications", "applied")
    settled = deciding.map(custom, "application_date")
    assert (settled.remade, settled.waiting) == ((), ("ats_applications",))
    queued = deciding.store.sync_run(settled.sync_id or "")
    assert queued is not None
    assert queued.state is SyncState.QUEUED
    assert deciding.work_off() == {}
    assert set(map(str, deciding.values("ats_applications").values())) == {"{}"}
    deciding.mirror.sync()
    assert {i: v["applied"] for i, v in deciding.values("ats_applications").items()} == _truth(
        deciding, "applications", "application_date"
    )
    # Taken off again, the values leave the records and nothing is kept any more: no sync is needed to forget.
    assert deciding.map(custom, None).remade == ("ats_applications",)
    deciding.work_off()
    assert set(map(str, deciding.values("ats_applications").values())) == {"{}"}
    assert deciding.kept() == dict.fromkeys(MODELS, 0)
    assert sum(s.updated for s in deciding.mirror.sync().streams) == 0


def test_passed_through(deciding: Deciding) -> None:
    """A field's raw value, of whatever JSON type, with key, type and label."""
    deciding.switch(keep_remote_records=True)
    deciding.mirror.sync()
    field = deciding.found("ats_applications", "hiring_team[].role.name")
    fields.pass_through(deciding.work, deciding.mirror.integration, field, enabled=True)
    deciding.work_off()
    for value in deciding.values("ats_applications", "integration_fields").values():
        ((one),) = value
        assert (one["id"], one["key"], one["type"], one["label"]) == (field.id, field.key, "DEFAULT", field.label)
        assert one["value"] is None or isinstance(one["value"], list)


def test_remapping_and_back(deciding: Deciding) -> None:
    """Ordered fallbacks; what other records embed and filters look at follow; undone, everything is as it was."""
    deciding.switch(keep_remote_records=True)
    deciding.mirror.sync()
    before = {model: deciding.mirror.by_remote_id(model) for model in MODELS}
    assert deciding.remap("ats_jobs", "name", "xml.occupation", "department.name").remade == ("ats_jobs",)
    deciding.work_off()
    jobs = deciding.mirror.by_remote_id("ats_jobs")
    keywords = {i: j["name"] for i, j in jobs.items()}
    assert keywords != {i: j["name"] for i, j in before["ats_jobs"].items()}
    assert all(j["name"] == before["ats_jobs"][i]["department"] for i, j in jobs.items() if j["post_url"] is None)
    for application in deciding.mirror.records("ats_applications"):
        assert application["job"]["name"] == keywords[application["job"]["remote_id"]]
    deciding.mirror.sync()
    assert {i: j["name"] for i, j in deciding.mirror.by_remote_id("ats_jobs").items()} == keywords
    deciding.remap("ats_jobs", "name")
    deciding.work_off()
    after = {model: deciding.mirror.by_remote_id(model) for model in MODELS}
    assert _timeless(after) == _timeless(before)
    assert sum(s.updated for s in deciding.mirror.sync().streams) == 0


def _timeless(records: Any) -> Any:
    if isinstance(records, dict):
        return {k: _timeless(v) for k, v in records.items() if k != "changed_at"}
    return [_timeless(one) for one in records] if isinstance(records, list) else records


@pytest.mark.parametrize("keeps", [True, False])
def test_remaking_is_what_a_sync_would_have_made(deciding: Deciding, keeps: bool) -> None:
    """The law: decisions applied to held records, and the same decisions met by a full sync, give the same records."""
    deciding.switch(keep_remote_records=keeps, remote_data=not keeps)
    deciding.mirror.sync()
    plain = {model: deciding.mirror.by_remote_id(model) for model in MODELS}
    for model, key in (("ats_jobs", "xml.yearsOfExperience"), ("ats_applications", "channel.name")):
        deciding.map(deciding.define(model, "mine"), key)
    deciding.remap("ats_applications", "outcome", "current_stage.kind", keeps_default=False)
    deciding.remap("ats_jobs", "status", "xml.schedule")
    made = deciding.work_off()
    assert made["ats_jobs"] == len(plain["ats_jobs"])
    remade = {model: deciding.mirror.by_remote_id(model) for model in MODELS}
    for model in MODELS:
        deciding.store.mark_stale(model, deciding.mirror.integration.no)
    assert sum(s.updated for s in deciding.mirror.sync().streams) == 0
    assert {model: deciding.mirror.by_remote_id(model) for model in MODELS} == remade


def test_remote_data_is_switched_by_environment_and_integration(deciding: Deciding) -> None:
    """On with the next full sync, keyed by endpoint path; an integration may decide otherwise; off at once."""
    deciding.switch(remote_data=True)
    deciding.mirror.sync()
    jobs = deciding.mirror.by_remote_id("ats_jobs")
    assert {path for job in jobs.values() for path in job["remote_data"]} == {"/v2/recruiting/jobs", "/xml"}
    assert all(u["remote_data"]["/v2/persons"]["id"] == i for i, u in deciding.mirror.by_remote_id("ats_users").items())
    assert set(map(str, deciding.values("ats_candidates", "remote_data").values())) == {"None"}
    assert deciding.kept() == dict.fromkeys(MODELS, 0)
    # What is shown is held: mapping from it needs no sync.
    deciding.map(deciding.define("ats_jobs", "level"), "xml.seniority")
    assert deciding.work_off()["ats_jobs"] == len(jobs)
    integration = deciding.mirror.integration
    deciding.store.update_overrides(integration.id, overridden(integration.overrides, {"remote_data": False}))
    deciding.work.settle(deciding.mirror.integration)
    deciding.work_off()
    assert set(map(str, deciding.values("ats_jobs", "remote_data").values())) == {"None"}
    levels = {i: (j["remote_data"].get("/xml") or {}).get("seniority") for i, j in jobs.items()}
    assert {i: v["level"] for i, v in deciding.values("ats_jobs").items()} == levels


def test_what_the_scope_leaves_out_is_not_kept_by_the_back_door(deciding: Deciding) -> None:
    """A field whose unified fields are all switched off has no value, wherever it was mapped to, and is not kept."""
    deciding.switch(keep_remote_records=True)
    integration = deciding.mirror.integration
    off = {"ats_candidates.email_addresses": Setting.DISABLED, "ats_candidates.phone_numbers": Setting.DISABLED}
    config = deciding.store.add_scope_config(integration.environment_id, "No mail", off, deciding.work.now())
    deciding.store.set_scope(integration.id, config.id, (), None)
    deciding.define("ats_candidates", "mail", aliases=("email",), is_automatic=True)
    deciding.mirror.sync()
    assert {v["mail"] for v in deciding.values("ats_candidates").values()} == {None}
    mails = {m for m in _truth(deciding, "candidates", "email").values() if m}
    for model in ("ats_candidates", "ats_applications"):
        for record in deciding.mirror.records(model):
            kept = str(deciding.store.kept(model, record["id"]))
            assert not any(mail in kept for mail in mails)


def test_a_decision_during_a_run_is_not_lost(deciding: Deciding) -> None:
    """What is decided while a run is under way, and was not heeded by it, is settled when the run has ended."""
    deciding.mirror.sync()
    custom = deciding.define("ats_jobs", "mine")
    target = deciding.found("ats_jobs", "xml.keywords")
    asked: list[int] = []

    def stop() -> bool:
        asked.append(len(asked))
        if len(asked) == 3:  # the jobs' pages are through
            deciding.store.map_fields(
                deciding.mirror.integration.no, {custom.id: target.id}, decided_by="person", at=deciding.work.now()
            )
        return False

    deciding.mirror.sync(should_stop=stop)
    assert len(asked) > 3
    queued = [r for r in deciding.store.sync_runs(deciding.mirror.integration.id, 5) if r.state is SyncState.QUEUED]
    assert len(queued) == 1
    deciding.mirror.sync()
    assert all("mine" in value for value in deciding.values("ats_jobs").values())


def test_an_erased_integration_leaves_nothing(deciding: Deciding) -> None:
    """Neither fields, nor decisions, nor what was kept beside records."""
    deciding.switch(keep_remote_records=True)
    deciding.mirror.sync()
    deciding.map(deciding.define("ats_jobs", "mine"), "xml.keywords")
    integration = deciding.mirror.integration
    assert deciding.kept()["ats_jobs"]
    deciding.store.erase_integration(integration)
    assert deciding.kept() == dict.fromkeys(MODELS, 0)
    assert deciding.store.integration_fields(integration.no) == []
    assert deciding.store.field_mappings(integration.no) == {}
    assert deciding.store.field_states(integration.no) == {}
