"""Atsume, the open-source, self-hosted unified ATS API. Start reading at `docs/ARCHITECTURE.md`."""
