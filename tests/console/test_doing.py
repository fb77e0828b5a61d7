"""What operators do through forms: it happens, it is told, and it is in the audit log with their name."""

import datetime as dt
import re
from typing import Any

import pytest

from atsume import clock, crypto
from atsume.model.integration import QaStatus, State
from atsume.store.rows import AuditEntry
from tests.console import reading
from tests.console.world import Console

pytestmark = pytest.mark.xdist_group("console")

SHOW = "/{environment}/integrations/{integration}"
FIELDS = SHOW + "/fields"
WEBHOOK = "/{environment}/webhooks/{endpoint}"
API_KEY = re.compile(r"atsume_[\w-]{32}")
SECRET = re.compile(r"whsec_[\w+/=-]{20,}")


def _noted(desk: Console) -> AuditEntry:
    return desk.audit()[0]


@pytest.mark.parametrize(
    ("form", "told", "state"),
    [("disable", "The integration is disabled.", State.INACTIVE), ("enable", "is enabled.", State.ACTIVE)],
)
def test_disable_and_enable(desk: Console, form: str, told: str, state: State) -> None:
    """The state is that of the table of states; reads of callers follow it."""
    desk.send(f"{SHOW}/disable" if form == "enable" else f"{SHOW}/enable", "operator")
    answer = desk.send(f"{SHOW}/{form}", "operator")
    now = desk.store.integration(desk.integration.id)
    desk.send(f"{SHOW}/enable", "operator")
    assert (answer.status_code, told in answer.text) == (200, True)
    assert now is not None
    assert now.state is state
    entry = desk.audit(2)[1]
    assert (entry.actor, entry.action, entry.subject) == ("operator operator", f"integration.{form}", now.id)
    assert entry.environment_id == desk.environment


def test_a_sync_can_be_watched(desk: Console) -> None:
    """It is queued once however often it is asked for; a disabled integration says what to do."""
    first = desk.send(f"{SHOW}/sync", "operator", type="FULL")
    second = desk.send(f"{SHOW}/sync", "operator", type="FULL")
    assert "queued" in first.text
    assert "under way already" in second.text
    assert _noted(desk).action == "integration.sync"
    path = str(first.url.path)
    fragment = desk.browser("viewer").get(path + "/live").text
    assert "data-over" not in fragment
    assert "<html" not in fragment
    desk.work()
    assert "data-over" in desk.browser("viewer").get(path + "/live").text
    desk.send(f"{SHOW}/disable", "operator")
    refused = desk.send(f"{SHOW}/sync", "operator", type="FULL")
    desk.send(f"{SHOW}/enable", "operator")
    assert (refused.status_code, "Enable it first" in refused.text) == (400, True)


def test_quality_is_decided_with_a_reason(desk: Console) -> None:
    """Rejecting needs a sentence, which whoever looks next reads; accepting takes it back."""
    assert desk.send(f"{SHOW}/reject", "operator", why=" ").status_code == 400
    page = desk.send(f"{SHOW}/reject", "operator", why="Names are <empty>.")
    assert "Names are &lt;empty&gt;." in page.text
    assert _noted(desk).details == "Names are <empty>."
    desk.send(f"{SHOW}/accept", "operator")
    now = desk.store.integration(desk.integration.id)
    assert now is not None
    assert now.qa_status is QaStatus.PASSED


def test_nothing_is_deleted_by_a_slip(desk: Console) -> None:
    """The organisation's name must be typed in, as it is written."""
    answer = desk.send(f"{SHOW}/delete", name="acme gmbh")
    assert (answer.status_code, "Nothing was deleted" in answer.text) == (400, True)
    assert desk.store.integration(desk.integration.id) is not None


def test_permissions_are_asked_for_now(desk: Console) -> None:
    """What the tool says is shown and remembered."""
    page = desk.send(f"{SHOW}/test", "operator")
    assert "Every permission was tested just now." in page.text
    assert (_noted(desk).details or "").startswith("8 tested")


def test_a_key_is_shown_once(desk: Console) -> None:
    """It works for the API, stands on one page only, and is neither in the audit log nor in any address."""
    made = desk.send("/{environment}/keys", name="for <b>tests</b>")
    key = API_KEY.findall(made.text)[0]
    with desk.stranger() as client:
        check = {"Authorization": f"Bearer {key}"}
        assert client.get("/v1/check-api-key", headers=check).status_code == 200
        listed = desk.get("/{environment}/keys")
        assert key not in listed.text
        assert "for &lt;b&gt;tests&lt;/b&gt;" in listed.text
        assert key not in repr(desk.audit(5))
        assert key not in str(made.url)
        mine = next(one for one in desk.store.api_keys(desk.environment) if one.prefix == key[:12])
        page = desk.send("/{environment}/keys/{key}/revoke", names={"key": mine.id})
        assert "worth nothing" in page.text
        assert desk.store.api_key(crypto.api_key_hash(key)) is None
    assert [entry.action for entry in desk.audit(2)] == ["key.revoked", "key.created"]


def test_settings_of_an_environment(desk: Console) -> None:
    """Only what was changed is noted; what cannot be is refused with a sentence and nothing is saved."""
    path = "/{environment}/settings"
    page = desk.send(path, field_examples="yes", deletion_limit_percent="45", source_name="")
    environment = desk.store.environment(desk.environment)
    assert environment is not None
    assert (environment.settings.field_examples, environment.settings.deletion_limit_percent) == (True, 45)
    assert _noted(desk).details == "field_examples, deletion_limit_percent"
    assert 'value="45"' in page.text
    wrong = desk.send(path, deletion_limit_percent="450", qa_gate="no")
    assert (wrong.status_code, "deletion_limit_percent" in wrong.text) == (400, True)
    desk.send(path, field_examples="no", deletion_limit_percent="")
    after = desk.store.environment(desk.environment)
    assert after is not None
    assert (after.settings.qa_gate, after.settings.deletion_limit_percent) == (True, 30)


def test_a_mapping_is_seen_before_it_is_saved(desk: Console) -> None:
    """The preview changes nothing; saved, the value is in the records that callers get."""
    names = {"custom_field": desk.ours["custom_field"]}
    target, before = desk.ours["integration_field"], desk.audit()[0]
    preview = desk.send(f"{FIELDS}/{{custom_field}}", "operator", names, field=target, do="preview")
    assert "Nothing is saved yet." in preview.text
    assert f'"{desk.custom_key}"'.replace('"', "&#34;") in preview.text
    assert desk.audit()[0] == before
    saved = desk.send(f"{FIELDS}/{{custom_field}}", "operator", names, field=target, do="save")
    assert "Saved." in saved.text
    assert _noted(desk).details == f"{desk.custom_key} ← department.name"
    desk.work()
    departments = {job["custom_fields"].get(desk.custom_key) for job in desk.mirror.records("ats_jobs")}
    assert departments == {job["department"] for job in desk.mirror.records("ats_jobs")}
    assert len(departments) > 1


def test_custom_fields_are_defined_and_removed(desk: Console) -> None:
    """For the whole environment; a bad key is refused beside the form."""
    wrong = desk.send(FIELDS, "operator", model="ats_jobs", key="no spaces")
    assert (wrong.status_code, "cannot be a custom field" in wrong.text) == (400, True)
    desk.send(FIELDS, "operator", model="ats_jobs", key="grade", label="Grade", aliases="level *grade*")
    made = next(one for one in desk.store.custom_fields(desk.environment) if one.key == "grade")
    assert made.aliases == ("level", "*grade*")
    page = desk.send(f"{FIELDS}/{{custom_field}}/remove", names={"custom_field": made.id})
    assert "custom field is removed" in page.text
    assert made.id not in {one.id for one in desk.store.custom_fields(desk.environment)}


def test_a_field_is_passed_through(desk: Console) -> None:
    """By one button, and back by the same."""
    names = {"integration_field": desk.ours["integration_field"]}
    for value, is_on in (("yes", True), ("no", False)):
        desk.send(f"{FIELDS}/found/{{integration_field}}", "operator", names, enabled=value)
        found = desk.store.integration_field(desk.integration.no, names["integration_field"])
        assert found is not None
        assert found.is_passthrough_enabled is is_on


def test_webhook_endpoints(desk: Console) -> None:
    """Added with a secret that is shown once, disabled, enabled, given another secret, removed."""
    added = desk.send("/{environment}/webhooks", url="https://hooks.example/in", events=["sync-finished"])
    secret = SECRET.findall(added.text)[0]
    endpoint = next(one for one in desk.store.endpoints(desk.environment) if one.url == "https://hooks.example/in")
    names = {"endpoint": endpoint.id}
    page = desk.browser().get(desk.path(WEBHOOK, **names)).text
    assert secret not in page
    assert SECRET.findall(desk.send(f"{WEBHOOK}/rotate", names=names).text)[0] != secret
    assert "is held" in desk.send(f"{WEBHOOK}/disable", "operator", names).text
    assert "first what was held" in desk.send(f"{WEBHOOK}/enable", "operator", names).text
    assert "removed" in desk.send(f"{WEBHOOK}/remove", names=names).text
    actions = [entry.action for entry in desk.audit(5)]
    assert actions == ["webhook.removed", "webhook.enabled", "webhook.disabled", "webhook.rotated", "webhook.added"]
    assert secret not in repr(desk.audit(5))
    wrong = desk.send("/{environment}/webhooks", url="ftp://x", events=["sync-finished"])
    assert (wrong.status_code, "Nothing can be sent to this URL" in wrong.text) == (400, True)


def test_events_are_sent_once_more(desk: Console) -> None:
    """One delivery, or all of a time; what cannot be a time is refused."""
    page = desk.send(f"{WEBHOOK}/{{delivery}}", "operator")
    assert "sent once more" in page.text
    day = clock.now() + dt.timedelta(days=1)
    span: dict[str, Any] = {"start": "2026-01-01T00:00", "end": f"{day:%Y-%m-%dT%H:%M}"}
    assert "of that time are sent once more" in desk.send(f"{WEBHOOK}/replay", "operator", **span).text
    assert re.match(r"\d+ events", _noted(desk).details or "")
    assert desk.send(f"{WEBHOOK}/replay", "operator", start="x", end="y").status_code == 400


def test_logs_show_one_environment(desk: Console) -> None:
    """What failed here, and nothing of elsewhere; each leads to its page."""
    for path in ("/{environment}/logs", SHOW + "/logs"):
        page = desk.get(path, "viewer").text
        assert f"jobs?of={desk.environment[:6]}" in page
        assert f"jobs?of={desk.theirs['environment'][:6]}" not in page
        log = next(link for link in reading.links(page) if link.startswith("/logs/"))
        assert desk.browser("viewer").get(log).status_code == 200
    assert "jobs?of=" not in desk.get("/{environment}/logs", "viewer", direction="out").text


def test_the_audit_log_is_paged(desk: Console) -> None:
    """The newest first, every entry once; whoever sees one environment sees nothing of no environment."""
    for n in range(130):
        desk.store.note_audit(
            AuditEntry(
                at=clock.now(), actor="test", action="test.noted", environment_id=desk.environment, details=str(n)
            )
        )
    seen: list[str] = []
    address: str | None = desk.path("/{environment}/audit")
    while address is not None and len(seen) < 130:
        page = desk.browser("viewer").get(address).text
        seen += [row[3] for row in reading.rows(page) if row[0] == "test.noted"]
        address = next((link for link in reading.links(page) if "before=" in link), None)
    assert seen == [str(n) for n in reversed(range(130))]
    if desk.store.operator("local") is None:
        desk.add("local", desk.operators[next(iter(desk.operators))].role, (desk.environment,))
    local = desk.get("/{environment}/audit", "local").text
    assert "operator.signed_in" not in local
    assert "test.noted" in local


def test_scope_configs(desk: Console) -> None:
    """Made and changed as text; what cannot be is refused and nothing is made."""
    path, names = "/{environment}/scopes", {"scope_config": desk.ours["scope_config"]}
    wrong = desk.send(path, "operator", name="None", settings="ats_jobs")
    assert (wrong.status_code, "is not NAME=SETTING" in wrong.text) == (400, True)
    desk.send(path, "operator", name="No people", settings="ats_users=DISABLED")
    made = next(one for one in desk.store.scope_configs(desk.environment) if one.name == "No people")
    assert {name: one.value for name, one in made.settings.items()} == {"ats_users": "DISABLED"}
    page = desk.send(f"{path}/{{scope_config}}", "operator", names, settings="ats_jobs.description=OPTIONAL")
    assert "ats_jobs.description=OPTIONAL" in page.text
    assert [entry.action for entry in desk.audit(2)] == ["scope_config.changed", "scope_config.created"]


def test_a_connect_link_leads_to_the_flow(desk: Console) -> None:
    """Shown once, not in the audit log; whoever opens it is led through the tool."""
    path, names = "/{environment}/links", {"organization": "Kern & Söhne", "email": "ada@kern.example"}
    assert desk.send(path, "operator", organization="Kern", email="nobody").status_code == 400
    page = desk.send(path, "operator", **names, tool="personio")
    link = reading.text(page.text, "The connect link")
    assert link not in repr(desk.audit(1))
    with desk.stranger() as client:
        assert "Personio" in client.get("/connect/" + link.partition("/connect/")[2]).text


def test_a_write_is_tried_dry_first(desk: Console) -> None:
    """A dry run shows the request and sends nothing; sent, it is there, and once, however often the form comes."""
    path, company = SHOW + "/write", desk.mirror.company
    job = next(one for one in desk.mirror.records("ats_jobs") if one["status"] == "OPEN")
    form = {"job": job["id"], "key": "k1", "first_name": "Mara", "last_name": "Lindqvist", "email_address": "m@x.org"}
    before = len(company.truth()["applications"])
    dry = desk.send(path, "operator", **form, do="dry")
    assert reading.json(dry.text, "Answer")["data"]["dry_run"] is True
    assert len(company.truth()["applications"]) == before
    assert "m@x.org" not in repr(desk.audit(1))
    sent = [reading.json(desk.send(path, "operator", **form, do="send").text, "Answer")["data"] for _ in range(2)]
    assert sent[0]["id"] == sent[1]["id"]
    assert len(company.truth()["applications"]) == before + 1
    assert (desk.audit(1)[0].action, desk.audit(1)[0].subject) == ("application.sent", sent[0]["id"])
    wrong = desk.send(path, "operator", **form, more="[", do="dry")
    assert (wrong.status_code, "must be a JSON object" in wrong.text) == (400, True)
