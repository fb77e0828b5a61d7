"""Sync only created applications: what is asked for, what is kept, and what switching does."""

from collections.abc import Iterator

import pytest
from msgspec import structs

from atsume.model.integration import SyncState
from atsume.sync.tracked import is_only_created, untracked
from tests.actions.world import Site, somebody
from tests.end_to_end.test_delta import delta


@pytest.fixture
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that mirrors only what was created through it."""
    with Site(tmp_path_factory.mktemp("private"), only_created_applications=None) as site:
        integration = site.mirror.integration
        plain = {k: v for k, v in integration.settings.items() if k != "only_created_applications"}
        site.store.update_settings(integration.id, plain)
        yield site


def applications(site: Site, query: str = "") -> list[dict[str, str]]:
    """Return the listed applications."""
    return site.get(f"/ats/applications?page_size=250{query}").json()["data"]["results"]


def switch(site: Site, value: bool) -> None:
    """Decide it for the integration."""
    integration = site.mirror.integration
    site.store.update_overrides(integration.id, {"only_created_applications": value})


def test_only_what_was_created_is_asked_for(private: Site) -> None:
    """A fresh mirror holds nobody; what is created comes in and stays up to date, by id, and nobody else is read."""
    site = private
    assert is_only_created(site.store, site.mirror.integration)
    assert site.mirror.sync().state.value == "SUCCEEDED"
    assert applications(site) == []
    told = site.apply(somebody(1)).json()["data"]
    site.company.change("PATCH", f"/applications/{told['remote_id']}", {"stage": "accepted"})
    site.company.control("DELETE", "/log")
    site.mirror.sync()
    assert [(one["id"], one["outcome"]) for one in applications(site)] == [(told["id"], "HIRED")]
    asked = site.company.control("GET", "/log?path=/v2/recruiting")
    people = {one["path"] for one in asked if "applications" in one["path"] or "candidates" in one["path"]}
    assert people == {
        f"/v2/recruiting/applications/{told['remote_id']}",
        f"/v2/recruiting/candidates/{told['candidate']['remote_id']}",
    }


def test_a_delta_after_switching_brings_everybody_too(private: Site) -> None:
    """Whatever was read by id before, or whole before that: who was left out is read whole once, then only changes."""
    site, store = private, private.store
    site.mirror.sync()
    for switched in range(2):
        switch(site, False)
        assert delta(site.mirror).state is SyncState.SUCCEEDED
        assert len(applications(site)) == 20
        site.company.control("DELETE", "/log")
        delta(site.mirror)
        assert all("updated_at" in one["query"] for one in site.company.control("GET", "/log?path=/v2/recruiting/a"))
        switch(site, True)
        delta(site.mirror)
        assert applications(site) == [], switched
        assert "ats_applications" not in store.schedule(site.mirror.integration.no).watermarks


def test_switching_brings_everybody_and_takes_them_away(private: Site) -> None:
    """Off: the next sync brings everybody. On again: all but the created ones are tombstoned."""
    site = private
    site.mirror.sync()
    told = site.apply(somebody(2)).json()["data"]
    switch(site, False)
    site.mirror.sync()
    everybody = {one["id"] for one in applications(site)}
    assert len(everybody) == 21
    switch(site, True)
    gone, people = untracked(site.store, site.mirror.integration)
    assert set(gone) == everybody - {told["id"]}
    site.mirror.sync()
    assert [one["id"] for one in applications(site)] == [told["id"]]
    assert len(applications(site, "&include_deleted=true")) == 21
    assert [c["id"] for c in site.get("/ats/candidates").json()["data"]["results"]] == [told["candidate_id"]]
    assert len(people) > 0


def test_a_created_application_that_is_deleted_becomes_a_tombstone(private: Site) -> None:
    """The tool says twice that it is gone: it is."""
    site = private
    site.mirror.sync()
    told = site.apply(somebody(3)).json()["data"]
    site.company.change("DELETE", f"/applications/{told['remote_id']}")
    site.mirror.sync()
    assert applications(site) == []
    assert [one["id"] for one in applications(site, "&include_deleted=true")] == [told["id"]]


def test_environments_decide_and_integrations_override(private: Site) -> None:
    """The integration's own decision, else what it was connected with, else its environment's."""
    site = private
    environment = site.store.environments()[0]
    changed = structs.replace(environment.settings, only_created_applications=False)
    site.store.update_environment_settings(environment.id, changed)
    assert not is_only_created(site.store, site.mirror.integration)
    switch(site, True)
    assert is_only_created(site.store, site.mirror.integration)
