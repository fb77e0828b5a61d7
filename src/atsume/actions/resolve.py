"""What a caller wants, with everything resolved that only this server knows: our ids, documents, sources."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from atsume.actions.files import Documents
from atsume.connectors.writing import Answer, Channel, File, Wanted
from atsume.errors import AtsumeError, Code
from atsume.model.ats import screening_questions as q
from atsume.model.ats.creation import AnsweredFile, Creation
from atsume.model.environment import EnvironmentSettings, source_name
from atsume.model.integration import Integration
from atsume.store.store import Store

REMOTE = "remote:"
JOBS, STAGES, QUESTIONS = "ats_jobs", "ats_application_stages", "ats_screening_questions"


class Surroundings(Struct, frozen=True, kw_only=True):
    """What resolving needs."""

    store: Store
    integration: Integration
    settings: EnvironmentSettings
    environment_name: str
    predefined_stages: Sequence[str]
    """Remote ids of stages that every account of the tool has."""
    check_open: Callable[[str], None]
    """Asks the tool about a job that the mirror calls closed: raises JOB_CLOSED when it still is."""
    documents: Documents
    today: dt.date


def resolve(creation: Creation, around: Surroundings) -> Wanted:
    """Return what is wanted. Documents come last, because they cost most. Raises AtsumeError that names the input."""
    job_id = _job(creation, around)
    if _looks_closed(around, job_id):
        around.check_open(job_id)
    warnings = [f"`{name}` is not an input of this action and was ignored." for name in creation.unknown]
    answers = _answers(creation, around, job_id, warnings)
    files = around.documents.attachments(creation.sent.attachments or [])
    for answer in answers:
        answer.file = _answered_file(answer, around.documents)
    return Wanted(
        creation=creation,
        job_remote_id=job_id,
        stage_remote_id=_stage(creation, around),
        answers=answers,
        files=files,
        channels=channels(around),
        attribution=source_name(around.environment_name, around.settings),
        warnings=warnings,
    )


def channels(around: Surroundings) -> list[Channel]:
    """Return the sources known for an integration: configured ones first, then learned ones."""
    return [
        Channel(remote_id=one.remote_id, name=one.name, unified_key=one.unified_key)
        for one in around.store.sources(around.integration.no)
    ]


def _job(creation: Creation, around: Surroundings) -> str:
    given, origin = creation.job_id.strip(), creation.job_path
    if given.startswith(REMOTE):
        return given.removeprefix(REMOTE)
    found = around.store.columns_of(JOBS, given, "remote_id", "integration_no")
    if found is None or found[1] != around.integration.no:
        raise _invalid(
            f"`{origin}` names no job of this integration. Give the id of a job that GET /v1/ats/jobs lists, "
            "or `remote:` and the tool's own id."
        )
    return found[0]


class _Standing(Struct):
    """What matters of a job."""

    status: str | None = None


def _looks_closed(around: Surroundings, job_remote_id: str) -> bool:
    """Return whether the mirror calls a job closed. It may be behind, so nobody is turned away for that alone."""
    store = around.store
    body = store.body_of(JOBS, store.ids_of(around.integration, JOBS, [job_remote_id])[0])
    return body is not None and msgspec.json.decode(body, type=_Standing).status not in (None, "OPEN")


def _stage(creation: Creation, around: Surroundings) -> str | None:
    given, origin = (creation.stage_id or "").strip(), creation.stage_path
    if not given:
        return None
    if given.startswith(REMOTE):
        return given.removeprefix(REMOTE)
    found = around.store.columns_of(STAGES, given, "remote_id", "integration_no")
    if found is not None and found[1] == around.integration.no:
        return found[0]
    ids = around.store.ids_of(around.integration, STAGES, around.predefined_stages)
    predefined = dict(zip(ids, around.predefined_stages, strict=True)).get(given)
    if predefined is None:
        raise _invalid(
            f"`{origin}` names no stage of this integration. Give the id of one of the job's stages, or `remote:` and "
            "the tool's own id."
        )
    return predefined


def _answers(creation: Creation, around: Surroundings, job_id: str, warnings: list[str]) -> list[Answer]:
    answers: list[Answer] = []
    for place, given in enumerate(creation.sent.screening_question_answers or []):
        origin = f"screening_question_answers[{place}].answer"
        answer = _answer(given.question_id.strip(), given.answer, origin, around)
        if answer is None:
            warnings.append(
                f"`screening_question_answers[{place}]` was not sent: there is no question with this id. "
                "The job's `screening_questions` lists those there are."
            )
        elif any(one.remote_id == answer.remote_id for one in answers):
            raise _invalid(f"`screening_question_answers[{place}]` answers a question for the second time.")
        else:
            answers.append(answer)
    if around.settings.answers_required_questions:
        answers += _automatic(creation, around, job_id, answers, warnings)
    return answers


def _answer(question_id: str, given: Any, origin: str, around: Surroundings) -> Answer | None:
    store, integration = around.store, around.integration
    named = question_id.removeprefix(REMOTE) if question_id.startswith(REMOTE) else None
    our_id = store.ids_of(integration, QUESTIONS, [named])[0] if named is not None else question_id
    question = _question(around, our_id)
    if question is not None:
        return Answer(origin=origin, remote_id=question.remote_id, format=question.format or q.Unknown(), given=given)
    return Answer(origin=origin, remote_id=named, format=None, given=given) if named else None


def _question(around: Surroundings, our_id: str) -> q.Question | None:
    found = around.store.columns_of(QUESTIONS, our_id, "integration_no")
    if found is None or found[0] != around.integration.no:
        return None
    body = around.store.body_of(QUESTIONS, our_id)
    return msgspec.json.decode(body, type=q.Question) if body is not None else None


def _automatic(
    creation: Creation, around: Surroundings, job_id: str, given: list[Answer], warnings: list[str]
) -> list[Answer]:
    """Answer what the job insists on and the caller left out (docs.kombo.dev, candidate screening questions)."""
    our_job = around.store.ids_of(around.integration, JOBS, [job_id])[0]
    answers: list[Answer] = []
    for our_id in around.store.required_questions(our_job):
        question = _question(around, our_id)
        if question is None or any(one.remote_id == question.remote_id for one in given):
            continue
        fill = AUTOMATIC.get(type(question.format))
        if fill is None:
            continue
        origin = f"the answer to the required question remote:{question.remote_id}"
        answers.append(
            Answer(
                origin=origin,
                remote_id=question.remote_id,
                format=question.format,
                given=fill(question.format, around.today),
                is_automatic=True,
            )
        )
        warnings.append(f"The required question remote:{question.remote_id} was not answered and got a placeholder.")
    return answers


def _first(format_: Any) -> Any:
    return format_.options[0].id if format_.options else None


AUTOMATIC: Mapping[type, Callable[[Any, dt.date], Any]] = {
    q.Text: lambda _format, _today: "-",
    q.Number: lambda format_, _today: format_.min if format_.min is not None else 0,
    q.Boolean: lambda _format, _today: True,
    q.SingleSelect: lambda format_, _today: _first(format_),
    q.MultiSelect: lambda format_, _today: [_first(format_)] if format_.options else [],
    q.Date: lambda _format, today: today.isoformat(),
    q.File: lambda _format, _today: EMPTY_FILE,
}
"""Format → placeholder for a required question that was not answered."""
EMPTY_FILE = {"name": "not-answered.txt", "content_type": "text/plain", "data": "IA=="}
"""One blank: the tool takes no document without bytes."""


def _answered_file(answer: Answer, documents: Documents) -> File | None:
    if not isinstance(answer.format, q.File):
        return None
    try:
        given = msgspec.convert(answer.given, AnsweredFile)
    except msgspec.ValidationError:
        raise _invalid(f"`{answer.origin}` must be a file: {{name, content_type, data or data_url}}.") from None
    return documents.answer(answer.origin, given)


def _invalid(message: str) -> AtsumeError:
    return AtsumeError(Code.INPUT_INVALID, message)
