"""What each step of a flow shows: from the flow to the struct of its page. Pure."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from atsume.connectors.base import Connector
from atsume.connectors.guide import Chapter, Field
from atsume.integrations.flow import Flow, told
from atsume.model.coverage import Coverage, Status
from atsume.model.permission import Finding
from atsume.model.scope import Setting, setting
from atsume.store.rows import Purpose
from atsume.web.contexts import (
    ChapterPage,
    DataPage,
    FieldChoice,
    Input,
    Instruction,
    Line,
    MappingPage,
    Mark,
    Option,
    Part,
    Prerequisite,
    PrerequisitesPage,
    Shell,
    TestPage,
    ToolPage,
)
from atsume.web.texts import Translator

OURS = frozenset({"tool", "data", "prerequisites", "test", "mapping"})
"""Steps that are not chapters of a tool's guide."""


def translator(flow: Flow, caller: str, language: str) -> Translator:
    """Return the texts of a flow in a language."""
    guide = flow.connector.guide if flow.connector is not None else None
    return Translator(
        language,
        guide.texts(language) if guide is not None else None,
        tool=flow.connector.label if flow.connector is not None else "",
        caller=caller,
        source=flow.source or caller,
        organization=flow.link.wish.end_user.organization_name,
    )


def shell(flow: Flow, t: Translator, token: str, step: str, caller: str) -> Shell:
    """Return what stands around every step."""
    steps = flow.steps()
    at = steps.index(step)
    label = flow.connector.label if flow.connector is not None else t("step.tool")
    key = "page.relink" if flow.link.wish.purpose is Purpose.RELINK else "page.title"
    what = t(key, tool=label)
    return Shell(
        title=f"{_label(t, step)} · {what}",
        token=token,
        step=step,
        steps=tuple(Mark(_label(t, one), _state(at, n)) for n, one in enumerate(steps)),
        at=at + 1,
        tool=label,
        icon=flow.connector.assets.icon if flow.connector is not None else "",
        caller=caller,
        organization=flow.link.wish.end_user.organization_name,
        back=steps[at - 1] if at else None,
        help_url=_help(flow, t),
        has_invitation=step not in ("tool", "data") and flow.link.wish.purpose is not Purpose.SETUP,
    )


def _state(at: int, n: int) -> str:
    return "here" if n == at else "done" if n < at else "later"


def _label(t: Translator, step: str) -> str:
    return t(f"step.{step}") if step in OURS else t(f"chapter.{step}.short")


def _help(flow: Flow, t: Translator) -> str | None:
    guide = flow.connector.connection_guide if flow.connector is not None else None
    return f"{guide}?lang={t.language}" if guide else None


def tool_page(flow: Flow, around: Shell) -> ToolPage:
    """Return the choice of tools."""
    fitting = [c for c in flow.around.connectors.values() if c.category.upper() == flow.link.wish.category]
    return ToolPage(around, tuple(Option(c.id, c.label, c.assets.icon) for c in fitting if c.guide is not None))


def data_page(flow: Flow, around: Shell, t: Translator) -> DataPage:
    """Return what will be read and written, with what can be opted out."""
    connector = flow.connector
    if connector is None:
        return DataPage(around, (), ())
    coverage = connector.coverage
    reads = [c for c in coverage.read_models if _is_shown(flow, c) and t.either(f"model.{c.id}.label", "")]
    writes = [c for c in coverage.write_actions if _is_shown(flow, c)]
    return DataPage(
        around,
        tuple(_part(flow, t, f"model.{c.id}", c.id, [f.id for f in c.fields]) for c in reads),
        tuple(_part(flow, t, f"action.{c.id}", c.id, []) for c in writes),
    )


def _is_shown(flow: Flow, coverage: Coverage) -> bool:
    """Return whether the tool has it and the caller wants it. Joins have no name of their own: they go unmentioned."""
    return coverage.coverage_status is Status.SUPPORTED and _is_on(flow, coverage.id)


def _is_on(flow: Flow, name: str) -> bool:
    return setting(flow.config.settings, name) is not Setting.DISABLED


def _part(flow: Flow, t: Translator, key: str, name: str, fields: Sequence[str]) -> Part:
    own = flow.config.settings
    optional = [f"{name}.{field}" for field in fields if own.get(f"{name}.{field}") is Setting.OPTIONAL]
    return Part(
        name=name,
        label=t(f"{key}.label"),
        what=t(f"{key}.what"),
        is_optional=setting(own, name) is Setting.OPTIONAL,
        is_allowed=name not in flow.answers.opted_out,
        parts=tuple(
            Part(
                name=one,
                label=t.either(f"datum.{one.partition('.')[2]}", one.partition(".")[2].replace("_", " ")),
                what="",
                is_optional=True,
                is_allowed=one not in flow.answers.opted_out,
            )
            for one in optional
        ),
    )


def prerequisites_page(flow: Flow, around: Shell, t: Translator) -> PrerequisitesPage:
    """Return the checklist."""
    told_ = [Prerequisite(i, t(f"prerequisite.{i}"), t(f"prerequisite.{i}.test")) for i in flow.guide.prerequisites]
    return PrerequisitesPage(around, tuple(told_))


def mapping_page(flow: Flow, around: Shell, t: Translator) -> MappingPage:
    """Return the custom fields with what they can be mapped to."""
    rows = [
        FieldChoice(
            id=one.id,
            label=one.label or one.key,
            what=one.description or "",
            model=t(f"model.{one.model}.label"),
            options=tuple(
                Option(f.key, f"{f.label} ({f.key})" if f.label else f.key, "")
                for f in flow.answers.found
                if f.model == one.model
            ),
            chosen=flow.answers.mapped.get(one.id, ""),
        )
        for one in flow.custom
    ]
    return MappingPage(around, tuple(rows))


def instructions(connector: Connector, chapter: Chapter, t: Translator) -> tuple[Instruction, ...]:
    """Return what to do in the tool, step by step, with pictures."""
    guide = connector.guide
    if guide is None:
        return ()
    texts = guide.texts(t.language)
    numbers = range(1, chapter.steps + 1)
    return tuple(
        Instruction(
            t(f"chapter.{chapter.id}.step.{n}"),
            guide.picture(chapter.pictures[n], texts) if n in chapter.pictures else None,
        )
        for n in numbers
    )


def chapter_page(
    flow: Flow,
    around: Shell,
    t: Translator,
    chapter: Chapter,
    given: Mapping[str, str],
    held: frozenset[str],
    faults: Mapping[str, str],
) -> ChapterPage:
    """Return a chapter with its form. `held`: names of secrets that are kept from before."""
    connector = flow.connector
    is_source = flow.guide.source is not None and chapter.id == flow.guide.source.id
    return ChapterPage(
        shell=around,
        intro=t(f"chapter.{chapter.id}.intro"),
        instructions=instructions(connector, chapter, t) if connector is not None else (),
        inputs=tuple(_input(t, field, given, held, faults) for field in chapter.fields),
        can_skip=is_source,
        copy=(flow.source or around.caller) if is_source else None,
    )


def _input(
    t: Translator, field: Field, given: Mapping[str, str], held: frozenset[str], faults: Mapping[str, str]
) -> Input:
    return Input(
        name=field.name,
        label=t(f"field.{field.name}.label"),
        hint=t(f"field.{field.name}.hint"),
        value="" if field.is_secret else given.get(field.name, ""),
        example=field.example,
        pattern=field.pattern,
        is_secret=field.is_secret,
        is_optional=field.is_optional,
        kept=t("form.kept") if field.is_secret and field.name in held else None,
        fault=faults.get(field.name),
    )


TYPED = frozenset({"refused", "not_given", "off", "other", "unknown"})
"""Reasons for which something else may have to be typed in."""
ORDER = ("missing", "unclear", "passed")
STATES = {Finding.PASSED: "passed", Finding.MISSING: "missing", Finding.INCONCLUSIVE: "unclear"}


def test_page(flow: Flow, around: Shell, language: str) -> TestPage:
    """Return what scope testing found."""
    source = flow.guide.source.id if flow.guide.source is not None else ""
    shown = [one for one in told(flow, language) if one.chapter != source]
    reasons = {one.probe: one.reason for one in flow.answers.permissions}
    lines = tuple(
        Line(
            title=one.title,
            why=one.why,
            sentence=one.sentence,
            state=STATES[one.finding],
            is_blocking=one.is_blocking,
            chapter=one.chapter if reasons.get(one.probe) in TYPED else "",
            can_exchange=reasons.get(one.probe) == "swapped",
        )
        for one in shown
    )
    lines = tuple(sorted(lines, key=lambda line: ORDER.index(line.state)))
    missing = sum(line.state == "missing" for line in lines)
    state = "lacking" if any(line.is_blocking for line in lines) else "warn" if missing else "good"
    return TestPage(shell=around, state=state if lines else "not_yet", lines=lines)


def start_url(token: str, step: str | None = None) -> str:
    """Return the address of a step."""
    return f"/connect/start?token={quote(token)}" + (f"&step={quote(step)}" if step else "")


def mail(t: Translator, link: str) -> str:
    """Return the address that opens an e-mail to a colleague."""
    return f"mailto:?subject={quote(t('invite.subject'))}&body={quote(t('invite.body', link=link))}"
