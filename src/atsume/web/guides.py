"""Standing help pages of each tool: how to connect it, how to add and see a candidate's source, how to get a trial.

Paths: `/guides/{tool}` and `/guides/{tool}/{article}`; `?lang=` chooses the language.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from atsume.connectors.base import Connector
from atsume.connectors.guide import LANGUAGES, Chapter, Guide
from atsume.web import render
from atsume.web.connect.views import instructions
from atsume.web.contexts import Instruction, Prerequisite
from atsume.web.texts import Translator

HEADERS = render.headers(frame_ancestors="'none'", scripts=False)


class Section(Struct, frozen=True):
    """A chapter on a guide's page."""

    title: str
    intro: str
    instructions: tuple[Instruction, ...]


class Entry(Struct, frozen=True):
    """A page in the list of pages."""

    title: str
    path: str
    is_here: bool


class GuidePage(Struct, frozen=True, kw_only=True):
    """A help page."""

    title: str
    intro: str
    entries: tuple[Entry, ...]
    languages: tuple[Entry, ...]
    prerequisites: tuple[Prerequisite, ...]
    sections: tuple[Section, ...]


def routes(connectors: Mapping[str, Connector]) -> Sequence[ControllerRouterHandler]:
    """Return the routes of the help pages."""

    def answer(tool: str, article: str | None, language: str) -> Response[str]:
        connector = connectors.get(tool)
        if connector is None or connector.guide is None:
            raise NotFoundException
        slugs = {_slug(one): one for one in connector.guide.articles}
        if article is not None and article not in slugs:
            raise NotFoundException
        t = _translator(connector, language)
        return render.page("guide.html", _page(connector, connector.guide, slugs.get(article or ""), t), t, HEADERS)

    @get("/guides/{tool:str}", sync_to_thread=True, name="guide")
    def guide(request: Request[Any, Any, Any], tool: FromPath[str]) -> Response[str]:
        return answer(tool, None, request.query_params.get("lang", "en"))

    @get("/guides/{tool:str}/{article:str}", sync_to_thread=True, name="guide_article")
    def guide_article(request: Request[Any, Any, Any], tool: FromPath[str], article: FromPath[str]) -> Response[str]:
        return answer(tool, article, request.query_params.get("lang", "en"))

    return [guide, guide_article]


def _slug(chapter: Chapter) -> str:
    return chapter.id.replace("_", "-")


def _translator(connector: Connector, language: str) -> Translator:
    language = language if language in LANGUAGES else "en"
    texts = connector.guide.texts(language) if connector.guide is not None else None
    own = Translator(language, texts, tool=connector.label)
    return Translator(language, texts, tool=connector.label, source=own("guide.source_name"))


def _page(connector: Connector, guide: Guide, chosen: Chapter | None, t: Translator) -> GuidePage:
    base = f"/guides/{connector.id}"
    here = base if chosen is None else f"{base}/{_slug(chosen)}"
    titles = [(t("guide.connect"), base)]
    titles += [(t(f"chapter.{one.id}.title"), f"{base}/{_slug(one)}") for one in guide.articles]
    chapters = [*guide.chapters, *([guide.source] if guide.source is not None else [])] if chosen is None else [chosen]
    return GuidePage(
        title=t("guide.title") if chosen is None else t(f"chapter.{chosen.id}.title"),
        intro=t("guide.intro") if chosen is None else t(f"chapter.{chosen.id}.intro"),
        entries=tuple(Entry(title, f"{path}?lang={t.language}", path == here) for title, path in titles),
        languages=tuple(Entry(code, f"{here}?lang={code}", code == t.language) for code in LANGUAGES),
        prerequisites=_prerequisites(guide, t) if chosen is None else (),
        sections=tuple(
            Section(
                t(f"chapter.{one.id}.title") if chosen is None else "",
                t(f"chapter.{one.id}.intro") if chosen is None else "",
                instructions(connector, one, t),
            )
            for one in chapters
        ),
    )


def _prerequisites(guide: Guide, t: Translator) -> tuple[Prerequisite, ...]:
    return tuple(Prerequisite(i, t(f"prerequisite.{i}"), t(f"prerequisite.{i}.test")) for i in guide.prerequisites)
