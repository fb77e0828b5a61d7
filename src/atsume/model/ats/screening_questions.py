"""Screening questions, and which job asks them (jobs[].screening_questions)."""

from typing import Any

from msgspec import Struct

from atsume.model.record import Record, Refer


class Option(Struct, kw_only=True, gc=False):
    """A choice of a select question. `id` is computed by `refer`."""

    id: str = ""
    name: str
    remote_id: str | None = None


class Text(Struct, tag_field="type", tag="TEXT", kw_only=True):
    """Free text."""

    display_type: str | None = None
    """SINGLE_LINE, MULTI_LINE, EMAIL or URL."""
    max_length: int | None = None


class Number(Struct, tag_field="type", tag="NUMBER", kw_only=True):
    """A number."""

    display_type: str | None = "FIELD"
    max: float | None = None
    min: float | None = None


class File(Struct, tag_field="type", tag="FILE", kw_only=True):
    """An upload."""

    accepted_mime_types: list[str] | None = None
    max_file_size_bytes: int | None = None


class SingleSelect(Struct, tag_field="type", tag="SINGLE_SELECT", kw_only=True):
    """One of several options."""

    options: list[Option]
    display_type: str | None = None
    """DROPDOWN or RADIO."""


class MultiSelect(Struct, tag_field="type", tag="MULTI_SELECT", kw_only=True):
    """Any of several options."""

    options: list[Option]


class Boolean(Struct, tag_field="type", tag="BOOLEAN", kw_only=True):
    """Yes or no."""


class Date(Struct, tag_field="type", tag="DATE", kw_only=True):
    """A calendar date."""


class Information(Struct, tag_field="type", tag="INFORMATION", kw_only=True):
    """A text to read, nothing to answer."""


class Unknown(Struct, tag_field="type", tag="UNKNOWN", kw_only=True):
    """A kind of question we do not know; `raw_question` holds what the tool says."""

    raw_question: Any = None


Format = Text | Number | File | SingleSelect | MultiSelect | Boolean | Date | Information | Unknown


class Question(Record):
    """A unified screening question."""

    title: str | None = None
    description: str | None = None
    category: str | None = None
    """EEO, DEMOGRAPHIC (closed enum in the SDKs) or null."""
    format: Format | None = None


class QuestionEmbed(Struct, kw_only=True, gc=False):
    """A question inside a job, without `required`, `index` and the precondition, which belong to the job."""

    id: str
    remote_id: str | None
    title: str | None
    description: str | None
    category: str | None
    format: Format | None


def embed(question: Question, question_id: str) -> QuestionEmbed:
    """Return the question as it appears inside a job."""
    return QuestionEmbed(
        id=question_id,
        remote_id=question.remote_id,
        title=question.title,
        description=question.description,
        category=question.category,
        format=question.format,
    )


def refer(question: Question, ids: Refer) -> None:
    """Give each option its id, which is computed from the question and the option."""
    if isinstance(question.format, SingleSelect | MultiSelect):
        for option in question.format.options:
            option.id = ids("ats_screening_question_options", f"{question.remote_id}/{option.remote_id or option.name}")


class JobQuestion(Record):
    """A question that a job asks: the join `ats_join_jobs_screening_questions`. `remote_id` is `job/question`."""

    job_id: str
    question_id: str
    index: int | None = None
    """Place in the form, from 0."""
    required: bool | None = None
    precondition_question_id: str | None = None
    precondition_options: list[str | bool] | None = None


def refer_job_question(join: JobQuestion, ids: Refer) -> None:
    """Turn the remote ids of job and questions into ours."""
    join.job_id = ids("ats_jobs", join.job_id)
    join.question_id = ids("ats_screening_questions", join.question_id)
    if join.precondition_question_id is not None:
        join.precondition_question_id = ids("ats_screening_questions", join.precondition_question_id)
