"""Connecting: wrong input is refused with a sentence, and nothing is stored."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from atsume import clock
from atsume.config import Config, ConfigError, load
from atsume.errors import AtsumeError, Code
from atsume.integrations.connect import connect
from atsume.model.integration import EndUser
from atsume.serve import Server, default_environment, open_server
from atsume.store.rows import NewIntegration


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """An empty server."""
    opened = open_server(Config(database_url=f"sqlite:///{tmp_path}/a.db"))
    yield opened
    opened.store.close()


@pytest.mark.parametrize(
    ("settings", "credentials", "environment", "sentence"),
    [
        ({}, {}, None, "Nothing to read from"),
        ({}, {"recruiting_token": "t", "company_id": "1"}, None, "Nothing to read from"),
        ({"company": "acme"}, {"client_id": "papi-1"}, None, "belong together"),
        ({}, {"client_secret": "hush"}, None, "belong together"),
        ({"company": "http://"}, {}, None, "career page"),
        (
            {"company": "acme", "stage_source": "no"},
            {},
            None,
            "must be one of applications, categories, both",
        ),
        (
            {"company": "acme", "recruiting_channel_id": "x"},
            {},
            None,
            "must be a whole number",
        ),
        ({"company": "acme", "colour": "red"}, {}, None, "Unknown setting 'colour'"),
        ({"company": "acme"}, {"password": "hush"}, None, "Unknown credential 'password'"),
        ({"company": "acme"}, {}, "nope", "No environment nope"),
    ],
)
def test_wrong_input_is_refused_whole(server: Server, settings, credentials, environment, sentence) -> None:
    """The sentence says what to give and never repeats a secret; no integration and no run is left behind."""
    with pytest.raises(AtsumeError) as refused:
        connect(
            server.store,
            server.connectors["personio"],
            environment_id=environment or default_environment(server),
            end_user=EndUser("Acme"),
            settings=settings,
            credentials=credentials,
            encryption_key=server.encryption_key,
            at=clock.now(),
        )
    assert refused.value.code is Code.INPUT_INVALID
    assert sentence in refused.value.message
    assert "hush" not in refused.value.message
    assert server.store.integrations() == []


def test_a_database_error_tells_no_values(server: Server) -> None:
    """What was to be written are people and secrets; errors are logged."""
    new = NewIntegration(
        id="personio:" + "A" * 24,
        tool="personio",
        category="ATS",
        environment_id="nope",
        end_user=EndUser("Hidden GmbH"),
        settings={},
        sealed_credentials=b"hush",
    )
    with pytest.raises(SQLAlchemyError) as error:
        server.store.add_integration(new, clock.now())
    assert "Hidden" not in str(error.value)
    assert "hush" not in str(error.value)


@pytest.mark.parametrize(
    ("variable", "value", "meant"),
    [
        ("ATSUME_DATABASE_URL", "mysql://root:hush@x", "sqlite:///path/to/file.db or postgresql://"),
        ("ATSUME_PUBLIC_URL", "atsume", "an address such as"),
        ("ATSUME_REQUESTS_PER_MINUTE", "-1", ">= 0"),
        ("ATSUME_REQUESTS_PER_MINUTE", "many", "int"),
        ("ATSUME_ALLOW_PRIVATE_NETWORK", "perhaps", "bool"),
    ],
)
def test_a_wrong_setting_is_named(variable: str, value: str, meant: str) -> None:
    """The variable, and what it may be; not what it was."""
    with pytest.raises(ConfigError) as error:
        load({variable: value}, None)
    assert str(error.value).startswith(variable)
    assert meant in str(error.value)
    assert "hush" not in str(error.value)
