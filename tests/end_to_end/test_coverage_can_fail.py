"""The tests of the coverage rows notice what they are there for: each mapping is spoilt in turn.

`ATSUME_SOAK_SPOILT_FIELDS` says how many; `make soak` takes all.
"""

import os
import random
from pathlib import Path
from typing import Any

import pytest

from atsume.connectors.personio.mapping.tables import TABLES
from atsume.model import fields
from tests.covered import COVERED
from tests.end_to_end.test_coverage import differing, live

IDENTIFY = {"remote_id", "job_id", "stage_id", "question_id", "user_id", "candidate_id"}
"""Fields without which it would be another record, or none."""
SPOILT = [
    (table.model, row.field)
    for table in TABLES
    for row in table.rows
    if row.field in COVERED[table.model] and row.field not in IDENTIFY
]
SOME = int(os.environ.get("ATSUME_SOAK_SPOILT_FIELDS", "1"))


@pytest.mark.parametrize(("model", "field"), random.Random(4).sample(SPOILT, min(SOME, len(SPOILT))))  # noqa: S311
def test_a_spoilt_mapping_fails_its_row(model: str, field: str, tmp_path: Path, monkeypatch) -> None:
    """Without the value of one field its row fails, and no other row of the model but the one of the change time."""
    if field == "remote_data":  # no mapping: what the tool said, as it is shown
        monkeypatch.setattr(fields, "shown", lambda *_: None)
        assert field in {f for f in COVERED[model] if differing(live(tmp_path), model, f)}
        return
    table = next(t for t in TABLES if t.model == model)
    nothing = {"roles": [], "precondition_question_id": "somebody"}.get(field)
    right = table.map

    def wrong(parts: Any) -> Any:
        record = right(parts)
        setattr(record, field, nothing)
        return record

    monkeypatch.setattr(table, "map", wrong)
    lived = live(tmp_path)
    failing = {f for f in COVERED[model] if differing(lived, model, f)}
    assert field in failing
    assert failing <= {field, "changed_at"}
