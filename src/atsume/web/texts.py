"""What pages say, in each language: one table per language, filled with names."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from atsume.connectors.guide import LANGUAGES


@cache
def messages(language: str) -> Mapping[str, str]:
    """Return every text of our own pages in one language."""
    source = files("atsume.web") / "messages" / f"{language}.toml"
    return _flat(tomllib.loads(source.read_text("utf-8")))


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in table.items():
        found |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return found


class Translator:
    """Texts of one language; calling it fills in what every page knows: tool, caller, organisation."""

    def __init__(self, language: str, guide: Mapping[str, str] | None = None, **names: str) -> None:
        self.language = language if language in LANGUAGES else "en"
        self._texts = {**messages(self.language), **(guide or {})}
        self._names = names

    def __call__(self, key: str, **more: str) -> str:
        """Return a text. A key that does not exist is a defect and raises KeyError."""
        text = self._texts[key]
        for name, value in (self._names | more).items():
            text = text.replace("{" + name + "}", value)
        return text

    def either(self, key: str, otherwise: str) -> str:
        """Return a text, or something else where there is none."""
        return self(key) if key in self._texts else otherwise
