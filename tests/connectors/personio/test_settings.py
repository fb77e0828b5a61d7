"""What a connection asks for, and the forms that people type it in."""

import msgspec
import pytest

from atsume.connectors.personio.settings import HELP, Credentials, Settings, company_label


@pytest.mark.parametrize(
    "text",
    ["acme", " ACME ", "https://acme.jobs.personio.de", "https://acme.jobs.personio.com/xml?language=en",
     "acme.jobs.personio.com/", "acme.personio.de", "https://acme.app.personio.com/login"],
)  # fmt: skip
def test_a_company_is_found_in_whatever_is_typed(text):
    """Bare label, address, either ending, login address."""
    assert company_label(text) == "acme"


@pytest.mark.parametrize("text", ["", "https://", "acme inc", "acme.example.org", "../x", "-acme", "a/b c"[2:]])
def test_a_company_that_cannot_be_is_refused_with_an_example(text):
    """The sentence says what to type."""
    with pytest.raises(ValueError, match=r"such as acme"):
        company_label(text)


def test_bad_settings_are_refused_when_they_are_converted():
    """So that the connection form can show the sentence."""
    with pytest.raises(msgspec.ValidationError, match="not a Personio company"):
        msgspec.convert({"company": "acme inc"}, Settings)


def test_settings_survive_being_stored():
    """What is stored is read back the same."""
    given = Settings(
        company="https://acme.jobs.personio.com", extra_companies=["beta", "acme"], app_host="https://a.b/c"
    )
    again = msgspec.convert(msgspec.to_builtins(given), Settings)
    assert again == given
    assert (again.companies, again.app_host) == (["acme", "beta"], "a.b")


@pytest.mark.parametrize(
    ("language", "expected"), [("en", ["en", "de"]), ("de", ["de", "en"]), ("fr", ["fr", "de", "en"])]
)
def test_e18_languages_fall_back_on_german_then_english(language, expected):
    """E18: German is Personio's default."""
    assert Settings(language=language).languages == expected


def test_blank_credentials_are_none():
    """Copying adds spaces; a form sends empty texts."""
    credentials = Credentials(client_id=" a\n", client_secret="", recruiting_token="  ")
    assert (credentials.client_id, credentials.client_secret, credentials.can_read) == ("a", None, False)


def test_everything_that_is_asked_for_is_explained():
    """Each credential and setting has a sentence, save the one that is a switch of the command itself."""
    asked = {*Credentials.__struct_fields__, *Settings.__struct_fields__} - {"only_created_applications"}
    assert set(HELP) == asked
    assert all(sentence.endswith(".") for sentence in HELP.values())
