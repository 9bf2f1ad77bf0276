"""A way to a server that is cut at a moment of the test's choosing."""

import contextlib
import select
import socket
import threading


class CuttingProxy:
    """Carries bytes between clients and a port; one message can be a connection's last."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._last: bytes | None = None
        self._of_client = True
        self.cuts = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def cut_before(self, message: bytes) -> None:
        """Cut the connection whose client says this, before it arrives."""
        self._last, self._of_client = message, True

    def cut_after(self, message: bytes) -> None:
        """Cut the connection whose server says this, before it arrives: it was carried out."""
        self._last, self._of_client = message, False

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._to)) as server:
            while True:
                ready, _, _ = select.select([client, server], [], [])
                for one, other in ((client, server), (server, client)):
                    if one in ready:
                        data = one.recv(65536)
                        if not data or self._cuts(data, of_client=one is client):
                            return
                        other.sendall(data)

    def _cuts(self, data: bytes, *, of_client: bool) -> bool:
        if of_client is not self._of_client or self._last is None or self._last not in data:
            return False
        self._last = None
        self.cuts += 1
        return True

    def close(self) -> None:
        self._listening.close()
