"""The most requests a server answers: `python -m benchmarks.flood PORT SECONDS PATH…`, a few raw connections each with
one request under way. Prints the answers a second of each path, which are asked for in turn; headers come on stdin.

Bytes are counted, not read: an answer to the same request is always as long as the first.
"""

import selectors
import socket
import sys
import time

import msgspec

CONNECTIONS = 4
SLICE_SECONDS = 0.25
"""The paths take turns this often, so that a busy moment of the machine meets all of them."""


def main(port: str, duration: str, *paths: str) -> None:
    """Measure and print."""
    headers = sys.stdin.read()
    requests = [f"GET {path} HTTP/1.1\r\nHost: bench\r\n{headers}\r\n".encode() for path in paths]
    links = [socket.create_connection(("127.0.0.1", int(port))) for _ in range(CONNECTIONS)]
    lengths = [_length(links[0], request) for request in requests]
    done, spent = [0] * len(paths), [0.0] * len(paths)
    for _ in range(max(1, round(float(duration) / SLICE_SECONDS))):
        for at, (request, length) in enumerate(zip(requests, lengths, strict=True)):
            answers, took = _flood(links, request, length)
            done[at] += answers
            spent[at] += took
    print(msgspec.json.encode([d / s for d, s in zip(done, spent, strict=True)]).decode())


def _length(link: socket.socket, request: bytes) -> int:
    """Return how long the whole answer is. Fails unless it is a 200."""
    link.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += link.recv(1 << 20)
    head = answer.partition(b"\r\n\r\n")[0]
    assert b" 200 " in head[:20], answer[:500]
    whole = int(head.lower().partition(b"content-length:")[2].split()[0]) + len(head) + 4
    while len(answer) < whole:
        answer += link.recv(1 << 20)
    return whole


def _flood(links: list[socket.socket], request: bytes, length: int) -> tuple[int, float]:
    """Return the answers of a slice of time and how long it took."""
    selector, buffer = selectors.DefaultSelector(), bytearray(1 << 20)
    left = dict.fromkeys(links, length)
    for link in links:
        selector.register(link, selectors.EVENT_READ)
        link.sendall(request)
    started = time.perf_counter()
    end, answers = started + SLICE_SECONDS, 0
    while left:
        for key, _ in selector.select():
            link: socket.socket = key.fileobj  # type: ignore[assignment]
            left[link] -= link.recv_into(buffer)
            if left[link] > 0:
                continue
            answers += 1
            if time.perf_counter() < end:
                left[link] = length
                link.sendall(request)
            else:
                del left[link]
    selector.close()
    return answers, time.perf_counter() - started


if __name__ == "__main__":
    main(*sys.argv[1:])
