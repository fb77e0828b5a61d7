"""The guide's pictures: plain drawings of our own of where things are in Personio, with the labels of each language.

SVG without styles or scripts; colours are classes of the page (`p-line`, `p-text` …), so both themes fit. Numbers in
circles are the steps of the chapter.
"""

from collections.abc import Callable, Sequence
from html import escape

from atsume.connectors.guide import Texts

WIDTH, HEIGHT = 480, 236
MENU = 160
"""Width of the menu on the left."""


def draw(name: str, texts: Texts) -> str:
    """Return a picture by name."""
    ui = {key.removeprefix("ui."): text for key, text in texts.items() if key.startswith("ui.")}
    return PICTURES[name](ui)


Ui = dict[str, str]


def _text(x: float, y: float, words: str, kind: str = "p-text", size: float = 12, room: float = 0) -> str:
    """Return a line of text; longer than `room` it is squeezed."""
    squeezed = (
        f' textLength="{room:g}" lengthAdjust="spacingAndGlyphs"' if room and len(words) * size * 0.6 > room else ""
    )
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" font-size="{size:g}"{squeezed}>{escape(words)}</text>'


def _box(x: float, y: float, width: float, height: float, kind: str = "p-box", radius: float = 6) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" class="{kind}"/>'


def _mark(x: float, y: float, number: int) -> str:
    """Return the number of a step."""
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="11" class="p-mark"/>'
        f'<text x="{x:g}" y="{y + 4.5:g}" text-anchor="middle" font-size="13" font-weight="700" '
        f'class="p-number">{number}</text>'
    )


def _window(menu: Sequence[tuple[str, int | None]], title: str, inside: str) -> str:
    """Return a window: a menu with marked entries on the left, a title and content on the right."""
    entries = ""
    for at, (words, number) in enumerate(menu):
        y = 54 + at * 34
        if number is not None:
            entries += _box(10, y - 16, MENU - 20, 26, "p-chosen")
        entries += _text(20, y + 1, words, "p-text" if number is not None else "p-quiet", 11, MENU - 46)
        entries += _mark(MENU - 12, y - 3, number) if number else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" class="picture" role="img" '
        f'aria-label="{escape(title)}">'
        + _box(0.5, 0.5, WIDTH - 1, HEIGHT - 1, "p-window", 10)
        + "".join(f'<circle cx="{16 + 14 * n}" cy="15" r="4" class="p-dot"/>' for n in range(3))
        + f'<path d="M0.5 28.5H{WIDTH - 0.5}M{MENU + 0.5} 28.5V{HEIGHT - 0.5}" class="p-line"/>'
        + entries
        + _text(MENU + 24, 58, title, "p-title", 15, WIDTH - MENU - 48)
        + inside
        + "</svg>"
    )


def _field(y: float, label: str, value: str, number: int | None = None) -> str:
    """Return a labelled value that one copies."""
    x, width = MENU + 24, WIDTH - MENU - 74
    return (
        _text(x, y, label, "p-quiet", 11, width)
        + _box(x, y + 7, width, 28, "p-field")
        + _text(x + 10, y + 25, value, "p-code", 11)
        + f'<path d="M{x + width - 24} {y + 15}h9v11h-9zM{x + width - 21} {y + 12}h9v11" class="p-icon"/>'
        + (_mark(x + width + 18, y + 21, number) if number else "")
    )


def _tick(x: float, y: float, label: str, room: float = 110) -> str:
    return (
        _box(x, y - 12, 16, 16, "p-on", 4)
        + f'<path d="M{x + 4} {y - 4}l3 3.5 5.5-7" class="p-tick"/>'
        + _text(x + 24, y + 1, label, room=room)
    )


def _button(x: float, y: float, label: str, width: float = 190) -> str:
    return _box(x, y, width, 30, "p-button") + _text(x + 14, y + 19.5, label, "p-onbutton", 12, width - 28)


def _row(y: float, label: str, kind: str = "p-row", number: int | None = None) -> str:
    x, width = MENU + 24, WIDTH - MENU - 74
    words = _text(x + 12, y + 20, label, "p-text" if number else "p-quiet", room=width - 44)
    arrow = f'<path d="M{x + width - 20} {y + 11}l5 5-5 5" class="p-icon"/>'
    return _box(x, y, width, 32, kind) + words + arrow + (_mark(x + width + 18, y + 16, number) if number else "")


def _career(ui: Ui) -> str:
    x = MENU + 24
    toggle = (
        _box(x, 84, 40, 22, "p-on", 11)
        + f'<circle cx="{x + 29}" cy="95" r="8" class="p-knob"/>'
        + _text(x + 52, 99, ui["xml"], room=190)
        + _mark(WIDTH - 32, 95, 2)
    )
    menu = [(ui["settings"], None), (ui["recruiting"], None), (ui["career_page"], 1)]
    return _window(menu, ui["career_page"], toggle + _field(140, ui["address"], "https://acme.jobs.personio.de", 3))


def _integration(ui: Ui) -> str:
    menu = [(ui["marketplace"], None), (ui["connected"], 1)]
    inside = (
        _button(MENU + 24, 78, ui["create"], 230) + _mark(WIDTH - 58, 93, 2) + _field(138, ui["name"], "Applications")
    )
    return _window(menu, ui["connected"], inside)


def _rights(ui: Ui) -> str:
    x = MENU + 24
    ticks = (
        _text(x, 88, ui["rights"], "p-quiet", 11)
        + _tick(x, 112, f"{ui['recruiting']}: {ui['read']}", 210)
        + _tick(x, 138, f"{ui['employees']}: {ui['read']}", 210)
        + _mark(WIDTH - 32, 120, 3)
        + _text(x, 172, ui["attributes"], "p-quiet", 11)
        + _tick(x, 196, ui["first_name"], 68)
        + _tick(x + 100, 196, ui["last_name"], 68)
        + _tick(x + 200, 196, ui["email"], 52)
        + _mark(WIDTH - 32, 174, 4)
    )
    return _window([(ui["marketplace"], None), (ui["connected"], None)], ui["create"], ticks)


def _client(ui: Ui) -> str:
    inside = _field(84, ui["client_id"], "papi-1a2b3c4d-…", 5) + _field(
        148, ui["client_secret"], "papi-••••••••••••••••", 5
    )
    return _window([(ui["marketplace"], None), (ui["connected"], None)], ui["create"], inside)


def _api_keys(ui: Ui) -> str:
    menu = [(ui["settings"], None), (ui["integrations"], None), (ui["api_credentials"], 1)]
    inside = _row(82, ui["recruiting_key"], "p-chosen", 2) + _row(122, "…") + _row(162, "…")
    return _window(menu, ui["api_credentials"], inside)


def _recruiting_key(ui: Ui) -> str:
    menu = [(ui["settings"], None), (ui["integrations"], None), (ui["api_credentials"], None)]
    inside = _field(84, ui["company_id"], "12345", 3) + _field(148, ui["access_token"], "••••••••••••••••••••", 3)
    return _window(menu, ui["recruiting_key"], inside)


def _channels(ui: Ui) -> str:
    menu = [(ui["settings"], None), (ui["recruiting"], None), (ui["channels"], 1)]
    inside = (
        _button(MENU + 24, 78, ui["add_channel"], 170)
        + _mark(WIDTH - 118, 93, 2)
        + _row(126, "LinkedIn")
        + _row(166, "…")
    )
    return _window(menu, ui["channels"], inside)


def _channel(ui: Ui) -> str:
    menu = [(ui["settings"], None), (ui["recruiting"], None), (ui["channels"], None)]
    inside = _field(84, ui["name"], "…") + _field(148, ui["channel_id"], "250624", 3)
    return _window(menu, ui["channels"], inside)


def _candidate(ui: Ui) -> str:
    x = MENU + 24
    inside = (
        f'<circle cx="{x + 18}" cy="98" r="18" class="p-chosen"/>'
        + _box(x + 48, 86, 120, 10, "p-bar", 5)
        + _box(x + 48, 104, 80, 8, "p-bar", 4)
        + _field(146, ui["source"], "…", 2)
    )
    return _window([(ui["recruiting"], 1), (ui["candidate"], None)], ui["overview"], inside)


PICTURES: dict[str, Callable[[Ui], str]] = {
    "career": _career,
    "integration": _integration,
    "rights": _rights,
    "client": _client,
    "api_keys": _api_keys,
    "recruiting_key": _recruiting_key,
    "channels": _channels,
    "channel": _channel,
    "candidate": _candidate,
}
"""All pictures."""
