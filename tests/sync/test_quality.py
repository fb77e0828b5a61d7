"""What looks wrong with first records, and what does not."""

from typing import Any

import pytest

from atsume.sync.quality import CHECKS, Sample, findings

JOB = {"name": "Engineer"}
NAMELESS_JOB = {"name": None}
PERSON = {"first_name": "Ada", "last_name": None, "email_addresses": None}
ADDRESS = {"first_name": None, "last_name": None, "email_addresses": [{"email_address": "a@b.de"}]}
NOBODY = {"first_name": None, "last_name": None, "email_addresses": None}
SENT = {"job": {}, "candidate": {}}
FOR_NOTHING = {"job": None, "candidate": {}}
OF_NOBODY = {"job": {}, "candidate": None}


def sample(**records: list[Any]) -> Sample:
    """Return a sample of these records by model, without `ats_`."""
    named = {f"ats_{model}": listed for model, listed in records.items()}
    return Sample({model: len(listed) for model, listed in named.items()} | {"ats_users": 1}, named)


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        (Sample({"ats_application_stages": 5}, {}),                   "Nothing came"),
        (sample(jobs=[NAMELESS_JOB] * 20),                            "20 of the first 20 jobs have no name"),
        (sample(candidates=[NOBODY] * 19 + [PERSON]),                 "19 of the first 20 candidates have neither"),
        (sample(applications=[FOR_NOTHING] * 30),                     "applications are for a job that is not there"),
        (sample(applications=[OF_NOBODY] * 30),                       "applications are of a candidate who is not"),
        (sample(),                                                    None),  # users alone are something
        (sample(jobs=[NAMELESS_JOB] * 19),                            None),  # too few to prove anything
        (sample(jobs=[NAMELESS_JOB] * 18 + [JOB] * 2),                None),
        (sample(candidates=[NOBODY] * 18 + [PERSON, ADDRESS]),        None),  # anonymised after rejection, mostly
        (sample(applications=[SENT] * 20 + [FOR_NOTHING, OF_NOBODY]), None),
    ],
)  # fmt: skip
def test_findings(seen: Sample, found: str | None) -> None:
    """One row, one sentence or none."""
    told = findings(seen)
    assert told == [] if found is None else len(told) == 1 and found in told[0]


def test_every_check_can_speak() -> None:
    """None of them is blind."""
    bad = sample(
        jobs=[NAMELESS_JOB] * 20, candidates=[NOBODY] * 20, applications=[{"job": None, "candidate": None}] * 20
    )
    spoken = [check for check in CHECKS if check(bad) or check(Sample({}, {}))]
    assert spoken == list(CHECKS)
