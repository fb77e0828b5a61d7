"""GET /ats/application-stages (deprecated in favour of `stages` of jobs)."""

from typing import Literal

from msgspec import Struct

from atsume.api.ats.embeds import CustomFields, Id, Moment, OnOff, RemoteData
from atsume.api.paging import Listing


class ApplicationStage(Struct, kw_only=True):
    """A stage in which an applicant can stand."""

    id: Id
    remote_id: str | None
    name: str | None
    status: OnOff | None
    custom_fields: CustomFields | None
    remote_data: RemoteData | None
    changed_at: Moment
    remote_deleted_at: Moment | None


class ApplicationStagePage(Struct, kw_only=True):
    """Stages and the cursor of the next page."""

    results: list[ApplicationStage]
    next: str | None


class ApplicationStagesAnswer(Struct, kw_only=True):
    """The answer of GET /ats/application-stages."""

    status: Literal["success"]
    data: ApplicationStagePage


STAGES = Listing(
    path="/ats/application-stages",
    model="ats_application_stages",
    name="GetAtsApplicationStages",
    summary="Get application stages",
    page=ApplicationStagesAnswer,
)
