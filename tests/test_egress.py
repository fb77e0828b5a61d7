"""The guarded way out: what is refused never sees a connection, what is allowed goes where it was checked."""

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from atsume.egress import Egress, EgressFault, Outgoing, Refused, TooLarge, Unreachable, why_refused

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Seen: yes\r\n\r\nok"
Serve = Callable[[socket.socket, bytes], None]


class Canary:
    """A server on every loopback address that counts who connects and keeps what was sent."""

    def __init__(self, serve: Serve, context: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self._serve, self._context = serve, context
        self._listening = [socket.create_server(("0.0.0.0", 0))]  # noqa: S104 - the canary must see all of them
        self.port = self._listening[0].getsockname()[1]
        if socket.has_ipv6:
            six = socket.socket(socket.AF_INET6)
            six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            six.bind(("::", self.port))
            six.listen()
            self._listening.append(six)
        for one in self._listening:
            threading.Thread(target=self._accept, args=(one,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        for one in self._listening:
            one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                one = self._context.wrap_socket(connection, server_side=True) if self._context else connection
                with one:
                    asked = b""
                    while b"\r\n\r\n" not in asked:
                        piece = one.recv(65536)
                        if not piece:
                            return
                        asked += piece
                    self.requests.append(asked)
                    self._serve(one, asked)
            except OSError:  # the other side hung up, as it should
                return


@contextmanager
def canary(serve: Serve | bytes = PLAIN, context: ssl.SSLContext | None = None) -> Iterator[Canary]:
    """A running canary; bytes are what it always answers."""
    answer = serve if callable(serve) else lambda connection, _asked: connection.sendall(serve)
    one = Canary(answer, context)
    try:
        yield one
    finally:
        one.close()


def names(*addresses: str) -> Callable[[str, int], list[str]]:
    """Return a name server that answers every name with these addresses."""
    return lambda _host, _port: list(addresses)


HOSTILE = (
    # loopback, plain and in odd forms
    "http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/", "http://127.1:{port}/", "http://127.0.1:{port}/",
    "http://2130706433:{port}/", "http://0x7f000001:{port}/", "http://0x7f.0.0.1:{port}/", "http://0x7F.1:{port}/",
    "http://017700000001:{port}/", "http://0177.0.0.1:{port}/", "http://127.0.0.01:{port}/",
    "http://127.000.000.001:{port}/", "http://127.0.0.1.:{port}/", "http://127.255.255.254:{port}/",
    "http://127.0.0.256:{port}/", "http://4294967297:{port}/", "http://0x:{port}/", "http://1.0x7f:{port}/",
    "http://localhost:{port}/", "http://LOCALHOST:{port}/", "http://localhost.:{port}/",
    # unspecified, private, link-local, shared, multicast, reserved
    "http://0.0.0.0:{port}/", "http://0:{port}/", "http://0.1.2.3:{port}/", "http://10.0.0.1:{port}/",
    "http://172.16.0.1:{port}/", "http://172.31.255.255:{port}/", "http://192.168.1.1:{port}/",
    "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1:{port}/", "http://100.127.255.254:{port}/",
    "http://224.0.0.1:{port}/", "http://239.255.255.255:{port}/", "http://255.255.255.255:{port}/",
    "http://198.18.0.1:{port}/", "http://192.0.2.1:{port}/",
    # the same in IPv6, and IPv4 in IPv6
    "http://[::1]:{port}/", "http://[::]:{port}/", "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/", "http://[::ffff:7f00:1]:{port}/", "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/", "http://[64:ff9b::10.0.0.1]:{port}/", "http://[64:ff9b:1::1]:{port}/",
    "http://[2002:7f00:1::]:{port}/", "http://[2001:0:7f00:1::]:{port}/", "http://[fe80::1]:{port}/",
    "http://[fe80::5efe:127.0.0.1]:{port}/", "http://[2600::5efe:7f00:1]:{port}/", "http://[fc00::1]:{port}/",
    "http://[fd00:ec2::254]:{port}/", "http://[ff02::1]:{port}/", "http://[::ffff:0:127.0.0.1]:{port}/",
    "http://[fe80::1%25lo]:{port}/", "http://[::1:{port}/",
    # other readings of the authority
    "http://user@127.0.0.1:{port}/", "http://user:word@example.com:{port}/", "http://example.com:80@127.0.0.1:{port}/",
    "http://127.0.0.1\\@example.com:{port}/",
    "http://example.com:{port}\\@127.0.0.1/", "http://127.0.0.1%2f@example.com:{port}/",
    "http://%31%32%37.0.0.1:{port}/", "http://１２７.0.0.1:{port}/", "http://127。0。0。1:{port}/",
    "http://ⓛocalhost:{port}/", "http://127.0.0.1 .example.com:{port}/", "http://127.0.0.1\t:{port}/",
    "http://\n127.0.0.1:{port}/", " http://127.0.0.1:{port}/", "http://127.0.0.1\0.example.com:{port}/",
    "http:///127.0.0.1:{port}/", "http:/127.0.0.1:{port}/", "http:127.0.0.1:{port}", "//127.0.0.1:{port}/",
    "http://[127.0.0.1]:{port}/", "http://-127.0.0.1:{port}/", "http://a..b:{port}/", "http://127.0.0.1:0/",
    "http://127.0.0.1:99999/", "http://127.0.0.1:{port}:{port}/", "http://",
    # other schemes and ports
    "ftp://127.0.0.1:{port}/", "file:///etc/passwd", "gopher://127.0.0.1:{port}/_x", "dict://127.0.0.1:{port}/x",
    "ws://127.0.0.1:{port}/", "data:text/plain,x", "javascript:alert(1)", "unix:///var/run/docker.sock",
    "http://example.com:22/", "http://example.com:25/",
)  # fmt: skip


def _refusal(attempt: Callable[[], object]) -> str:
    """Return the sentence of a refusal; empty when there was none."""
    try:
        attempt()
    except Refused as refused:
        return refused.message
    return ""


def test_hostile_urls_reach_nobody() -> None:
    """Each is refused with a sentence, and the server that waits for it sees no connection at all."""
    with canary() as waiting:
        egress = Egress(resolve=lambda host, _: ["127.0.0.1", "::1"] if host == "localhost" else ["93.184.216.34"])
        for url in (one.format(port=waiting.port) for one in HOSTILE):
            outgoing = Outgoing(url=url, method="POST", body=b"x")
            for attempt in (
                lambda u=url: egress.target(u),
                lambda o=outgoing: egress.send(o),
                lambda u=url: egress.download(u, max_bytes=10),
            ):
                assert _refusal(attempt).endswith("."), url
        time.sleep(0.05)
        assert waiting.connections == 0
    assert len(set(HOSTILE)) >= 60


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",), ("::1",), ("10.1.2.3",), ("169.254.169.254",), ("100.64.1.1",), ("64:ff9b::a00:1",),
        ("93.184.216.34", "127.0.0.1"), ("127.0.0.1", "93.184.216.34"), ("2606:2800:220:1::1", "fe80::1%lo"),
    ],
)  # fmt: skip
def test_a_name_with_one_private_address_is_refused(addresses: tuple[str, ...]) -> None:
    """A public one beside it does not help."""
    with canary() as waiting:
        egress = Egress(resolve=names(*addresses))
        with pytest.raises(Refused, match=r"name\.example"):
            egress.send(Outgoing(url=f"http://name.example:{waiting.port}/"))
        assert waiting.connections == 0


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("8.8.8.8", True), ("1.1.1.1", True), ("93.184.216.34", True), ("172.15.0.1", True), ("172.32.0.1", True),
        ("100.63.255.255", True), ("100.128.0.1", True), ("192.169.0.1", True), ("11.0.0.1", True),
        ("2606:4700::1111", True), ("2a00:1450:4001::200e", True), ("64:ff9b::808:808", True),
        ("64:ff9b::c0a8:1", False), ("223.255.255.255", True), ("224.0.1.1", False), ("ff0e::1", False),
        ("4000::1", False), ("::2", False), ("100::1", False), ("203.0.113.9", False), ("fec0::1", False),
    ],
)  # fmt: skip
def test_where_public_ends(address: str, is_public: bool) -> None:
    """The borders of the special ranges."""
    assert (why_refused(address) is None) == is_public


def test_a_name_is_asked_once_and_the_answer_kept() -> None:
    """A name server that changes its mind between the check and the connection changes nothing."""
    asked: list[str] = []

    def changing(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.2"] if len(asked) == 1 else ["127.0.0.3"]

    places: list[str] = []

    def serve(connection: socket.socket, _asked: bytes) -> None:
        places.append(connection.getsockname()[0])
        connection.sendall(PLAIN)

    with canary(serve) as waiting:
        url = f"http://Rebind.example:{waiting.port}/a?b=c#d"
        answer = Egress(allow_private=True, resolve=changing).send(Outgoing(url=url, method="POST", body=b"{}"))
        assert (answer.status, answer.body, answer.headers["x-seen"], answer.cut) == (200, b"ok", "yes", None)
        assert (asked, places) == (["rebind.example"], ["127.0.0.2"])
        sent = waiting.requests[0]
    assert sent.startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert f"Host: rebind.example:{waiting.port}\r\n".encode() in sent


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would resolve the name itself, and reach what we refuse."""
    with canary() as proxy, canary() as waiting:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        Egress(allow_private=True).send(Outgoing(url=f"http://127.0.0.1:{waiting.port}/"))
        assert (proxy.connections, waiting.connections) == (0, 1)


def _certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(start).not_valid_after(start + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    return context, str(certificate)


def test_the_certificate_is_checked_against_the_name(tmp_path: Path) -> None:
    """The pinned address changes nothing about it: right name and authority, else no request is sent."""
    context, authority = _certificate(tmp_path, "receiver.example")
    with canary(context=context) as waiting:
        url = f"https://receiver.example:{waiting.port}/"
        local = names("127.0.0.1")
        trusting = Egress(allow_private=True, resolve=local, authorities=authority)
        assert trusting.send(Outgoing(url=url)).status == 200
        for egress, asked in (
            (trusting, url.replace("receiver", "other")),
            (Egress(allow_private=True, resolve=local), url),
        ):
            with pytest.raises(Unreachable, match="certificate"):
                egress.send(Outgoing(url=asked))
        assert len(waiting.requests) == 1


def _endless(connection: socket.socket, _asked: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def _endless_head(connection: socket.socket, _asked: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")


def _dripping(connection: socket.socket, _asked: bytes) -> None:
    connection.sendall(b"HTTP/1.1 204 Fine\r\nTransfer-Encoding: chunked\r\n\r\n".replace(b"204 Fine", b"200 OK"))
    while True:
        connection.sendall(b"1\r\nx\r\n")
        time.sleep(0.02)


def _silent(_connection: socket.socket, _asked: bytes) -> None:
    time.sleep(1)


def _broken(connection: socket.socket, _asked: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        (_endless, (200, "size", 1000)),
        (_dripping, (200, "time", None)),
        (_endless_head, "did not answer"),
        (_silent, "did not answer"),
        (_broken, "broke off"),
        (lambda _c, _a: None, "did not answer"),
        (lambda c, _a: c.sendall(b"SSH-2.0-OpenSSH_9\r\n"), "did not answer"),
    ],
    ids=["endless", "dripping", "endless head", "silent", "broken", "hanging up", "not HTTP"],
)
def test_bad_receivers_are_cut(serve: Serve, expected: tuple[int, str, int | None] | str) -> None:
    """Neither memory nor time beyond what was allowed; with a complete head the status counts."""
    with canary(serve) as waiting:
        egress = Egress(allow_private=True)
        outgoing = Outgoing(url=f"http://127.0.0.1:{waiting.port}/", max_bytes=1000, timeout_seconds=0.4)
        start = time.monotonic()
        if isinstance(expected, str):
            with pytest.raises(Unreachable, match=expected):
                egress.send(outgoing)
        else:
            answer = egress.send(outgoing)
            assert (answer.status, answer.cut) == expected[:2]
            assert len(answer.body) <= 1000
            assert expected[2] is None or len(answer.body) == expected[2]
        assert time.monotonic() - start < 20


def test_redirects_are_not_followed_by_themselves() -> None:
    """A 3xx is an answer like another."""
    with canary(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n") as waiting:
        assert Egress(allow_private=True).send(Outgoing(url=f"http://127.0.0.1:{waiting.port}/")).status == 302
        assert waiting.connections == 1


def _redirecting(to: str) -> bytes:
    return f"HTTP/1.1 307 Look There\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


def test_a_download_follows_checked_redirects_only() -> None:
    """Relative and absolute ones, a few; each hop is resolved and checked like the first."""

    def serve(connection: socket.socket, asked: bytes) -> None:
        path = asked.split(b" ")[1].decode()
        answers = {"/a": _redirecting("b?x=1"), "/b?x=1": PLAIN, "/loop": _redirecting("/loop"),
                   "/inside": _redirecting("http://inside.example:{}/secret".format(path.count("x"))),
                   "/file": _redirecting("file:///etc/passwd"), "/none": b"HTTP/1.1 302 Found\r\n\r\n",
                   "/big": PLAIN.replace(b"2", b"3", 1)}  # fmt: skip
        connection.sendall(answers.get(path, b"HTTP/1.1 404 None\r\nContent-Length: 0\r\n\r\n"))

    with canary(serve) as waiting:
        egress = Egress(allow_private=True, resolve=names("127.0.0.1"))
        start = f"http://files.example:{waiting.port}"
        assert egress.download(f"{start}/a", max_bytes=2).body == b"ok"
        for path, fault, reason in (
            ("/loop", Unreachable, "redirects"),
            ("/file", Refused, "file"),
            ("/none", Unreachable, "nowhere"),
            ("/other", Unreachable, "404"),
            ("/inside", EgressFault, "port"),
        ):
            with pytest.raises(fault, match=reason):
                egress.download(start + path, max_bytes=10)
        with pytest.raises(TooLarge, match="more than 1 bytes"):
            egress.download(f"{start}/a", max_bytes=1)


def test_a_redirect_inside_is_refused() -> None:
    """The first hop is public, the second is not: nobody inside sees a connection."""
    # The public host is played by a loopback address that this guard takes for public.
    with canary() as inside, canary(_redirecting(f"http://127.0.0.1:{inside.port}/")) as outside:
        with pytest.raises(Refused, match="loopback"):
            _Lenient(resolve=names("127.0.0.9")).download(f"http://public.example:{outside.port}/", max_bytes=10)
        assert (outside.connections, inside.connections) == (1, 0)


class _Lenient(Egress):
    """A guard for which names are public, and addresses are what they are."""

    def target(self, url: str):
        """Return the target; names are not checked."""
        host = url.split("/")[2].split(":", maxsplit=1)[0]
        try:
            ip_address(host)
        except ValueError:
            return Egress(allow_private=True, resolve=self._resolve).target(url)
        return super().target(url)


def test_what_cannot_be_resolved_is_told() -> None:
    """No address, no request; trying again may help."""
    with pytest.raises(Unreachable, match=r"nobody\.invalid cannot be resolved"):
        Egress().target("https://nobody.invalid/")
    with pytest.raises(Unreachable, match="has no address"):
        Egress(resolve=names()).target("https://nobody.invalid/")


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("HTTPS://Example.COM", "https://example.com/"),
        ("https://example.com:443/x", "https://example.com/x"),
        ("http://example.com:443/", "http://example.com:443/"),
        ("https://example.com.:8443/a/../b?c=%20#d", "https://example.com:8443/a/../b?c=%20"),
        ("https://example.com#@127.0.0.1/", "https://example.com/"),
        ("https://xn--mnchen-3ya.example?x", "https://xn--mnchen-3ya.example/?x"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700:0::1111]:8443/", "https://[2606:4700::1111]:8443/"),
    ],
)
def test_good_urls_are_written_anew(url: str, written: str) -> None:
    """What was checked is what is sent to."""
    assert Egress(resolve=names("93.184.216.34")).target(url).url == written
