"""How an answer leaves: whole, slow, cut, compressed, damaged, or not at all.

A reset is a real one: the socket is closed with SO_LINGER 0, so the peer sees RST.
"""

import asyncio
import gzip
import os
import socket
import struct
from typing import Any

import msgspec

from personio_simulator import errors
from personio_simulator.faults import REWRITES, Fault
from personio_simulator.http import JSON_TYPE, Answer, Request
from personio_simulator.world import World

TRANSPORT = "personio_simulator.transport"


async def lifespan(receive: Any, send: Any) -> None:
    """Acknowledge start and stop."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def whole_body(receive: Any) -> bytes:
    """Return the request body."""
    message = await receive()
    if not message.get("more_body"):
        return message.get("body", b"")
    parts = [message["body"]]
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts)


def fault_answer(fault: Fault, world: World, path: str) -> Answer:
    """Return the answer of a fault that replaces the handler's."""
    if fault.kind == "html_502":
        return errors.html_502()
    if fault.kind == "not_found":
        return errors.endpoint_not_found(world.now(), world.trace(), path)
    if fault.kind == "bare_429":
        return Answer(429)
    if path.startswith("/v1/") and fault.kind == "status":
        return errors.generic_v1(fault.status, world.trace(), "Error", "Simulated fault.")
    return errors.problem(fault.status, world.now(), world.trace())


async def deliver(answer: Answer, faults: list[Fault], request: Request, scope: Any, send: Any) -> None:
    """Send the answer the way the faults say."""
    kinds = {fault.kind: fault for fault in faults}
    hang = kinds.get("hang") or kinds.get("hang_after")
    if hang is not None:
        await asyncio.sleep(hang.seconds)
    if "reset" in kinds or "reset_after" in kinds:
        _reset(scope)
        return
    if "status_after" in kinds:
        late = kinds["status_after"]
        answer = errors.problem(late.status, request.world.now(), request.world.trace())
    for fault in faults:
        _damage(answer, fault)
    headers = _headers(answer, request)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    body = b"" if request.method == "HEAD" else answer.body
    cut, slow = kinds.get("cut_body"), kinds.get("slow_body")
    if cut is not None:
        await send({"type": "http.response.body", "body": body[: int(len(body) * cut.fraction)], "more_body": True})
        await asyncio.sleep(0.02)
        _close(scope)
        return
    if slow is not None:
        await _slowly(body, slow.seconds, send)
        return
    await send({"type": "http.response.body", "body": body})


def _headers(answer: Answer, request: Request) -> list[tuple[bytes, bytes]]:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    if answer.content_type:
        headers.append((b"content-type", answer.content_type.encode("latin-1")))
    if request.method != "HEAD" or answer.body:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    return headers


def _damage(answer: Answer, fault: Fault) -> None:
    if fault.kind == "truncate":
        answer.body = answer.body[: int(len(answer.body) * fault.fraction)]
    elif fault.kind == "content_type":
        answer.content_type = fault.text
    elif fault.kind == "gzip":
        answer.body = gzip.compress(answer.body, 1, mtime=0)
        answer.headers["content-encoding"] = "gzip"
    elif fault.kind in REWRITES and answer.content_type == JSON_TYPE and answer.body:
        answer.body = msgspec.json.encode(REWRITES[fault.kind](msgspec.json.decode(answer.body)))


async def _slowly(body: bytes, seconds: float, send: Any) -> None:
    size = max(1, len(body) // 10 + 1)
    for start in range(0, len(body), size):
        await asyncio.sleep(seconds / 10)
        await send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _reset(scope: Any) -> None:
    transport = scope.get(TRANSPORT)
    if transport is None:
        raise ConnectionResetError
    shown = transport.get_extra_info("socket")
    with socket.socket(fileno=os.dup(shown.fileno())) as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _close(scope: Any) -> None:
    transport = scope.get(TRANSPORT)
    if transport is None:
        raise ConnectionResetError
    transport.close()
