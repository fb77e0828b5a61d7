"""What a perfect mirror of a simulated company says, worked out from the company's own state.

Written from the coverage and the mapping rules, without looking at the connector: a second opinion, not a copy.
Records are plain facts: wire fields by name, references as remote ids, times as on the wire.
"""

import html
from typing import Any

Facts = dict[str, Any]
SYSTEM = {
    "unassigned": "Unassigned",
    "rejected": "Rejected",
    "withdrawn": "Withdrawn",
    "offer": "Offer",
    "accepted": "Accepted",
}
OUTCOME = {"accepted": "HIRED", "rejected": "DECLINED", "withdrawn": "DECLINED"}


def jobs(truth: Facts, career: str) -> dict[str, Facts]:
    """Return every job."""
    return {job["id"]: _job(job, truth, career) for job in truth["jobs"]}


def _job(job: Facts, truth: Facts, career: str) -> Facts:
    public = job["published"]
    categories = {c["id"]: c for c in truth["categories"]}
    category = categories.get(job["category_id"])
    names = job["names"]
    return {
        "remote_id": job["id"],
        "name": (names.get("en") or names.get("de") or job["name"]) if public else job["name"],
        "description": _description(job) if public else None,
        "employment_type": _employment(job) if public else None,
        "status": "OPEN" if public else ("CLOSED" if job.get("seen_published") else "DRAFT"),
        "visibility": "PUBLIC" if public else None,
        "category": category["name"] if category else None,
        "department": job["department"]["name"] if job["department"] else None,
        "post_url": f"{career}/job/{job['id']}" if public else None,
        "experience_level": job["seniority"] if public else None,
        "location": (job["office"] or None) if public else None,
        "remote_created_at": job["created_at"],
        "stages": _stages(job, category, truth),
        "screening_questions": _questions(job) if public else [],
        "hiring_team": _team(job),
        "job_postings": [],
    }


def _description(job: Facts) -> str | None:
    for language in ("en", "de"):
        sections = job["descriptions"].get(language)
        if sections:
            return "".join(f"<h3>{html.escape(name, quote=False)}</h3>{value.strip()}" for name, value in sections)
    return None


def _employment(job: Facts) -> str | None:
    kind, schedule = job["employment_type"], job["schedule"]
    if kind in ("intern", "trainee", "working_student"):
        return "INTERNSHIP"
    if kind in ("freelance", "temporary"):
        return "CONTRACT"
    return {"full-time": "FULL_TIME", "part-time": "PART_TIME", "full-or-part-time": "FULL_TIME"}.get(schedule or "")


def _stages(job: Facts, category: Facts | None, truth: Facts) -> set[tuple[str, str, int | None]]:
    """Return (stage, name, index): the category's pipeline and every stage its applications stand in."""
    names = {s["id"]: s["name"] for s in truth["stages"]} | SYSTEM
    pipeline = _pipeline(category)
    used = {a["stage"] for a in truth["applications"] if a["job_id"] == job["id"]}
    return {(s, names[s], pipeline.index(s) if s in pipeline else None) for s in {*pipeline, *used}}


def _pipeline(category: Facts | None) -> list[str]:
    """Return a category's stages in order. The simulator lists the system ones around the company's own."""
    return ["unassigned", *category["stage_ids"], "offer", "accepted", "rejected", "withdrawn"] if category else []


FORMATS = {
    "text": ("TEXT", "SINGLE_LINE"),
    "textarea": ("TEXT", "MULTI_LINE"),
    "select": ("SINGLE_SELECT", None),
    "checkbox": ("BOOLEAN", None),
    "date": ("DATE", None),
    "file": ("FILE", None),
}


def _questions(job: Facts) -> list[Facts]:
    asked = [f for f in job["form"] if f["name"].startswith("custom_attribute_") or f["name"] in ("birthday", "gender")]
    return [
        {
            "remote_id": field["name"],
            "title": field["label"],
            "description": field["help"],
            "type": FORMATS[field["type"]][0],
            "display": FORMATS[field["type"]][1],
            "options": [(o["value"], o["label"]) for o in field["options"]],
            "required": field["required"],
            "index": index,
        }
        for index, field in enumerate(asked)
    ]


ROLES = (
    ("hiring manager", "HIRING_MANAGER"),
    ("führungskraft", "HIRING_MANAGER"),
    ("fachvorgesetzt", "HIRING_MANAGER"),
    ("sourc", "SOURCER"),  # before the general words: "Talent-Sourcing" is sourcing
    ("recruit", "RECRUITER"),
    ("hr", "RECRUITER"),
    ("talent", "RECRUITER"),
    ("personal", "RECRUITER"),
    ("coordinator", "COORDINATOR"),
    ("koordin", "COORDINATOR"),
    ("interview", "INTERVIEWER"),
)


def role(label: str) -> str | None:
    """Return the unified role of a label: the first row that fits."""
    return next((unified for part, unified in ROLES if part in label.lower()), None)


def _team(job: Facts) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Return each member's (unified roles, labels)."""
    team: dict[str, set[str]] = {}
    for entry in job["hiring_team"]:
        team.setdefault(entry["person_id"], set()).add(entry["role"])
    return {
        person: (frozenset(r for label in labels if (r := role(label))), frozenset(labels))
        for person, labels in team.items()
    }


def applications(truth: Facts) -> dict[str, Facts]:
    """Return every application."""
    return {
        a["id"]: {
            "remote_id": a["id"],
            "outcome": OUTCOME.get(a["stage"], "PENDING") if a["stage_is_system"] else "PENDING",
            "current_stage_id": a["stage"],
            "job_id": a["job_id"],
            "candidate_id": a["candidate_id"],
            "remote_created_at": a["created_at"],
            "remote_updated_at": a["updated_at"],
            "interviews": [],
            "offers": [],
        }
        for a in truth["applications"]
    }


def candidates(truth: Facts) -> dict[str, Facts]:
    """Return every candidate."""
    newest: dict[str, Facts] = {}
    for a in sorted(truth["applications"], key=lambda a: (a["created_at"], a["id"])):
        newest[a["candidate_id"]] = a
    return {c["id"]: _candidate(c, newest.get(c["id"]), truth) for c in truth["candidates"]}


def _candidate(c: Facts, newest: Facts | None, truth: Facts) -> Facts:
    channel = newest["channel"] if newest else None
    return {
        "remote_id": c["id"],
        "first_name": c["first_name"] or None,
        "last_name": c["last_name"] or None,
        "email_addresses": [c["email"]] if c["email"] else [],
        "phone_numbers": [c["phone"]] if c["phone"] else [],
        "social_media": [c["linkedin_profile"]] if c["linkedin_profile"] else [],
        "location": c["location"] or None,
        "source": channel["name"] if channel else None,
        "applications": {a["id"] for a in truth["applications"] if a["candidate_id"] == c["id"]},
        "tags": [],
    }


def stages(truth: Facts) -> dict[str, Facts]:
    """Return every stage's name: the predefined five, the categories' and those in use."""
    names = {s["id"]: s["name"] for s in truth["stages"]}
    listed = {s for category in truth["categories"] for s in category["stage_ids"] if s in names}
    used = {a["stage"] for a in truth["applications"] if not a["stage_is_system"]}
    found = SYSTEM | {s: names[s] for s in listed | used}
    return {stage: {"name": name} for stage, name in found.items()}


def users(truth: Facts, known: frozenset[str] = frozenset()) -> dict[str, Facts]:
    """Return everybody on a hiring team, and whoever was known before and still exists."""
    named = {e["person_id"] for j in truth["jobs"] for e in j["hiring_team"]}
    named |= {e["person_id"] for a in truth["applications"] for e in a["hiring_team"]}
    persons = {p["id"]: p for p in truth["persons"]}
    on_a_job = {e["person_id"] for j in truth["jobs"] for e in j["hiring_team"]}
    blank = {"first_name": None, "last_name": None, "preferred_name": None, "email": None}
    return {
        person: {
            "remote_id": person,
            "first_name": found["first_name"] or found["preferred_name"],
            "last_name": found["last_name"],
            "email": found["email"],
            "system_roles": [],
        }
        for person in sorted(named | known)
        if (found := persons.get(person) or (blank if person in on_a_job else None)) is not None
    }
