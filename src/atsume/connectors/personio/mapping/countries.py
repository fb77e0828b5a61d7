"""Country names as candidates write them, English and German → ISO 3166 alpha-2. Unknown ones stay as written."""

from collections.abc import Mapping

from atsume.connectors.personio.mapping.country_names import COUNTRY_NAMES

_TABLE = """
AT austria österreich|AU australia australien|BE belgium belgien|BG bulgaria bulgarien|BR brazil brasilien brasil
CA canada kanada|CH switzerland schweiz|CN china|CY cyprus zypern|CZ czechia tschechien|DE germany deutschland
DK denmark dänemark|EE estonia estland|EG egypt ägypten|ES spain spanien españa|FI finland finnland
FR france frankreich|GB uk england großbritannien|GR greece griechenland|HR croatia kroatien|HU hungary ungarn
IE ireland irland|IL israel|IN india indien|IT italy italien italia|JP japan
LT lithuania litauen|LU luxembourg luxemburg
LV latvia lettland|MA morocco marokko|MT malta|MX mexico mexiko|NG nigeria|NL netherlands niederlande|NO norway norwegen
PL poland polen|PT portugal|RO romania rumänien|RS serbia serbien|SE sweden schweden|SG singapore singapur
SI slovenia slowenien|SK slovakia slowakei|TN tunisia tunesien|TR turkey türkei|UA ukraine|US usa
"""
COUNTRIES: Mapping[str, str] = (
    {name.lower(): code for code, name in COUNTRY_NAMES.items()}
    | {
        name: words[0]
        for entry in _TABLE.replace("\n", "|").split("|")
        if (words := entry.split())
        for name in [*words[1:], words[0].lower()]
    }
    | {
        "united states": "US",
        "united states of america": "US",
        "united kingdom": "GB",
        "great britain": "GB",
        "czech republic": "CZ",
        "the netherlands": "NL",
        "south africa": "ZA",
        "new zealand": "NZ",
    }
)
"""Lower-case name or code → code."""
