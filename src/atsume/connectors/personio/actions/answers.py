"""Answers to screening questions, by the question's format: what each becomes in Personio. One table."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from atsume.connectors.personio.actions.documents import filename
from atsume.connectors.personio.actions.draft import Draft, Upload, invalid
from atsume.connectors.writing import Answer
from atsume.model.ats import screening_questions as q

_ATTRIBUTE = re.compile(r"^(custom_attribute_\d+|birthday|gender)$")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def put_answers(draft: Draft) -> None:
    """Put every answer where it belongs."""
    for answer in draft.wanted.answers:
        put = ANSWERS[type(answer.format)]
        put(draft, answer)


def _text(draft: Draft, answer: Answer) -> None:
    if not isinstance(answer.given, str):
        raise _wrong(answer, "text")
    most = answer.format.max_length if isinstance(answer.format, q.Text) else None
    if most is not None and len(answer.given) > most:
        raise invalid(f"`{answer.origin}` has {len(answer.given)} characters; the question takes at most {most}.")
    _put(draft, answer, answer.given)


def _number(draft: Draft, answer: Answer) -> None:
    value = answer.given
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(answer, "a number")
    low, high = (answer.format.min, answer.format.max) if isinstance(answer.format, q.Number) else (None, None)
    if (low is not None and value < low) or (high is not None and value > high):
        limits = [f"at least {decimal(low)}"] if low is not None else []
        limits += [f"at most {decimal(high)}"] if high is not None else []
        raise invalid(f"`{answer.origin}` must be {' and '.join(limits)}.")
    _put(draft, answer, decimal(value))


def _boolean(draft: Draft, answer: Answer) -> None:
    if not isinstance(answer.given, bool):
        raise _wrong(answer, "true or false")
    _put(draft, answer, "true" if answer.given else "false")


def _date(draft: Draft, answer: Answer) -> None:
    _put(draft, answer, date(answer.origin, answer.given))


def _single(draft: Draft, answer: Answer) -> None:
    options = answer.format.options if isinstance(answer.format, q.SingleSelect) else []
    option = _option(options, answer.given)
    if option is None:
        raise invalid(
            f"`{answer.origin}` must be the id of one of the question's {len(options)} options, "
            "as `format.options` of the job's screening question lists them."
        )
    _put(draft, answer, option.remote_id or option.name)
    if option.remote_id and option.name:
        draft.labels[answer.remote_id] = option.name


def _multi(draft: Draft, answer: Answer) -> None:
    options = answer.format.options if isinstance(answer.format, q.MultiSelect) else []
    if not isinstance(answer.given, list) or any(_option(options, one) is None for one in answer.given):
        raise invalid(f"`{answer.origin}` must be a list of ids of the question's options.")
    draft.warn(
        f"`{answer.origin}` was not sent: Personio's API takes one option of an attribute and this question takes "
        "several. Ask it as a question with one option, or as a text."
    )


def _file(draft: Draft, answer: Answer) -> None:
    if answer.file is None:
        raise _wrong(answer, "a file: {name, content_type, data or data_url}")
    file = answer.file
    draft.uploads.append(
        Upload(
            origin=file.origin,
            filename=filename(file),
            category="other",
            content_type=file.content_type,
            content=file.content,
        )
    )


def _nothing_to_answer(draft: Draft, answer: Answer) -> None:
    draft.warn(f"`{answer.origin}` was not sent: the question only informs, there is nothing to answer.")


def _unknown(draft: Draft, answer: Answer) -> None:
    draft.warn(f"`{answer.origin}` was not sent: this kind of question cannot be answered through the API.")


def _by_name(draft: Draft, answer: Answer) -> None:
    """Take an answer to a question that is named by Personio's own name and is not in the mirror, as it is."""
    value = answer.given
    if not _ATTRIBUTE.match(answer.remote_id) or isinstance(value, list | dict) or value is None:
        draft.warn(
            f"`{answer.origin}` was not sent: there is no such question. Name it by its id, or by `remote:` and "
            "Personio's name of the attribute, such as remote:custom_attribute_123."
        )
    elif isinstance(value, bool):
        _put(draft, answer, "true" if value else "false")
    else:
        _put(draft, answer, decimal(value) if isinstance(value, int | float) else str(value))


ANSWERS: dict[Any, Callable[[Draft, Answer], None]] = {
    q.Text: _text,
    q.Number: _number,
    q.Boolean: _boolean,
    q.Date: _date,
    q.SingleSelect: _single,
    q.MultiSelect: _multi,
    q.File: _file,
    q.Information: _nothing_to_answer,
    q.Unknown: _unknown,
    type(None): _by_name,
}
"""Format of the question → what to do with an answer."""


def date(origin: str, given: Any) -> str:
    """Return the date of a date or moment, as it is written. Raises AtsumeError."""
    found = _DATE.match(given) if isinstance(given, str) else None
    try:
        return dt.date.fromisoformat(found.group()).isoformat() if found else _no_date(origin)
    except ValueError:
        return _no_date(origin)


def _no_date(origin: str) -> str:
    raise invalid(f"`{origin}` must be a date such as 2027-01-31 or 2027-01-31T00:00:00.000Z.")


def decimal(value: float | None) -> str:
    """Return a number without a needless fraction: 3.0 is sent by clients that know no whole numbers."""
    return str(int(value)) if value is not None and float(value).is_integer() else repr(value)


def _put(draft: Draft, answer: Answer, value: str) -> None:
    if not value.strip():
        raise invalid(f"`{answer.origin}` is blank. Give an answer or leave the question out.")
    draft.attributes[answer.remote_id] = value.strip()
    draft.origins[answer.remote_id] = answer.origin


def _option(options: list[q.Option], given: Any) -> q.Option | None:
    named = given.removeprefix("remote:") if isinstance(given, str) and given.startswith("remote:") else None
    return next((o for o in options if o.id == given or (named is not None and o.remote_id == named)), None)


def _wrong(answer: Answer, wanted: str) -> Exception:
    return invalid(f"`{answer.origin}` must be {wanted}, because the question has that format.")
