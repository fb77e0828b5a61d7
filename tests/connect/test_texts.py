"""Texts: the same in all languages, and every page of every language renders."""

import re
from pathlib import Path

import pytest

from atsume.connectors.guide import LANGUAGES
from atsume.connectors.personio import guide, pictures
from atsume.connectors.personio.probes import PROBES
from atsume.web.texts import messages
from tests.connect.flow import Walker
from tests.connect.world import Site

TABLES = {"pages": messages, "personio": guide.texts}
NAMES = re.compile(r"{(\w+)}")
SOURCES = Path(guide.__file__).parents[2]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", TABLES)
def test_every_key_exists_in_every_language(table: str, language: str) -> None:
    """With the same names to fill in, and words in it."""
    english, told = TABLES[table]("en"), TABLES[table](language)
    assert told.keys() == english.keys()
    for key, text in told.items():
        assert text.strip()
        assert set(NAMES.findall(text)) == set(NAMES.findall(english[key])), key


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_translations_are_translations(language: str) -> None:
    """What reads the same as in English are names and single words, not sentences."""
    for make in TABLES.values():
        english, told = make("en"), make(language)
        same = [key for key in told if told[key] == english[key] and len(told[key].split()) > 4]
        assert same == []


def test_every_reason_of_every_probe_has_a_text() -> None:
    """What a probe can find out, it can say."""
    code = (SOURCES / "connectors" / "personio" / "probes.py").read_text()
    texts = guide.texts("en")
    for probe in PROBES:
        assert {f"probe.{probe.id}.{part}" for part in ("title", "why", "ok", "no_answer")} <= texts.keys()
    told = re.findall(r'(?:missing|unclear)\("(\w+)", "(\w+)"', code)
    assert len(told) > 15
    assert [pair for pair in told if "probe.{}.{}".format(*pair) not in texts] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_are_drawn(language: str) -> None:
    """Each has a name for those who cannot see it, and nothing that a content policy would refuse."""
    used = {name for chapter in (*guide.CHAPTERS, *guide.ARTICLES) for name in chapter.pictures.values()}
    assert used == set(pictures.PICTURES)
    for name in used:
        drawn = pictures.draw(name, guide.texts(language))
        assert 'role="img" aria-label="' in drawn
        assert not re.search(r"style=|<script|<style|href", drawn)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_the_language(whole: Site, language: str) -> None:
    """All steps and help pages render in it, and say so."""
    walker = Walker(whole, whole.link(language=language))
    walker.to_test()
    walker.send()
    walker.send("skip")
    pages = [walker.answer.text]
    pages += [
        whole.http.get(f"{whole.url}/guides/personio{path}?lang={language}").text
        for path in ("", "/source", "/see-source", "/trial")
    ]
    for page in pages:
        assert f'<html lang="{language}">' in page
        assert not NAMES.search(re.sub(r"<[^>]+>", "", page))
