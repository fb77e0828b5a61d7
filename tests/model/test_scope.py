"""Scope: what a config and opt-outs leave out."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atsume.model.ats.candidates import Candidate, EmailAddress
from atsume.model.ats.jobs import Job
from atsume.model.catalogue import MODELS
from atsume.model.scope import ACTIONS, Scope, ScopeConfig, Setting, allows, allows_action, apply, scope_of, unknown

ON, OFF, MAYBE = Setting.ENABLED, Setting.DISABLED, Setting.OPTIONAL
NAMES = [*MODELS, *ACTIONS, "ats_jobs.name", "ats_candidates.source", "ats_candidates.email_addresses"]


def config(**settings: Setting) -> ScopeConfig:
    """Return a config; `__` stands for the dot before a field."""
    named = {name.replace("__", "."): value for name, value in settings.items()}
    return ScopeConfig(id="c", environment_id="e", name="n", settings=named)


@pytest.mark.parametrize(
    ("settings", "opted_out", "models", "fields", "actions"),
    [
        ({}, ["ats_users"], set(), set(), set()),                                   # not optional
        ({"ats_users": MAYBE}, [], set(), set(), set()),
        ({"ats_users": MAYBE}, ["ats_users"], {"ats_users", "ats_join_jobs_users"}, set(), set()),
        ({"ats_users": OFF}, [], {"ats_users", "ats_join_jobs_users"}, set(), set()),
        ({"ats_jobs__name": OFF}, [], set(), {("ats_jobs", "name")}, set()),
        ({"ats_jobs__name": MAYBE}, ["ats_jobs.name"], set(), {("ats_jobs", "name")}, set()),
        ({"ats_jobs": MAYBE}, ["ats_jobs.name"], set(), {("ats_jobs", "name")}, set()),  # optional as a whole
        ({"ats_create_candidate": OFF}, [], set(), set(), {"ats_create_candidate"}),
        ({"ats_create_candidate": MAYBE}, ["ats_create_candidate"], set(), set(), {"ats_create_candidate"}),
        ({"ats_candidates__source": OFF}, [], set(), {("ats_candidates", "source"), ("ats_applications", "source")},
         set()),
    ],
)  # fmt: skip
def test_what_is_left_out(settings, opted_out, models, fields, actions) -> None:
    """One row, one case."""
    assert scope_of(config(**settings), opted_out) == Scope(frozenset(models), frozenset(fields), frozenset(actions))


@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(Setting)), st.lists(st.sampled_from(NAMES)))
def test_disabled_is_never_kept_and_enabled_cannot_be_opted_out(settings, opted_out) -> None:
    """Whatever else is set."""
    scope = scope_of(ScopeConfig(id="c", environment_id="e", name="n", settings=settings), opted_out)
    for name, value in settings.items():
        if "." in name or value is MAYBE:
            continue
        kept = allows_action(scope, name) if name in ACTIONS else allows(scope, name)
        if value is OFF:
            assert not kept
        elif not name.startswith("ats_join"):
            assert kept


def test_a_field_that_is_off_leaves_no_trace() -> None:
    """Neither in the record nor in the tool's own bodies that go with it; hidden columns are cleared too."""
    scope = scope_of(config(ats_candidates__email_addresses=OFF, ats_jobs__description=OFF))
    candidate = Candidate(remote_id="1", email_addresses=[EmailAddress(email_address="a@b.c")], first_name="Jo")
    job = Job(remote_id="1", name="x", description="secret", remote_data=msgspec.Raw(b'{"d":"secret"}'))
    assert apply(scope, "ats_candidates", candidate) == Candidate(remote_id="1", first_name="Jo")
    assert apply(scope, "ats_jobs", job) == Job(remote_id="1", name="x")


def test_unknown_names_are_found() -> None:
    """Also those that may never be switched off."""
    wrong = ["ats_nothing", "ats_jobs.colour", "ats_jobs.remote_id", "ats_jobs.", "ats_create_job"]
    assert unknown([*wrong, "ats_jobs", "ats_jobs.name", "ats_create_candidate"]) == wrong
