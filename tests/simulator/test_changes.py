"""Changes inside the company, and what an integration sees of them."""

import pytest

from .conftest import Caller

R = "/v2/recruiting"


def _newest(sim: Caller, kind: str = "applications") -> dict:
    return sim.get(f"{R}/{kind}", limit=1).json()["_data"][0]


def _some(sim: Caller, at: int = 7) -> dict:
    return [item for item in sim.truth()["applications"] if not item["is_anonymized"]][at]


def test_moving_a_stage(sim: Caller) -> None:
    """Rule: the application comes to the front with a new transition; its candidate stays (see the knob)."""
    item, before = _some(sim), _newest(sim, "candidates")
    sim.change("PATCH", f"/applications/{item['id']}", {"stage": "withdrawn"})
    assert (_newest(sim)["id"], _newest(sim)["current_stage"]["kind"]) == (item["id"], "WITHDRAWN")
    steps = sim.get(f"{R}/applications/{item['id']}/stage-transitions").json()["_data"]
    assert len(steps) == len(item["transitions"]) + 1
    assert _newest(sim, "candidates") == before
    sim.knobs(bump_candidate_with_application=True)
    sim.change("PATCH", f"/applications/{item['id']}", {"stage": 26400})
    assert _newest(sim, "candidates")["id"] == item["candidate_id"]


def test_changing_the_job(sim: Caller) -> None:
    """Rule: same id, another job; a stage its category lacks becomes unassigned."""
    item = _some(sim)
    other = next(job for job in sim.truth()["jobs"] if job["id"] != item["job_id"])
    sim.change("PATCH", f"/applications/{item['id']}", {"job_id": int(other["id"])})
    assert _newest(sim)["job"]["id"] == other["id"]


def test_anonymising(sim: Caller) -> None:
    """Rule: the flag is set, personal fields are blank, in the application and in the candidate."""
    item = next(a for a in sim.truth()["applications"] if not a["is_anonymized"])
    sim.change("POST", f"/applications/{item['id']}/anonymise")
    assert _newest(sim)["is_anonymized"] is True
    assert _newest(sim)["candidate"] == {
        "id": item["candidate_id"], "first_name": "", "last_name": "", "email": "", "gender": None,
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["applications", "candidates"])
def test_deleting(sim: Caller, kind: str) -> None:
    """Rule: gone from lists, 404 by id; a candidate takes its applications along."""
    item = _some(sim)
    gone = item["id"] if kind == "applications" else item["candidate_id"]
    sim.change("DELETE", f"/{kind}/{gone}")
    assert sim.get(f"{R}/{kind}/{gone}").status_code == 404
    assert gone not in [found["id"] for found in sim.walk(f"{R}/{kind}")]
    assert sim.get(f"{R}/applications/{item['id']}").status_code == 404
    assert sim.change("GET", "")["counts"][kind] == len(sim.truth()[kind])


def test_candidates_change(sim: Caller) -> None:
    """Rule: the record moves to the front; characters that JSON escapes survive."""
    item = _some(sim)
    name = 'Ann "\\ 🌸'
    sim.change("PATCH", f"/candidates/{item['candidate_id']}", {"first_name": name, "email": "New@example.org"})
    assert (_newest(sim, "candidates")["first_name"], _newest(sim, "candidates")["id"]) == (name, item["candidate_id"])
    assert sim.get(f"{R}/applications/{item['id']}").json()["candidate"]["first_name"] == name
    assert len(sim.walk(f"{R}/candidates", email="new@example.org")) == 1


def test_new_applications(sim: Caller) -> None:
    """Rule: an application can be added to a new or a known candidate."""
    made = sim.change("POST", "/applications", {"job_id": sim.job_id(), "stage": "offer", "channel_id": 62})
    again = {"job_id": sim.job_id(), "candidate_id": int(made["candidate_id"])}
    second = sim.change("POST", "/applications", again)
    found = sim.get(f"{R}/candidates/{made['candidate_id']}").json()["applications"]
    assert [item["id"] for item in found] == [made["id"], second["id"]]


def test_jobs_come_and_go(sim: Caller) -> None:
    """Rule: publishing decides the feed; updates bump; deleting removes the job and its applications."""
    made = sim.change("POST", "/jobs", {"name": "Pilot", "names": {"de": "Pilot:in"}, "category_id": 5})["id"]
    assert _newest(sim, "jobs")["name"] == "Pilot"
    assert f"<id>{made}<" not in sim.career("/xml").text
    sim.change("POST", f"/jobs/{made}/publish")
    assert f"<id>{made}<" in sim.career("/xml").text
    team = [{"person_id": 510001, "role": "Recruiter"}, {"person_id": 510001, "role": "Interviewer"}]
    sim.change("PATCH", f"/jobs/{made}", {"hiring_team": team})
    assert [entry["role"]["name"] for entry in _newest(sim, "jobs")["hiring_team"]] == ["Recruiter", "Interviewer"]
    application = sim.change("POST", "/applications", {"job_id": int(made)})["id"]
    sim.change("POST", f"/jobs/{made}/unpublish")
    assert f"<id>{made}<" not in sim.career("/xml").text
    sim.change("DELETE", f"/jobs/{made}")
    assert sim.get(f"{R}/jobs/{made}").status_code == 404
    assert sim.get(f"{R}/applications/{application}").status_code == 404


def test_persons_and_stages(sim: Caller) -> None:
    """Rule: persons can be made, changed and deleted; a removed stage throws its applications back."""
    person = sim.change("POST", "/persons", {"first_name": "Kim", "email": "kim@example.com"})["id"]
    sim.change("PATCH", f"/persons/{person}", {"status": "INACTIVE"})
    assert sim.get(f"/v2/persons/{person}").json()["status"] == "INACTIVE"
    sim.change("DELETE", f"/persons/{person}")
    assert sim.get(f"/v2/persons/{person}").status_code == 404
    sim.change("DELETE", "/stages/26400")
    assert "26400" not in [item["stage"] for item in sim.truth()["applications"]]


def test_reset_and_errors(sim: Caller) -> None:
    """Rule: reset gives the generated company again; wrong control requests say why."""
    before = sim.truth()
    sim.change("DELETE", f"/applications/{_some(sim)['id']}")
    sim.change("POST", "/reset")
    assert sim.truth() == before
    assert sim.http.patch("/_control/companies/acme/knobs", json={"betta": 1}).status_code == 400
    assert sim.http.get("/_control/companies/nobody").status_code == 404
    assert sim.http.post("/_control/faults", json={"kind": "earthquake"}).status_code == 400


def test_two_companies(sim: Caller) -> None:
    """Rule: companies do not see each other; ids of companies are unique."""
    other = sim.control("POST", "/companies", {"company": "beta", "company_id": 5, "seed": 3, "applications": 10})
    assert other["client_id"] != sim.info["client_id"]
    wrong = {**sim.writer, "X-Company-ID": "5"}
    sim.writer = wrong
    assert sim.create().status_code == 401
    assert sim.http.post("/_control/companies", json={"company": "c", "company_id": 5}).status_code == 400
