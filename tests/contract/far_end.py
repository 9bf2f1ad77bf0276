"""Ten-line servers in Apollo's place, and a client that speaks with them over a real socket."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from leakscan import KEY

from apollo_batch.apollo.client import Client
from apollo_batch.apollo.wire import Wire
from apollo_batch.catalogue.paths import parse
from apollo_batch.catalogue.people import ENRICH_PEOPLE
from apollo_batch.model import Chunk, ChunkItem, Settlement
from apollo_batch.settings import Credential, Secret

PERSON = '{"id": "64b000000000000000000007", "email": "ada@acme.example", "title": "CTO"}'
ANSWER = f'{{"credits_consumed": 1, "matches": [{PERSON}]}}'.encode()
KEEP = {"Title": parse("title")}

Handler = Callable[[socket.socket, bytes], None]


@dataclass
class FarEnd:
    """Who listens, and what has been heard."""

    origin: str
    heard: list[bytes] = field(default_factory=list)


@contextlib.contextmanager
def far_end(handle: Handler) -> Iterator[FarEnd]:
    """Serve every connection with one request by this function, and close it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        end = FarEnd(f"http://127.0.0.1:{listener.getsockname()[1]}")
        threading.Thread(target=_accept, args=(listener, end, handle), daemon=True).start()
        try:
            yield end
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, end: FarEnd, handle: Handler) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_serve, args=(connection, end, handle), daemon=True).start()


def _serve(connection: socket.socket, end: FarEnd, handle: Handler) -> None:
    with connection, contextlib.suppress(OSError):
        end.heard.append(_request(connection))
        handle(connection, end.heard[-1])


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more or more.startswith(b"\x16\x03"):  # nothing more to come, or a TLS greeting
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    ]
    while lengths and len(body) < lengths[0]:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def saying(
    body: bytes = ANSWER, *, status: str = "200 OK", length: int | None = None, **headers: str
) -> Handler:
    """Answer with this, whole; `length` lies about how long it is."""
    told: Mapping[str, str] = {"content-type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in told.items())]
    lines.append(f"content-length: {len(body) if length is None else length}")
    raw = "\r\n".join([*lines, "connection: close", "", ""]).encode("latin-1") + body
    return lambda connection, _: connection.sendall(raw)


def resetting(connection: socket.socket, _: bytes) -> None:
    """Cut the connection with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def client(origin: str, *, key: str = KEY, bearer: bool = False, total: float = 20.0) -> Client:
    return Client(origin, Credential(Secret(key), "a test", bearer=bearer), {}, total=total)


def chunk(*asked: Mapping[str, str], **options: object) -> Chunk:
    items = asked or ({"email": "ada@acme.example"},)
    numbered = tuple(ChunkItem(number, dict(params)) for number, params in enumerate(items, 1))
    return Chunk(1, 1, "people.enrich", "bulk", options, numbered)


def send(origin: str, *asked: Mapping[str, str], total: float = 20.0, **how: object) -> Settlement:
    """Send one chunk through the whole wire, sleeping for nothing between tries."""
    wire = Wire(client(origin, total=total), lambda _: None)
    return wire.send(ENRICH_PEOPLE, ENRICH_PEOPLE.route("bulk"), chunk(*asked, **how), KEEP)
