"""What callers may rely on: every model and field of the published coverage of Personio, in its order."""

OURS = "id remote_id changed_at remote_deleted_at"
JOIN = "id changed_at remote_deleted_at"

COVERED: dict[str, tuple[str, ...]] = {
    model: tuple(fields.split())
    for model, fields in {
        "ats_users": f"{OURS} first_name last_name email remote_data",
        "ats_jobs": f"{OURS} name description employment_type status visibility category department post_url "
        "experience_level location custom_fields integration_fields remote_url remote_created_at remote_data",
        "ats_candidates": f"{OURS} first_name last_name source phone_numbers email_addresses social_media location "
        "custom_fields integration_fields remote_url",
        "ats_application_stages": f"{OURS} name",
        "ats_applications": f"{OURS} outcome current_stage_id job_id candidate_id custom_fields integration_fields "
        "remote_url remote_created_at remote_updated_at remote_data",
        "ats_screening_questions": f"{OURS} title description format",
        "ats_join_jobs_application_stages": f"index job_id stage_id {JOIN}",
        "ats_join_jobs_screening_questions": "index required precondition_question_id precondition_options "
        f"job_id question_id {JOIN}",
        "ats_join_jobs_users": f"roles job_id user_id {JOIN}",
    }.items()
}
ROWS = [(model, field) for model, fields in COVERED.items() for field in fields]

PROOF = "tests/end_to_end/test_coverage.py::test_each_value_is_what_the_company_says"
"""One test a row; its id is `model-field`."""
