"""The last steps of the flow: the caller's own fields, and the source of applications."""

from collections.abc import Iterator

import pytest

from atsume.integrations.fields import Fieldwork, define, remove
from atsume.model.environment import changed
from atsume.store.tracked import Source
from tests.connect.flow import Walker
from tests.connect.world import Site

JOBS, CANDIDATES = "ats_jobs", "ats_candidates"


@pytest.fixture(autouse=True)
def as_before(whole: Site) -> Iterator[None]:
    """Leave the environment as it was."""
    before = whole.server.store.environment(whole.environment)
    assert before is not None
    yield
    whole.server.store.update_environment_settings(whole.environment, before.settings)
    for field in whole.server.store.custom_fields(whole.environment):
        remove(_work(whole), field)


def _work(site: Site) -> Fieldwork:
    return Fieldwork(store=site.server.store, connectors=site.server.connectors, now=site.server.executor.now)


def _options(walker: Walker, custom_id: str) -> dict[str, bool]:
    """Return what a custom field can be mapped to, and whether it is."""
    chosen = walker.page.css(f'select[name="field.{custom_id}"] option')
    return {o.attributes["value"] or "": "selected" in o.attributes for o in chosen}


def _ended(walker: Walker, site: Site) -> str:
    """Return the id of the integration that came of the flow."""
    return site.call("GET", f"/connect/integration-by-token/{walker.activation()}").json()["data"]["id"]


def test_fields_are_mapped_while_connecting(whole: Site) -> None:
    """Live fields to choose from, the rules' choice ticked; what is chosen holds from the first sync on."""
    store = whole.server.store
    work = _work(whole)
    by_rule = define(work, whole.environment, model=JOBS, key="team", aliases=("department.name",))
    by_hand = define(work, whole.environment, model=JOBS, key="cost_centre", label="Cost centre", is_automatic=False)
    left_out = define(work, whole.environment, model=CANDIDATES, key="nickname", is_automatic=False)
    walker = Walker(whole, whole.link(enable_field_mapping=True))
    walker.to_test()
    walker.send()
    assert (walker.step, walker.title) == ("mapping", "Which of your fields belong here?")
    options = _options(walker, by_rule.id)
    assert [key for key, is_chosen in options.items() if is_chosen] == ["department.name"]
    assert "id" in _options(walker, left_out.id)
    choices = {
        f"field.{by_rule.id}": "department.name",
        f"field.{by_hand.id}": "id",
        f"field.{left_out.id}": "invented",
    }
    walker.send(**choices)
    walker.send("skip")
    no = store.integration(_ended(walker, whole)).no
    mapped, keys = store.field_mappings(no), {field.id: field.key for field in store.integration_fields(no)}
    told = {custom: keys.get(one.integration_field_id or "") for custom, one in mapped.items()}
    assert told == {by_rule.id: "department.name", by_hand.id: "id", left_out.id: None}


def test_without_custom_fields_there_is_nothing_to_map(whole: Site) -> None:
    """The step is left out, as it is when the caller does not ask for it."""
    work = _work(whole)
    for wish, steps in ((True, False), (False, True)):
        walker = Walker(whole, whole.link(enable_field_mapping=wish))
        walker.to_test()
        walker.send()
        assert walker.step == "source", steps
        define(work, whole.environment, model=JOBS, key=f"team{wish}")


def test_the_source_is_known_by_the_callers_name(whole: Site) -> None:
    """The channel that the end user made is a source of the integration, under the name that the page gave to copy."""
    _set(whole, source_name="Our Board")
    walker = Walker(whole, whole.link())
    walker.to_test()
    walker.send()
    assert "Our Board" in walker.page.text()
    walker.send(recruiting_channel_id="61")
    no = whole.server.store.integration(_ended(walker, whole)).no
    assert Source(remote_id="61", name="Our Board", is_configured=True) in whole.server.store.sources(no)


def test_no_source_is_asked_for_where_none_is_written(whole: Site) -> None:
    """An environment that attributes nothing does not bother anybody with it."""
    _set(whole, writes_source=False)
    walker = Walker(whole, whole.link())
    walker.to_test()
    walker.send()
    assert walker.title == "Connected"


def _set(site: Site, **values: object) -> None:
    environment = site.server.store.environment(site.environment)
    assert environment is not None
    site.server.store.update_environment_settings(site.environment, changed(environment.settings, values))
