"""Troubles before a request has left: no name, nobody there, hands not shaken, a proxy's refusal.

Each lays a line whose first connection works, which is the one that free questions come by; what
the first request that counts meets, comes by the second.
"""

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from certificates import Certificates
from faulty_line import Greet, Line, hang_up, read_message, reset

FIRST, SECOND = 1, 2


@dataclass
class Laid:
    """A line with trouble on it, and what a command's environment has to say for it."""

    line: Line
    environ: dict[str, str] = field(default_factory=dict)
    mend: Callable[[], None] = lambda: None
    """Take the trouble away, where the line alone cannot."""


Lay = Callable[[str, Path, Certificates], Laid]
"""Takes the sandbox's address, a folder and certificates."""


def plain(upstream: str, greet: Greet | None = None) -> Laid:
    """A line without TLS."""
    line = Line(upstream)
    if greet is not None:
        line.greet = greet
    return Laid(line, {"APOLLO_BASE_URL": line.url})


def _no_such_name(upstream: str, folder: Path, _: Certificates) -> Laid:
    laid = plain(upstream)
    settings = folder / "settings.toml"
    settings.write_text('trusted_hosts = ["apollo.invalid"]\n', encoding="utf-8")
    mended = {"APOLLO_BATCH_SETTINGS": str(settings)}
    return Laid(laid.line, {"APOLLO_BASE_URL": "https://apollo.invalid:8443", **mended})


def _nobody_there(upstream: str, _: Path, __: Certificates) -> Laid:
    laid = plain(upstream)

    def leave(_: int, client: socket.socket) -> socket.socket:
        laid.line.leave()
        return client

    laid.line.greet = leave
    return Laid(laid.line, laid.environ, laid.line.listen)


def _lost_hello(upstream: str, _: Path, __: Certificates) -> Laid:
    """The packet that asks for a connection is lost, and sent again by the system."""
    laid = plain(upstream)
    line = laid.line

    def be_full(number: int, client: socket.socket) -> socket.socket | None:
        if number == FIRST:
            line.leave()
            line.listen(backlog=0, accepting=False)
            waiting = socket.create_connection(("127.0.0.1", line.port))
            threading.Timer(0.8, lambda: (line.accept(), waiting.close())).start()
        return client

    line.greet = be_full
    return laid


def _with_tls(second: Callable[[Certificates], ssl.SSLContext | None]) -> Lay:
    """A line whose second connection shows another face; None: a reset in place of one."""

    def lay(upstream: str, _: Path, certificates: Certificates) -> Laid:
        line = Line(upstream, scheme="https")

        def shake(number: int, client: socket.socket) -> socket.socket | None:
            context = second(certificates) if number == SECOND else certificates.good
            if context is None:
                client.recv(100)
                reset(client)
                return None
            return context.wrap_socket(client, server_side=True)

        line.greet = shake
        line.calm_greet = lambda _, client: certificates.good.wrap_socket(client, server_side=True)
        known = {"SSL_CERT_FILE": str(certificates.authority)}
        return Laid(line, {"APOLLO_BASE_URL": line.url, **known})

    return lay


def _refused_by_a_proxy(upstream: str, folder: Path, certificates: Certificates) -> Laid:
    laid = _with_tls(lambda c: c.good)(upstream, folder, certificates)
    proxy = _Proxy(laid.line)
    proxied = {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"}
    return Laid(laid.line, laid.environ | proxied)


class _Proxy:
    """Carries everything on but the second that asks, which it does not know."""

    def __init__(self, line: Line) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._line = line
        threading.Thread(target=self._accept, daemon=True).start()
        threading.Thread(target=self._close, daemon=True).start()

    def _close(self) -> None:
        self._line.stopped.wait()
        hang_up(self._listener)

    def _accept(self) -> None:
        number = 0
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            number += 1
            threading.Thread(target=self._serve, args=(number, client), daemon=True).start()

    def _serve(self, number: int, client: socket.socket) -> None:
        with client:
            assert read_message(client).startswith(b"CONNECT ")
            if number == SECOND:
                self._line.struck += 1
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
                return
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            with socket.create_connection(("127.0.0.1", self._line.port)) as far:
                back = threading.Thread(target=_pour, args=(far, client), daemon=True)
                back.start()
                _pour(client, far)
                back.join()


def _pour(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def _cut(after: int) -> Lay:
    """A connection that is reset once so many bytes of a request are in."""

    def lay(upstream: str, _: Path, __: Certificates) -> Laid:
        def greet(number: int, client: socket.socket) -> socket.socket | None:
            if number != SECOND:
                return client
            client.recv(after or 1, 0 if after else socket.MSG_PEEK)
            reset(client)
            return None

        return plain(upstream, greet)

    return lay


BEFORE: dict[str, Lay] = {
    "a name that leads nowhere": _no_such_name,
    "nobody there any more": _nobody_there,
    "a greeting that is lost": _lost_hello,
    "a reset while hands are shaken": _with_tls(lambda _: None),
    "a certificate that has expired": _with_tls(lambda c: c.expired),
    "a certificate that nobody vouches for": _with_tls(lambda c: c.of_its_own),
    "a certificate of another host": _with_tls(lambda c: c.of_another),
    "a proxy that wants a password": _refused_by_a_proxy,
    "a reset before the request": _cut(0),
    "a reset in the middle of the request": _cut(40),
}
