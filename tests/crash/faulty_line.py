"""A line to the sandbox on which the requests of a test's choosing meet trouble, byte by byte."""

import contextlib
import itertools
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

HEAD_ENDS = b"\r\n\r\n"


@dataclass(frozen=True)
class Reply:
    """What the sandbox answered, taken apart."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def with_headers(self, **headers: str | None) -> "Reply":
        """The same with these headers instead of their likes; None: without."""
        new = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = [(name, value) for name, value in self.headers if name not in new]
        more = [(name, value) for name, value in new.items() if value is not None]
        return replace(self, headers=(*kept, *more))

    @property
    def head(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status}", *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join(lines).encode("latin-1") + HEAD_ENDS

    @property
    def raw(self) -> bytes:
        """As it goes over the line, its length told as it is."""
        return self.with_headers(content_length=str(len(self.body))).head + self.body


@dataclass
class Struck:
    """A request that meets trouble: the client's end, and the way to have it carried out."""

    client: socket.socket
    carry_out: Callable[[], Reply]
    stopped: threading.Event
    """Set when the test is over, for those who make others wait."""

    def say(self, raw: bytes) -> None:
        self.client.sendall(raw)


Act = Callable[[Struck], bool | None]
"""Meets a request; True: the connection goes on, else it is closed."""
Greet = Callable[[int, socket.socket], socket.socket | None]
"""Meets a line's nth connection; gives the one to go on with, None where it went no further."""


@dataclass
class Line:
    """Listens in the sandbox's place; hands everything on but what shall meet trouble."""

    upstream: str
    scheme: str = "http"
    greet: Greet = lambda _, client: client
    calm_greet: Greet = lambda _, client: client
    """How it meets connections once there is no more trouble."""
    struck: int = 0
    """How many requests or connections have met trouble."""
    heard: list[str] = field(default_factory=list)
    """Every address that was asked for."""
    _strikes: list["_Strike"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self.stopped = threading.Event()
        self.port = 0
        self.listen()

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def strike(self, route: str, act: Act, calls: Iterable[int] = (1,)) -> None:
        """Have these requests to a route meet trouble; the first is 1; none named: all of them."""
        self._strikes.append(_Strike(route, frozenset(calls), act))

    def calm(self) -> None:
        """No more trouble for anybody."""
        self._strikes.clear()
        self.greet = self.calm_greet

    def listen(self, *, backlog: int = 64, accepting: bool = True) -> None:
        """Be there, at the same port as before."""
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=backlog)
        self.port = self._listener.getsockname()[1]
        if accepting:
            self.accept()

    def accept(self) -> None:
        """Take whoever waits to be connected."""
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def leave(self) -> None:
        """Be there no longer, but for those who are connected."""
        hang_up(self._listener)

    def close(self) -> None:
        self.stopped.set()
        hang_up(self._listener)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                number = next(self._numbers)
                threading.Thread(target=self._serve, args=(number, client), daemon=True).start()

    def _serve(self, number: int, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            try:
                known = self.greet(number, client)
            except ssl.SSLError:
                known = None
            if known is None:
                self.struck += 1
                return
            with known:
                while (request := read_message(known)) and self._answer(known, request):
                    pass

    def _answer(self, client: socket.socket, request: bytes) -> bool | None:
        method, target, *_ = request.split(b"\r\n")[0].decode("latin-1").split()
        with self._lock:
            self.heard.append(target)
            struck = [strike.act for strike in self._strikes if strike.meets(method, target)]
            self.struck += bool(struck)
        if not struck:
            client.sendall(carried_out(self.upstream, request).raw)
            return True
        return struck[0](Struck(client, lambda: carried_out(self.upstream, request), self.stopped))


@dataclass
class _Strike:
    """Which requests meet what."""

    route: str
    calls: frozenset[int]
    act: Act
    seen: int = 0

    def meets(self, method: str, target: str) -> bool:
        """Count a request, and say whether it is one of those."""
        verb, path = self.route.split()
        asked = target.partition("?")[0].removeprefix("/api/v1")
        if verb != method or not re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), asked):
            return False
        self.seen += 1
        return not self.calls or self.seen in self.calls


def carried_out(upstream: str, request: bytes) -> Reply:
    """Have the sandbox answer a request, on a connection of its own."""
    place = urlsplit(upstream)
    with socket.create_connection((place.hostname or "", place.port or 80), 30) as far:
        far.sendall(request)
        head, _, body = read_message(far).partition(HEAD_ENDS)
    status, *lines = head.decode("latin-1").split("\r\n")
    named = (line.split(": ", 1) for line in lines)
    headers = tuple((name.lower(), value) for name, value in named)
    return Reply(status.removeprefix("HTTP/1.1 "), headers, body)


def read_message(end: socket.socket) -> bytes:
    """Read a request or a reply whole; b"" where none comes any more."""
    data = b""
    while HEAD_ENDS not in data:
        more = end.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(HEAD_ENDS)
    told = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    while told and len(body) < int(told[1]):
        more = end.recv(65536)
        if not more:
            return b""
        body += more
    return head + HEAD_ENDS + body


def reset(end: socket.socket) -> None:
    """Cut a connection with a reset."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()


def hang_up(listener: socket.socket) -> None:
    """Listen no more, even to whoever waits in accept."""
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
