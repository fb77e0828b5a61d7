"""Running a how-to as it stands: its `sh` and `python` blocks, one after the other, in one shell."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "howto"
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def script(page: str) -> str:
    """Return the blocks of a page as one shell script."""
    parts = ["set -euo pipefail"]
    for kind, text in BLOCK.findall((PAGES / page).read_text("utf-8")):
        parts.append(text if kind == "sh" else f"python - <<'END_OF_BLOCK'\n{text}END_OF_BLOCK\n")
    return "\n".join(parts)


def run(page: str, folder: Path, environ: Mapping[str, str]) -> str:
    """Run a page in a folder and return what it printed; fail with what it said when any command does."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    known = {name: value for name, value in os.environ.items() if not name.startswith("ATSUME_")}
    done = subprocess.run(
        ["bash", "-c", script(page)],
        cwd=folder, env=known | {"PATH": path, "PYTHONWARNINGS": "ignore"} | dict(environ),
        capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, f"{page}: {done.stdout[-1000:]}\n{done.stderr[-3000:]}"
    return done.stdout
