"""The code of the how-to runs as it is printed."""

import base64
import re
import subprocess
from pathlib import Path

import pytest

from atsume.webhooks import sign
from tests.wire.test_typescript_sdk import _environment, _tool

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "webhooks.md"
SECRET, BODY = sign.new_secret(b"s" * 32), '{"type":"data-changed","name":"Ümlaut"}'.encode()
CASES = [
    (SECRET, BODY, sign.kombo_signature(SECRET, BODY), True),
    (SECRET, BODY + b" ", sign.kombo_signature(SECRET, BODY), False),
    (SECRET, BODY, sign.kombo_signature(SECRET + "x", BODY), False),
    (SECRET, BODY, "", False),
]


def block(language: str) -> str:
    """Return the page's code in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return found


@pytest.mark.parametrize(("secret", "body", "signature", "expected"), CASES)
def test_python(secret: str, body: bytes, signature: str, expected: bool) -> None:
    """Ours verifies; a changed byte, another secret and no signature do not."""
    names: dict = {}
    exec(block("python"), names)  # noqa: S102 - the page's own code
    assert names["is_genuine"](secret, body, signature) is expected


def test_typescript(tmp_path: Path) -> None:
    """The same cases; the types are taken off first, because older nodes do not know them."""
    script = tmp_path / "verify.mjs"
    code = re.sub(r": (string|Buffer|boolean)\b", "", block("typescript"))
    calls = "".join(
        f'console.log(isGenuine("{s}", Buffer.from("{base64.b64encode(b).decode()}", "base64"), "{g}"));\n'
        for s, b, g, _ in CASES
    )
    script.write_text(code + calls)
    command = [_tool("node"), str(script)]
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(expected).lower() for *_, expected in CASES]
