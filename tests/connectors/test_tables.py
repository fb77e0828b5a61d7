"""Laws over every table of every tool."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atsume.connectors.mapping import OURS, Table, lacks, takes
from atsume.connectors.personio.mapping.tables import TABLES
from atsume.model.catalogue import MODELS
from atsume.model.coverage import Status
from atsume.model.record import encode, hide
from tests.connectors.laws import anything

EVERY = pytest.mark.parametrize("table", TABLES, ids=lambda t: t.model)


def test_every_model_has_a_table():
    """Nothing in the catalogue goes without an answer, and nothing is answered twice."""
    assert sorted(t.model for t in TABLES) == sorted(MODELS)


@EVERY
def test_every_unified_field_has_a_row(table):
    """A new field in the model must be answered for by every tool."""
    assert table.missing() == set()


@EVERY
def test_the_table_makes_the_catalogues_record(table):
    """Table and catalogue mean the same struct."""
    assert table.unified is MODELS[table.model].record


@EVERY
@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_mapping_is_total_and_well_typed(table, data):
    """No remote record, however odd, can break the mapping or the types of the wire."""
    parts = data.draw(anything(table.parts))
    record = table(parts)
    hide(record, MODELS[table.model].hidden)
    if getattr(record, "remote_data", None) is not None:
        assert isinstance(msgspec.json.decode(record.remote_data), dict)
        record.remote_data = None  # `Raw | None` can be written but not read back
    msgspec.json.decode(encode(record), type=table.unified)


@EVERY
def test_every_gap_has_a_reason(table):
    """A field that the tool lacks says why; one that it has says where it comes from."""
    for row in table.rows:
        assert row.note if row.take is None else row.origin, row.field


def test_a_field_without_a_row_is_noticed():
    """The law itself can fail."""
    from atsume.model.ats.stages import JobStage  # noqa: PLC0415

    table = Table(
        dict, JobStage, model="m", label="M", rows=[takes("job_id", lambda _: "1", "id"), lacks("job", "typo")]
    )
    assert table.missing() == {"remote_id", "stage_id", "index", "job"}


@EVERY
def test_coverage_tells_what_the_table_fills(table):
    """Coverage is the table: ours first, then each field by its row; hidden fields are nobody's business."""
    coverage = table.coverage()
    told = {f.id: f.coverage_status for f in coverage.fields}
    assert list(told)[: len(OURS)] == list(OURS)
    assert not set(told) & set(MODELS[table.model].hidden)
    for row in table.rows:
        if row.field in told:
            assert told[row.field] is (Status.SUPPORTED if row.take else Status.UNSUPPORTED)
