"""The commands of the how-to for connecting: a link, the flow behind it, and whose integration it made."""

from pathlib import Path

from tests.connect.flow import Walker
from tests.connect.world import Site
from tests.howtos import run


def test_connect(whole: Site, tmp_path: Path) -> None:
    """`docs/howto/connect.md`: the first command answers a link, the last one the integration of its token."""
    walker = Walker(whole, whole.link())
    walker.to_test()
    walker.send()
    walker.send("skip")
    names = {"ATSUME": whole.url, "KEY": whole.key, "TOKEN": walker.activation()}
    said = run("connect.md", tmp_path, names)
    assert "/connect/start?token=" in said
    assert whole.server.store.integrations()[-1].id in said
