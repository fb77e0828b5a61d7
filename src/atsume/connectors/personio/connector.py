"""Personio's table of contents."""

from typing import Any

from atsume.connectors.base import Connector, Notes, Observer, Session, ToolAssets
from atsume.connectors.personio import guide
from atsume.connectors.personio.actions.create_application import INPUTS
from atsume.connectors.personio.actions.documents import RESTRICTIONS
from atsume.connectors.personio.coverage import COVERAGE
from atsume.connectors.personio.fields import FIELDS
from atsume.connectors.personio.outcome import SYSTEM
from atsume.connectors.personio.session import PersonioSession
from atsume.connectors.personio.settings import HELP, Addresses, Credentials, Settings, lacks
from atsume.connectors.personio.writer import company, limits
from atsume.connectors.personio.writer import lacks as lacks_to_write
from atsume.connectors.writing import Action, Writer


def build(addresses: Addresses) -> Connector:
    """Return the connector for a Personio at these addresses."""

    def open_session(credentials: Any, settings: Any, observer: Observer) -> Session:
        return PersonioSession(credentials, settings, observer, addresses)

    def lend_notes(session: Any, notes: Notes) -> None:
        session.shared.notes = notes

    return Connector(
        id="personio",
        label="Personio",
        category="ATS",
        coverage=COVERAGE,
        assets=ToolAssets(
            logo="/assets/tools/personio-logo.svg",
            icon="/assets/tools/personio-icon.svg",
            icon_black="/assets/tools/personio-icon-black.svg",
        ),
        connection_guide="/guides/personio",
        guide=guide.build(addresses),
        credentials=Credentials,
        settings=Settings,
        lacks=lacks,
        help=HELP,
        open=open_session,
        has_delta=True,
        lend_notes=lend_notes,
        actions={action: _create(action, label, addresses) for action, label in CREATES.items()},
        fields=FIELDS,
    )


CREATES = {"ats_create_application": "Create application", "ats_create_candidate": "Create candidate"}
"""The two actions, which are one request: Personio knows no candidate without an application."""


def _create(action: str, label: str, addresses: Addresses) -> Action:
    return Action(
        id=action,
        label=label,
        inputs=INPUTS,
        attachments=RESTRICTIONS,
        predefined_stages=tuple(SYSTEM),
        limits=limits(addresses),
        company=company,
        lacks=lacks_to_write,
        writer=_writer,
    )


def _writer(session: Session) -> Writer:
    if not isinstance(session, PersonioSession):
        raise TypeError("not a session of Personio")
    return session.writer()


PERSONIO = build(Addresses())
"""The real one."""
