"""Syncs once and prints how it went: `python -m benchmarks.sync_once FACTS DATABASE_URL`. Nothing else runs here, so
that the peak memory of the process is that of the sync.
"""

import re
import sys
from pathlib import Path

import msgspec

from benchmarks.mirror import Mirror, Synced


class Once(msgspec.Struct):
    """A sync in a process of its own."""

    synced: Synced
    peak_megabytes: float


def peak_megabytes() -> float:
    """Return the most memory that this process has had so far; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s*(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else 0.0


def main(facts_text: str, url: str) -> None:
    """Sync and print."""
    mirror = Mirror(msgspec.json.decode(facts_text, type=dict[str, str]), url)
    synced = mirror.sync()
    mirror.close()
    print(msgspec.json.encode(Once(synced, peak_megabytes())).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
