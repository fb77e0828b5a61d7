"""Reading records that are not quite as described: a wrong type costs its field, not the record.

`Decoder` decodes strictly and fast; only when that fails does it take the record apart, keep what fits and drop the
rest. Ids that come as numbers become text.
"""

import types
from typing import Any, Generic, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Struct

T = TypeVar("T", bound=Struct)
_NOTHING = object()


class Decoder(Generic[T]):
    """Decodes one record of a type."""

    def __init__(self, type_: type[T]) -> None:
        self._type = type_
        self._fast = msgspec.json.Decoder(type_).decode

    def __call__(self, body: bytes | msgspec.Raw) -> T:
        """Return the record. Raises msgspec.DecodeError when it is no object or lacks its id."""
        try:
            return self._fast(body)
        except msgspec.ValidationError:
            whole = msgspec.json.decode(body)
        fitted = fit(whole, self._type)
        if fitted is _NOTHING:
            raise msgspec.ValidationError(f"A {self._type.__name__} lacks what identifies it.")
        return fitted


def fit(value: Any, type_: Any) -> Any:
    """Return the value as the type with everything that does not fit left out, or a marker for: nothing of it fits."""
    if type_ is Any:
        return value
    origin = get_origin(type_)
    if origin in (Union, types.UnionType):
        fits = (fit(value, option) for option in get_args(type_))
        return next((f for f in fits if f is not _NOTHING), _NOTHING)
    if origin is list:
        items = value if isinstance(value, list) else []
        fitted = [fit(item, get_args(type_)[0]) for item in items]
        return [f for f in fitted if f is not _NOTHING]
    if isinstance(type_, type) and issubclass(type_, Struct):
        return _fit_struct(value, type_)
    return _fit_scalar(value, type_)


def _fit_struct(value: Any, type_: type[Struct]) -> Any:
    if not isinstance(value, dict):
        return _NOTHING
    given: dict[str, Any] = {}
    for field in msgspec.structs.fields(type_):
        fitted = fit(value[field.encode_name], field.type) if field.encode_name in value else _NOTHING
        if fitted is not _NOTHING:
            given[field.name] = fitted
        elif field.default is NODEFAULT and field.default_factory is NODEFAULT:
            return _NOTHING
    return type_(**given)


def _fit_scalar(value: Any, type_: Any) -> Any:
    if type_ is str and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError:
        return _NOTHING
