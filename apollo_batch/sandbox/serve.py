"""A setup comes in; a sandbox that answers on this machine goes out, until it is no longer needed."""

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apollo_batch.codes import Code
from apollo_batch.errors import BatchError, UsageError
from apollo_batch.sandbox.setup import Setup

if TYPE_CHECKING:
    from apollo_batch.sandbox.server import Server

__all__ = ["Running", "Setup", "forever", "running"]

_HOST = "127.0.0.1"
_START_SECONDS = 20.0
_STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Running:
    """A sandbox that answers."""

    base_url: str
    key: str
    _server: "Server"

    def books(self) -> dict[str, Any]:
        """What it has been asked and paid so far."""
        return self._server.ask(self._server.apollo.books)

    def reset(self, *, credits: int | None = None) -> None:
        """Begin a new world: another team, nothing used, no faults."""
        self._server.ask(lambda: self._server.apollo.reset(credits))

    def plot(self, faults: list[dict[str, Any]]) -> None:
        """Replace the script of faults."""
        self._server.ask(lambda: self._server.apollo.plot(faults))


@contextlib.contextmanager
def running(setup: Setup) -> Iterator[Running]:
    """Serve from a thread of this process for as long as the block lasts."""
    from apollo_batch.sandbox.server import Server

    with _listen(setup.port) as listener:
        server = Server(setup)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            if not server.answers.wait(_START_SECONDS):
                raise BatchError(
                    Code.SANDBOX_SILENT,
                    "The sandbox did not start.",
                    fix="Run the same command again.",
                )
            yield Running(f"http://{_HOST}:{listener.getsockname()[1]}", setup.key, server)
        finally:
            server.should_exit = True
            thread.join(_STOP_SECONDS)
            server.apollo.close()


def forever(setup: Setup, announce: Callable[[str, str], None]) -> None:
    """Serve until Ctrl-C or a request to end; `announce` hears address and key once it answers."""
    stop = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: stop.set()) for number in signals]
    try:
        with running(setup) as sandbox:
            announce(sandbox.base_url, sandbox.key)
            stop.wait()
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


def _listen(port: int) -> socket.socket:
    # Named as TCP, or asyncio leaves Nagle's algorithm on and every reply waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError as error:
        listener.close()
        raise UsageError(
            Code.SANDBOX_PORT,
            f"The sandbox cannot use port {port}: {error.strerror}.",
            fix="Choose another with --port, or leave it out and any free one is taken.",
        ) from error
    return listener
