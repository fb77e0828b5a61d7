r"""Keys of a remote record's values: `department.name`, `hiring_team[].role.name`. Pure.

A remote record is JSON. Its *leaves* are what is neither an object nor inside one that is listed: texts, numbers,
flags, nulls, and arrays as a whole. `[]` steps into the objects of an array and yields the list of what they have.
Names that hold `.`, `[`, `]` or `\` are written with a `\` before it. Names that begin with `_` are the envelope's
(`_meta`) and are no leaves.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import UNSET

INTO = object()
"""The step into the objects of an array."""
Step = str | object

DEPTH_MOST = 12
"""Objects within objects; what lies deeper is not told apart."""
LEAVES_MOST = 500
"""Leaves of one record that are told apart."""
KEY_MOST = 200
"""Characters of a key; what would be longer is no leaf."""

_SPECIAL = re.compile(r"[\\.\[\]]")
_TOKEN = re.compile(r"((?:\\.|[^\\.\[\]])*)((?:\[\])*)(?:\.|$)", re.DOTALL)

Trie = dict[Step, Any]


def leaves(remote: Mapping[str, Any]) -> dict[str, Any]:
    """Return every leaf of a remote record by its key."""
    found: dict[str, Any] = {}
    for key, value in _leaves(remote, "", DEPTH_MOST):
        if len(found) == LEAVES_MOST:
            break
        found[key] = value
    return found


def _leaves(node: Mapping[str, Any], before: str, depth: int) -> Iterator[tuple[str, Any]]:
    for name, value in node.items():
        key = before + _SPECIAL.sub(r"\\\g<0>", name)
        if name.startswith("_") or not name or len(key) > KEY_MOST:
            continue
        if isinstance(value, Mapping) and value and depth > 1:
            yield from _leaves(value, key + ".", depth - 1)
            continue
        yield key, value
        if isinstance(value, list) and depth > 1:
            yield from ((f"{key}[].{inner}", values) for inner, values in _inside(value, depth - 1))


def _inside(elements: Sequence[Any], depth: int) -> Iterator[tuple[str, Any]]:
    objects = [one for one in elements if isinstance(one, Mapping)]
    for key in dict.fromkeys(key for one in objects for key, _ in _leaves(one, "", depth)):
        path = steps(key)
        yield key, [value for one in objects if (value := _at(one, path, 0)) is not UNSET]


def steps(key: str) -> list[Step]:
    r"""Return the steps of a key. Raises ValueError when it is none."""
    found: list[Step] = []
    at, is_open = 0, True
    while at < len(key):
        match = _TOKEN.match(key, at)
        if match is None or not match[1]:
            break
        found.append(re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL))
        found += [INTO] * (len(match[2]) // 2)
        at, is_open = match.end(), match.end() > match.end(2)
    if at < len(key) or is_open:
        raise ValueError(f"{key!r} is not the key of a field; such are `department.name` and `tags[].label`.")
    return found


def value_at(remote: Any, key: str) -> Any:
    """Return the value that a key leads to; None when it leads nowhere."""
    found = _at(remote, steps(key), 0)
    return None if found is UNSET else found


def follow(remote: Any, path: Sequence[Step]) -> Any:
    """Return what `value_at` does for a key whose steps are known; UNSET when they lead nowhere."""
    return _at(remote, path, 0)


def _at(node: Any, path: Sequence[Step], place: int) -> Any:
    while place < len(path):
        step = path[place]
        place += 1
        if step is INTO:
            if not isinstance(node, list):
                return UNSET
            found = [_at(one, path, place) for one in node if isinstance(one, Mapping)]
            return [one for one in found if one is not UNSET] or UNSET
        if not isinstance(node, Mapping) or step not in node:
            return UNSET
        node = node[step]
    return node


def only(remote: Any, keys: Iterable[str]) -> dict[str, Any]:
    """Return a remote record with nothing but what these keys lead to."""
    trie = _trie(keys)
    return _only(remote, trie) if trie else {}


def _only(node: Any, trie: Trie) -> Any:
    if not trie:
        return node
    if isinstance(node, list):
        inside = trie.get(INTO)
        return [_only(one, inside) for one in node if isinstance(one, Mapping)] if inside is not None else []
    if not isinstance(node, Mapping):
        return None
    return {name: _only(node[name], after) for name, after in trie.items() if name in node}


def without(remote: Any, keys: Iterable[str]) -> dict[str, Any]:
    """Return a remote record without what these keys lead to."""
    return _without(remote, _trie(keys))


def _without(node: Any, trie: Trie) -> Any:
    if isinstance(node, list) and INTO in trie:
        inside = trie[INTO]
        return [_without(one, inside) if isinstance(one, Mapping) else one for one in node if inside]
    if not isinstance(node, Mapping):
        return node
    return {
        name: _without(value, trie[name]) if name in trie else value
        for name, value in node.items()
        if name not in trie or trie[name]
    }


def _trie(keys: Iterable[str]) -> Trie:
    """Return the keys as a tree of steps; an empty tree below a step means all of what is there."""
    root: Trie = {}
    for path in sorted(map(steps, set(keys)), key=len):
        node = root
        for step in path:
            if node.get(step) == {}:
                break  # a shorter key already leads to all of it
            node = node.setdefault(step, {})
    return root
