"""The how-to runs as it is written, and the commands it names exist and do what it says."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from atsume.cli.main import cli
from tests.actions.world import PDF, Site

pytestmark = pytest.mark.sdk
PAGE = Path(__file__).parents[2] / "docs" / "howto" / "sending-applications.md"


def test_the_code_of_the_howto(site: Site) -> None:
    """The SDK example creates the application that it describes."""
    code = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)[0]
    names: dict[str, Any] = {
        "API_KEY": site.mirror.api_key,
        "INTEGRATION_ID": site.integration_id,
        "SERVER_URL": f"{site.url}/v1",
        "JOB_ID": f"remote:{site.published()}",
        "CV_BASE64": base64.b64encode(PDF).decode(),
    }
    exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102 - our own page
    assert names["created"].data.remote_id == site.written()[-1]["id"]
    assert site.written()[-1]["written"]["email"] == "mara.lindqvist@example.org"


def test_the_commands_of_the_howto(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel that was named by command is found by name; switching says first what it will do."""
    config = site.mirror.config
    monkeypatch.setenv("ATSUME_DATABASE_URL", config.database_url)
    monkeypatch.setenv("ATSUME_ENCRYPTION_KEY", config.encryption_key or "")
    number = site.company.truth()["channels"][0]["id"]
    run = CliRunner().invoke
    added = run(cli, ["integrations", "channels", "add", site.integration_id, number, "Our Board", "--json"])
    assert added.exit_code == 0, added.output
    body = {"candidate": {"first_name": "A", "last_name": "B", "email_address": "cli@example.org"}}
    assert site.apply({**body, "source": {"name": "our board"}}).status_code == 200
    assert site.written()[-1]["written"]["recruiting_channel_id"] == int(number)
    switched = run(cli, ["integrations", "applications", site.integration_id, "created", "--yes"])
    assert switched.exit_code == 0, switched.output
    assert "will mark 20 applications" in switched.output
    back = run(cli, ["integrations", "applications", site.integration_id, "all", "--yes"])
    assert back.exit_code == 0, back.output
