"""What `atsume serve` puts together."""

from litestar.testing import TestClient

from atsume.cli.serving import application
from tests.end_to_end.world import Mirror


def test_a_log_url_opens_something_real(mirror: Mirror) -> None:
    """The address in an error opens that exchange, as JSON for programs and as a page for people."""
    with TestClient(application(mirror.server, None)) as client:
        refused = client.get("/v1/ats/jobs", headers={"Authorization": "Bearer nobody"})
        log_url = refused.json()["error"]["log_url"]
        path = log_url.removeprefix(mirror.config.public_url)
        assert path != log_url
        told = client.get(path, headers={"Accept": "application/json"})
        assert told.status_code == 200
        assert "PLATFORM.AUTHENTICATION_INVALID" in told.text
        assert "nobody" not in told.text
        page = client.get(path, headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert "PLATFORM.AUTHENTICATION_INVALID" in page.text
        assert "nobody" not in page.text


def test_every_address_of_a_tool_opens(mirror: Mirror) -> None:
    """What `GET /tools/ats` and `GET /integrations/{id}` point at is there."""
    base = mirror.config.public_url
    with TestClient(application(mirror.server, None)) as client:
        client.headers["Authorization"] = f"Bearer {mirror.api_key}"
        (tool,) = client.get("/v1/tools/ats").json()["data"]["tools"]
        shown = client.get(f"/v1/integrations/{mirror.integration.id}").json()["data"]["tool"]
        pictures = [*tool["assets"].values(), shown["logo_url"], shown["icon_url"]]
        answers = {a: client.get(a.removeprefix(base)) for a in [*pictures, tool["connection_guide_url"]]}
        assert {a: one.status_code for a, one in answers.items()} == dict.fromkeys(answers, 200)
        assert len(answers) == 4
        types = {a: one.headers["content-type"] for a, one in answers.items()}
        assert types.pop(tool["connection_guide_url"]).startswith("text/html")
        assert all("image/svg+xml" in one for one in types.values())
