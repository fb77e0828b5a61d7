"""Parts of the machine that a test needs. Where one cannot be had its tests are skipped; with CI=true they fail."""

import os
from typing import NoReturn

import pytest

MARK = "cannot be had"


def lacking(part: str, why: str) -> NoReturn:
    """Skip the test because this machine lacks a part, or fail it where nothing may be lacking."""
    sentence = f"{part} {MARK} here: {why}"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)
