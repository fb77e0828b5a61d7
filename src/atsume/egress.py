"""The guarded way out: requests to addresses that somebody else chose, webhook endpoints and `data_url`.

A host is resolved once. All of its addresses must be public, and the connection goes to exactly those: what a name
server says a moment later does not count. Certificates are still checked against the name. No redirect is followed
but in `download`, where each hop is checked like the first. Sizes and times are capped. Synchronous, one libcurl handle
a request, no proxy.
"""

import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from io import BytesIO
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urljoin

import pycurl
from msgspec import Struct

from atsume.authorities import AUTHORITIES

USER_AGENT = "Atsume/0.1 (+https://github.com/atsume/atsume)"
URL_MOST = 8000
CONNECT_SECONDS = 10.0
RESOLVE_SECONDS = 10.0
HEADERS_MOST_BYTES = 64 * 1024
REDIRECTS_MOST = 3
USUAL_PORTS = frozenset({80, 443})
"""The ports below 1024 that may be reached; the others belong to protocols that are not HTTP."""

Resolve = Callable[[str, int], list[str]]
"""Host and port → all of its addresses."""


class EgressFault(Exception):
    """A request that led nowhere; the message says why and names the host at most."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(EgressFault):
    """The address may not be reached from here. Trying again is useless."""


class Unreachable(EgressFault):
    """No answer came, or not the one that was needed."""


class TooLarge(EgressFault):
    """More came than was allowed."""


class Target(Struct, frozen=True):
    """A checked address, and where the connection will go."""

    url: str
    """Written anew from its parts: what was checked is what is used."""
    host: str
    port: int
    addresses: tuple[str, ...]


class Outgoing(Struct, frozen=True, kw_only=True):
    """What is sent."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    max_bytes: int = 64 * 1024
    """Of the answer; what comes after it is not read."""
    timeout_seconds: float = 15.0
    """For everything after the name was resolved."""


class Answer(Struct, frozen=True):
    """What was answered, whatever the status."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    duration_seconds: float
    cut: str | None = None
    """Why the body is incomplete: `size` or `time`."""


class Egress:
    """Sends guarded requests. Thread-safe."""

    def __init__(
        self, *, allow_private: bool = False, resolve: Resolve | None = None, authorities: str | None = None
    ) -> None:
        self._allow_private = allow_private
        self._resolve = resolve or resolved
        self._authorities = authorities or AUTHORITIES

    def target(self, url: str) -> Target:
        """Return where a URL leads. Raises Refused, or Unreachable when its host has no address."""
        scheme, host, port, rest = _parts(url)
        literal = _literal(host)
        if port not in USUAL_PORTS and port < 1024 and not self._allow_private:
            raise Refused(f"Port {port} is not one that HTTP servers use. Use 443, 80 or one from 1024 on.")
        addresses = (str(literal),) if literal else tuple(self._resolve(host, port))
        if not addresses:
            raise Unreachable(f"{host} has no address.")
        for address in addresses:
            reason = None if self._allow_private else why_refused(address)
            if reason:
                where = host if literal else f"{host} ({address})"
                raise Refused(f"{where} is {reason}. Only public addresses may be reached.")
        shown = f"[{literal}]" if isinstance(literal, IPv6Address) else host
        usual = port == (443 if scheme == "https" else 80)
        return Target(f"{scheme}://{shown}{'' if usual else f':{port}'}{rest}", host, port, addresses)

    def send(self, outgoing: Outgoing) -> Answer:
        """Return the answer; no redirect is followed. Raises Refused or Unreachable."""
        return _exchange(outgoing, self.target(outgoing.url), self._authorities)

    def download(self, url: str, *, max_bytes: int, timeout_seconds: float = 60.0) -> Answer:
        """Return the 2xx answer at the end of a few redirects, each checked. Raises Refused, Unreachable, TooLarge."""
        deadline = time.monotonic() + timeout_seconds
        for _ in range(1 + REDIRECTS_MOST):
            target, left = self.target(url), max(deadline - time.monotonic(), 0.001)
            wanted = Outgoing(url=url, max_bytes=max_bytes, timeout_seconds=left)
            answer = _exchange(wanted, target, self._authorities)
            if answer.status not in {301, 302, 303, 307, 308}:
                return _complete(answer, target.host, max_bytes)
            place = answer.headers.get("location")
            if not place:
                raise Unreachable(f"{target.host} redirects to nowhere.")
            url = urljoin(target.url, place)
        raise Unreachable(f"More than {REDIRECTS_MOST} redirects.")


def _complete(answer: Answer, host: str, max_bytes: int) -> Answer:
    if not 200 <= answer.status < 300:
        raise Unreachable(f"{host} answered {answer.status}.")
    if answer.cut == "size":
        raise TooLarge(f"{host} sent more than {max_bytes} bytes.")
    if answer.cut:
        raise Unreachable(f"{host} did not finish its answer in time.")
    return answer


_URL = re.compile(r"([a-z][a-z0-9+.\-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.ASCII | re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._\-]+)(?::([0-9]{1,5}))?", re.ASCII | re.IGNORECASE)
_QUAD = re.compile(r"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII | re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_\-]{0,61}[a-z0-9_])?", re.ASCII | re.IGNORECASE)


def _parts(url: str) -> tuple[str, str, int, str]:
    """Return (scheme, host, port, path and query) of a URL that can be read in one way only."""
    if len(url) > URL_MOST:
        raise Refused(f"The URL is longer than {URL_MOST} characters.")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Refused("The URL has characters that do not belong in one; percent-encode them (hosts: xn--…).")
    match = _URL.fullmatch(url)
    if match is None:
        raise Refused("The URL cannot be read; write https://host/path.")
    scheme = match[1].lower()
    if scheme not in {"http", "https"}:
        raise Refused(f"{scheme} is not supported; use https.")
    if "@" in match[2]:
        raise Refused("The URL carries a user name or password; leave them out.")
    authority = _AUTHORITY.fullmatch(match[2])
    if authority is None:
        raise Refused("The host of the URL cannot be read; write https://host/path.")
    port = int(authority[2]) if authority[2] else (443 if scheme == "https" else 80)
    if not 0 < port < 65536:
        raise Refused(f"{port} is not a port.")
    return scheme, authority[1].lower().removesuffix("."), port, (match[3] or "/") + (match[4] or "")


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host is; None for a name. Odd ways to write an address are refused."""
    if host.startswith("["):
        try:
            return ip_address(host[1:-1])
        except ValueError:
            raise Refused("The host of the URL is not an IPv6 address.") from None
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        if not _QUAD.fullmatch(host) or any(int(part) > 255 for part in labels):
            raise Refused("The host of the URL is an address in an odd form; write it as four decimal numbers.")
        return IPv4Address(host)
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Refused("The host of the URL is not a name that can exist.")
    return None


def why_refused(address: str) -> str | None:
    """Return what is wrong with an address as a place to send requests to; None for a public one."""
    ip = ip_address(address)
    for network, reason in _SPECIAL:
        if ip.version == network.version and ip in network:
            return reason
    if isinstance(ip, IPv6Address):
        if ip in _NAT64:  # what a DNS64 server answers for a host that only has an IPv4 address
            inner = why_refused(str(IPv4Address(int(ip) & 0xFFFFFFFF)))
            return inner and f"{inner} behind NAT64"
        if int(ip) >> 32 & 0xFDFFFFFF == 0x5EFE:
            return "an IPv4 address in an IPv6 one (ISATAP)"
        if ip not in _UNICAST:
            return "not a public address"
    return None if ip.is_global else "not a public address"


_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_SPECIAL: tuple[tuple[IPv4Network | IPv6Network, str], ...] = tuple(
    (ip_network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "an unspecified address"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "an address shared by a carrier (CGNAT)"),
        ("127.0.0.0/8", "a loopback address"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "an address for documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "an address for benchmarks"),
        ("198.51.100.0/24", "an address for documentation"),
        ("203.0.113.0/24", "an address for documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
        ("::/128", "an unspecified address"),
        ("::1/128", "a loopback address"),
        ("::ffff:0:0/96", "an IPv4 address in an IPv6 one"),
        ("::ffff:0:0:0/96", "an IPv4 address in an IPv6 one"),
        ("::/96", "an IPv4 address in an IPv6 one"),
        ("64:ff9b:1::/48", "an address of a local translator (NAT64)"),
        ("100::/64", "an address that discards everything"),
        ("2001::/32", "an IPv4 address in an IPv6 one (Teredo)"),
        ("2001:db8::/32", "an address for documentation"),
        ("2002::/16", "an IPv4 address in an IPv6 one (6to4)"),
        ("3fff::/20", "an address for documentation"),
        ("5f00::/16", "an address of a segment router"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a private address"),
        ("ff00::/8", "a multicast address"),
    )
)
"""Special-purpose address registries of the IANA (RFC 6890 and its updates); the rest must be global."""


def resolved(host: str, port: int) -> list[str]:
    """Return all addresses of a host, in the order the system prefers. Raises Unreachable."""
    found: list[str] = []

    def ask() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(dict.fromkeys(str(info[4][0]) for info in infos))

    # The system's resolver cannot be told how long to wait; a thread can be left behind.
    thread = threading.Thread(target=ask, name="resolve", daemon=True)
    thread.start()
    thread.join(RESOLVE_SECONDS)
    if not found:
        raise Unreachable(f"{host} cannot be resolved.")
    return list(found)


class _Receiver:
    """Takes what comes, up to a size."""

    def __init__(self, room: int) -> None:
        self.body, self.lines = BytesIO(), list[bytes]()
        self.is_full, self._room, self._header_room = False, room, HEADERS_MOST_BYTES

    def write(self, chunk: bytes) -> int | None:
        """Keep a piece of the body; stop at the limit."""
        self.body.write(chunk[: self._room])
        self._room -= len(chunk)
        self.is_full = self._room < 0
        return -1 if self.is_full else None

    def head(self, line: bytes) -> int | None:
        """Keep a header line."""
        self._header_room -= len(line)
        if self._header_room < 0:
            return -1
        self.lines.append(line)
        return None


def _exchange(outgoing: Outgoing, target: Target, authorities: str | None) -> Answer:
    """Send one request to the pinned addresses."""
    curl, receiver, sockets = pycurl.Curl(), _Receiver(outgoing.max_bytes), list[socket.socket]()

    def opened(_purpose: int, place: Any) -> Any:
        # The last guard: whatever libcurl makes of the URL, it gets a socket for these addresses only.
        family, kind, protocol, address = place
        if ip_address(address[0]) not in [ip_address(pinned) for pinned in target.addresses]:
            return pycurl.SOCKET_BAD
        sockets.append(socket.socket(family, kind, protocol))
        return sockets[-1]

    try:
        for option, value in _options(outgoing, target, authorities):
            curl.setopt(option, value)
        curl.setopt(pycurl.OPENSOCKETFUNCTION, opened)
        curl.setopt(pycurl.WRITEFUNCTION, receiver.write)
        curl.setopt(pycurl.HEADERFUNCTION, receiver.head)
        cut = _perform(curl, receiver, target.host)
        status, seconds = curl.getinfo(pycurl.RESPONSE_CODE), curl.getinfo(pycurl.TOTAL_TIME)
        return Answer(status, _headers(receiver.lines), receiver.body.getvalue(), seconds, cut)
    finally:
        curl.close()
        for one in sockets:
            one.close()


def _perform(curl: pycurl.Curl, receiver: _Receiver, host: str) -> str | None:
    """Carry the transfer out. Returns why it was cut; raises Unreachable when not even the headers came."""
    try:
        curl.perform()
    except pycurl.error as error:
        code, reason = error.args[0], str(error.args[-1]).rstrip(".")
        has_headers = bool(receiver.lines) and not receiver.lines[-1].strip()
        if not has_headers or not curl.getinfo(pycurl.RESPONSE_CODE) >= 200:
            raise Unreachable(f"{host} did not answer: {reason}.") from None
        if receiver.is_full:
            return "size"
        if code == pycurl.E_OPERATION_TIMEDOUT:
            return "time"
        raise Unreachable(f"{host} broke off its answer: {reason}.") from None
    return None


def _options(outgoing: Outgoing, target: Target, authorities: str | None) -> list[tuple[int, Any]]:
    pinned = ",".join(f"[{a}]" if ":" in a else a for a in target.addresses)
    headers = ["Expect:", "Accept: */*", *(f"{name}: {value}" for name, value in outgoing.headers.items())]
    options: list[tuple[int, Any]] = [
        (pycurl.NOSIGNAL, 1),
        (pycurl.URL, target.url),
        (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
        (pycurl.FOLLOWLOCATION, 0),
        (pycurl.PROXY, ""),  # a proxy of the environment would resolve the name itself
        (pycurl.SSL_VERIFYPEER, 1),
        (pycurl.SSL_VERIFYHOST, 2),
        (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
        (pycurl.CONNECTTIMEOUT_MS, int(min(CONNECT_SECONDS, outgoing.timeout_seconds) * 1000) or 1),
        (pycurl.TIMEOUT_MS, int(outgoing.timeout_seconds * 1000) or 1),
        (pycurl.USERAGENT, USER_AGENT),
        (pycurl.HTTPHEADER, headers),
    ]
    if not target.host.startswith("[") and target.addresses != (target.host,):
        options.append((pycurl.RESOLVE, [f"{target.host}:{target.port}:{pinned}"]))
    if authorities:
        options.append((pycurl.CAINFO, authorities))
    if outgoing.method != "GET" or outgoing.body is not None:
        options += [(pycurl.POSTFIELDS, outgoing.body or b""), (pycurl.CUSTOMREQUEST, outgoing.method)]
    return options


def _headers(lines: list[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        if line.startswith(b"HTTP/"):  # a `100 Continue` may come before the answer
            headers = {}
        name, colon, value = line.partition(b":")
        if colon:
            headers[name.decode("latin-1").strip().lower()] = value.strip().decode("latin-1")
    return headers
