"""The official Python SDK, unchanged, pointed at this server. It drops what it cannot parse, so values are compared."""

import datetime as dt
from typing import Any

import pytest
from kombo import Kombo, errors
from kombo.types import UNSET, BaseModel

from tests.end_to_end.oracle import comparable
from tests.wire.conftest import Mirrored, Served

pytestmark = pytest.mark.sdk

NOT_IN_SDK = {"integration_fields", "remote_data"}
METHODS = {
    "jobs": "get_jobs",
    "candidates": "get_candidates",
    "applications": "get_applications",
    "application-stages": "get_application_stages",
    "users": "get_users",
}


def _sdk(served: Served, **told: Any) -> Kombo:
    given = {"api_key": served.world.key, "integration_id": served.integration.id, "server_url": f"{served.url}/v1"}
    # Values are what is tested here; the SDK's own 5 s are short on a busy machine.
    return Kombo(**given | {"timeout_ms": 60_000} | told)


def _comparable(value: Any) -> Any:
    """Return moments as moments and leave out what the SDK does not know."""
    if isinstance(value, dict):
        return {name: _comparable(inside) for name, inside in value.items() if name not in NOT_IN_SDK}
    if isinstance(value, list):
        return [_comparable(inside) for inside in value]
    if isinstance(value, str) and len(value) > 18 and value[4] == "-" and value[10] == "T" and value.endswith("Z"):
        return dt.datetime.fromisoformat(value)
    return value


def _values(parsed: Any) -> Any:
    """Return what a caller sees in the SDK's objects; `model_dump` leaves out words that the SDK does not know."""
    if isinstance(parsed, BaseModel):
        fields = {field.alias or name: vars(parsed)[name] for name, field in type(parsed).model_fields.items()}
        return {name: _values(value) for name, value in fields.items() if value is not UNSET}
    if isinstance(parsed, list):
        return [_values(one) for one in parsed]
    return parsed


def _all_pages(sdk: Kombo, path: str, size: int) -> list[Any]:
    """Return what a caller sees of every record of a list."""
    found: list[Any] = []
    answer = getattr(sdk.ats, METHODS[path])(page_size=size)
    while answer is not None:
        found += answer.result.data.results
        answer = answer.next()
    return _values(found)


@pytest.mark.parametrize("size", [1, 7, 100, 250])
@pytest.mark.parametrize("path", METHODS)
def test_every_value_is_what_the_company_says(mirrored: Mirrored, path: str, size: int) -> None:
    """Simulator, sync, server, SDK: all pages of all lists, value by value, as the simulator's own state says."""
    wanted = mirrored.lists[path]
    address = {"api_key": mirrored.key, "integration_id": mirrored.integration_id, "server_url": f"{mirrored.url}/v1"}
    with Kombo(**address) as sdk:
        found = _all_pages(sdk, path, size)
    assert len(found) == len(wanted) > 1
    got = {record["id"]: _comparable(comparable(record)) for record in found}
    assert {i: (r, got.get(i)) for i, one in wanted.items() if (r := _comparable(one)) != got.get(i)} == {}


@pytest.mark.parametrize("path", METHODS)
def test_every_seeded_value(served: Served, path: str) -> None:
    """Records that no simulated company has, such as those full of nulls, in the order of the server."""
    with _sdk(served) as sdk:
        assert _all_pages(sdk, path, 100) == _comparable(served.lists[path])


def test_filters(served: Served) -> None:
    """Written by the SDK, read by the server."""
    with _sdk(served) as sdk:
        naive = dt.datetime(2026, 1, 20, 8, 15, 30)  # noqa: DTZ001 - callers do
        zoned = dt.datetime(2026, 1, 20, 10, 15, 30, 123456, tzinfo=dt.timezone(dt.timedelta(hours=2)))
        for moment in (naive, zoned, zoned.astimezone(dt.UTC)):
            answer = sdk.ats.get_jobs(remote_created_after=moment, statuses=["OPEN", "CLOSED"], page_size=250)
            assert answer is not None
            wanted = [j["id"] for n, j in enumerate(served.lists["jobs"]) if n >= 19 and n % 3 < 2]
            assert [j.id for j in answer.result.data.results] == wanted
        answer = sdk.ats.get_jobs(ids=[served.lists["jobs"][3]["id"], "x"], job_codes=["x"])
        assert answer is not None
        assert answer.result.data.results == []


@pytest.mark.parametrize(
    ("call", "told", "code"),
    [
        (lambda sdk: sdk.ats.get_tags(), {}, "INTEGRATION.MODEL_NOT_AVAILABLE"),
        (lambda sdk: sdk.ats.get_jobs(page_size=251), {}, "PLATFORM.INPUT_INVALID"),
        (lambda sdk: sdk.ats.get_jobs(cursor="nonsense"), {}, "PLATFORM.INPUT_INVALID"),
        (lambda sdk: sdk.ats.get_jobs(), {"api_key": "wrong"}, "PLATFORM.AUTHENTICATION_INVALID"),
        (lambda sdk: sdk.ats.get_jobs(), {"integration_id": "personio:x"}, "PLATFORM.INTEGRATION_NOT_FOUND"),
        (lambda sdk: sdk.ats.get_jobs(), {"integration_id": "pending"}, "INTEGRATION.SETUP_SYNC_PENDING"),
        (
            lambda sdk: sdk.ats.remove_candidate_tag(candidate_id="x", tag={"name": "y"}),
            {},
            "INTEGRATION.ACTION_NOT_AVAILABLE",
        ),
        (
            lambda sdk: sdk.ats.reject_application(application_id="x", rejection_reason_id="y"),
            {},
            "INTEGRATION.ACTION_NOT_AVAILABLE",
        ),
        (lambda sdk: sdk.assessment.get_packages(), {}, "INTEGRATION.ACTION_NOT_AVAILABLE"),
    ],
)
def test_ats_errors_are_typed(served: Served, call: Any, told: dict[str, str], code: str) -> None:
    """Each error arrives as the SDK's own, with its code."""
    if told.get("integration_id") == "pending":
        told = {"integration_id": served.pending.id}
    with _sdk(served, **told) as sdk, pytest.raises(errors.KomboAtsError) as caught:
        call(sdk)
    error = caught.value.data.error
    assert error.code == code
    assert error.title
    assert error.log_url


@pytest.mark.parametrize(
    ("call", "told", "code"),
    [
        (lambda sdk: sdk.general.check_api_key(), {"api_key": "wrong"}, "PLATFORM.AUTHENTICATION_INVALID"),
        (
            lambda sdk: sdk.general.get_integration_details(integration_id="personio:x"),
            {},
            "PLATFORM.INTEGRATION_NOT_FOUND",
        ),
        (lambda sdk: sdk.general.trigger_sync(type_="FULL"), {"integration_id": "x"}, "PLATFORM.INTEGRATION_NOT_FOUND"),
        (lambda sdk: sdk.connect.get_integration_by_token(token="x"), {}, "PLATFORM.INPUT_INVALID"),
        (lambda sdk: sdk.general.delete_integration(integration_id="x", body={}), {}, "PLATFORM.INTEGRATION_NOT_FOUND"),
    ],
)
def test_general_errors_are_typed(served: Served, call: Any, told: dict[str, str], code: str | None) -> None:
    """General endpoints send only codes that their clients know."""
    with _sdk(served, **told) as sdk, pytest.raises(errors.KomboGeneralError) as caught:
        call(sdk)
    assert caught.value.data.error.code == code


def test_general_endpoints(served: Served) -> None:
    """Parse, and say the right thing."""
    with _sdk(served) as sdk:
        assert sdk.general.check_api_key().data.environment_id == served.world.environment.id
        told = sdk.general.get_integration_details(integration_id=served.integration.id).data
        assert (told.id, told.category, told.status) == (served.integration.id, "ATS", "ACTIVE")
        assert {m.id for m in told.read_models} >= {"ats_jobs", "ats_users"}
        tools = sdk.general.get_tools(category="ats").data.tools
        assert [t.label for t in tools] == ["Personio"]
    with _sdk(served, integration_id=served.pending.id) as sdk:
        first = sdk.general.trigger_sync(type_="DELTA").data
        assert (first.type, first.already_queued) == ("FULL", False)
