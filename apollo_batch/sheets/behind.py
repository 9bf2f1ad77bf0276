"""Pieces of a file in; the same pieces written by a thread behind, while the next are made."""

import contextlib
import queue
import threading
from collections.abc import Iterator
from typing import IO

_AHEAD = 4
"""How many pieces may wait: packing is slower than making, and memory must not grow."""


class Behind:
    """Takes pieces to write; packing them leaves the interpreter free."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._pieces: queue.Queue[bytes] = queue.Queue(_AHEAD)
        self._trouble: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="packing", daemon=True)
        self._thread.start()

    def write(self, piece: bytes) -> None:
        """Hand a piece over; what went wrong with an earlier one is raised here."""
        self.check()
        if piece:
            self._pieces.put(piece)

    def end(self) -> None:
        """Wait until everything is written."""
        self._pieces.put(b"")
        self._thread.join()

    def check(self) -> None:
        """Raise what went wrong in the thread."""
        if self._trouble is not None:
            raise self._trouble

    def _work(self) -> None:
        while piece := self._pieces.get():
            if self._trouble is None:
                self._write(piece)

    def _write(self, piece: bytes) -> None:
        try:
            self._file.write(piece)
        except BaseException as trouble:  # noqa: BLE001 - raised again where it can be caught
            self._trouble = trouble


@contextlib.contextmanager
def behind(file: IO[bytes]) -> Iterator[Behind]:
    """Write by a thread behind; all of it is written when the block ends."""
    writer = Behind(file)
    try:
        yield writer
    finally:
        writer.end()
    writer.check()
