"""Which stage is which, and what it means (README, E22)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atsume.connectors.personio.outcome import OUTCOMES, SYSTEM, outcome, stage_key
from atsume.connectors.personio.remote.v2 import Stage


def system(kind: str | None = None, name: str | None = None, type: str | None = "SYSTEM") -> Stage:
    return Stage(None, name, kind, type)


@pytest.mark.parametrize(
    ("stage",                                          "key",        "means"),
    [
        (None,                                             None,         None),
        (system("UNASSIGNED"),                             "unassigned", "PENDING"),
        (system("REJECTED"),                               "rejected",   "DECLINED"),
        (system("WITHDRAWN"),                              "withdrawn",  "DECLINED"),
        (system("OFFER"),                                  "offer",      "PENDING"),
        (system("ACCEPTED"),                               "accepted",   "HIRED"),
        (system("accepted"),                               "accepted",   "HIRED"),
        (system("system_rejected"),                        "rejected",   "DECLINED"),
        (system(None, "Hired"),                            "accepted",   "HIRED"),
        (system(None, "Abgelehnt"),                        "rejected",   "DECLINED"),
        (system(None, "Zurückgezogen", None),              "withdrawn",  "DECLINED"),
        (system(None, "Eingestellt", None),                "accepted",   "HIRED"),
        (system(None, "Angebot"),                          "offer",      "PENDING"),
        (system(None, "Nicht zugeordnet"),                 "unassigned", "PENDING"),
        (system(None, None, "REJECTED"),                   "rejected",   "DECLINED"),
        (system("SOMETHING_NEW"),                          None,         None),
        (Stage(),                                          None,         None),
        (Stage("rejected", None, None, None),              "rejected",   "DECLINED"),
        (Stage("Accepted", "Hired", None, "SYSTEM"),       "accepted",   "HIRED"),
        (Stage("77", "Abgelehnt", "REJECTED", "SYSTEM"),   "rejected",   "DECLINED"),
        (Stage("77", "Rejected", "CUSTOM", "CUSTOM"),      "77",         "PENDING"),
        (Stage("77", "Hired (paperwork)", "CUSTOM", None), "77",         "PENDING"),
        (Stage("77", "Accepted", None, None),              "77",         "PENDING"),
        (Stage("77", "Offer", None, None),                 "77",         "PENDING"),
    ],
)  # fmt: skip
@pytest.mark.belief
def test_stage_and_outcome(stage, key, means):
    """System stages are known by words in any field (what they really say is not documented); custom ones by id."""
    assert stage_key(stage) == key
    assert outcome(stage_key(stage)) == means


@given(st.integers(1).map(str), st.text(), st.sampled_from(["CUSTOM", "custom", None, "OTHER"]), st.none() | st.text())
def test_e22_a_custom_stage_is_never_an_outcome_by_its_name(remote_id, name, type_, kind):
    """E22: the customer may call a stage what they like."""
    key = stage_key(Stage(remote_id, name, kind, type_))
    assert key == remote_id
    assert outcome(key) == "PENDING"


def test_outcomes_speak_of_system_stages_only():
    """A key that is no system stage can never mean HIRED."""
    assert set(OUTCOMES) <= set(SYSTEM)
