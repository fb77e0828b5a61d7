"""POST /force-sync. A delta that would not find all that changed is answered, and done, as a full sync."""

from typing import Literal

import msgspec
from msgspec import Struct

from atsume.api import envelope, gate
from atsume.api.endpoints import Call, Endpoint, Family
from atsume.api.query import invalid
from atsume.model.integration import SyncType
from atsume.sync.planning import wanted


class ForceSync(Struct, frozen=True):
    """Which sync is wanted."""

    type: Literal["FULL", "DELTA"] = "FULL"


class ForcedSync(Struct, frozen=True):
    """The sync that will run, or already does."""

    already_queued: bool
    sync_id: str
    type: Literal["FULL", "DELTA"]


class ForceSyncAnswer(Struct, frozen=True):
    """The answer of POST /force-sync."""

    status: Literal["success"]
    data: ForcedSync


_wanted = msgspec.json.Decoder(ForceSync)


def _answer(call: Call) -> bytes:
    gate.usable(call.integration)
    try:
        asked = _wanted.decode(call.body.strip() or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise invalid('The body must be JSON like {"type": "FULL"}; `type` is FULL or DELTA.') from None
    deps, now = call.deps, call.deps.now()
    kind = wanted(deps.store, deps.connectors, call.integration, SyncType(asked.type), now)
    run, already_queued = deps.store.queue_sync(call.integration.id, kind, now)
    deps.wake()
    return envelope.success(ForcedSync(already_queued, run.id, kind.value))


FORCE_SYNC = Endpoint(
    method="POST",
    path="/force-sync",
    name="PostForceSync",
    family=Family.GENERAL,
    summary="Sync an integration now",
    body=ForceSync,
    result=ForceSyncAnswer,
    fails_with=(409,),
    answer=_answer,
)
