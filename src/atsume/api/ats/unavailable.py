"""ATS and assessment endpoints that no tool here can answer yet, each with its own error. One table."""

from collections.abc import Callable
from functools import partial

from atsume.api import gate
from atsume.api.endpoints import Call, Endpoint, Family

MODELS: tuple[tuple[str, str, Family], ...] = (
    ("/ats/tags", "ats_tags", Family.ATS),
    ("/ats/roles", "ats_roles", Family.ATS),
    ("/ats/offers", "ats_offers", Family.ATS),
    ("/ats/rejection-reasons", "ats_rejection_reasons", Family.ATS),
    ("/ats/interviews", "ats_interviews", Family.ATS),
    ("/ats/notes", "ats_notes", Family.ATS),
    ("/ats/scorecards", "ats_scorecards", Family.ATS),
    ("/ats/attachments", "ats_attachments", Family.ATS),
)
"""Path, model."""

ACTIONS: tuple[tuple[str, str, str, Family], ...] = (
    ("GET", "/ats/applications/{application_id}/attachments", "ats_read_application_attachments", Family.ATS),
    ("GET", "/ats/candidates/{candidate_id}/attachments", "ats_read_candidate_attachments", Family.ATS),
    ("POST", "/ats/applications/{application_id}/attachments", "ats_add_application_attachment", Family.ATS),
    ("POST", "/ats/candidates/{candidate_id}/attachments", "ats_add_candidate_attachment", Family.ATS),
    ("PUT", "/ats/applications/{application_id}/stage", "ats_move_application_to_stage", Family.ATS),
    ("POST", "/ats/applications/{application_id}/reject", "ats_reject_application", Family.ATS),
    ("POST", "/ats/applications/{application_id}/notes", "ats_add_application_note", Family.ATS),
    ("POST", "/ats/applications/{application_id}/result-links", "ats_add_application_result_link", Family.ATS),
    ("POST", "/ats/candidates/{candidate_id}/result-links", "ats_add_candidate_result_link", Family.ATS),
    ("POST", "/ats/candidates/{candidate_id}/tags", "ats_add_candidate_tag", Family.ATS),
    ("DELETE", "/ats/candidates/{candidate_id}/tags", "ats_remove_candidate_tag", Family.ATS),
    ("POST", "/ats/import-tracked-application", "ats_import_tracked_application", Family.ATS),
    ("GET", "/ats/actions/ats_add_application_attachment", "ats_add_application_attachment", Family.ATS),
    ("GET", "/ats/actions/ats_add_candidate_attachment", "ats_add_candidate_attachment", Family.ATS),
    ("POST", "/ats/applications/{application_id}/interviews", "ats_create_interview", Family.ATS),
    ("PATCH", "/ats/applications/{application_id}/interviews", "ats_update_interview", Family.ATS),
    ("GET", "/assessment/packages", "assessment_get_packages", Family.ASSESSMENT),
    ("PUT", "/assessment/packages", "assessment_set_packages", Family.ASSESSMENT),
    ("GET", "/assessment/orders", "assessment_get_orders", Family.ASSESSMENT),
    ("GET", "/assessment/orders/open", "assessment_get_open_orders", Family.ASSESSMENT),
    ("PUT", "/assessment/orders/{assessment_order_id}/result", "assessment_update_order_result", Family.ASSESSMENT),
)
"""Method, path, action."""


def endpoints() -> list[Endpoint]:
    """Return them all."""
    models = [_endpoint("GET", path, family, model, partial(_no_model, model)) for path, model, family in MODELS]
    return models + [
        _endpoint(method, path, family, action, partial(_no_action, action)) for method, path, action, family in ACTIONS
    ]


def _endpoint(method: str, path: str, family: Family, what: str, answer: Callable[[Call], bytes]) -> Endpoint:
    return Endpoint(
        method=method,
        path=path,
        name=method.title() + "".join(part.title() for part in path.replace("{", "").replace("}", "").split("/")),
        family=family,
        summary=f"Not available yet: {what.replace('_', ' ')}",
        fails_with=(409,),
        answer=answer,
    )


def _no_model(model: str, call: Call) -> bytes:
    gate.readable(call.deps, call.integration, model)
    raise gate.not_available(call.deps, call.integration, model)


def _no_action(action: str, call: Call) -> bytes:
    raise gate.refuse_action(call.deps, call.integration, action)
