"""Personio's table of contents."""

from typing import Any

from atsume.connectors.base import Connector, Notes, Observer, Session, ToolAssets
from atsume.connectors.personio.coverage import COVERAGE
from atsume.connectors.personio.session import PersonioSession
from atsume.connectors.personio.settings import HELP, Addresses, Credentials, Settings, lacks


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
        connection_guide=None,
        credentials=Credentials,
        settings=Settings,
        lacks=lacks,
        help=HELP,
        open=open_session,
        lend_notes=lend_notes,
    )


PERSONIO = build(Addresses())
"""The real one."""
