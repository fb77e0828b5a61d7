"""Loads the company with dlt, twice, and prints both times.

`python -m benchmarks.dlt_load FACTS DATABASE_URL FOLDER plain|flat`: the same client as the limit's, pages of decoded
records, no feed to read. `plain` is dlt as it comes, which gives nested values tables of their own; `flat` keeps them
as JSON.
"""

import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import msgspec

from benchmarks.client import STREAMS, pages, reader


def resources(facts: dict[str, str], *, nesting: int | None) -> list[Any]:
    """Return one resource for each stream."""
    import dlt  # noqa: PLC0415 - after its settings

    def records(path: str) -> Iterator[list[Any]]:
        for page in pages(reader(facts), facts["url"] + path):
            yield page["_data"]

    return [
        dlt.resource(records(path), name=name, primary_key="id", write_disposition="merge", max_table_nesting=nesting)
        for name, path in STREAMS.items()
    ]


def destination(url: str) -> Any:
    """Return dlt's destination for the database."""
    import dlt  # noqa: PLC0415 - after its settings

    if url.startswith("sqlite"):
        return dlt.destinations.sqlalchemy(url)
    return dlt.destinations.postgres(_as_dlt_reads(url))


def _as_dlt_reads(url: str) -> str:
    """Return the address of a server behind a Unix socket in the form that dlt takes."""
    import psycopg.conninfo  # noqa: PLC0415 - only here

    parts = psycopg.conninfo.conninfo_to_dict(url)
    host = str(parts.get("host", "localhost")).replace("/", "%2F")
    return f"postgresql://{parts['user']}:{parts.get('password') or 'none'}@{host}/{parts['dbname']}"


def main(facts_text: str, url: str, folder: str, manner: str) -> None:
    """Load twice and print [seconds of the first, seconds of the second]."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
    import dlt  # noqa: PLC0415 - after its settings

    facts = msgspec.json.decode(facts_text, type=dict[str, str])
    pipeline = dlt.pipeline("bench", pipelines_dir=folder, destination=destination(url), dataset_name="bench")
    nesting = 0 if manner == "flat" else None
    times = []
    for _ in range(2):
        started = time.perf_counter()
        pipeline.run(resources(facts, nesting=nesting)).raise_on_failed_jobs()
        times.append(time.perf_counter() - started)
    print(msgspec.json.encode(times).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
