"""GET /integrations/{integration_id}: state, models and actions of one integration."""

from typing import Literal

from msgspec import Struct

from atsume.api import envelope, gate
from atsume.api.connect.permissions import ToldPermission, remembered
from atsume.api.endpoints import Call, Endpoint, Family
from atsume.api.general.tools import assets
from atsume.api.query import Parameter
from atsume.connectors.base import Connector
from atsume.model import scope as model
from atsume.model.coverage import Coverage, Status
from atsume.model.integration import EndUser, Integration, SetupStatus, State
from atsume.model.record import timestamp

Setting = Literal["ENABLED", "DISABLED", "OPTIONAL"]


class IntegrationTool(Struct, frozen=True):
    """The tool that is connected."""

    id: str
    label: str
    internal_label: str | None
    logo_url: str
    icon_url: str


class ScopeConfig(Struct, frozen=True):
    """The scope config of the integration."""

    id: str
    name: str | None


class ReadField(Struct, frozen=True):
    """A field of a model."""

    id: str
    is_available: bool
    coverage_status: Status
    scope_config_setting: Setting
    opted_out_by_customer: bool


class ReadModel(Struct, frozen=True):
    """A model and whether it can be read."""

    id: str
    label: str
    is_available: bool
    coverage_status: Status
    scope_config_setting: Setting
    opted_out_by_customer: bool
    fields: list[ReadField]


class WriteField(Struct, frozen=True):
    """An input of an action."""

    id: str
    is_available: bool
    coverage_status: Status


class WriteAction(Struct, frozen=True):
    """An action and whether it can be done."""

    id: str
    label: str
    is_available: bool
    coverage_status: Status
    scope_config_setting: Setting
    opted_out_by_customer: bool
    fields: list[WriteField]


class IntegrationDetails(Struct, frozen=True, kw_only=True):
    """An integration as callers see it."""

    id: str
    tool: IntegrationTool
    category: Literal["HRIS", "ATS", "ASSESSMENT", "LMS"]
    status: State
    setup_status: SetupStatus
    end_user: EndUser
    scope_config: ScopeConfig
    data_expired_at: str | None
    created_at: str
    beta: bool
    read_models: list[ReadModel]
    write_actions: list[WriteAction]
    permissions: list[ToldPermission]
    """What scope testing found last. An addition of ours."""


class IntegrationAnswer(Struct, frozen=True):
    """The answer of GET /integrations/{integration_id}."""

    status: Literal["success"]
    data: IntegrationDetails


class Chosen(Struct, frozen=True):
    """What the scope config says, and what the end user chose."""

    config: model.ScopeConfig
    opted_out: frozenset[str]

    def setting(self, name: str) -> Setting:
        """Return the config's word on a model, field or action."""
        return model.setting(self.config.settings, name).value

    def is_opted_out(self, name: str) -> bool:
        """Return whether the end user did not allow what was optional."""
        above = name.partition(".")[0]
        return self.setting(name) == "OPTIONAL" and bool({name, above} & self.opted_out)

    def allows(self, name: str) -> bool:
        """Return whether it is kept or done."""
        return self.setting(name) != "DISABLED" and not self.is_opted_out(name)


def _answer(call: Call) -> bytes:
    integration = gate.find(call.deps.store.integration, call.key, call.path["integration_id"])
    connector = gate.connector(call.deps, integration)
    config = call.deps.store.scope_config_of(integration)
    chosen = Chosen(config, frozenset(integration.opted_out))
    permissions = remembered(call.deps, integration)
    return envelope.success(_details(integration, connector, chosen, permissions, call.deps.config.public_url))


def _details(
    integration: Integration,
    connector: Connector,
    chosen: Chosen,
    permissions: list[ToldPermission],
    public_url: str,
) -> IntegrationDetails:
    pictures = assets(connector, public_url)
    expired = integration.data_expired_at
    return IntegrationDetails(
        id=integration.id,
        tool=IntegrationTool(connector.id, connector.label, None, pictures.logo_url, pictures.icon_url),
        category=integration.category.upper(),  # pyright: ignore[reportArgumentType] - as the connector says
        status=integration.state,
        setup_status=integration.setup_status,
        end_user=integration.end_user,
        scope_config=ScopeConfig(chosen.config.id, chosen.config.name),
        data_expired_at=timestamp(expired) if expired else None,
        created_at=timestamp(integration.created_at),
        beta=False,
        read_models=[_read_model(coverage, chosen) for coverage in connector.coverage.read_models],
        write_actions=[_write_action(coverage, chosen) for coverage in connector.coverage.write_actions],
        permissions=permissions,
    )


def _read_model(coverage: Coverage, chosen: Chosen) -> ReadModel:
    return ReadModel(
        id=coverage.id,
        label=coverage.label,
        is_available=chosen.allows(coverage.id) and coverage.coverage_status is Status.SUPPORTED,
        coverage_status=coverage.coverage_status,
        scope_config_setting=chosen.setting(coverage.id),
        opted_out_by_customer=chosen.is_opted_out(coverage.id),
        fields=[
            ReadField(
                id=field.id,
                is_available=chosen.allows(coverage.id)
                and chosen.allows(f"{coverage.id}.{field.id}")
                and field.coverage_status is Status.SUPPORTED,
                coverage_status=field.coverage_status,
                scope_config_setting=chosen.setting(f"{coverage.id}.{field.id}"),
                opted_out_by_customer=chosen.is_opted_out(f"{coverage.id}.{field.id}"),
            )
            for field in coverage.fields
        ],
    )


def _write_action(coverage: Coverage, chosen: Chosen) -> WriteAction:
    return WriteAction(
        id=coverage.id,
        label=coverage.label,
        is_available=chosen.allows(coverage.id) and coverage.coverage_status is Status.SUPPORTED,
        coverage_status=coverage.coverage_status,
        scope_config_setting=chosen.setting(coverage.id),
        opted_out_by_customer=chosen.is_opted_out(coverage.id),
        fields=[
            WriteField(field.id, field.coverage_status is Status.SUPPORTED, field.coverage_status)
            for field in coverage.fields
        ],
    )


INTEGRATION = Endpoint(
    method="GET",
    path="/integrations/{integration_id}",
    name="GetIntegration",
    family=Family.GENERAL,
    summary="Get an integration",
    of_integration=False,
    parameters=(
        Parameter(
            name="integration_id",
            place="path",
            required=True,
            description="Id of the integration.",
            schema={"type": "string"},
        ),
    ),
    result=IntegrationAnswer,
    fails_with=(404,),
    answer=_answer,
)
