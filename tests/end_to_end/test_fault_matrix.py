"""The matrix of faults: nothing false is ever buried, nothing lost, and the page tells what a run does.

The suite carries out a part of the cases; `make soak` all of them, and 300 pairs.
"""

import os
from collections.abc import Iterator
from typing import get_args

import pytest

from personio_simulator.faults import Kind
from personio_simulator.knobs import Knobs
from tests.end_to_end import fault_matrix
from tests.end_to_end.fault_matrix import KNOBS, ROUTES, Bench, Case

PAIRS = int(os.environ.get("ATSUME_SOAK_FAULT_PAIRS", "3"))
SINGLES = list(fault_matrix.singles())
EVERY = int(os.environ.get("ATSUME_SOAK_FAULTS_EVERY", "37"))
"""Of this many cases one is carried out: prime, so that kinds, places and switches all get their turn."""

WRITES = {
    "read_after_write", "v1_limit", "v1_window", "accept_option_labels", "created_body", "upload_ttl",
    "upload_max_bytes", "unify_candidates", "duplicate_check_fails",
}  # fmt: skip
LIMITS = {"token_ttl", "token_throttle", "token_limit", "rate_limits", "v2_replenish_rate", "v2_burst_capacity"}
FILTERS = {
    "filter_reject_z", "filter_reject_zoneless", "filter_zone", "bump_candidate_with_application",
    "bump_applications_with_candidate", "timestamp_basis", "xml_last_modified",
}  # fmt: skip
"""Switches that a full sync cannot notice, or that are proved elsewhere."""


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """A company and its mirror."""
    made = Bench()
    yield made
    made.close()


@pytest.mark.xdist_group("faults")
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("case", SINGLES[::EVERY], ids=lambda case: case.name)
def test_a_fault_buries_nothing_and_is_told_as_recorded(bench: Bench, case: Case) -> None:
    """Nothing that exists is tombstoned, nothing lost, and the run ends and speaks as the page says."""
    assert bench.run(case) == fault_matrix.recorded()[case.name]


@pytest.mark.xdist_group("faults")
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("case", list(fault_matrix.pairs(PAIRS, seed=PAIRS)), ids=lambda case: case.name)
def test_faults_in_pairs_bury_nothing(bench: Bench, case: Case) -> None:
    """Two at once, here and there, for a while or for good: the same holds, whatever the run says."""
    bench.run(case)


def test_the_matrix_is_whole() -> None:
    """Every kind of fault at every place, and every switch that a reader can notice; each with a recorded outcome."""
    assert {kind for case in SINGLES for kind, _, _ in case.faults} == set(get_args(Kind))
    assert {route for case in SINGLES for _, route, _ in case.faults} == set(ROUTES)
    turned = {name for knobs in KNOBS for name in knobs}
    assert turned | WRITES | LIMITS | FILTERS == set(Knobs.__struct_fields__)
    assert list(fault_matrix.recorded()) == [case.name for case in SINGLES]


def test_no_recorded_run_that_failed_is_silent() -> None:
    """Whoever reads how a run ended is told why."""
    outcomes = fault_matrix.recorded().values()
    assert all(one.message for one in outcomes if one.state != "SUCCEEDED")
    assert all(not one.failed for one in outcomes if one.state == "SUCCEEDED")
