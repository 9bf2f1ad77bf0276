"""A journal's file is whole by itself, or says that the log beside it is a part of it."""

import contextlib
import fcntl
import os
import shlex
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import Connection

from apollo_batch.codes import Code
from apollo_batch.errors import UsageError
from apollo_batch.files import PRIVATE_FILE


class Portable:
    """Marks a file while somebody works with it: then its log holds what the file does not.

    A copy of a marked file without its log would forget what was sent last, and send it again. The
    mark is SQLite's `user_version`, and is asked of SQLite alone: a file of SQLite's that its own
    process opens and closes besides loses all locks on it ("How To Corrupt An SQLite Database").
    Whoever has marked it holds a lock for as long, so that the last of them takes the mark off.
    """

    def __init__(self, file: Path, folder: Path) -> None:
        self._marked, self._coming = folder / "marked.lock", folder / "coming.lock"
        self._handle: int | None = None
        self._one_thread = threading.Lock()
        log = file.with_name(f"{file.name}-wal")
        # One at a time: whoever looks into the file makes an empty log for as long.
        with _alone(self._coming):
            forgets = not log.exists() and _is_marked(file)
        if forgets:
            raise UsageError(
                Code.JOURNAL_LOG_MISSING,
                f"The journal {file} was in use when its program was killed, and its log "
                f"{log.name} is not beside it: what was sent last stands in there alone.",
                fix=f"Put {log.name} back beside it. Where it is gone for good: touch "
                f"{shlex.quote(str(log))}, and what was sent last may be sent, and paid, again.",
            )

    def mark(self, connection: Connection) -> None:
        """Note in the file itself, before anything else is written, that it is not whole alone."""
        if self._handle is not None:
            return
        with self._one_thread:
            if self._handle is None:
                handle = _opened(self._marked)
                fcntl.flock(handle, fcntl.LOCK_SH)
                if not _mark_of(connection):
                    connection.exec_driver_sql("PRAGMA user_version = 1")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(FULL)")
                self._handle = handle

    @contextlib.contextmanager
    def leaving(self) -> Iterator[None]:
        """Fold the log in and shut the file inside: nobody comes or leaves meanwhile.

        Else two that leave at once would each take the other for one who stays, or one who comes
        would find the mark of one who leaves, and no log any more.
        """
        with _alone(self._coming):
            try:
                yield
            finally:
                if self._handle is not None:
                    os.close(self._handle)
                    self._handle = None

    def fold(self, connection: Connection) -> None:
        """Fold the log into the file; who is the last to work with it takes the mark off."""
        if not self._is_last():
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
            return
        if _mark_of(connection):
            connection.exec_driver_sql("PRAGMA user_version = 0")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _is_last(self) -> bool:
        if self._handle is None:
            self._handle = _opened(self._marked)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _opened(lock: Path) -> int:
    return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    handle = _opened(lock)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _mark_of(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("PRAGMA user_version").scalar())


def _is_marked(file: Path) -> bool:
    if not file.exists() or not file.stat().st_size:
        return False
    try:
        with contextlib.closing(sqlite3.connect(file)) as connection:
            return bool(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error:  # no journal, or none that can be read: whoever opens it says so
        return False
