"""Announcing and delivering as kinds of work for a worker."""

from atsume.model.work import Kind
from atsume.webhooks.deliver import Courier

SEATS = 8
"""Deliveries that one process carries out at once."""
SHARE = 4
"""Of these to one endpoint: a receiver that takes its time leaves room for the others."""


def kinds(courier: Courier) -> tuple[Kind, ...]:
    """Return both."""
    return (
        Kind(
            name="announcement", due=courier.due_notes, carry_out=courier.announce, seats=1, partition=lambda _: "notes"
        ),
        Kind(
            name="delivery",
            due=courier.due_deliveries,
            carry_out=courier.deliver,
            seats=SEATS,
            partition=lambda delivery_id: delivery_id.partition(".")[0],
            share=SHARE,
        ),
    )
