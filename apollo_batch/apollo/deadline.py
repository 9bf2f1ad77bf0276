"""A total deadline for a call: sockets of calls that outlive theirs are shut down.

A read timeout is per read; a far end that drips a byte a second would hold a call for ever.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from apollo_batch.clock import Clock, SystemClock

_TICK = 0.25
_current = threading.local()


class Watchdog:
    """Knows the socket of every call under way and ends those past their deadline."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._calls: dict[int, float] = {}
        self._sockets: dict[int, socket.socket] = {}
        self._last = threading.local()
        self._thread: threading.Thread | None = None

    def idle(self, seconds: float) -> bool:
        """Whether this thread's last call ended longer ago than that, as either clock has it.

        The one that never jumps may stand still while the machine is asleep.
        """
        ended = getattr(self._last, "ended", None)
        return ended is not None and any(
            now - then > seconds for now, then in zip(self._moment(), ended, strict=True)
        )

    def _moment(self) -> tuple[float, float]:
        return self._clock.monotonic(), self._clock.now()

    def begin(self, seconds: float) -> None:
        self._last.reached = False
        with self._lock:
            self._calls[threading.get_ident()] = time.monotonic() + seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, daemon=True)
                self._thread.start()

    def holds(self, sock: socket.socket) -> None:
        self._last.reached = True
        with self._lock:
            self._sockets[threading.get_ident()] = sock

    @property
    def reached(self) -> bool:
        """Whether this thread's call got as far as an open connection, TLS included."""
        return bool(getattr(self._last, "reached", False))

    def end(self) -> None:
        self._last.ended = self._moment()
        with self._lock:
            self._calls.pop(threading.get_ident(), None)
            self._sockets.pop(threading.get_ident(), None)

    def _watch(self) -> None:
        while True:
            time.sleep(_TICK)  # sockets wait in real time, whatever clock the engine is given
            with self._lock:
                now = time.monotonic()
                late = [key for key, until in self._calls.items() if until < now]
                socks = [self._sockets.pop(key) for key in late if key in self._sockets]
            for sock in socks:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def watched(watchdog: Watchdog, seconds: float) -> Iterator[None]:
    """Hold one call of this thread to a total number of seconds."""
    watchdog.begin(seconds)
    _current.watchdog = watchdog
    try:
        yield
    finally:
        _current.watchdog = None
        watchdog.end()


class _Reports:
    """A connection that tells the watchdog which socket its thread's call uses."""

    sock: socket.socket | None

    def _report(self) -> None:
        watchdog = getattr(_current, "watchdog", None)
        if watchdog is not None and self.sock is not None:
            watchdog.holds(self.sock)


class _WatchedHTTP(_Reports, HTTPConnection):
    def connect(self) -> None:
        super().connect()
        self._report()

    def putrequest(self, *args: object, **kwargs: object) -> None:
        self._report()
        super().putrequest(*args, **kwargs)  # type: ignore[arg-type]


class _WatchedHTTPS(_Reports, HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self._report()

    def putrequest(self, *args: object, **kwargs: object) -> None:
        self._report()
        super().putrequest(*args, **kwargs)  # type: ignore[arg-type]


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPS


POOLS = {"http": _HTTPPool, "https": _HTTPSPool}
"""What a pool manager makes its pools of, so that every connection reports its socket."""
