"""The ATS endpoints, one file per model."""
