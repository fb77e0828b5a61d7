"""Parts of any shape, for laws: every field is drawn, also those with defaults."""

import types
from functools import cache
from typing import Any, Union, get_args, get_origin

import msgspec
from hypothesis import strategies as st
from msgspec import Raw, Struct


@cache
def anything(type_: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for a type as msgspec knows them."""
    origin, args = get_origin(type_), get_args(type_)
    if type_ is Raw:
        return st.just(Raw(b'{"id":"1"}'))
    if origin in (Union, types.UnionType):
        return st.one_of(*(anything(a) for a in args))
    if origin is list:
        return st.lists(anything(args[0]), max_size=3)
    if origin is tuple:
        return st.lists(anything(args[0]), max_size=3).map(tuple)
    if isinstance(type_, type) and issubclass(type_, Struct):
        return st.deferred(
            lambda: st.builds(type_, **{f.name: anything(f.type) for f in msgspec.structs.fields(type_)})
        )
    return st.text(max_size=12) if type_ is str else st.from_type(type_)
