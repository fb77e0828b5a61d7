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
