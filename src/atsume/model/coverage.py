"""What a tool can do: models, actions and features, as `GET /tools/{category}` and `GET /integrations/{id}` say it."""

from enum import Enum

from msgspec import Struct


class Status(Enum):
    """Whether a field, model, action or feature works with a tool."""

    SUPPORTED = "SUPPORTED"
    UNSUPPORTED = "UNSUPPORTED"
    NOT_IMPLEMENTED = "NOT_IMPLEMENTED"
    UNKNOWN = "UNKNOWN"


class FieldCoverage(Struct, frozen=True):
    """One field of a model or input of an action."""

    id: str
    coverage_status: Status


class Coverage(Struct, frozen=True):
    """A model, or a write action, with its fields."""

    id: str
    label: str
    coverage_status: Status
    fields: tuple[FieldCoverage, ...]


class Feature(Struct, frozen=True):
    """A capability that is neither a model nor an action."""

    id: str
    label: str
    coverage_status: Status


class ToolCoverage(Struct, frozen=True):
    """All of it."""

    read_models: tuple[Coverage, ...]
    write_actions: tuple[Coverage, ...]
    features: tuple[Feature, ...]
