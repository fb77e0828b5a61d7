"""What decisions about fields make of a record; which field a rule chooses; what a value becomes in another field."""

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atsume.model.ats.applications import Application
from atsume.model.ats.candidates import Candidate, EmailAddress
from atsume.model.ats.jobs import Job
from atsume.model.catalogue import MODELS
from atsume.model.fields import (
    CUSTOMISABLE,
    CustomField,
    FieldBook,
    FieldKind,
    FieldPlan,
    IntegrationField,
    Kept,
    Passed,
    Station,
    bad_key,
    chosen,
    shown,
    unshown,
)
from atsume.model.record import encode, hide
from atsume.model.remapping import Remapping, converter, fed, remappable
from atsume.model.scope import Scope
from atsume.store.remotes import packed, unpacked
from tests.model.test_paths import JSON, LAW, REMOTE

SURFACES = {"": "/v2/things", "xml": "/xml"}
REMOTE_JOB = {"id": "1", "team": {"name": "A"}, "tags": [{"n": 1}, {"n": 2}], "xml": {"office": "Berlin", "pay": "4.5"}}


def _apply(record: Any, plan: FieldPlan, remote: dict[str, Any], model: str = "ats_jobs") -> tuple[dict, Kept | None]:
    kept = Station(model, plan, SURFACES)(record, remote)
    hide(record, MODELS[model].hidden)
    return msgspec.json.decode(encode(record)), kept


def test_a_plan_on_a_record() -> None:
    """Custom fields by key, passed ones with their label, remapped ones in their place, the tool's own bodies."""
    plan = FieldPlan(
        custom=(("pay", "xml.pay"), ("team", "team.name"), ("void", "nowhere")),
        passed=(Passed("f1", "tags[].n", "DEFAULT", "Tags"),),
        remapped=(Remapping(field="department", keys=("nowhere", "team.name")),),
        shows_remote=True,
    )
    made, _ = _apply(Job(remote_id="1", department="before"), plan, REMOTE_JOB)
    assert made["custom_fields"] == {"pay": "4.5", "team": "A", "void": None}
    assert made["integration_fields"] == [
        {"id": "f1", "key": "tags[].n", "type": "DEFAULT", "value": [1, 2], "label": "Tags"}
    ]
    assert made["department"] == "A"
    assert made["remote_data"] == {
        "/v2/things": {"id": "1", "team": {"name": "A"}, "tags": [{"n": 1}, {"n": 2}]},
        "/xml": {"office": "Berlin", "pay": "4.5"},
    }


@pytest.mark.parametrize(
    ("decided", "kept"),
    [
        ({"custom": (("a", "team.name"),)}, {"team": {"name": "A"}}),
        ({"passed": (Passed("f", "tags[].n", "DEFAULT", None),)}, {"tags": [{"n": 1}, {"n": 2}]}),
        ({"remapped": (Remapping(field="name", keys=("xml.office",)),)}, {"xml": {"office": "Berlin"}}),
        ({"keeps_all": True}, REMOTE_JOB),
        ({"keeps_all": True, "withheld": frozenset({"xml.office", "id"})},
         {"team": {"name": "A"}, "tags": [{"n": 1}, {"n": 2}], "xml": {"pay": "4.5"}}),
        ({"custom": (("a", "xml.pay"),), "withheld": frozenset({"xml.pay"})}, None),
    ],
)  # fmt: skip
def test_no_more_is_kept_than_was_asked_for_and_may_be(decided: dict[str, Any], kept: dict[str, Any] | None) -> None:
    """Values of what is mapped, or all of it where the environment says so; never what the scope leaves out."""
    _, held = _apply(Job(remote_id="1"), FieldPlan(**decided), REMOTE_JOB)
    assert (held.remote if held else None) == kept


def test_a_withheld_value_shows_nowhere() -> None:
    """Neither in custom fields, nor passed through, nor in a remapped field, nor in remote data."""
    plan = FieldPlan(
        custom=(("a", "xml.office"),),
        passed=(Passed("f", "xml.office", "DEFAULT", None),),
        remapped=(Remapping(field="name", keys=("xml.office",)),),
        shows_remote=True,
        withheld=frozenset({"xml.office"}),
    )
    made, kept = _apply(Job(remote_id="1"), plan, REMOTE_JOB)
    assert "Berlin" not in str(made) + str(kept)


def test_what_is_switched_off_is_withheld() -> None:
    """A key is withheld when every unified field that it feeds is off, across models."""
    kinds = {
        "ats_applications": {
            "candidate.email": FieldKind(feeds=("ats_candidates.email_addresses",)),
            "stage": FieldKind(feeds=("ats_applications.outcome", "ats_applications.current_stage_id")),
            "free": FieldKind(),
        }
    }
    book = FieldBook(kinds=kinds)
    off = frozenset({("ats_candidates", "email_addresses"), ("ats_applications", "outcome")})
    assert book.withheld("ats_applications", Scope(disabled_fields=off)) == {"candidate.email"}
    assert book.withheld("ats_applications", Scope(disabled_models=frozenset({"ats_candidates"}))) == {
        "candidate.email"
    }
    assert book.withheld("ats_applications", Scope()) == frozenset()


KEYS = st.sampled_from(["a", "b", "a.b", "a[].b", "xml.a"])
PASSED = st.builds(Passed, id=st.just("f"), key=KEYS, type=st.just("CUSTOM"), label=st.none())
PLANS = st.builds(
    FieldPlan,
    custom=st.dictionaries(st.sampled_from(["k1", "k2"]), KEYS, max_size=2).map(lambda d: tuple(sorted(d.items()))),
    passed=st.lists(PASSED, max_size=2).map(tuple),
    shows_remote=st.booleans(),
    keeps_all=st.booleans(),
    withheld=st.frozensets(KEYS, max_size=2),
)  # fmt: skip


@LAW
@given(st.sampled_from(CUSTOMISABLE), REMOTE, PLANS, st.data())
def test_any_plan_on_any_record_is_on_the_wire_types(model: str, remote: dict, plan: FieldPlan, data: Any) -> None:
    """However odd the remote record: total, decodable as the model's own type, and what is kept can be packed."""
    remapped = data.draw(
        st.lists(
            st.builds(
                Remapping,
                field=st.sampled_from(remappable(model)),
                keys=st.lists(KEYS, min_size=1, max_size=2).map(tuple),
                keeps_default=st.booleans(),
            ),
            max_size=3,
            unique_by=lambda one: one.field,
        )
    )
    plan = msgspec.structs.replace(plan, remapped=tuple(remapped))
    record = MODELS[model].record(remote_id="1")
    kept = Station(model, plan, SURFACES)(record, remote)
    hide(record, MODELS[model].hidden)
    msgspec.json.decode(encode(record), type=MODELS[model].record)
    if kept is not None:
        assert unpacked(packed(kept)).remote.keys() == kept.remote.keys()


@LAW
@given(REMOTE)
def test_shown_remote_data_can_be_read_back(remote: dict[str, Any]) -> None:
    """So that nothing needs to be kept twice."""
    read = unshown(msgspec.json.decode(bytes(shown(remote, SURFACES))), SURFACES)
    assert {k: v for k, v in read.items() if v is not None} == {
        k: v for k, v in msgspec.json.decode(encode(remote)).items() if v is not None
    }


def test_the_digest_tells_plans_apart() -> None:
    """Every decision is in it; no decision has none."""
    plans = [
        FieldPlan(),
        FieldPlan(custom=(("a", "x"),)),
        FieldPlan(custom=(("a", "y"),)),
        FieldPlan(passed=(Passed("f", "x", "DEFAULT", None),)),
        FieldPlan(passed=(Passed("f", "x", "DEFAULT", "Label"),)),
        FieldPlan(remapped=(Remapping(field="name", keys=("x",)),)),
        FieldPlan(remapped=(Remapping(field="name", keys=("x",), keeps_default=False),)),
        FieldPlan(shows_remote=True),
        FieldPlan(keeps_all=True),
        FieldPlan(keeps_all=True, withheld=frozenset({"x"})),
    ]
    assert len({plan.digest for plan in plans}) == len(plans)
    assert FieldPlan().digest == ""


@pytest.mark.parametrize(
    ("plan", "held", "enough"),
    [
        (FieldPlan(custom=(("a", "x"),)), ["x", "y"], True),
        (FieldPlan(custom=(("a", "x"),)), ["*"], True),
        (FieldPlan(custom=(("a", "x"),)), [], False),
        (FieldPlan(custom=(("a", "x"),), withheld=frozenset({"x"})), [], True),
        (FieldPlan(), [], True),
        (FieldPlan(keeps_all=True), ["x"], False),
        (FieldPlan(shows_remote=True), ["*"], True),
    ],
)  # fmt: skip
def test_what_is_held_is_enough_or_not(plan: FieldPlan, held: list[str], enough: bool) -> None:
    """Only then may a decision be applied without the tool."""
    assert plan.can_use(held) is enough


def _field(key: str, label: str | None = None, model: str = "ats_jobs") -> IntegrationField:
    return IntegrationField(id=key, model=model, key=key, label=label, type="CUSTOM")


@pytest.mark.parametrize(
    ("custom", "found", "expected"),
    [
        ({"key": "office"}, [_field("xml.office"), _field("xml.name")], "xml.office"),
        ({"key": "office"}, [_field("OFFICE"), _field("xml.office")], "OFFICE"),
        ({"key": "office"}, [_field("a.office"), _field("b.office")], None),
        ({"key": "notice_period"}, [_field("custom_attribute_7", "Notice period")], "custom_attribute_7"),
        ({"key": "np", "label": "Notice period"}, [_field("c7", "notice-period")], "c7"),
        ({"key": "np", "aliases": ("kündigungsfrist", "notice*")}, [_field("c7", "Notice period (weeks)")], "c7"),
        ({"key": "np", "aliases": ("frist", "notice*")}, [_field("c7", "Notice"), _field("c8", "Frist")], "c8"),
        ({"key": "office", "is_automatic": False}, [_field("office")], None),
        ({"key": "office"}, [_field("office", model="ats_candidates")], None),
        ({"key": "x", "aliases": ("*",)}, [_field("a"), _field("b")], None),
        ({"key": "x", "aliases": ("",)}, [_field("a")], None),
    ],
)  # fmt: skip
def test_which_field_a_rule_chooses(custom: dict, found: list[IntegrationField], expected: str | None) -> None:
    """One that fits, never one of several; earlier names before later ones, keys before labels."""
    field = CustomField(id="c", environment_id="e", model="ats_jobs", **custom)
    assert (picked.key if (picked := chosen(field, found)) else None) == expected


@pytest.mark.parametrize(
    ("model", "field", "value", "expected"),
    [
        ("ats_jobs", "name", "  Cook ", "Cook"),
        ("ats_jobs", "name", 7, "7"),
        ("ats_jobs", "name", True, "true"),
        ("ats_jobs", "name", ["a", "b"], "a, b"),
        ("ats_jobs", "name", {"id": 1, "name": "Named"}, "Named"),
        ("ats_jobs", "name", {"id": 1}, None),
        ("ats_jobs", "name", "  ", None),
        ("ats_jobs", "salary_amount_from", "30000.00", 30000.0),
        ("ats_jobs", "salary_amount_from", "thirty", None),
        ("ats_jobs", "salary_amount_from", True, None),
        ("ats_jobs", "confidential", "Ja", True),
        ("ats_jobs", "confidential", "perhaps", None),
        ("ats_jobs", "opened_at", "2026-01-31", "2026-01-31T00:00:00.000Z"),
        ("ats_jobs", "opened_at", "2026-01-31T10:00:00+02:00", "2026-01-31T08:00:00.000Z"),
        ("ats_jobs", "opened_at", {"date-time": "2026-01-31T10:00:00", "timezone": "UTC"}, "2026-01-31T10:00:00.000Z"),
        ("ats_jobs", "opened_at", "soon", None),
        ("ats_jobs", "opened_at", "9999-12-31T23:59:59-23:59", None),
        ("ats_applications", "outcome", "hired", "HIRED"),
        ("ats_applications", "outcome", "maybe", None),
        ("ats_jobs", "location", "Berlin", {"raw": "Berlin"}),
        ("ats_jobs", "location", {"city": "Berlin", "x": 1}, {"city": "Berlin"}),
        ("ats_candidates", "email_addresses", ["a@b.de", "nonsense"], [{"email_address": "a@b.de"}]),
        ("ats_candidates", "email_addresses", "nonsense", None),
        ("ats_candidates", "phone_numbers", "030 1", [{"phone_number": "030 1"}]),
        ("ats_candidates", "social_media", ["https://x.y", "me"], [{"link": "https://x.y"}, {"username": "me"}]),
    ],
)  # fmt: skip
def test_what_a_value_becomes_in_a_field(model: str, field: str, value: Any, expected: Any) -> None:
    """What cannot be what the field holds counts as absent."""
    made = msgspec.to_builtins(converter(model, field)(value))
    if isinstance(made, list):
        made = [{k: v for k, v in one.items() if v is not None} for one in made]
    elif isinstance(made, dict):
        made = {k: v for k, v in made.items() if v is not None}
    assert made == expected


@LAW
@given(st.sampled_from(CUSTOMISABLE), JSON, st.data())
def test_conversion_is_total(model: str, value: Any, data: Any) -> None:
    """Any JSON into any field that can be remapped."""
    field = data.draw(st.sampled_from(remappable(model)))
    made = converter(model, field)(value)
    declared = {f.name: f.type for f in msgspec.structs.fields(MODELS[model].record)}[field]
    msgspec.convert(msgspec.to_builtins(made), declared)


def test_append_and_fallbacks() -> None:
    """Appending keeps what the connector says, adds the rest once; without a value the default stands, or nothing."""
    record = Candidate(remote_id="1", email_addresses=[EmailAddress(email_address="a@b.de")], first_name="Ada")
    plan = FieldPlan(
        remapped=(
            Remapping(field="email_addresses", keys=("second", "third", "none"), how="append"),
            Remapping(field="first_name", keys=("none",)),
            Remapping(field="last_name", keys=("none",), keeps_default=False),
        )
    )
    made, kept = _apply(record, plan, {"second": "a@b.de", "third": ["c@d.de"]}, "ats_candidates")
    assert [one["email_address"] for one in made["email_addresses"]] == ["a@b.de", "c@d.de"]
    assert (made["first_name"], made["last_name"]) == ("Ada", None)
    assert kept is not None
    assert set(kept.plain) == {"email_addresses", "first_name", "last_name"}


@pytest.mark.parametrize("field", ["remote_id", "job_id", "custom_fields", "remote_data", "source"])
def test_what_identifies_cannot_be_remapped(field: str) -> None:
    """Neither ids nor references, nor what has rules of its own, nor what never reaches the wire."""
    assert field not in remappable("ats_applications")
    assert isinstance(Application(remote_id="1"), MODELS["ats_applications"].record)


@pytest.mark.parametrize(
    ("key", "is_good"),
    [("salary_2", True), ("2x", False), ("a b", False), ("", False), ("ä", False), ("a" * 65, False)],
)
def test_keys_of_custom_fields(key: str, is_good: bool) -> None:
    """They become keys of JSON objects and of callers' code."""
    assert (bad_key(key) is None) is is_good


def test_moments_are_utc() -> None:
    """The wire knows nothing else."""
    assert converter("ats_jobs", "opened_at")(dt.date(2026, 1, 1).isoformat()) == "2026-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("field", "values", "told"),
    [
        ("weekly_hours", [0, 40], 0.0),
        ("confidential", [False, True], False),
        ("name", ["", "Cook"], "Cook"),
        ("name", [None, ""], "Default"),
    ],
)
def test_nought_and_false_are_values(field: str, values: list[Any], told: Any) -> None:
    """The first source that says anything wins, be it 0 or false; nothing and an empty text say nothing."""
    one = Remapping(field=field, keys=("a", "b"))
    assert fed(one, converter("ats_jobs", field), values, "Default") == told
