"""A real Chromium, where the machine has one, and npm packages of Kombo for its pages."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests import parts

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
CACHE = Path(__file__).parents[2] / ".cache" / "node-connect"
PACKAGE = '{"name": "atsume-connect-test", "private": true, "dependencies": {"@kombo-api/connect": "1.3.0"}}'


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a browser, or skip the test where there is none."""
    path = os.environ.get("ATSUME_TEST_CHROMIUM") or shutil.which("chromium") or CHROMIUM
    if not Path(path).exists():
        parts.lacking("Chromium", "install Debian's chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


def kombo_connect() -> str:
    """Return the script of `@kombo-api/connect` as a browser loads it, installed once for all runs."""
    installed = CACHE / "node_modules" / "@kombo-api" / "connect" / "dist" / "index.js"
    if not installed.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        (CACHE / "package.json").write_text(PACKAGE)
        beside = Path(sys.executable).parent
        npm = shutil.which("npm") or str(beside / "npm")
        if not Path(npm).exists():
            parts.lacking("@kombo-api/connect", "there is no npm")
        command = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
        environ = os.environ | {"PATH": f"{beside}{os.pathsep}{os.environ.get('PATH', '')}"}
        done = subprocess.run(command, cwd=CACHE, env=environ, capture_output=True, text=True, check=False)
        if done.returncode:
            parts.lacking("@kombo-api/connect", "npm cannot install it")
    return installed.read_text()
