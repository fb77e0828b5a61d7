"""What a simulated company is made of: small objects as Structs, plain field names.

Source: developer.personio.de/reference/get_v2-recruiting-applications and the v1 recruiting reference.
"""

import msgspec

SYSTEM_STAGES = ("unassigned", "rejected", "withdrawn", "offer", "accepted")
LANGUAGES = ("de", "en", "fr", "es", "nl", "it", "pt")
SCOPES = (
    "personio:recruiting:read",
    "personio:persons:read",
    "personio:documents:read",
)
PERSON_ATTRIBUTES = (
    "first_name",
    "last_name",
    "preferred_name",
    "email",
    "gender",
    "profile_picture",
    "custom_attributes",
    "status",
    "employments",
)
JOB_ID, CANDIDATE_ID, APPLICATION_ID, PERSON_ID = 710001, 20000001, 40000001, 510001


class Stage(msgspec.Struct):
    """A custom stage: `id` is the number the settings page shows and `phase.id` takes."""

    id: int
    name: str


class Named(msgspec.Struct):
    """An id and a name: a department or a recruiting channel."""

    id: int
    name: str


class Category(msgspec.Struct):
    """A recruiting category: the ordered stages its jobs share (ids of custom stages)."""

    id: int
    name: str
    stage_ids: list[int]
    company_id: int = 1


class Member(msgspec.Struct):
    """One entry of a hiring team. Source: developer.personio.de/changelog/hiring-team-array-in-recruiting-api."""

    person_id: int
    role: str


class Option(msgspec.Struct):
    """One choice of a select attribute: `custom_option_<n>` and its label in each language."""

    id: str
    labels: dict[str, str]


class Attribute(msgspec.Struct):
    """A custom attribute; `required_for_api` makes `POST /v1/recruiting/applications` insist on it."""

    id: str
    type: str
    labels: dict[str, str]
    options: list[Option] = []
    help: dict[str, str] = {}
    """A sentence below the control on the form, by language; most have none."""
    required_for_api: bool = False


class FormField(msgspec.Struct):
    """One control of a job's application form, by its `name` on the page."""

    name: str
    required: bool = False


class Salary(msgspec.Struct):
    """The `salaryInformation` of the feed; amounts with two decimals as text."""

    min: str
    max: str | None
    currency_code: str
    currency_symbol: str
    type: str


class Job(msgspec.Struct):
    """A job: `published` decides whether the career site shows it; times are UTC seconds."""

    id: int
    name: str
    created_at: int
    updated_at: int
    published: bool = False
    ever_published: bool = False
    department: Named | None = None
    category_id: int | None = None
    company_id: int = 1
    subcompany: str | None = None
    office: str | None = None
    additional_offices: list[str] = []
    names: dict[str, str] = {}
    descriptions: dict[str, list[tuple[str, str]]] = {}
    employment_type: str | None = "permanent"
    seniority: str | None = None
    schedule: str | None = None
    years_of_experience: str | None = None
    keywords: str | None = None
    occupation: str | None = None
    occupation_category: str | None = None
    salary: Salary | None = None
    hiring_team: list[Member] = []
    form: list[FormField] = []
    offset_style: str = "+00:00"


class Person(msgspec.Struct):
    """An employee. Source: developer.personio.de/reference/get_v2-persons."""

    id: int
    first_name: str | None
    last_name: str | None
    email: str | None
    created_at: int
    updated_at: int
    preferred_name: str | None = None
    gender: str = "UNSPECIFIED"
    status: str = "ACTIVE"


class Client(msgspec.Struct):
    """An API credential of a custom integration, with its granted scopes and readable person attributes."""

    id: str
    secret: str
    scopes: list[str]
    readable: list[str]


class Features(msgspec.Struct):
    """What the company has booked: without it, calls are refused."""

    recruiting: bool = True
    public_api: bool = True


class Upload(msgspec.Struct):
    """A file sent ahead of an application."""

    uuid: str
    filename: str
    mimetype: str
    content: bytes
    at: float


class Transition(msgspec.Struct):
    """An application entered a stage (code, see `state.Company.stages`) at a UTC second."""

    at: int
    stage: int
