"""Application forms: read slowly, kept a day, never taken for empty."""

import datetime as dt

import pytest

from atsume.connectors.personio.clients.career import Career, Published
from atsume.connectors.personio.forms import KEPT, KIND, Forms, read_forms
from atsume.connectors.personio.remote.feed import Position
from tests.connectors.canned import Line, answer
from tests.connectors.personio.opened import Notebook
from tests.connectors.personio.test_career import APPLY

SITE = "https://acme.jobs.personio.de"


class Forming:
    """Three jobs, the form of the first of which can be read, and what asking for them took."""

    def __init__(self, *readable: str) -> None:
        self.notes, self.pauses = Notebook(), 0
        self.readable = readable or ("1",)
        self.digests = {"1": 11, "2": 12, "3": 13}

    def read(self, seed: int = 1) -> tuple[Forms, list[str]]:
        """Return the forms, and the jobs whose form was asked for."""
        line = Line({f"/job/{job}/apply": answer(200, APPLY) for job in self.readable})
        jobs = {i: Published(SITE, {"en": Position(id=i, digest=d)}) for i, d in self.digests.items()}
        career = Career(line.http, "https://{company}.jobs.personio.de", ["acme"], ["en"])
        forms = read_forms(career, jobs, self.notes, seed, self._pause)
        asked = [path.split("/")[2] for path in line.tool.paths() if path.endswith("/apply")]
        return forms, asked

    def _pause(self) -> None:
        self.pauses += 1


def test_forms_are_read_slowly_and_failures_are_told() -> None:
    """A pause between two; a form that fails is known as failed, not as empty."""
    forming = Forming("1")
    forms, asked = forming.read()
    assert (list(forms.by_job), forms.failed, forming.pauses, asked) == (["1"], {"2", "3"}, 2, ["1", "2", "3"])


def _nothing(_: Forming) -> int:
    return 1


def _almost_a_day(forming: Forming) -> int:
    forming.notes.now += KEPT - dt.timedelta(seconds=1)
    return 1


def _a_day(forming: Forming) -> int:
    forming.notes.now += KEPT
    return 1


def _entry_changes(forming: Forming) -> int:
    forming.digests["2"] = 99
    return 1


def _settings_change(_: Forming) -> int:
    return 2


def _unreadable_note(forming: Forming) -> int:
    forming.notes.write(KIND, "3", b'{"of":"another version"}')
    return 1


@pytest.mark.parametrize(
    ("meanwhile", "asked"),
    [
        (_nothing, []),
        (_almost_a_day, []),
        (_a_day, ["1", "2", "3"]),
        (_entry_changes, ["2"]),
        (_settings_change, ["1", "2", "3"]),
        (_unreadable_note, ["3"]),
    ],
)
def test_a_form_is_asked_for_again_only_when_it_may_have_changed(meanwhile, asked: list[str]) -> None:
    """Within a day a noted form answers; the feed's entry, the settings or the program's own format end that early."""
    forming = Forming("1", "2", "3")
    first, all_three = forming.read()
    assert all_three == ["1", "2", "3"]
    seed = meanwhile(forming)
    forming.pauses = 0
    again, told = forming.read(seed)
    assert (told, again) == (asked, first)
    assert forming.pauses == max(len(asked) - 1, 0)


def test_a_failed_form_is_asked_for_again_and_a_job_that_left_is_forgotten() -> None:
    """Failures are not noted; notes of jobs that are no longer published are erased."""
    forming = Forming("1", "2")
    assert forming.read()[0].failed == {"3"}
    forming.readable = ("1", "2", "3")
    forms, asked = forming.read()
    assert (sorted(forms.by_job), forms.failed, asked) == (["1", "2", "3"], set(), ["3"])
    del forming.digests["1"]
    assert sorted(forming.read()[0].by_job) == ["2", "3"]
    assert sorted(forming.notes.recall(KIND)) == ["2", "3"]
