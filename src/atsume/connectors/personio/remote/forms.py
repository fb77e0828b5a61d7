"""Application forms of the career site, as controls. Nothing here is documented by Personio.

Three sources: the form's JSON (only when its keys are recognised), the apply page's HTML (control names and element
ids as seen 2026), and what an administrator entered by hand.
"""

import re
from typing import Any

import msgspec
from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser, LexborNode


class Choice(Struct):
    """An option of a select."""

    value: str
    label: str


class Control(Struct):
    """A question of a form."""

    name: str
    """`custom_attribute_<n>`, `birthday`, `gender` …"""
    label: str
    kind: str
    """text, textarea, date, number, select, multiselect, checkbox, radio, file or what else the form says."""
    required: bool | None = None
    help: str | None = None
    choices: list[Choice] = []
    accept: str | None = None


COVERED = frozenset(
    {"first_name", "last_name", "email", "phone", "location", "available_from", "salary_expectations"}
    | {"documents", "cv", "cover-letter", "other"}
)
"""Controls that are no questions: the inputs of a candidate and the attachments stand for them."""
_ASKED = re.compile(r"^(custom_attribute_\d+|birthday|gender)$")
_REQUIRED = re.compile(r"\s*(\*|\((required|erforderlich)\))\s*", re.IGNORECASE)
_OPTIONAL = re.compile(r"\s*\((optional)\)\s*", re.IGNORECASE)
_LISTS = ("fields", "attributes", "questions", "form_fields", "formFields")
_NAMES, _LABELS, _KINDS = ("name", "id", "key"), ("label", "title"), ("type", "kind")


def controls_of_json(body: bytes) -> list[Control] | None:
    """Return the questions of the form's JSON; None when its keys are not recognised."""
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    entries = _entries(told)
    if entries is None:
        return None
    controls = [_json_control(e) for e in entries]
    if any(c is None for c in controls):
        return None
    return [c for c in controls if c is not None and is_asked(c.name)]


def controls_of_page(body: bytes) -> list[Control] | None:
    """Return the questions of an apply page, in form order; None when it is no apply page."""
    tree = LexborHTMLParser(body.decode("utf-8", "replace"))
    if not tree.css("[name=first_name], [id=field-first_name]"):
        return None
    found: dict[str, Control] = {}
    for node in tree.css("input[name], textarea[name], select[name]"):
        name = (node.attributes.get("name") or "").strip().removesuffix("[]")
        if not is_asked(name):
            continue
        if name in found:  # another radio button of the same question
            found[name].choices.extend(_choice(tree, node))
        else:
            found[name] = _control(tree, node, name)
    return list(found.values())


def is_asked(name: str) -> bool:
    """Return whether a control is a screening question."""
    return name not in COVERED and bool(_ASKED.match(name))


def _control(tree: LexborHTMLParser, node: LexborNode, name: str) -> Control:
    kind = (node.attributes.get("type") or "text").lower() if node.tag == "input" else (node.tag or "")
    label, marked = _label(tree, node, name)
    if node.tag == "select":
        kind = "multiselect" if "multiple" in node.attributes else "select"
        choices = [c for option in node.css("option") for c in _option(option)]
    else:
        choices = _choice(tree, node) if kind == "radio" else []
    required = marked or "required" in node.attributes or node.attributes.get("aria-required") == "true"
    help_id = (node.attributes.get("aria-describedby") or "").split(" ")[0]
    helping = tree.css_first(f"[id='{help_id}']") if help_id and "'" not in help_id else None
    return Control(
        name,
        label or name,
        kind,
        required,
        helping.text(strip=True) or None if helping is not None else None,
        choices,
        node.attributes.get("accept"),
    )


def _label(tree: LexborHTMLParser, node: LexborNode, name: str) -> tuple[str, bool]:
    """Return the label without its marks, and whether it marks the question as required."""
    own_id = node.attributes.get("id") or f"field-{name}"
    label = None if "'" in own_id else tree.css_first(f"label[for='{own_id}']")
    text = label.text(separator=" ", strip=True) if label is not None else (node.attributes.get("aria-label") or "")
    marked = bool(_REQUIRED.search(text))
    return " ".join(_OPTIONAL.sub(" ", _REQUIRED.sub(" ", text)).split()), marked


def _option(option: LexborNode) -> list[Choice]:
    """Return a select's option; its placeholder has no value or is disabled."""
    value = option.attributes.get("value")
    label = option.text(strip=True)
    if not (value if value is not None else label) or "disabled" in option.attributes:
        return []
    return [Choice(value or label, label)]


def _choice(tree: LexborHTMLParser, node: LexborNode) -> list[Choice]:
    value = node.attributes.get("value") or ""
    own_id = node.attributes.get("id") or ""
    label = tree.css_first(f"label[for='{own_id}']") if own_id and "'" not in own_id else None
    return [Choice(value, label.text(strip=True) if label is not None else value)] if value else []


def _entries(told: Any) -> list[dict[str, Any]] | None:
    if isinstance(told, dict):
        told = told.get("data", told)
    if isinstance(told, dict):
        told = next((told[key] for key in _LISTS if isinstance(told.get(key), list)), None)
    if not isinstance(told, list) or not all(isinstance(e, dict) for e in told):
        return None
    return told


def _json_control(entry: dict[str, Any]) -> Control | None:
    name, label, kind = (_first(entry, keys) for keys in (_NAMES, _LABELS, _KINDS))
    if name is None or label is None or kind is None:
        return None
    options = entry.get("options") or []
    choices = [c for option in options if (c := _json_choice(option)) is not None] if isinstance(options, list) else []
    required = entry.get("required")
    return Control(
        name,
        label,
        kind.lower(),
        required if isinstance(required, bool) else None,
        _first(entry, ("help", "description", "help_text")),
        choices,
        _first(entry, ("accept",)),
    )


def _json_choice(option: Any) -> Choice | None:
    if isinstance(option, str):
        return Choice(option, option)
    if not isinstance(option, dict):
        return None
    value, label = _first(option, ("value", "id", "key")), _first(option, ("label", "name", "title"))
    return Choice(value or label or "", label or value or "") if value or label else None


def _first(entry: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((str(entry[k]) for k in keys if isinstance(entry.get(k), str | int) and entry[k] != ""), None)
