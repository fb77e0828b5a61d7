"""Reads what changed, when nothing did: `python -m benchmarks.delta_often FACTS DATABASE_URL` after a full sync.

Nothing else runs here, so that the CPU time of the process is that of the deltas.
"""

import sys
import time

import msgspec

from atsume.model.integration import SyncType
from benchmarks.client import Client
from benchmarks.mirror import Mirror

ROUNDS = 7


class Deltas(msgspec.Struct):
    """Deltas one after the other; the first, which compiles statements and connects, is not among them."""

    requests: list[int]
    cpu_seconds: list[float]


def main(facts_text: str, url: str) -> None:
    """Read what changed a few times and print what it cost."""
    facts = msgspec.json.decode(facts_text, type=dict[str, str])
    mirror, log = Mirror(facts, url), facts["url"] + "/_control/log"
    found = Deltas([], [])
    for _ in range(ROUNDS + 1):
        Client().send("DELETE", log, b"")
        before = time.process_time()
        synced = mirror.sync(SyncType.DELTA)
        found.cpu_seconds.append(time.process_time() - before)
        found.requests.append(len(msgspec.json.decode(Client().get(log))))
        assert synced.changed == 0, synced
    mirror.close()
    print(msgspec.json.encode(Deltas(found.requests[1:], found.cpu_seconds[1:])).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
