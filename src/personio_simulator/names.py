"""Names of many scripts, and the texts of a candidate made from 64 random bits.

Every name comes with the ASCII form used in its e-mail address. Addresses end in example.org (RFC 2606).
"""

import msgspec

# script: weight of 64, first names (name/ascii/gender), last names (name/ascii)
SCRIPTS: list[tuple[int, str, str]] = [
    (
        28,
        "Mara/mara/f Jonas/jonas/m Lena/lena/f Felix/felix/m Sophie/sophie/f Paul/paul/m Emma/emma/f Max/max/m"
        " Anna/anna/f Lukas/lukas/m Nora/nora/f Tim/tim/m Kim/kim/d Robin/robin/d Marie/marie/f Ben/ben/m",
        "Lindqvist/lindqvist Schmidt/schmidt Weber/weber Becker/becker Hoffmann/hoffmann Klein/klein Wolf/wolf"
        " Neumann/neumann Richter/richter Braun/braun O'Connor/oconnor Smith/smith Walker/walker Rossi/rossi",
    ),
    (
        14,
        "Jürgen/juergen/m Zoë/zoe/f François/francois/m Łukasz/lukasz/m Søren/soren/m Åsa/asa/f Nuño/nuno/m"
        " Ağca/agca/f Žofia/zofia/f Ștefan/stefan/m Đorđe/dorde/m Þóra/thora/f Anaïs/anais/f José-María/jose-maria/m",
        "Müller/mueller Groß/gross Ångström/angstrom Kowalczyk/kowalczyk Dvořák/dvorak Çelik/celik García/garcia"
        " Nguyễn/nguyen Őry/ory Jørgensen/jorgensen Brâncuși/brancusi Lefèvre/lefevre von_der_Mühlen/vondermuehlen",
    ),
    (
        5,
        "Олександр/oleksandr/m Наталія/nataliia/f Дмитрий/dmitry/m Мария/maria/f Светлана/svetlana/f Иван/ivan/m",
        "Шевченко/shevchenko Иванова/ivanova Петров/petrov Коваленко/kovalenko Георгиев/georgiev",
    ),
    (4, "Γιώργος/giorgos/m Ελένη/eleni/f Νίκος/nikos/m", "Παπαδόπουλος/papadopoulos Νικολάου/nikolaou"),
    (3, "محمد/mohammed/m فاطمة/fatima/f يوسف/youssef/m", "الحسن/alhassan حداد/haddad المصري/almasri"),
    (2, "נועה/noa/f דוד/david/m", "כהן/cohen לוי/levi"),
    (3, "伟/wei/m 芳/fang/f 秀英/xiuying/f", "王/wang 李/li 欧阳/ouyang"),
    (2, "陽子/yoko/f 健太/kenta/m さくら/sakura/f", "佐藤/sato 鈴木/suzuki"),
    (2, "अमित/amit/m प्रिया/priya/f", "शर्मा/sharma पटेल/patel"),
    (1, "Lily_🌸/lily/f Zed👩🏽‍💻/zed/d", "Möller-🚀/moeller-rocket Ó_Briain/obriain"),
]
PLACES = [
    "Berlin, Germany", "München", "Hamburg, Deutschland", "Wien, Österreich", "Zürich", "Paris, France",
    "Madrid, España", "Warszawa", "10115 Berlin", "Remote", "São Paulo, Brasil", "東京",
]  # fmt: skip
WHEN = ["As soon as possible", "2026-12-01", "2027-01-01", "3 Monate zum Quartalsende", "sofort", "1. April"]


class Identity(msgspec.Struct):
    """What a company knows of a candidate as text. None is a blank field."""

    first_name: str | None
    last_name: str | None
    email: str | None
    gender: str | None = None
    phone: str | None = None
    location: str | None = None
    birthday: str | None = None
    linkedin_profile: str | None = None
    available_from: str | None = None


class Script(msgspec.Struct):
    """The names of one script, split once."""

    first: list[tuple[str, str, str]]
    last: list[tuple[str, str]]


def _split() -> list[Script]:
    table: list[Script] = []
    for weight, firsts, lasts in SCRIPTS:
        first = [item.replace("_", " ").split("/") for item in firsts.split()]
        last = [item.replace("_", " ").split("/") for item in lasts.split()]
        script = Script([(f[0], f[1], f[2]) for f in first], [(name[0], name[1]) for name in last])
        table.extend([script] * weight)
    return table


TABLE = _split()
GENDERS = {"f": "female", "m": "male", "d": "diverse"}
BLANK = Identity(None, None, None)


def name_of(bits: int, row: int) -> tuple[str, str, str, str | None]:
    """Return first name, last name, e-mail and gender of a candidate row."""
    script = TABLE[bits & 63]
    first, slug, gender = script.first[(bits >> 6 & 0xFFFF) % len(script.first)]
    last, last_slug = script.last[(bits >> 22 & 0xFFFF) % len(script.last)]
    return first, last, f"{slug}.{last_slug}.{row}@example.org", GENDERS[gender] if bits >> 38 & 3 else None


def identity(bits: int, row: int, anonymised: bool) -> Identity:
    """Return every text of a candidate row; an anonymised one is blank."""
    if anonymised:
        return BLANK
    first, last, email, gender = name_of(bits, row)
    extra = bits >> 40
    slug = email.partition("@")[0].replace(".", "-")
    return Identity(
        first_name=first,
        last_name=last,
        email=email,
        gender=gender,
        phone=f"+49 30 {extra % 9000000 + 1000000}" if extra & 3 else None,
        location=PLACES[extra % len(PLACES)] if extra & 12 else None,
        birthday=f"{1960 + extra % 45}-{extra % 12 + 1:02d}-{extra % 28 + 1:02d}" if extra & 48 == 48 else None,
        linkedin_profile=f"https://www.linkedin.com/in/{slug}" if extra & 64 else None,
        available_from=WHEN[extra % len(WHEN)] if extra & 128 else None,
    )


def contact_json(bits: int, row: int) -> str:
    """Return the same texts as `identity`, from phone to availability, as members of a JSON object."""
    extra = bits >> 40
    phone = f'"+49 30 {extra % 9000000 + 1000000}"' if extra & 3 else "null"
    place = f'"{PLACES[extra % len(PLACES)]}"' if extra & 12 else "null"
    born = f'"{1960 + extra % 45}-{extra % 12 + 1:02d}-{extra % 28 + 1:02d}"' if extra & 48 == 48 else "null"
    when = f'"{WHEN[extra % len(WHEN)]}"' if extra & 128 else "null"
    profile = "null"
    if extra & 64:
        slug = name_of(bits, row)[2].partition("@")[0].replace(".", "-")
        profile = f'"https://www.linkedin.com/in/{slug}"'
    return f'"phone":{phone},"location":{place},"birthday":{born},"linkedin_profile":{profile},"available_from":{when}'
