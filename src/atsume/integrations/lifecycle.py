"""What people do to an integration: disable, enable, delete, accept, reject. For the API and the command line.

Which state follows is the table's business (`model/lifecycle.py`); each change is written and noted in one transaction.
Functions that take an id return None when there is no such integration.
"""

import datetime as dt

from atsume.model.integration import Integration
from atsume.model.lifecycle import Trigger
from atsume.store.store import Store


def disable(store: Store, integration_id: str, at: dt.datetime) -> Integration | None:
    """Stop syncing: what is queued is cancelled, what runs stops; credentials and records are kept."""
    return store.transition(integration_id, Trigger.DISABLED, at)


def enable(store: Store, integration_id: str, at: dt.datetime) -> Integration | None:
    """Let a disabled integration sync again, with the credentials it had."""
    return store.transition(integration_id, Trigger.ENABLED, at)


def set_enabled(store: Store, integration_id: str, at: dt.datetime, *, value: bool) -> Integration | None:
    """Enable or disable, as PUT /integrations/{id}/enabled says it."""
    return enable(store, integration_id, at) if value else disable(store, integration_id, at)


def relink(store: Store, integration_id: str, at: dt.datetime, sealed_credentials: bytes) -> Integration | None:
    """Take new credentials, already proved and sealed (owner: the integration id). INVALID becomes ACTIVE."""
    return store.relinked(integration_id, at, sealed_credentials)


def delete(store: Store, integration_id: str, at: dt.datetime) -> bool:
    """Hide an integration and its records at once and for good; the sweep erases its data 14 days later.

    Tells whether there was one.
    """
    return store.hide_integration(integration_id, at)


def accept(store: Store, integration_id: str, at: dt.datetime) -> Integration | None:
    """Let the first records be read though the quality checks found something."""
    return store.decide_quality(integration_id, Trigger.QA_ACCEPTED, at, [])


def reject(store: Store, integration_id: str, at: dt.datetime, why: str) -> Integration | None:
    """Keep the records from being read until somebody accepts them."""
    return store.decide_quality(integration_id, Trigger.QA_REJECTED, at, [why])


def open_setup(store: Store, integration_id: str, at: dt.datetime) -> Integration | None:
    """Say that the end user has setup steps left: reads answer SETUP_INCOMPLETE until `finish_setup`."""
    return store.transition(integration_id, Trigger.SETUP_OPENED, at)


def finish_setup(store: Store, integration_id: str, at: dt.datetime) -> Integration | None:
    """Say that the end user is through; the next usable sync completes the setup."""
    return store.transition(integration_id, Trigger.SETUP_FINISHED, at)
