"""Settings of environments, and what integrations override."""

import pytest

from atsume.model.environment import EnvironmentSettings, UnknownSetting, changed, effective, overridden, stored

DEV = EnvironmentSettings(kind="development")


@pytest.mark.parametrize(
    ("before", "values", "after"),
    [
        (EnvironmentSettings(), {}, EnvironmentSettings()),
        (EnvironmentSettings(), {"kind": "development"}, DEV),
        (DEV, {"kind": None}, EnvironmentSettings()),
    ],
)  # fmt: skip
def test_settings_change_by_name(before, values, after):
    """Only what is named changes; None is the default again."""
    assert changed(before, values) == after


@pytest.mark.parametrize(
    ("values", "sentence"),
    [({"kind": "other"}, "kind: Invalid enum value 'other'"), ({"colour": "red"}, "There are: ")],
)
def test_what_cannot_be_set_is_told(values, sentence):
    """The name, and what there is."""
    for change in (lambda v: changed(DEV, v), lambda v: overridden({}, v)):
        with pytest.raises(UnknownSetting, match=sentence):
            change(values)


def test_an_override_holds_until_it_is_taken_back():
    """An integration follows its environment in everything it does not decide itself."""
    overrides = overridden({}, {"kind": "development"})
    assert effective(EnvironmentSettings(), overrides) == DEV
    assert effective(DEV, overridden(overrides, {"kind": None})) == DEV


def test_defaults_are_not_kept():
    """A better default reaches everybody who did not choose."""
    assert stored(EnvironmentSettings()) == {}
    assert stored(DEV) == {"kind": "development"}
