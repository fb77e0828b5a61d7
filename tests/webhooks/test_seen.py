"""What an operator sees of deliveries: every attempt is counted, and endpoints that need somebody are named."""

import datetime as dt

import pytest

from atsume.integrations.survey import survey
from atsume.webhooks.registration import BY_OPERATOR
from tests.webhooks.office import Office
from tests.webhooks.receiver import receiver
from tests.webhooks.test_deliver import answers


def test_every_attempt_is_counted_by_its_answer(office: Office) -> None:
    """For all processes together: what was answered, and what was not; a delivery that was removed counts too."""
    with receiver(answers(503, 204)) as one:
        endpoint, _ = office.endpoint(one.url)
        office.connect()
        office.work()
        office.passes(minutes=10)
        office.work()
    office.connect(2)
    office.work()  # nobody listens any more
    totals = {total.answer: total.attempts for total in office.store.attempt_totals()}
    assert totals == {"5xx": 1, "2xx": 1, "none": 1}
    assert all(total.seconds >= 0 for total in office.store.attempt_totals())
    assert office.store.remove_endpoint(endpoint.id)
    assert {total.answer: total.attempts for total in office.store.attempt_totals()} == totals


@pytest.mark.parametrize(
    ("hours", "status", "disabled", "told"),
    [
        (1,   500,  None,                   None),                            # it may mend itself
        (25,  500,  None,                   "has taken no delivery since 2026-01-01 12:00 UTC"),
        (25,  200,  None,                   None),
        (1,   410,  None,                   "gets nothing since 2026-01-01 12:00 UTC: It answered 410 Gone."),
        (25,  500,  BY_OPERATOR,            None),                            # somebody knows
        (1,   200,  "Every attempt failed", "gets nothing since 2026-01-01 13:00 UTC: Every attempt failed"),
    ],
)  # fmt: skip
def test_an_endpoint_that_needs_somebody_is_named(
    office: Office, hours: int, status: int, disabled: str | None, told: str | None
) -> None:
    """With what to do; not one that fails for a moment, nor one that somebody switched off."""
    with receiver(answers(status)) as one:
        endpoint, _ = office.endpoint(one.url)
        office.connect()
        office.work()
        if disabled is not None:
            office.store.disable_endpoint(endpoint.id, office.now + dt.timedelta(hours=1), disabled)
    office.passes(hours=hours)
    needs = [need for need in survey(office.store, office.now).needs if endpoint.id in need.subject]
    assert [need.what for need in needs] == ([f"{endpoint.url} {told}"] if told else [])
    assert all(f"atsume webhooks deliveries {endpoint.id}" in need.remedy for need in needs)
