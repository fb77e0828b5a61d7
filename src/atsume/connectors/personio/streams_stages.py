"""Stages and stages of jobs: the five predefined, those of categories, and those that applications stand in."""

from collections.abc import Iterator

import msgspec

from atsume.connectors.base import Came, Mirror, Page, Stream
from atsume.connectors.personio.assemble import JobStageParts, StageParts
from atsume.connectors.personio.fingerprints import fingerprint
from atsume.connectors.personio.mapping.stages import JOB_STAGES, STAGES
from atsume.connectors.personio.outcome import SYSTEM, stage_key, stage_name
from atsume.connectors.personio.remote import v2
from atsume.connectors.personio.shared import Shared
from atsume.errors import AtsumeError
from atsume.model.record import join_id

AFTER = frozenset({"ats_jobs", "ats_applications"})


def stage_streams(shared: Shared) -> list[Stream]:
    """Return the streams of stages and of jobs' stages."""

    def fetch() -> Iterator[Page]:
        return _categories(shared)

    return [
        Stream(
            model=STAGES.model,
            fetch=fetch,
            decode=lambda page: _stages(shared, page.body or []),
            assemble=_remotes,
            map=STAGES,
            after=AFTER,
            confirms=False,
            is_derived=True,
            is_whole=shared.has_all_without,
        ),
        Stream(
            model=JOB_STAGES.model,
            fetch=lambda: _pipelines(shared),
            decode=lambda page: _job_stages(shared, page.body or []),
            assemble=_remotes,
            map=JOB_STAGES,
            after=AFTER,
            confirms=False,
            is_derived=True,
            is_whole=shared.has_all_without,
        ),
    ]


def _categories(shared: Shared) -> Iterator[Page]:
    """Fetch the categories. When they fail, what applications tell still comes, and then the fault."""
    if shared.settings.stage_source == "applications":
        yield Page(None, requests=0)
        return
    try:
        categories = shared.categories()
    except AtsumeError:
        yield Page(None, requests=0)
        raise
    yield Page(categories)


def _pipelines(shared: Shared) -> Iterator[Page]:
    """Fetch the categories. A fault comes alone: without them places in the pipeline, known before, would be lost."""
    if shared.settings.stage_source == "applications":
        yield Page(None, requests=0)
        return
    yield Page(shared.categories())


def _stages(shared: Shared, categories: list[v2.Category]) -> list[Came]:
    source = shared.settings.stage_source
    names: dict[str, str | None] = {} if source == "applications" else dict(SYSTEM)
    for stage in (stage for category in categories for stage in category.stages):
        _add(names, stage)
    if source != "categories" or not categories:
        for _, stage in _in_use(shared):
            _add(names, stage)
    parts = [StageParts(key, name) for key, name in names.items()]
    return [Came(p.remote_id, fingerprint(shared.seed, p), p) for p in parts]


def _job_stages(shared: Shared, categories: list[v2.Category]) -> list[Came]:
    found: dict[tuple[str, str], int | None] = {}
    pipelines = {category.id: category.stages for category in categories}
    for job in map(v2.job, shared.seen_jobs.values()):
        category_id = job.category.id if isinstance(job.category, v2.Named) else None
        for index, stage in enumerate(pipelines.get(category_id or "", [])):
            key = stage_key(stage)
            if key is not None:
                found.setdefault((job.id, key), index)
    if shared.settings.stage_source != "categories" or not categories:
        for job_id, stage in _in_use(shared):
            key = stage_key(stage)
            if job_id is not None and key is not None:
                found.setdefault((job_id, key), None)
    parts = [JobStageParts(job_id, stage_id, index) for (job_id, stage_id), index in found.items()]
    return [Came(join_id(p.job_id, p.stage_id), fingerprint(shared.seed, p), p) for p in parts]


def _in_use(shared: Shared) -> Iterator[tuple[str | None, v2.Stage]]:
    """Return the distinct (job id, stage) of applications that came in this run."""
    for job, stage in sorted(shared.seen_places):
        try:
            where = v2.stage(stage)
        except msgspec.DecodeError:  # null, or not as described: the application itself says so
            continue
        try:
            yield v2.applied_job(job).id, where
        except msgspec.DecodeError:
            yield None, where


def _add(names: dict[str, str | None], stage: v2.Stage) -> None:
    key = stage_key(stage)
    if key is not None:
        names[key] = names.get(key) or stage_name(stage, key)


def _remotes(came: list[Came], mirror: Mirror) -> list[object]:
    return [one.remote for one in came]
