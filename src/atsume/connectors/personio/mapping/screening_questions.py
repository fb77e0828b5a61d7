"""Screening questions and which job asks them ← application forms."""

from collections.abc import Callable, Mapping

from atsume.connectors.mapping import Table, lacks, takes
from atsume.connectors.personio.assemble import JobQuestionParts, QuestionParts
from atsume.connectors.personio.remote.forms import Control
from atsume.model.ats import screening_questions as q
from atsume.model.record import join_id

MIME = {
    ".pdf": "application/pdf",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".txt": "text/plain",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}


def _options(control: Control) -> list[q.Option]:
    return [q.Option(name=c.label, remote_id=c.value) for c in control.choices]


def _file(control: Control) -> q.Format:
    accepted = [MIME.get(a.strip().lower(), a.strip()) for a in (control.accept or "").split(",") if a.strip()]
    types = [a for a in accepted if "/" in a]
    return q.File(accepted_mime_types=list(dict.fromkeys(types)) or None)


FORMATS: Mapping[str, Callable[[Control], q.Format]] = {
    "text": lambda _: q.Text(display_type="SINGLE_LINE"),
    "tel": lambda _: q.Text(display_type="SINGLE_LINE"),
    "email": lambda _: q.Text(display_type="EMAIL"),
    "url": lambda _: q.Text(display_type="URL"),
    "textarea": lambda _: q.Text(display_type="MULTI_LINE"),
    "number": lambda _: q.Number(),
    "date": lambda _: q.Date(),
    "select": lambda c: q.SingleSelect(options=_options(c), display_type="DROPDOWN"),
    "radio": lambda c: q.SingleSelect(options=_options(c), display_type="RADIO"),
    "multiselect": lambda c: q.MultiSelect(options=_options(c)),
    "checkbox": lambda _: q.Boolean(),
    "file": _file,
}
"""Kind of control → format; any other kind is UNKNOWN with what the form says."""


def _format(parts: QuestionParts) -> q.Format:
    make = FORMATS.get(parts.control.kind)
    return make(parts.control) if make else q.Unknown(raw_question={"type": parts.control.kind})


QUESTIONS = Table(
    QuestionParts,
    q.Question,
    model="ats_screening_questions",
    label="Screening questions",
    rows=[
        takes("remote_id", lambda p: p.control.name, "control name"),
        takes("title", lambda p: p.control.label or None, "label", "without the mark of required questions"),
        takes("description", lambda p: p.control.help, "help text"),
        lacks("category", "Personio does not tell it."),
        takes("format", _format, "kind of control"),
    ],
)
JOB_QUESTIONS = Table(
    JobQuestionParts,
    q.JobQuestion,
    model="ats_join_jobs_screening_questions",
    label="Job-specific screening questions",
    rows=[
        takes("remote_id", lambda p: join_id(p.job_id, p.control.name), "job × control name"),
        takes("job_id", lambda p: p.job_id, "job id"),
        takes("question_id", lambda p: p.control.name, "control name"),
        takes("index", lambda p: p.index, "order in the form"),
        takes("required", lambda p: p.control.required, "mark in the label"),
        takes("precondition_question_id", lambda _: None, "–", "Personio's forms know no conditions: always null"),
        takes("precondition_options", lambda _: [], "–", "Personio's forms know no conditions: always empty"),
    ],
)
