"""A journal's file is whole by itself, or says that the log beside it is a part of it."""

import fcntl
import os
import shlex
from pathlib import Path

from sqlalchemy.engine import Connection

from apollo_batch.codes import Code
from apollo_batch.errors import UsageError
from apollo_batch.files import PRIVATE_FILE

_AT, _LENGTH = 60, 4
"""Where SQLite's header keeps the number that it leaves to programs, `user_version`."""


class Portable:
    """Marks a file while somebody works with it: then its log holds what the file does not.

    A copy of a marked file without its log would forget what was sent last, and send it again.
    """

    def __init__(self, file: Path, folder: Path) -> None:
        self._file = file
        self._marks = False
        self._handle: int | None = os.open(
            folder / "open.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE
        )
        fcntl.flock(self._handle, fcntl.LOCK_SH)
        log = file.with_name(f"{file.name}-wal")
        if self._marked() and not log.exists():
            self.release()
            raise UsageError(
                Code.JOURNAL_LOG_MISSING,
                f"The journal {file} was in use when its program was killed, and its log "
                f"{log.name} is not beside it: what was sent last stands in there alone.",
                fix=f"Put {log.name} back beside it. Where it is gone for good: touch "
                f"{shlex.quote(str(log))}, and what was sent last may be sent, and paid, again.",
            )

    def mark(self, connection: Connection) -> None:
        """Note in the file itself, before anything else is written, that it is not whole alone."""
        if self._marks:
            return
        if not self._marked():
            _note(connection, 1)
        self._marks = True

    def fold(self, connection: Connection) -> None:
        """Fold the log into the file; who is the last to work with it takes the mark off."""
        if self._marked() and self._alone():
            _note(connection, 0)
        else:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def release(self) -> None:
        """Work with it no longer."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _marked(self) -> bool:
        try:
            with self._file.open("rb") as file:
                file.seek(_AT)
                return file.read(_LENGTH) == (1).to_bytes(_LENGTH, "big")
        except OSError:  # whoever opens it next is told
            return False

    def _alone(self) -> bool:
        if self._handle is None:
            return False
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _note(connection: Connection, mark: int) -> None:
    # Into the log, and with all of the log into the file.
    connection.exec_driver_sql(f"PRAGMA user_version = {mark}")
    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
