"""What people get wrong on the command line: a sentence that says what to do, the right exit code, nothing kept."""

import io
from pathlib import Path
from typing import Any

import pytest

from atsume.cli.main import main

CREATE = ("integrations", "create", "personio")


def run(*arguments: str) -> int:
    """Run the command line in this process; return its exit code."""
    try:
        main(list(arguments))
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.fixture(autouse=True)
def _own_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATSUME_DATABASE_URL", f"sqlite:///{tmp_path}/cli.db")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ((*CREATE,), 1, "give a client id and secret, the name of the career site, or both"),
        ((*CREATE, "--client-id", "x"), 1, "Client id and client secret belong together"),
        ((*CREATE, "--company", "not a company!"), 1, "such as acme for https://acme.jobs.personio.de"),
        ((*CREATE, "--company", "acme", "--language", "xx"), 2, "'de', 'en', 'fr', 'es', 'nl', 'it', 'pt'"),
        ((*CREATE, "--company", "acme", "--users", "some"), 2, "'some' is not one of 'referenced', 'all'"),
        ((*CREATE, "--company", "acme", "--recruiting-channel-id", "x"), 2, "'x' is not a valid integer"),
        ((*CREATE, "--company", "acme", "--entered-questions", "[{"), 2, "Not JSON"),
        ((*CREATE, "--company", "acme", "--entered-questions", '[{"id":1}]'), 1, "entered_questions[0]"),
        ((*CREATE, "--company", "acme", "--environment", "nobody"), 1, "atsume environments list"),
        ((*CREATE, "--company", "acme", "--secrets-stdin"), 2, "stdin must hold a JSON object"),
        (("integrations", "create", "workday"), 2, "There is no tool 'workday' here; there are: personio"),
        (("integrations", "sync", "personio:nobody"), 1, "atsume integrations list"),
        (("integrations", "show", "personio:nobody"), 1, "atsume integrations list"),
        (("integrations", "test", "personio:nobody"), 1, "atsume integrations list"),
        (("keys", "create", "--environment", "nobody"), 1, "atsume environments list"),
        (("keys", "revoke", "nobody"), 1, "atsume keys list"),
        (("nonsense",), 2, "No such command 'nonsense'"),
    ],
    ids=lambda told: " ".join(told)[-50:] if isinstance(told, tuple) else "",
)
def test_wrong_usage_says_what_to_do(arguments, code, sentence, monkeypatch, capsys) -> None:
    """One sentence on stderr, exit 1 for what is wrong, 2 for how it was asked; nothing on stdout or stored."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"garbage")))
    assert run(*arguments) == code
    told = capsys.readouterr()
    assert (told.out, "Traceback" in told.err) == ("", False)
    assert sentence in " ".join(told.err.split())
    assert run("integrations", "list", "--json") == 0
    assert capsys.readouterr().out == "[]\n"


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("ATSUME_DATABASE_URL", "mysql://root:hunter2@x", "Expected sqlite:///path/to/file.db or postgresql://"),
        ("ATSUME_DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:9/x", "ATSUME_ENCRYPTION_KEY is required"),
        ("ATSUME_PUBLIC_URL", "hunter2", "Expected an address such as https://atsume.example.com"),
        ("ATSUME_REQUESTS_PER_MINUTE", "-4", "Expected `int` >= 0"),
        ("ATSUME_ENCRYPTION_KEY", "hunter2", "ATSUME_ENCRYPTION_KEY"),
    ],
)
def test_wrong_settings_are_named(variable: str, value: str, sentence: str, monkeypatch, capsys) -> None:
    """The variable and what it may be, never its value, which may be secret."""
    monkeypatch.setenv(variable, value)
    assert run("keys", "list") == 1
    told = capsys.readouterr().err
    assert sentence in told
    assert variable in told or "ATSUME_" in sentence
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("wrong", "knobs", "state", "code", "sentence"),
    [
        ({"client_secret": "hunter2"}, {}, "AUTHENTICATION_FAILED", 1, "does not accept client id and client secret"),
        ({"company": "nobody"}, {}, "PARTIALLY_FAILED", 0, "/career/nobody/xml answered 404: no feed there"),
        ({}, {"feed": "off", "feed_off": "marketing"}, "PARTIALLY_FAILED", 0, "a web page came instead of XML"),
    ],
)
def test_a_first_sync_that_cannot_work_says_why(
    wrong, knobs, state, code, sentence, company, monkeypatch, capsys
) -> None:
    """`--wait` ends with the reason on stderr, the state on stdout; a failed part is no failure of the whole."""
    monkeypatch.setenv("ATSUME_PERSONIO_API_URL", company.url)
    monkeypatch.setenv("ATSUME_PERSONIO_CAREER_URL", company.url + "/career/{company}")
    company.knobs(**knobs)
    given: dict[str, Any] = {k: company.facts[k] for k in ("company", "client_id", "client_secret")} | wrong
    options = [part for name, value in given.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    assert run(*CREATE, *options, "--wait", "--json") == code
    told = capsys.readouterr()
    assert f'"sync_state": "{state}"' in told.out
    assert sentence in " ".join(told.err.split())
    assert "hunter2" not in told.err + told.out
