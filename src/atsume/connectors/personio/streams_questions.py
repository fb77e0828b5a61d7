"""Screening questions, and which published job asks them. Both streams read the same forms."""

from collections.abc import Iterator

from atsume.connectors.base import Came, Mirror, Page, Stream
from atsume.connectors.personio.assemble import JobQuestionParts, QuestionParts
from atsume.connectors.personio.fingerprints import fingerprint
from atsume.connectors.personio.forms import Forms
from atsume.connectors.personio.mapping.screening_questions import JOB_QUESTIONS, QUESTIONS
from atsume.connectors.personio.shared import Shared
from atsume.model.record import join_id


def question_streams(shared: Shared) -> list[Stream]:
    """Return the streams of questions and of jobs' questions.

    They confirm: the session answers UNKNOWN for what a form that failed may still ask, so it is kept.
    """

    def fetch() -> Iterator[Page]:
        yield Page(shared.forms(), requests=0)

    return [
        Stream(
            model=QUESTIONS.model,
            fetch=fetch,
            decode=lambda page: _questions(shared, page.body),
            assemble=_remotes,
            map=QUESTIONS,
            names_field=_field,
            is_derived=True,
        ),
        Stream(
            model=JOB_QUESTIONS.model,
            fetch=fetch,
            decode=lambda page: _job_questions(shared, page.body),
            assemble=_remotes,
            map=JOB_QUESTIONS,
            after=frozenset({"ats_jobs"}),
            is_derived=True,
        ),
    ]


def _questions(shared: Shared, forms: Forms) -> list[Came]:
    controls = {c.name: c for job_id in sorted(forms.by_job) for c in forms.by_job[job_id]}
    return [Came(name, fingerprint(shared.seed, c), QuestionParts(c)) for name, c in controls.items()]


def _field(came: Came) -> tuple[str, str, str | None] | None:
    """Return the field of applications that a question asks for. Personio tells no answers (README, E13)."""
    control = came.remote.control
    return ("ats_applications", control.name, control.label) if control.name.startswith("custom_") else None


def _job_questions(shared: Shared, forms: Forms) -> list[Came]:
    parts = [JobQuestionParts(job_id, c, i) for job_id, form in forms.by_job.items() for i, c in enumerate(form)]
    return [Came(join_id(p.job_id, p.control.name), fingerprint(shared.seed, p), p) for p in parts]


def _remotes(came: list[Came], mirror: Mirror) -> list[object]:
    return [one.remote for one in came]
