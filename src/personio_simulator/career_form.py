"""The public page of a job, its application form as HTML, and our guess of the form as JSON.

Source: observed career pages (name and id of controls, required marks): github.com/threadi/
wp-personio-integration-light, support.personio.de 212124285. The JSON shape has no source: it is a guess.
"""

from html import escape

from personio_simulator.career import company_of, language_of, refused, title
from personio_simulator.http import Answer, RefusedError, Request, as_html, as_json
from personio_simulator.model import Attribute, FormField, Job
from personio_simulator.state import Company

LABELS = {
    "first_name": ("First name", "Vorname"),
    "last_name": ("Last name", "Nachname"),
    "email": ("Email", "E-Mail"),
    "phone": ("Phone", "Telefon"),
    "location": ("Location", "Standort"),
    "available_from": ("Available from", "Verfügbar ab"),
    "salary_expectations": ("Salary expectations", "Gehaltsvorstellungen"),
    "birthday": ("Date of birth", "Geburtsdatum"),
    "gender": ("Gender", "Geschlecht"),
    "documents.cv": ("CV", "Lebenslauf"),
    "documents.cover-letter": ("Cover letter", "Anschreiben"),
    "documents.other": ("Other documents", "Weitere Dokumente"),
}
GENDERS = [("male", "male"), ("female", "female"), ("diverse", "diverse"), ("undefined", "undefined")]
ACCEPT = ".pdf,.docx,.doc,.jpg,.jpeg,.png,.txt,.odt"
INPUTS = {"email": "email", "phone": "tel", "date": "date", "checkbox": "checkbox", "birthday": "date"}


def _open_job(request: Request) -> tuple[Company, Job]:
    company = company_of(request)
    text = request.params["id"]
    job = company.job(int(text)) if text.isascii() and text.isdigit() and len(text) < 12 else None
    if job is None or not job.published:
        raise RefusedError(refused("not_found"))
    return company, job


def job_page(request: Request) -> Answer:
    """`GET /job/{id}`: title and description of a published job, else 404."""
    company, job = _open_job(request)
    language = language_of(request, company)
    sections = "".join(f"<h2>{escape(name)}</h2>{html}" for name, html in job.descriptions.get(language, []))
    head = f"<h1>{escape(title(job, language))}</h1><p>{escape(job.office or '')}</p>"
    return as_html(_page(title(job, language), language, f"{head}{sections}<a href='?apply'>Apply</a>"))


def _page(name: str, language: str, body: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(name)}</title></head>'
        f'<body><div id="__next"><main>{body}</main></div></body></html>'
    )


def apply_page(request: Request) -> Answer:
    """`GET /job/{id}/apply`: the form, with the naming of controls the real page has."""
    company, job = _open_job(request)
    language = language_of(request, company)
    controls = "".join(_control(company, field, language) for field in job.form)
    consent = (
        '<div><input type="checkbox" id="field-privacy_policy" name="privacy_policy" required>'
        f'<label for="field-privacy_policy">{"Datenschutz" if language == "de" else "Privacy policy"}*'
        f"<span>{_required(language)}</span></label></div>"
    )
    form = f'<form method="post" enctype="multipart/form-data">{controls}{consent}<button>OK</button></form>'
    return as_html(_page(title(job, language), language, form))


def _required(language: str) -> str:
    return "(erforderlich)" if language == "de" else "(required)"


def label_of(company: Company, name: str, language: str) -> str:
    """Return the label of a control; a missing language falls back to German, then English."""
    if name in LABELS:
        return LABELS[name][language == "de"]
    labels = next((item.labels for item in company.attributes if item.id == name), {})
    return labels.get(language) or labels.get("de") or labels.get("en") or name


def _control(company: Company, field: FormField, language: str) -> str:
    label = escape(label_of(company, field.name, language))
    document = field.name.startswith("documents.")
    mark = f"*<span>{_required(language)}</span>" if field.required else "<span>(Optional)</span>" if document else ""
    key = f"doc-input-{field.name.removeprefix('documents.')}" if document else f"field-{field.name}"
    attribute = next((item for item in company.attributes if item.id == field.name), None)
    text = _help(attribute, language)
    help_ = "" if text is None else f'<p id="{key}-help">{escape(text)}</p>'
    return f'<div><label for="{key}">{label}{mark}</label>{_input(attribute, field, key, language)}{help_}</div>'


def _help(attribute: Attribute | None, language: str) -> str | None:
    texts = attribute.help if attribute else {}
    return texts.get(language) or texts.get("de") or texts.get("en")


def _input(attribute: Attribute | None, field: FormField, key: str, language: str) -> str:
    kind = attribute.type if attribute else field.name
    name = f'id="{key}" name="{field.name}"' + (" required" if field.required else "")
    if attribute is not None and attribute.help:
        name += f' aria-describedby="{key}-help"'
    if kind == "textarea":
        return f"<textarea {name}></textarea>"
    choices = _choices(attribute, field.name, language)
    if choices:
        placeholder = "Bitte auswählen" if language == "de" else "Please select"
        options = "".join(f'<option value="{value}">{escape(text)}</option>' for value, text in choices)
        return f'<select {name}><option value="">{placeholder}</option>{options}</select>'
    if kind == "file" or kind.startswith("documents."):
        return f'<input type="file" {name} multiple accept="{ACCEPT}">'
    return f'<input type="{INPUTS.get(kind, "text")}" {name}>'


def _choices(attribute: Attribute | None, name: str, language: str) -> list[tuple[str, str]]:
    if attribute is None:
        return GENDERS if name == "gender" else []
    return [
        (option.id, option.labels.get(language) or next(iter(option.labels.values()), option.id))
        for option in attribute.options
    ]


def form_json(request: Request) -> Answer:
    """`GET /api/v1/jobs/{id}/application-form`: the real shape is unknown; this one is our own guess."""
    company, job = _open_job(request)
    if not company.knobs.application_form_json:
        return refused("not_found")
    language = language_of(request, company)
    return as_json({"job_id": job.id, "fields": form_fields(company, job, language)})


def form_fields(company: Company, job: Job, language: str) -> list[dict[str, object]]:
    """Return the form as plain data, in the order of the page."""
    found: list[dict[str, object]] = []
    for field in job.form:
        attribute = next((item for item in company.attributes if item.id == field.name), None)
        kind = attribute.type if attribute else INPUTS.get(field.name, "text")
        found.append(
            {
                "name": field.name,
                "label": label_of(company, field.name, language),
                "type": "file" if field.name.startswith("documents.") else kind,
                "required": field.required,
                "help": _help(attribute, language),
                "options": [{"value": v, "label": t} for v, t in _choices(attribute, field.name, language)],
            }
        )
    return found
