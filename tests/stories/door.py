"""A door before the sandbox that can be shut: whoever knocks then finds nobody there."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit


class Door:
    """Carries bytes between a port of its own and another, while it is open."""

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url).port
        self._held: list[socket.socket] = []
        with socket.create_server(("127.0.0.1", 0)) as any_:
            self.port = any_.getsockname()[1]
        self.open()

    def open(self) -> None:
        """Let everybody through."""
        self._listening = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        threading.Thread(target=self._serve, args=(self._listening,), daemon=True).start()

    def shut(self) -> None:
        """Refuse everybody, and hang up on those who are inside."""
        # A thread that waits in accept holds a closed socket open: it has to be woken first.
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for one in self._held:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._held.clear()

    def _serve(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                self._held += [client, server]
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=_carry, args=(one, other), daemon=True).start()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError), one:
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)


@contextmanager
def behind_a_door(url: str) -> Iterator[tuple[Door, str]]:
    """Put a door before an address; gives the door and its address."""
    door = Door(url)
    try:
        yield door, f"http://127.0.0.1:{door.port}"
    finally:
        door.shut()
