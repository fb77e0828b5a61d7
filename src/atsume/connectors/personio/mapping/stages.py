"""Application stages and their place in jobs ← categories, applications, the five predefined."""

from atsume.connectors.mapping import Table, lacks, takes
from atsume.connectors.personio.assemble import JobStageParts, StageParts
from atsume.model.ats.stages import JobStage, Stage
from atsume.model.record import join_id

STAGES = Table(
    StageParts,
    Stage,
    model="ats_application_stages",
    label="Application Stages",
    rows=[
        takes("remote_id", lambda s: s.remote_id, "stage id", "system stages: their key"),
        takes("name", lambda s: s.name, "stage name", "system stages: their fixed English name"),
        lacks("status", "Personio's API does not tell it."),
        lacks("custom_fields", "Not part of the Personio coverage."),
        lacks("remote_data", "Not part of the Personio coverage."),
    ],
)
JOB_STAGES = Table(
    JobStageParts,
    JobStage,
    model="ats_join_jobs_application_stages",
    label="Job-specific application stages",
    rows=[
        takes("remote_id", lambda s: join_id(s.job_id, s.stage_id), "job × stage"),
        takes("job_id", lambda s: s.job_id, "job.id"),
        takes("stage_id", lambda s: s.stage_id, "stage id"),
        takes("index", lambda s: s.index, "place in the category's stages", "null when only applications tell it"),
    ],
)
